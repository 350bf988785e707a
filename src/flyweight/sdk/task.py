"""``@task``: a Python function that runs on its own, anywhere: typed inputs and outputs, settings, a name."""

import functools
import inspect
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar, Unpack, overload

from flyweight.sdk.compilation import drawing
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface, interface_of
from flyweight.sdk.naming import FunctionName, name_function, require_top_level
from flyweight.sdk.options import TaskOptions, TaskSettings, task_options

P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


class Task(Entity[P, R], Generic[P, R]):
    """A function that is a task. Calling it runs it, or draws a node; ``task_function`` is the function itself."""

    task_type = "python-task"

    def __init__(self, function: Callable[P, R], options: TaskOptions) -> None:
        require_top_level(function, "Task")
        self.task_function = function
        self._by_name: Callable[..., object] = function
        self.options = options
        self.location: FunctionName = name_function(function)
        self._interface = interface_of(function)
        functools.update_wrapper(self, function)

    @property
    def name(self) -> str:
        """``module.function``."""
        return self.location.full

    @property
    def short_name(self) -> str:
        """The function's name."""
        return self.location.function

    @property
    def interface(self) -> Interface:
        """Inputs and outputs as annotated."""
        return self._interface

    @property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function."""
        return inspect.iscoroutinefunction(self.task_function)

    def execute(self, **inputs: object) -> object:
        """Call the function itself with Python values; nothing is converted. Calls inside run, they draw no nodes."""
        with drawing(None):
            return self._by_name(**inputs)


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(**settings: Unpack[TaskSettings]) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(
    function: Callable[P, R] | None = None, /, **settings: Unpack[TaskSettings]
) -> Task[P, R] | Callable[[Callable[P_other, R_other]], Task[P_other, R_other]]:
    """Make a function a task; with or without options (see ``TaskSettings``).

    Example:
        >>> @task(retries=2)
        ... def double(x: int) -> int:
        ...     return 2 * x
        >>> double(x=21)
        42

    Raises:
        InvalidInput: an input without a type, a nested function, an unknown option, or options that contradict.

    """
    if function is not None:
        return Task(function, task_options(function, settings))

    def decorate(decorated: Callable[P_other, R_other]) -> Task[P_other, R_other]:
        return Task(decorated, task_options(decorated, settings))

    return decorate
