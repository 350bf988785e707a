"""Executions that other executions start: each once, found again after a restart, and stopped with its parent.

Implements ``engine.ports.Children``.
"""

from flyteidl.core import execution_pb2

from flyweight import literals
from flyweight.engine.children import Child, ChildEnded
from flyweight.engine.driver import Driver
from flyweight.engine.phases import ExecutionPhase
from flyweight.errors import AlreadyExists, PreconditionFailed
from flyweight.services.launcher import Launcher
from flyweight.services.lookup import Lookup
from flyweight.store.executions import ExecutionStore
from flyweight.store.rows import StoredExecution


class ChildExecutions:
    """The children of one platform's executions."""

    def __init__(self, *, store: ExecutionStore, lookup: Lookup, launcher: Launcher, driver: Driver) -> None:
        self._store = store
        self._lookup = lookup
        self._launcher = launcher
        self._driver = driver

    async def start(self, child: Child) -> ChildEnded | None:
        """Start it, or find it if it is there; give its end if it has ended already.

        Raises what ``Executions.create_execution`` says.
        """
        found = await self._find(child)
        if found is None:
            await self._launcher.child(child)
            return None
        return await self._end(child, found)

    async def stop(self, child: Child, cause: str) -> ChildEnded | None:
        """Have it stopped; give its end if it has ended, or was never started."""
        found = await self._find(child)
        if found is None:
            return ChildEnded(node=child.node, name=child.name, phase=ExecutionPhase.ABORTED)
        if not found.record.phase.terminal:
            try:
                await self._driver.terminate(found.new.key, cause, "")
            except PreconditionFailed:
                found = await self._lookup.by_key(found.new.key)
        return await self._end(child, found)

    async def _find(self, child: Child) -> StoredExecution | None:
        parent = child.parent_id
        key = await self._store.key_of(parent.project, parent.domain, child.name)
        if key is None:
            return None
        found = await self._lookup.by_key(key)
        if found.new.parent_execution != child.parent:
            raise AlreadyExists(f"the name {child.name} is taken by an execution that somebody else started")
        return found

    async def _end(self, child: Child, found: StoredExecution) -> ChildEnded | None:
        record = found.record
        if not record.phase.terminal:
            return None
        outputs = await self._lookup.whole_body(record.outputs, record.outputs_uri)
        return ChildEnded(
            node=child.node,
            name=child.name,
            phase=record.phase,
            outputs=literals.map_from_bytes(outputs),
            error=execution_pb2.ExecutionError.FromString(record.error) if record.error else None,
        )
