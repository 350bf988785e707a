"""Signals as whoever answers or lists them reads them; the engine writes them with everything else."""

from sqlalchemy import select

from flyweight.engine.records import SignalRecord
from flyweight.ids import ExecutionKey
from flyweight.store import fields, rows, tables
from flyweight.store.database import Database
from flyweight.store.listing import ListQuery, Page, clauses

_signals = tables.signals.c


class SignalStore:
    """The rows of signals. Reads see what was committed last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, execution: ExecutionKey, signal: str) -> SignalRecord | None:
        """Read a signal; None if no gate has asked for it yet."""
        query = select(tables.signals).where(_signals.execution == execution, _signals.signal == signal)
        found = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        return None if found is None else rows.signal(found)

    async def list(self, execution: ExecutionKey, query: ListQuery) -> Page[SignalRecord]:
        """List an execution's signals, oldest first."""
        asked = clauses(query, fields.SIGNALS)
        statement = (
            select(tables.signals)
            .where(_signals.execution == execution, *asked.where)
            .order_by(*asked.order_by)
            .limit(asked.limit)
            .offset(asked.offset)
        )
        found = await self._database.read(lambda connection: connection.execute(statement).mappings().all())
        return asked.page([rows.signal(row) for row in found])
