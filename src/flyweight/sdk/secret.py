"""Secrets a task asks for, and how it reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from flyteidl.core import security_pb2

from flyweight.errors import InvalidInput, NotFound
from flyweight.sdk.kinds import Kinds, require_own_kinds
from flyweight.settings import secret_variable

SECRETS_FOLDER = Path("/etc/secrets")
"""Where Flyte mounts secrets as files: ``<group>/<key>``."""

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class MountRequirement(Enum):
    """How a secret must reach the task."""

    ANY = 0
    ENV_VAR = 1
    FILE = 2


_KINDS: Final[Kinds] = {
    "group": (str,),
    "key": (str,),
    "group_version": (str,),
    "mount_requirement": (MountRequirement,),
    "env_var": (str,),
}


@dataclass(frozen=True, slots=True)
class Secret:
    """Which secret; ``MountType`` says how it must be mounted.

    Args:
        group: what it belongs to, for instance ``database``.
        key: which one of the group; at least one of the two is needed.
        group_version: which version of the group; the newest by default.
        mount_requirement: how it must reach the task: any way by default, else as a variable or a file.
        env_var: the environment variable that is to hold it, in capital letters.

    Raises:
        InvalidInput: neither group nor key is given, or a value is of the wrong kind.

    """

    MountType = MountRequirement

    group: str | None = None
    key: str | None = None
    group_version: str | None = None
    mount_requirement: MountRequirement = MountRequirement.ANY
    env_var: str | None = None
    """Name of the environment variable that is to hold it."""

    def __post_init__(self) -> None:
        require_own_kinds(self, _KINDS)
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
    """Reads the secrets a task asked for: ``ctx.secrets.get("group", "key")``.

    Args:
        asked: what the task asked for, so that what is missing can be told.

    """

    def __init__(self, asked: Sequence[Secret] = ()) -> None:
        self._asked = {tuple(_parts(secret.group, secret.key, secret.group_version)) for secret in asked}

    def get(self, group: str | None = None, key: str | None = None, group_version: str | None = None) -> str:
        """Give a secret's value: of its environment variable, else of its file without the white space around it.

        Where they are is Flyte's: ``FLYTE_SECRETS_ENV_PREFIX`` (``_FSEC_`` by default), ``FLYTE_SECRETS_DEFAULT_DIR``
        (``/etc/secrets``) and ``FLYTE_SECRETS_FILE_PREFIX`` (none) change it.

        Raises:
            InvalidInput: neither group nor key is given.
            NotFound: the platform did not give the task this secret; says how to.

        """
        variable = self.get_secrets_env_var(group, key, group_version)
        value = secret_variable(variable)
        file = Path(self.get_secrets_file(group, key, group_version))
        if value is None and file.is_file():
            value = file.read_text(encoding="utf-8").strip()
        if value is None:
            parts = _parts(group, key, group_version)
            if tuple(parts) in self._asked:
                why = "The task asks for it, and it was not found: let the platform have it"
            else:
                why = f"Ask for it with @task(secret_requests=[Secret(group={group!r}, key={key!r})]), and let "
                why += "the platform have it"
            raise NotFound(
                f"There is no secret {'/'.join(parts)}. {why}, as the environment variable {variable} of "
                f"`flyweight up`, or as the file {'/'.join(parts)} below its `secrets_dir` (in its data folder "
                f"`secrets`, if not set). In a process of your own it is that variable, or the file {file}."
            )
        return value

    def get_secrets_env_var(
        self, group: str | None = None, key: str | None = None, group_version: str | None = None
    ) -> str:
        """Give the name of the environment variable that a secret is looked for in.

        Raises:
            InvalidInput: neither group nor key is given.

        """
        prefix = secret_variable("FLYTE_SECRETS_ENV_PREFIX")
        name = "_".join(part.upper() for part in _parts(group, key, group_version))
        return f"{'_FSEC_' if prefix is None else prefix}{name}"

    def get_secrets_file(
        self, group: str | None = None, key: str | None = None, group_version: str | None = None
    ) -> str:
        """Give the path of the file that a secret is looked for in.

        Raises:
            InvalidInput: neither group nor key is given.

        """
        *folders, name = (part.lower() for part in _parts(group, key, group_version))
        root = Path(secret_variable("FLYTE_SECRETS_DEFAULT_DIR") or SECRETS_FOLDER)
        return str(root.joinpath(*folders, f"{secret_variable('FLYTE_SECRETS_FILE_PREFIX') or ''}{name}"))


def _parts(group: str | None, key: str | None, version: str | None) -> list[str]:
    parts = [part for part in (group, version, key) if part]
    if not group and not key:
        raise InvalidInput("Say which secret: its group, its key, or both.")
    return parts
