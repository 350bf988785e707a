"""Secrets a task asks for, and how it reads them."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from flyteidl.core import security_pb2

from flyweight.errors import InvalidInput, NotFound
from flyweight.settings import secret_variable

SECRETS_FOLDER = Path("/etc/secrets")
"""Where Flyte mounts secrets as files: ``<group>/<key>``."""

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class MountRequirement(Enum):
    """How a secret must reach the task."""

    ANY = 0
    ENV_VAR = 1
    FILE = 2


@dataclass(frozen=True, slots=True)
class Secret:
    """Which secret; ``MountType`` says how it must be mounted.

    Args:
        group: what it belongs to, for instance ``database``.
        key: which one of the group; at least one of the two is needed.
        group_version: which version of the group; the newest by default.
        mount_requirement: how it must reach the task: any way by default, else as a variable or a file.
        env_var: the environment variable that is to hold it, in capital letters.

    """

    MountType = MountRequirement

    group: str | None = None
    key: str | None = None
    group_version: str | None = None
    mount_requirement: MountRequirement = MountRequirement.ANY
    env_var: str | None = None
    """Name of the environment variable that is to hold it."""

    def __post_init__(self) -> None:
        if not (self.group or self.key):
            raise InvalidInput("A Secret needs its group, its key, or both.")
        if self.env_var is not None and not _VARIABLE.fullmatch(self.env_var):
            raise InvalidInput(
                f"`env_var` of a Secret takes capital letters, digits and underscores, not {self.env_var!r}."
            )

    def to_flyte_idl(self) -> security_pb2.Secret:
        """Give it on the wire."""
        return security_pb2.Secret(
            group=self.group,
            key=self.key,
            group_version=self.group_version,
            env_var=self.env_var,
            mount_requirement=self.mount_requirement.name,
        )


class Secrets:
    """Reads the secrets a task asked for: ``ctx.secrets.get("group", "key")``."""

    def get(self, group: str | None = None, key: str | None = None) -> str:
        """Give a secret's value.

        Raises:
            NotFound: the platform did not give the task this secret; says how to.

        """
        parts = [part for part in (group, key) if part]
        if not parts:
            raise InvalidInput("Say which secret: its group, its key, or both.")
        variable = "_FSEC_" + "_".join(part.upper() for part in parts)
        value = secret_variable(variable)
        file = SECRETS_FOLDER.joinpath(*(part.lower() for part in parts))
        if value is None and file.is_file():
            value = file.read_text(encoding="utf-8")
        if value is None:
            raise NotFound(
                f"There is no secret {'/'.join(parts)}. Ask for it with @task(secret_requests=[Secret(group={group!r}, "
                f"key={key!r})]), and let the platform have it, for instance as the environment variable {variable}."
            )
        return value
