"""The catalog's rows: entries by key, the entry that differs least, and claims that run out."""

import pytest
from sqlalchemy import select

from flyweight.engine.catalog import Claim
from flyweight.engine.records import Batch, CacheRecord
from flyweight.semantics.caching import CacheKey
from flyweight.store import tables
from flyweight.store.catalog import CatalogStore
from flyweight.store.executions import ExecutionStore


def key(**changes):
    fields = {"project": "p", "domain": "d", "task": "t", "version": "1", "interface": "a-b"}
    digests = {"x": changes.pop("x", "1"), "y": changes.pop("y", "1")}
    return CacheKey(**{**fields, **changes}, inputs=repr(digests), digests=digests)


def entry(at=1, **changes):
    return CacheRecord(key=key(**changes), outputs=b"out", source=str(changes).encode(), created_at=at)


@pytest.fixture
def catalog(database):
    return CatalogStore(database)


async def test_an_entry_is_found_by_its_key_alone(database, catalog):
    kept = entry()
    await ExecutionStore(database).commit(Batch(entries=(kept,)))
    found = await catalog.look_up([key(), key(x="2"), key()])
    assert [each.entry for each in found] == [kept, None, kept]
    assert found[0].entry.key.digests == {"x": "1", "y": "1"}


async def test_the_newest_outputs_take_the_place_of_older_ones(database, catalog):
    store = ExecutionStore(database)
    await store.commit(Batch(entries=(entry(1),)))
    await store.commit(Batch(entries=(entry(2),)))
    [found] = await catalog.look_up([key()])
    assert found.entry.created_at == 2


async def test_more_keys_than_a_query_takes_are_looked_up(database, catalog):
    entries = tuple(entry(x=str(number)) for number in range(1200))
    await ExecutionStore(database).commit(Batch(entries=entries))
    found = await catalog.look_up([each.key for each in entries])
    assert [each.entry.key for each in found] == [each.key for each in entries]


async def test_what_is_missed_is_compared_with_what_differs_least(database, catalog):
    entries = (entry(1, x="2"), entry(2, x="2", y="2"), entry(3, version="2"), entry(4, interface="c-d"))
    others = (entry(9, task="u"), entry(9, project="q"))
    await ExecutionStore(database).commit(Batch(entries=entries + others))
    [found] = await catalog.look_up([key()])
    assert found.nearest.key == entries[0].key
    [found] = await catalog.look_up([key(task="v")])
    assert (found.entry, found.nearest) == (None, None)


async def test_a_claim_is_its_owners_until_it_runs_out(catalog):
    mine, yours = Claim(key=key(), owner="me"), Claim(key=key(), owner="you")
    assert await catalog.claim([mine], 0, 10) == ["me"]
    assert await catalog.claim([yours], 5, 15) == ["me"]
    assert await catalog.claim([mine], 9, 19) == ["me"]  # prolonged
    assert await catalog.claim([yours], 15, 25) == ["me"]
    assert await catalog.claim([yours], 20, 30) == ["you"]
    await catalog.release([mine])  # no longer its own
    assert await catalog.claim([mine], 21, 31) == ["you"]
    await catalog.release([yours])
    assert await catalog.claim([mine], 22, 32) == ["me"]


async def test_claims_that_ran_out_are_removed_once_in_a_while_and_the_others_stay(database, catalog):
    async def kept():
        owners = select(tables.cache_claims.c.owner).order_by(tables.cache_claims.c.owner)
        return await database.read(lambda connection: connection.execute(owners).scalars().all())

    dead = [Claim(key=key(x=str(number)), owner=f"dead {number}") for number in range(3)]
    await catalog.claim(dead, 0, 10)
    slow = Claim(key=key(x="slow"), owner="slow")
    await catalog.claim([slow], 5, 15)
    assert await catalog.claim([Claim(key=key(), owner="me")], 12, 22) == ["me"]
    assert await kept() == ["me", "slow"]
    assert await catalog.claim([slow, dead[0]], 40, 50) == ["slow", "dead 0"], "who was only slow claims anew"
    assert await kept() == ["dead 0", "slow"]
