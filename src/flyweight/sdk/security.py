"""On whose behalf tasks and executions run, and which secrets they are given: ``SecurityContext``."""

from collections.abc import Sequence
from dataclasses import dataclass

from flyteidl.core import security_pb2

from flyweight.sdk.secret import Secret


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose rights: a cloud role, a Kubernetes service account, or an OAuth2 client."""

    iam_role: str | None = None
    k8s_service_account: str | None = None
    oauth2_client: security_pb2.OAuth2Client | None = None
    execution_identity: str | None = None

    def to_flyte_idl(self) -> security_pb2.Identity:
        """Give it on the wire."""
        return security_pb2.Identity(
            iam_role=self.iam_role,
            k8s_service_account=self.k8s_service_account,
            oauth2_client=self.oauth2_client,
            execution_identity=self.execution_identity,
        )


@dataclass(frozen=True, slots=True)
class SecurityContext:
    """What a task or an execution may do: ``run_as`` says as whom, ``secrets`` which secrets it reads.

    Args:
        run_as: as whom.
        secrets: which secrets it reads.
        tokens: OAuth2 tokens that it asks for.

    """

    run_as: Identity | None = None
    secrets: Sequence[Secret] | None = None
    tokens: Sequence[security_pb2.OAuth2TokenRequest] | None = None

    def to_flyte_idl(self) -> security_pb2.SecurityContext:
        """Give it on the wire."""
        return security_pb2.SecurityContext(
            run_as=self.run_as.to_flyte_idl() if self.run_as else None,
            secrets=[secret.to_flyte_idl() for secret in self.secrets or ()],
            tokens=self.tokens or (),
        )
