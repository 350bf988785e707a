"""``@eager``: an async task whose body is the workflow: each call in it runs on its own, with values in and out.

Run here, calls run in this process. On a platform each call is an execution of its own, of the entity under the eager
task's version; a ``Launcher`` starts them, which the client implements (``wire_launcher``).
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar, Unpack, overload

from flyweight.errors import InvalidInput
from flyweight.sdk.options import ExecutionBehavior, TaskSettings
from flyweight.sdk.task import Task, make_task

P = ParamSpec("P")
R = TypeVar("R")
P_other = ParamSpec("P_other")
R_other = TypeVar("R_other")


@overload
def eager(function: Callable[P, Coroutine[Any, Any, R]], /) -> Task[P, Coroutine[Any, Any, R]]: ...
@overload
def eager(
    **settings: Unpack[TaskSettings],
) -> Callable[[Callable[P, Coroutine[Any, Any, R]]], Task[P, Coroutine[Any, Any, R]]]: ...
def eager(
    function: Callable[P, Coroutine[Any, Any, R]] | None = None, /, **settings: Unpack[TaskSettings]
) -> (
    Task[P, Coroutine[Any, Any, R]]
    | Callable[[Callable[P_other, Coroutine[Any, Any, R_other]]], Task[P_other, Coroutine[Any, Any, R_other]]]
):
    """Make a coroutine function an eager task; with or without options (see ``TaskSettings``).

    In its body, calls of tasks, workflows and launch plans give values; those of async and eager tasks are awaited.
    What such a call raises comes out of it, so ``try`` works. Its deck, which is on, lists the calls.

    Args:
        function: the coroutine function, when the decorator is used without options.
        settings: the options of ``@task``; decks are on unless they say otherwise.

    Example:
        >>> import asyncio
        >>> from flyweight.sdk.task import task
        >>> @task
        ... async def double(x: int) -> int:
        ...     return 2 * x
        >>> @eager
        ... async def doubled(xs: list[int]) -> int:
        ...     return sum(await asyncio.gather(*(double(x=x) for x in xs)))
        >>> asyncio.run(doubled(xs=[1, 2, 3]))
        12

    Raises:
        InvalidInput: the function is no coroutine function, or an option is wrong.

    """
    if function is not None:
        return _made(function, settings)

    def decorate(
        decorated: Callable[P_other, Coroutine[Any, Any, R_other]],
    ) -> Task[P_other, Coroutine[Any, Any, R_other]]:
        return _made(decorated, settings)

    return decorate


def _made(function: Callable[P, R], settings: TaskSettings) -> Task[P, R]:
    body: object = function
    if not inspect.iscoroutinefunction(body):
        raise InvalidInput(f"{function.__qualname__}: @eager needs `async def`: its body awaits what it calls.")
    decks: TaskSettings = {} if settings.keys() & {"enable_deck", "disable_deck"} else {"enable_deck": True}
    return make_task(function, {**settings, **decks}, ExecutionBehavior.EAGER)
