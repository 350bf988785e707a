"""Records to rows and back: which columns each record has, and how phases, names and keys stand in them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any

from flyteidl.admin import execution_pb2
from sqlalchemy import Column, Connection, Result, RowMapping, Table, bindparam, update

from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.engine.records import (
    AttemptRecord,
    CacheRecord,
    ExecutionRecord,
    ItemsRecord,
    NewExecution,
    NodeRecord,
    SignalRecord,
)
from flyweight.ids import EntityKey
from flyweight.semantics.caching import CacheKey
from flyweight.store import tables
from flyweight.store.bulk import Bulk, upsert

_NEW = NewExecution._fields
_PROGRESS = ExecutionRecord._fields
_NODE = NodeRecord._fields
_ATTEMPT = AttemptRecord._fields
_ITEMS = ItemsRecord._fields
_SIGNAL = SignalRecord._fields
_KEY_PARTS = ("project", "domain", "task", "version", "interface", "inputs")
_KEPT = ("outputs", "outputs_uri", "source", "created_at")
_ENTRY = ("digest", *_KEY_PARTS, "digests", *_KEPT)
_LARGE = frozenset({"inputs", "user_inputs", "outputs", "detail"})
"""Left out of lists: whoever wants them asks for the one row."""

_ENTITIES = ("launch_plan", "workflow", "task")
_ENTITY_PARTS = tuple(f"{kind}_{part}" for kind in _ENTITIES for part in ("name", "version"))
_DERIVED = ("phase", "updated_at", "outputs", "error", *_ENTITY_PARTS)
"""What a new execution's row has beyond its record."""

_FINAL = frozenset({"spec_node", "parent", "parent_attempt", "inputs", "created_at"})
"""What never changes of a node: a second writing leaves it, and the index that it stands in, alone."""

_PHASE = {"phase": "phase._value_"}  # what `value` gives, by way of a function of Python's
_KEY = "which_key"

