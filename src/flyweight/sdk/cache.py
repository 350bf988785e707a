"""When a task's outputs may be taken from an earlier run: ``Cache``, and the version it derives from the code."""

import hashlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionParameters:
    """What a cache policy may look at."""

    func: Callable[..., object]
    container_image: str | None = None


class CachePolicy(Protocol):
    """Turns a task's code and image into (a part of) its cache version."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """Give the version; equal inputs must give equal versions in every process."""
        ...


class FunctionBodyPolicy:
    """The version follows the function's own source."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """Hash the source text of the function."""
        return hashlib.sha256((salt + inspect.getsource(params.func)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cache:
    """Take outputs from an earlier run with equal inputs and equal version."""

    version: str | None = None
    """None: derived by ``policies``."""
    serialize: bool = False
    """Let equal calls that come at the same time wait for the first one."""
    ignored_inputs: str | Sequence[str] = ()
    salt: str = ""
    policies: CachePolicy | Sequence[CachePolicy] = field(default_factory=FunctionBodyPolicy)

    def version_of(self, params: VersionParameters) -> str:
        """Give the version: the one set, or the policies' together."""
        if self.version is not None:
            return self.version
        policies = self.policies if isinstance(self.policies, Sequence) else (self.policies,)
        parts = "".join(policy.get_version(self.salt, params) for policy in policies)
        return hashlib.sha256(parts.encode()).hexdigest()

    @property
    def ignored(self) -> tuple[str, ...]:
        """Inputs that do not count."""
        return (self.ignored_inputs,) if isinstance(self.ignored_inputs, str) else tuple(self.ignored_inputs)
