"""Runs a task's coroutine to its end. Loaded when a task is one: asyncio is a twentieth of a cold run."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any


def finish(coroutine: Coroutine[Any, Any, object]) -> object:
    """Run a coroutine to its end; beside a loop that runs already (a notebook's), on a thread with its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(copy_context().run, asyncio.run, coroutine).result()
