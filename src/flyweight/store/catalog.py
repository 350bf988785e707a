"""The catalog: outputs that tasks gave, for later runs with the same key, and who computes what is not there yet.

Implements ``engine.ports.Catalog``. Entries are written with the success that they come from (``rows.write_entries``).
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from flyweight.clock import Micros
from flyweight.engine.catalog import Claim, Found
from flyweight.engine.records import CacheRecord
from flyweight.semantics.caching import CacheKey, nearest
from flyweight.store import rows, tables
from flyweight.store.database import Database

COMPARED = 50
"""How many of a task's newest entries are looked through for the one that differs least from what is missed."""
_TOGETHER = 500
"""Keys in one query."""

_entries = tables.cache_entries.c
_claims = tables.cache_claims.c


class CatalogStore:
    """The rows of the catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look_up(self, keys: Sequence[CacheKey]) -> list[Found]:
        """Find what is kept for each key, in one read; for what is missed, the entry that differs least."""
        return await self._database.read(lambda connection: _look_up(connection, keys))

    async def claim(self, claims: Sequence[Claim], now: Micros, until: Micros) -> list[str]:
        """Claim what is not claimed by others, or prolong it; gives the owner of each. Raises ``TryAgain``."""
        return await self._database.write(lambda connection: [_claim(connection, each, now, until) for each in claims])

    async def release(self, claims: Sequence[Claim]) -> None:
        """Let go of claims; those that are others' by now stay. Raises ``TryAgain``."""

        def work(connection: Connection) -> None:
            for each in claims:
                its = (_claims.digest == each.key.digest) & (_claims.owner == each.owner)
                connection.execute(delete(tables.cache_claims).where(its))

        await self._database.write(work)


def _look_up(connection: Connection, keys: Sequence[CacheKey]) -> list[Found]:
    wanted = list(dict.fromkeys(keys))
    entries: dict[CacheKey, CacheRecord] = {}
    for start in range(0, len(wanted), _TOGETHER):
        digests = [key.digest for key in wanted[start : start + _TOGETHER]]
        query = select(tables.cache_entries).where(_entries.digest.in_(digests))
        for entry in map(rows.entry, connection.execute(query).mappings()):
            entries[entry.key] = entry
    newest = {of: _newest(connection, *of) for of in {_task(key) for key in wanted if key not in entries}}
    found = {
        key: Found(entry=entries[key]) if key in entries else Found(nearest=_nearest(key, newest[_task(key)]))
        for key in wanted
    }
    return [found[key] for key in keys]


def _newest(connection: Connection, project: str, domain: str, task: str) -> list[CacheRecord]:
    query = (
        select(*(column for column in _entries if column.name != "outputs"))
        .where(_entries.project == project, _entries.domain == domain, _entries.task == task)
        .order_by(_entries.created_at.desc())
        .limit(COMPARED)
    )
    return [rows.entry(row) for row in connection.execute(query).mappings()]


def _nearest(key: CacheKey, entries: Sequence[CacheRecord]) -> CacheRecord | None:
    """Choose the entry that differs least; the newest of equals."""
    found = nearest(key, (entry.key for entry in entries))
    return next((entry for entry in entries if entry.key is found), None)


def _claim(connection: Connection, claim: Claim, now: Micros, until: Micros) -> str:
    """Take the place, unless somebody else has it whose time is not over."""
    mine = insert(tables.cache_claims).values(digest=claim.key.digest, owner=claim.owner, expires_at=until)
    connection.execute(
        mine.on_conflict_do_update(
            index_elements=[_claims.digest],
            set_={"owner": claim.owner, "expires_at": until},
            where=(_claims.owner == claim.owner) | (_claims.expires_at < now),
        )
    )
    return connection.execute(select(_claims.owner).where(_claims.digest == claim.key.digest)).scalar_one()


def _task(key: CacheKey) -> tuple[str, str, str]:
    return key.project, key.domain, key.task
