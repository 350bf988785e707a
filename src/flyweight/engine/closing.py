"""Rows of what is given up, as they should stand in the end: aborted, with the reason, and nothing left open."""

from collections.abc import Iterable

from flyteidl.core import execution_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine.items import OPEN
from flyweight.engine.phases import AttemptPhase, NodePhase
from flyweight.engine.records import AttemptRecord, ItemsRecord, NodeRecord
from flyweight.errors import FlyweightError
from flyweight.protocol.items_pb2 import ItemChunk

ExecutionError = execution_pb2.ExecutionError


def aborted_nodes(records: Iterable[NodeRecord], reason: ExecutionError, now: Micros) -> list[NodeRecord]:
    """Close nodes; outputs that were never made known are left out."""
    error = literals.to_bytes(reason)
    return [
        row._replace(
            phase=NodePhase.ABORTED, outputs=b"", outputs_uri="", detail=b"", error=error,
            updated_at=now, ended_at=now,
        )
        for row in records
    ]  # fmt: skip


def aborted_attempts(records: Iterable[AttemptRecord], reason: ExecutionError, now: Micros) -> list[AttemptRecord]:
    """Close attempts."""
    error = literals.to_bytes(reason)
    return [row._replace(phase=AttemptPhase.ABORTED, error=error, updated_at=now, ended_at=now) for row in records]


def aborted_items(records: Iterable[ItemsRecord], now: Micros) -> list[ItemsRecord]:
    """Close items; why, their node says."""
    return [row._replace(body=_aborted(row.body, now)) for row in records]


def _aborted(body: bytes, now: Micros) -> bytes:
    chunk = ItemChunk.FromString(body)
    for at, state in enumerate(chunk.states):
        if state in OPEN:
            chunk.states[at] = AttemptPhase.ABORTED.value
            chunk.ended_at[at] = now
    return chunk.SerializeToString()


def platform_reason(code: str, said: str, error: Exception) -> ExecutionError:
    """Say why the platform gave something up; ``said`` goes before what ``error`` says."""
    why = error.message if isinstance(error, FlyweightError) else f"{type(error).__name__}: {error}"
    return ExecutionError(code=code, message=f"{said}: {why}", kind=ExecutionError.SYSTEM)
