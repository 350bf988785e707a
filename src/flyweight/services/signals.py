"""Signals: what gates of executions wait for, listed for whoever is to answer, and answered once they are there."""

from flyteidl.admin import signal_pb2
from flyteidl.core import identifier_pb2, literals_pb2, types_pb2

from flyweight.engine.driver import Driver
from flyweight.engine.records import SignalRecord
from flyweight.errors import InvalidInput, PreconditionFailed
from flyweight.semantics.answers import told
from flyweight.semantics.literal_types import mismatch
from flyweight.services.lookup import Lookup
from flyweight.store.listing import ListQuery
from flyweight.store.signals import SignalStore


class Signals:
    """What the platform does with signals."""

    def __init__(self, *, store: SignalStore, lookup: Lookup, driver: Driver) -> None:
        self._store = store
        self._lookup = lookup
        self._driver = driver

    async def get_or_create_signal(self, request: signal_pb2.SignalGetOrCreateRequest) -> signal_pb2.Signal:
        """Give a signal, and have it if it is not there: it can then be answered before its gate is reached.

        Raises:
            NotFound: There is no such execution.
            InvalidInput: It is to be made, but has no id or type.
            PreconditionFailed: It is to be made, but the execution has ended.
        """
        found = await self._lookup.of(request.id.execution_id)
        signal = request.id.signal_id
        there = await self._store.get(found.new.key, signal)
        if there is None:
            if not signal or request.type.WhichOneof("type") is None:
                raise InvalidInput("a signal needs an id, and the type of what it waits for")
            await self._driver.want_signal(found.new.key, signal, request.type)
            there = await self._store.get(found.new.key, signal)
        if there is None:
            return signal_pb2.Signal(id=request.id, type=request.type)
        return _shown(request.id.execution_id, there)

    async def list_signals(self, request: signal_pb2.SignalListRequest) -> signal_pb2.SignalList:
        """List what the gates of an execution wait for, or have waited for; raises ``NotFound``."""
        found = await self._lookup.of(request.workflow_execution_id)
        page = await self._store.list(found.new.key, ListQuery.of(request))
        shown = [_shown(request.workflow_execution_id, record) for record in page.items]
        return signal_pb2.SignalList(signals=shown, token=page.token)

    async def set_signal(self, request: signal_pb2.SignalSetRequest) -> signal_pb2.SignalSetResponse:
        """Answer a signal: the gates that wait for it go on. The same answer again, as a retry sends it, is no fault.

        Raises:
            NotFound: There is no such execution.
            InvalidInput: No gate of it has asked for that signal yet, or for a value of another type.
            PreconditionFailed: It was answered already, otherwise; or the execution has ended.
        """
        found = await self._lookup.of(request.id.execution_id)
        signal = request.id.signal_id
        there = await self._store.get(found.new.key, signal)
        if there is None:
            raise InvalidInput(
                f"failed to validate that signal {signal!r} exists: execution {found.new.name!r} does not wait for it, "
                "or not yet; list_signals tells what it waits for"
            )
        fault = mismatch(request.value, types_pb2.LiteralType.FromString(there.type))
        if fault:
            raise InvalidInput(f"signal {signal!r}: the value is not castable: {fault}")
        if not there.value:
            await self._driver.give_signal(found.new.key, signal, request.value)
            there = await self._store.get(found.new.key, signal) or there  # somebody else may have been first
        stands = literals_pb2.Literal.FromString(there.value)
        if stands != request.value:
            raise PreconditionFailed(f"signal {signal!r} was answered already: {told(stands)}. It is not changed.")
        return signal_pb2.SignalSetResponse()


def _shown(execution: identifier_pb2.WorkflowExecutionIdentifier, record: SignalRecord) -> signal_pb2.Signal:
    return signal_pb2.Signal(
        id=identifier_pb2.SignalIdentifier(signal_id=record.signal, execution_id=execution),
        type=types_pb2.LiteralType.FromString(record.type),
        value=literals_pb2.Literal.FromString(record.value) if record.value else None,
    )
