"""When a task's outputs may be taken from an earlier run: ``Cache``, and the version it derives from the code."""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from flyweight.errors import InvalidInput
from flyweight.sdk.kinds import LIST, Kinds, require_own_kinds


@dataclass(frozen=True, slots=True)
class VersionParameters:
    """What a cache policy may look at.

    Args:
        func: the task's function.
        container_image: the image's name, or what the task was given.
        pod_template: the task's pod template, if it has one.
        pod_template_name: the name of one that the platform knows.

    """

    func: Callable[..., object]
    container_image: object = None
    """The image's name, or what the task was given."""
    pod_template: object = None
    pod_template_name: str | None = None


@runtime_checkable
class CachePolicy(Protocol):
    """Turns a task's code and image into (a part of) its cache version."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """Give the version; equal inputs must give equal versions in every process."""
        ...


class CacheFunctionBody:
    """The version follows what the function's own code says: not its comments, layout, docstring or decorators.

    What the function calls does not count.
    """

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """Give a digest of the function's syntax tree.

        Raises:
            InvalidInput: the source cannot be read.

        """
        try:
            source = textwrap.dedent(inspect.getsource(params.func))
            tree = ast.parse(source)
        except (OSError, TypeError, SyntaxError) as error:
            name = getattr(params.func, "__qualname__", params.func)
            raise InvalidInput(
                f"{name}: its source cannot be read, so no cache version follows from it. Give cache_version=... or "
                "Cache(version=...)."
            ) from error
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                node.decorator_list = []
                if ast.get_docstring(node, clean=False) is not None:
                    node.body = node.body[1:]
        return hashlib.sha256((salt + ast.dump(tree)).encode()).hexdigest()


_KINDS: Final[Kinds] = {
    "version": (str,),
    "serialize": (bool,),
    "ignored_inputs": (str, *LIST),
    "salt": (str,),
}


@dataclass(frozen=True, slots=True)
class Cache:
    """Take outputs from an earlier run with equal inputs and equal version.

    Example:
        >>> @task(cache=Cache(version="1", ignored_inputs=("verbose",)))
        ... def train(epochs: int, verbose: bool) -> float: ...

    Raises:
        InvalidInput: a value of another kind than it takes.

    """

    version: str | None = None
    """None: derived by ``policies``."""
    serialize: bool = False
    """Let equal calls that come at the same time wait for the first one."""
    ignored_inputs: str | Sequence[str] = ()
    """Inputs that do not count."""
    salt: str = ""
    """Goes into every derived version."""
    policies: CachePolicy | Sequence[CachePolicy] | None = field(default_factory=CacheFunctionBody)
    """Versions follow from these together; None is as good as the default."""

    def __post_init__(self) -> None:
        require_own_kinds(self, _KINDS)
        for policy in self._policies:
            _require_policy(policy)

    @property
    def _policies(self) -> Sequence[CachePolicy]:
        policies = self.policies or CacheFunctionBody()
        return policies if isinstance(policies, Sequence) else (policies,)

    def get_version(self, params: VersionParameters) -> str:
        """Give the version: the one set, or the policies' together.

        Raises:
            InvalidInput: a policy cannot tell, or gives no text.

        """
        if self.version is not None:
            return self.version
        parts: list[str] = []
        for policy in self._policies:
            parts.append(policy.get_version(self.salt, params))
            _check_text(policy, parts[-1])
        return hashlib.sha256("".join(parts).encode()).hexdigest()

    def get_ignored_inputs(self) -> tuple[str, ...]:
        """Give the inputs that do not count."""
        return (self.ignored_inputs,) if isinstance(self.ignored_inputs, str) else tuple(self.ignored_inputs)


def _check_text(policy: CachePolicy, given: object) -> None:
    if not isinstance(given, str):
        raise InvalidInput(f"The cache policy {type(policy).__name__} gave {given!r} for a version, not a text.")


def _require_policy(policy: object) -> None:
    if not isinstance(policy, CachePolicy):
        raise InvalidInput(f"Cache: `policies` takes cache policies, which have a get_version; {policy!r} has not.")
