"""``Environment``: options of ``@task`` under one name, given to many tasks, and varied."""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar, Unpack, cast, overload

from flyweight.sdk.option_checks import require_known
from flyweight.sdk.options import ExecutionBehavior, TaskSettings
from flyweight.sdk.task import Task, make_task

P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


class Environment:
    """Options that several tasks share; used as a decorator, it is ``@task`` with these options.

    Args:
        overrides: see ``TaskSettings``.

    Example:
        >>> small = Environment(retries=1, environment={"MODE": "fast"})
        >>> large = small.extend(environment={"WORKERS": "8"})
        >>> @large(retries=3)
        ... def work(x: int) -> int:
        ...     return x
        >>> work.options.retries, dict(work.options.environment)
        (3, {'MODE': 'fast', 'WORKERS': '8'})

    Raises:
        InvalidInput: an option that ``@task`` has not.

    """

    def __init__(self, **overrides: Unpack[TaskSettings]) -> None:
        require_known("Environment", overrides, TaskSettings)
        self.overrides: TaskSettings = overrides

    def update(self, **overrides: Unpack[TaskSettings]) -> None:
        """Change options; dictionaries among them are merged."""
        self.overrides = self._with(overrides)

    def extend(self, **overrides: Unpack[TaskSettings]) -> "Environment":
        """Give another environment with further options; dictionaries among them are merged."""
        return type(self)(**self._with(overrides))

    @overload
    def __call__(self, function: Callable[P, R], /) -> Task[P, R]: ...
    @overload
    def __call__(self, /, **overrides: Unpack[TaskSettings]) -> Callable[[Callable[P, R]], Task[P, R]]: ...
    def __call__(
        self, function: Callable[P, R] | None = None, /, **overrides: Unpack[TaskSettings]
    ) -> Task[P, R] | Callable[[Callable[P_other, R_other]], Task[P_other, R_other]]:
        """Make a function a task with these options; with or without further ones."""
        if function is not None:
            return make_task(function, self.overrides)
        return self._decorator(self._with(overrides), ExecutionBehavior.DEFAULT)

    task = __call__

    @overload
    def dynamic(self, function: Callable[P, R], /) -> Task[P, R]: ...
    @overload
    def dynamic(self, /, **overrides: Unpack[TaskSettings]) -> Callable[[Callable[P, R]], Task[P, R]]: ...
    def dynamic(
        self, function: Callable[P, R] | None = None, /, **overrides: Unpack[TaskSettings]
    ) -> Task[P, R] | Callable[[Callable[P_other, R_other]], Task[P_other, R_other]]:
        """Make a function a dynamic task with these options; with or without further ones."""
        if function is not None:
            return make_task(function, self.overrides, ExecutionBehavior.DYNAMIC)
        return self._decorator(self._with(overrides), ExecutionBehavior.DYNAMIC)

    def show(self) -> str:
        """Give the options as text."""
        return "\n".join(f"{name} = {value!r}" for name, value in sorted(self.overrides.items()))

    def _with(self, overrides: TaskSettings) -> TaskSettings:
        # Merging keeps to the keys of both.
        return cast("TaskSettings", _merged(self.overrides, overrides))

    def _decorator(
        self, settings: TaskSettings, mode: ExecutionBehavior
    ) -> Callable[[Callable[P_other, R_other]], Task[P_other, R_other]]:
        def decorate(decorated: Callable[P_other, R_other]) -> Task[P_other, R_other]:
            return make_task(decorated, settings, mode)

        return decorate


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Put new options over old ones; a dictionary over a dictionary, key by key."""
    made = dict(old)
    for name, value in new.items():
        before = made.get(name)
        made[name] = _merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return made