_Row = Mapping[str, Any]
_executions = Bulk[_Row](upsert(tables.executions, (*_NEW, *_DERIVED), replace=False), reader=itemgetter)
_execution_tags = Bulk[_Row](upsert(tables.execution_tags, ("execution", "tag"), replace=False), reader=itemgetter)
_closures = Bulk[_Row](upsert(tables.closures, ("digest", "body"), replace=False), reader=itemgetter)
_nodes = Bulk[NodeRecord](upsert(tables.node_executions, _NODE, final=_FINAL), _PHASE)
_attempts = Bulk[AttemptRecord](upsert(tables.attempts, _ATTEMPT), _PHASE)
_items = Bulk[ItemsRecord](upsert(tables.items, _ITEMS))
_signals = Bulk[SignalRecord](upsert(tables.signals, _SIGNAL))
_entries = Bulk[_Row](upsert(tables.cache_entries, _ENTRY), reader=itemgetter)
_progress = Bulk[ExecutionRecord](
    update(tables.executions)
    .values(dict.fromkeys([*_PROGRESS[1:], "ended"]))
    .where(tables.executions.c.key == bindparam(_KEY)),
    {**_PHASE, _KEY: "key", "ended": "phase.terminal"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExecution:
    """An execution's whole row."""

    new: NewExecution
    record: ExecutionRecord
    state: int
    """``flyteidl.admin.ExecutionState``: active or archived."""


def write_new(connection: Connection, records: Iterable[NewExecution]) -> None:
    """Insert executions that are not there yet; raises IntegrityError if another one has the name."""
    records = list(records)
    _executions.write(connection, map(_new_row, records))
    _execution_tags.write(connection, ({"execution": new.key, "tag": tag} for new in records for tag in _tags(new)))


def write_closures(connection: Connection, bodies: Mapping[str, bytes]) -> None:
    """Keep compiled workflows by their digests, if they are not there yet."""
    _closures.write(connection, ({"digest": digest, "body": body} for digest, body in bodies.items()))


def write_progress(connection: Connection, records: Iterable[ExecutionRecord]) -> None:
    """Update how far executions have come."""
    _progress.write(connection, records)


def write_nodes(connection: Connection, records: Iterable[NodeRecord]) -> None:
    """Insert nodes, or replace them."""
    _nodes.write(connection, records)


def write_attempts(connection: Connection, records: Iterable[AttemptRecord]) -> None:
    """Insert attempts, or replace them."""
    _attempts.write(connection, records)


def write_items(connection: Connection, records: Iterable[ItemsRecord]) -> None:
    """Insert items, or replace them."""
    _items.write(connection, records)


def write_signals(connection: Connection, records: Iterable[SignalRecord]) -> None:
    """Insert signals, or replace them."""
    _signals.write(connection, records)


def write_entries(connection: Connection, records: Iterable[CacheRecord]) -> None:
    """Insert entries of the catalog, or replace them: the newest outputs are likeliest to be there."""
    _entries.write(connection, map(_entry_row, records))


def columns(table: Table, *, large: bool) -> list[Column[Any]]:
    """Give the columns that a record is made of; without the large ones, it has them empty."""
    return [column for column in table.c if large or column.name not in _LARGE]


def execution(row: RowMapping) -> StoredExecution:
    """Read an execution."""
    progress = _fields(_PROGRESS, row)
    progress["phase"] = ExecutionPhase(progress["phase"])
    return StoredExecution(
        new=NewExecution(**_fields(_NEW, row)), record=ExecutionRecord(**progress), state=row["state"]
    )


def node(row: RowMapping) -> NodeRecord:
    """Read a node."""
    return _node(_fields(_NODE, row))


def nodes(found: Result[Any]) -> list[NodeRecord]:
    """Read nodes, thousands perhaps: not as mappings, in which SQLAlchemy looks up each field by its name."""
    names = tuple(found.keys())
    return [_node(dict(zip(names, row, strict=True))) for row in found]


def _node(values: dict[str, Any]) -> NodeRecord:
    values["phase"] = NodePhase(values["phase"])
    return NodeRecord(**values)


def attempt(row: RowMapping) -> AttemptRecord:
    """Read an attempt."""
    values = _fields(_ATTEMPT, row)
    values["phase"] = AttemptPhase(values["phase"])
    return AttemptRecord(**values)


def items(row: RowMapping) -> ItemsRecord:
    """Read some items."""
    return ItemsRecord(**_fields(_ITEMS, row))


def signal(row: RowMapping) -> SignalRecord:
    """Read a signal."""
    return SignalRecord(**_fields(_SIGNAL, row))


def entry(row: RowMapping) -> CacheRecord:
    """Read an entry of the catalog."""
    values = dict(row)
    return CacheRecord(
        key=CacheKey(**{name: values[name] for name in _KEY_PARTS}, digests=json.loads(values["digests"])),
        **{name: values.get(name, b"") for name in _KEPT},
    )


def _entry_row(record: CacheRecord) -> dict[str, Any]:
    key = record.key
    row: dict[str, Any] = {name: getattr(key, name) for name in ("digest", *_KEY_PARTS)}
    row |= {name: getattr(record, name) for name in _KEPT}
    return row | {"digests": json.dumps(dict(key.digests))}


def _fields(names: Iterable[str], row: RowMapping) -> dict[str, Any]:
    there = dict(row.items())  # half the price of a look at each
    return {name: there.get(name, b"") for name in names}


def _new_row(new: NewExecution) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(new, name) for name in _NEW}
    row |= {"phase": ExecutionPhase.QUEUED.value, "updated_at": new.created_at, "outputs": b"", "error": b""}
    for kind in _ENTITIES:
        row[f"{kind}_name"], row[f"{kind}_version"] = _name_and_version(row[kind])
    return row


def _name_and_version(key: str) -> tuple[str, str]:
    """Take ``str(EntityKey)`` apart; a name holds no colon, a version may."""
    parts = key.split(":", 3)
    return (parts[2], parts[3]) if len(parts) == len(fields(EntityKey)) else ("", "")


def _tags(new: NewExecution) -> frozenset[str]:
    return frozenset(execution_pb2.ExecutionSpec.FromString(new.spec).tags)
