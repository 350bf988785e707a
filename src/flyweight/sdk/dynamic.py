"""``@dynamic``: a task whose body draws a workflow when it runs, with values in place of promises."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, Unpack, overload

from flyweight.sdk.options import ExecutionBehavior, TaskSettings
from flyweight.sdk.task import Task, make_task

P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


@overload
def dynamic(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def dynamic(**settings: Unpack[TaskSettings]) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def dynamic(
    function: Callable[P, R] | None = None, /, **settings: Unpack[TaskSettings]
) -> Task[P, R] | Callable[[Callable[P_other, R_other]], Task[P_other, R_other]]:
    """Make a function a dynamic task; with or without options (see ``TaskSettings``).

    Its body sees values, so it may loop and branch over them; what calls in it give are promises.

    Args:
        function: draws the graph when it runs: it is called with values, and what it calls becomes the graph.
        settings: see ``TaskSettings``.

    Example:
        >>> from flyweight.sdk.task import task
        >>> @task
        ... def double(x: int) -> int:
        ...     return 2 * x
        >>> @dynamic
        ... def doubled(times: int) -> int:
        ...     value = double(x=1)
        ...     for _ in range(times - 1):
        ...         value = double(x=value)
        ...     return value
        >>> doubled(times=5)
        32

    Raises:
        InvalidInput: an input without a type, a nested function, an unknown option, or options that contradict.

    """
    if function is not None:
        return make_task(function, settings, ExecutionBehavior.DYNAMIC)

    def decorate(decorated: Callable[P_other, R_other]) -> Task[P_other, R_other]:
        return make_task(decorated, settings, ExecutionBehavior.DYNAMIC)

    return decorate
