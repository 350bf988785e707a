"""``@dynamic``: a task whose body draws a workflow when it runs, with values in place of promises."""

from collections.abc import Callable, Mapping
from typing import Generic, ParamSpec, TypeVar, Unpack, overload

from flyweight.sdk.compilation import Compilation, drawing
from flyweight.sdk.options import TaskSettings, task_options
from flyweight.sdk.task import Task
from flyweight.sdk.workflow import Graph, bind_outputs

P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


class Dynamic(Task[P, R], Generic[P, R]):
    """A task that decides by its inputs which calls there are; its outputs come from those calls."""

    def draw(self, inputs: Mapping[str, object]) -> Graph:
        """Run the body with Python values: each call in it becomes a node.

        Raises:
            CompileError: the body does not hold together.
            Exception: whatever the body itself raises.

        """
        compilation = Compilation(self.name, "d")
        with drawing(compilation):
            result = self._by_name(**inputs)
        compilation.check()
        return Graph(nodes=tuple(compilation.nodes), outputs=bind_outputs(self.name, self.interface, result))


@overload
def dynamic(function: Callable[P, R], /) -> Dynamic[P, R]: ...
@overload
def dynamic(**settings: Unpack[TaskSettings]) -> Callable[[Callable[P, R]], Dynamic[P, R]]: ...
def dynamic(
    function: Callable[P, R] | None = None, /, **settings: Unpack[TaskSettings]
) -> Dynamic[P, R] | Callable[[Callable[P_other, R_other]], Dynamic[P_other, R_other]]:
    """Make a function a dynamic task; with or without options (see ``TaskSettings``).

    Its body sees values, so it may loop and branch over them; what calls in it give are promises.

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
        return Dynamic(function, task_options(function, settings))

    def decorate(decorated: Callable[P_other, R_other]) -> Dynamic[P_other, R_other]:
        return Dynamic(decorated, task_options(decorated, settings))

    return decorate
