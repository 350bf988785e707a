"""Statements that write many rows at once: compiled once, fed with tuples, given to the driver as they are."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Delete, Insert, Table, Update
from sqlalchemy.dialects import sqlite

from flyweight.store import driven

Record = TypeVar("Record")


def upsert(table: Table, names: Sequence[str], *, replace: bool = True, final: Collection[str] = ()) -> Insert:
    """Give the statement that puts a row in, and takes the place of the row with its key (or leaves that one be).

    What is final in a row stays as it was written first.
    """
    # The one dialect there is now. Another one's insert() has the same two methods.
    statement = sqlite.insert(table).values(dict.fromkeys(names))
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in names if name not in keys and name not in final}
    if replace and changes:
        return statement.on_conflict_do_update(index_elements=keys, set_=changes)
    return statement.on_conflict_do_nothing(index_elements=keys)


class Bulk(Generic[Record]):
    """Writes records; a parameter holds the attribute of its name, or what ``renamed`` gives for it (dotted, too).

    ``reader`` makes the function that reads a record: with ``itemgetter``, records are mappings.
    """

    def __init__(
        self,
        statement: Insert | Update | Delete,
        renamed: Mapping[str, str] | None = None,
        reader: Callable[..., Callable[[Record], Any]] = attrgetter,
    ) -> None:
        compiled = statement.compile(dialect=sqlite.dialect())
        self._sql = str(compiled)
        names = renamed or {}
        self._row = reader(*(names.get(name, name) for name in compiled.positiontup or ()))

    def write(self, connection: Connection, records: Iterable[Record]) -> None:
        """Write them all; nothing is sent when there are none."""
        rows = [self._row(record) for record in records]
        if rows:
            driven.execute(connection, self._sql, rows)


def insert_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert one row unless one with its key, or any other unique column of it, is there; tell whether it was new."""
    statement = sqlite.insert(table).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def put(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Write one row, in place of the one with its key if there is one."""
    connection.execute(upsert(table, list(row)), [row])
