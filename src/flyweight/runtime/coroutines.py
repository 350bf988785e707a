"""Runs a coroutine of a task to its end, and an entity beside a loop. Loaded when one is: asyncio costs a cold run."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def finish(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine to its end; beside a loop that runs already (a notebook's), on a thread with its own."""
    if not _is_beside_a_loop():
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(copy_context().run, asyncio.run, coroutine).result()


async def on_a_thread(call: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Make a call on a thread of its own, so that it does not hold up the loop; give or raise what it does."""
    return await asyncio.to_thread(call, *arguments, **named)


def _is_beside_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # the coroutine must not run in here: its own errors would seem to come from this one
        return False
    return True
