"""Secrets a task asks for, and how it reads them."""

from dataclasses import dataclass
from enum import Enum


class MountRequirement(Enum):
    """How a secret must reach the task."""

    ANY = 0
    ENV_VAR = 1
    FILE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Which secret; ``MountType`` says how it must be mounted."""

    MountType = MountRequirement

    group: str | None = None
    key: str | None = None
    group_version: str | None = None
    mount_requirement: MountRequirement = MountRequirement.ANY
    env_var: str | None = None
    """Name of the environment variable that is to hold it."""
