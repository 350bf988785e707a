"""``AuthRole``: on whose behalf a launch plan runs, in its older form."""

from dataclasses import dataclass

from flyteidl.admin import launch_plan_pb2


@dataclass(frozen=True, slots=True)
class AuthRole:
    """The older form of ``Identity``; use ``SecurityContext``.

    Args:
        assumable_iam_role: the cloud role.
        kubernetes_service_account: the account in the cluster.

    """

    assumable_iam_role: str | None = None
    kubernetes_service_account: str | None = None

    def to_flyte_idl(self) -> launch_plan_pb2.Auth:
        """Give it on the wire."""
        return launch_plan_pb2.Auth(
            assumable_iam_role=self.assumable_iam_role, kubernetes_service_account=self.kubernetes_service_account
        )
