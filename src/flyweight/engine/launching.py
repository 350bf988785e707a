"""Carries out what the machine wants of child executions, in the background, until it is done or refused."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from flyteidl.core import execution_pb2

from flyweight.engine.children import Child, ChildEnded, ChildStarted
from flyweight.engine.phases import ExecutionPhase
from flyweight.engine.ports import Children
from flyweight.errors import FlyweightError, TryAgain, UserError
from flyweight.ids import ExecutionKey

_PAUSE = 0.5
"""Seconds until what could not be done at the moment is tried again."""
_log = logging.getLogger(__name__)

Told = ChildStarted | ChildEnded


class Launching:
    """Starts and stops children; what becomes of that is told to their parents."""

    def __init__(self, children: Children | None, tell: Callable[[ExecutionKey, Told], None]) -> None:
        self._children = children
        self._tell = tell
        self._tasks: dict[tuple[ExecutionKey, str], asyncio.Task[None]] = {}

    def start(self, child: Child) -> None:
        """Start a child, or find it."""
        self._go(child, self._start(child))

    def stop(self, child: Child, cause: str) -> None:
        """Stop a child, once its start is over."""
        self._go(child, self._stop(child, cause, self._tasks.get((child.parent, child.name))))

    def close(self) -> None:
        """Leave everything as it is; the next platform asks again."""
        for task in self._tasks.values():
            task.cancel()

    def _go(self, child: Child, work: Coroutine[None, None, None]) -> None:
        key = child.parent, child.name
        task = self._tasks[key] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda done: self._tasks.pop(key) if self._tasks.get(key) is done else None)

    async def _start(self, child: Child) -> None:
        while True:
            try:
                if self._children is None:
                    raise UserError("this platform starts no executions by itself")  # noqa: TRY301 - told as any other
                told = await self._children.start(child) or ChildStarted(node=child.node, name=child.name)
            except TryAgain:
                await asyncio.sleep(_PAUSE)
                continue
            except Exception as error:  # a background task; the parent must hear of whatever it is
                told = _refused(child, error)
            self._tell(child.parent, told)
            return

    async def _stop(self, child: Child, cause: str, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        while True:
            try:
                told = None if self._children is None else await self._children.stop(child, cause)
            except TryAgain:
                await asyncio.sleep(_PAUSE)
                continue
            except Exception as error:  # as above
                told = _refused(child, error)
            if told is not None:
                self._tell(child.parent, told)
            return


def _refused(child: Child, error: Exception) -> ChildEnded:
    users = isinstance(error, UserError)
    if not users:
        _log.error("execution %s could not be started or stopped", child.name, exc_info=error)
    said = error.message if isinstance(error, FlyweightError) else f"{type(error).__name__}: {error}"
    kind = execution_pb2.ExecutionError.USER if users else execution_pb2.ExecutionError.SYSTEM
    reason = execution_pb2.ExecutionError(
        code="LaunchPlanNotStarted", message=f"launch plan {child.launch_plan.name}: {said}", kind=kind
    )
    return ChildEnded(node=child.node, name=child.name, phase=ExecutionPhase.FAILED, error=reason)
