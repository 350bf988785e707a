"""The catalog: outputs that tasks gave, for later runs with the same key, and who computes what is not there yet.

Implements ``engine.ports.Catalog``. Entries are written with the success that they come from (``rows.write_entries``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter

from sqlalchemy import Connection, RowMapping, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from flyweight.clock import Micros
from flyweight.engine.catalog import Claim, Found
from flyweight.engine.records import CacheRecord
from flyweight.semantics.caching import CacheKey, nearest
from flyweight.store import rows, tables
from flyweight.store.bulk import Bulk
from flyweight.store.database import Database

COMPARED = 50
"""How many of a task's newest entries are looked through for the one that differs least from what is missed."""
_TOGETHER = 500
"""Keys in one query."""

_entries = tables.cache_entries.c
_claims = tables.cache_claims.c
_mine = insert(tables.cache_claims).values(dict.fromkeys(("digest", "owner", "expires_at")))
_TAKE: Bulk[Mapping[str, object]] = Bulk(
    _mine.on_conflict_do_update(
        index_elements=[_claims.digest],
        set_={"owner": _mine.excluded.owner, "expires_at": _mine.excluded.expires_at},
        where=(_claims.owner == _mine.excluded.owner) | (_claims.expires_at < bindparam("now")),
    ),
    reader=itemgetter,
)
"""Takes the place, unless somebody else has it whose time is not over."""
_LET_GO: Bulk[Mapping[str, object]] = Bulk(
    delete(tables.cache_claims).where(_claims.digest == bindparam("digest"), _claims.owner == bindparam("owner")),
    reader=itemgetter,
)


class CatalogStore:
    """The rows of the catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next_sweep = Micros(0)

    async def look_up(self, keys: Sequence[CacheKey]) -> list[Found]:
        """Find what is kept for each key, in one read; for what is missed, the entry that differs least."""
        return await self._database.read(lambda connection: _look_up(connection, keys))

    async def claim(self, claims: Sequence[Claim], now: Micros, until: Micros) -> list[str]:
        """Claim what is not claimed by others, or prolong it; gives the owner of each. Raises ``TryAgain``.

        Once in the time that a claim lasts, those that have run out are removed: nobody owns them any more, and an
        owner that was only slow claims anew.
        """

        def work(connection: Connection) -> list[str]:
            if now >= self._next_sweep:
                connection.execute(delete(tables.cache_claims).where(_claims.expires_at < now))
                self._next_sweep = until
            term = {"expires_at": until, "now": now}
            _TAKE.write(connection, [{"digest": each.key.digest, "owner": each.owner, **term} for each in claims])
            owners = _owners(connection, [each.key.digest for each in claims])
            return [owners[each.key.digest] for each in claims]

        return await self._database.write(work)

    async def release(self, claims: Sequence[Claim]) -> None:
        """Let go of claims; those that are others' by now stay. Raises ``TryAgain``."""
        rows = [{"digest": each.key.digest, "owner": each.owner} for each in claims]
        await self._database.write(lambda connection: _LET_GO.write(connection, rows))


def _look_up(connection: Connection, keys: Sequence[CacheKey]) -> list[Found]:
    wanted = {key.digest: key for key in keys}
    found: dict[str, Found] = {}
    for start in range(0, len(wanted), _TOGETHER):
        digests = list(islice(wanted, start, start + _TOGETHER))
        query = select(tables.cache_entries).where(_entries.digest.in_(digests))
        for entry in map(rows.entry, connection.execute(query).mappings()):
            found[entry.key.digest] = Found(entry=entry)
    missed = {digest: key for digest, key in wanted.items() if digest not in found}
    newest = {of: _newest(connection, *of) for of in {_task(key) for key in missed.values()}}
    found |= {digest: Found(nearest=_nearest(key, newest[_task(key)])) for digest, key in missed.items()}
    return [found[key.digest] for key in keys]


class _Newest:
    """A task's newest entries, each made of its row when it is first compared: often the first one will do."""

    def __init__(self, found: Iterable[RowMapping]) -> None:
        self._rows = iter(found)
        self._made: list[CacheRecord] = []

    def __iter__(self) -> Iterator[CacheRecord]:
        yield from self._made
        for row in self._rows:
            self._made.append(rows.entry(row))
            yield self._made[-1]


def _newest(connection: Connection, project: str, domain: str, task: str) -> _Newest:
    query = (
        select(*(column for column in _entries if column.name != "outputs"))
        .where(_entries.project == project, _entries.domain == domain, _entries.task == task)
        .order_by(_entries.created_at.desc())
        .limit(COMPARED)
    )
    return _Newest(connection.execute(query).mappings().all())


def _nearest(key: CacheKey, entries: _Newest) -> CacheRecord | None:
    """Choose the entry that differs least; the newest of equals."""
    found = nearest(key, (entry.key for entry in entries))
    return next((entry for entry in entries if entry.key is found), None)


def _owners(connection: Connection, digests: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(digests), _TOGETHER):
        query = select(_claims.digest, _claims.owner).where(_claims.digest.in_(digests[start : start + _TOGETHER]))
        found.update(dict(tuple(row) for row in connection.execute(query)))
    return found


def _task(key: CacheKey) -> tuple[str, str, str]:
    return key.project, key.domain, key.task
