"""Calls a task's function: on this thread, its coroutine to the end, an ordinary call to user code."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from flyweight.sdk.task import Task


def call(task: Task[..., Any], inputs: Mapping[str, object]) -> object:
    """Call the function with Python values and give what it returns."""
    result = task.execute(**inputs)
    return _finish(result) if isinstance(result, Coroutine) else result


def _finish(coroutine: Coroutine[Any, Any, object]) -> object:
    """Run a coroutine to its end; beside a loop that runs already (a notebook's), on a thread with its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(copy_context().run, asyncio.run, coroutine).result()
