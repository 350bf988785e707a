"""The two places where outputs are kept, behind one face: the file store of local runs, and a platform's catalog."""

import shutil

import pytest

from flyweight import literals
from flyweight.blob import file_uri
from flyweight.clock import ManualClock
from flyweight.engine.catalog import CacheHit, Question
from flyweight.engine.lookups import Lookups
from flyweight.engine.records import Batch, CacheRecord
from flyweight.runtime.local_cache import LocalCache
from flyweight.services.objects import Objects
from flyweight.store.catalog import CatalogStore
from flyweight.store.database import Database
from flyweight.store.executions import ExecutionStore


class Local:
    """Where runs on this machine keep outputs."""

    def __init__(self, folder, _):
        self._cache = LocalCache(folder=folder / "local-cache")

    async def keep(self, key, outputs):
        self._cache.keep(key, outputs)

    async def look_up(self, key):
        return self._cache.look_up(key)

    def close(self):
        self._cache.clear()


class Platform:
    """Where a platform does, as its engine asks."""

    def __init__(self, folder, empty_database):
        self._database = Database.open(shutil.copy(empty_database, folder))
        self._told = []
        self._lookups = Lookups(
            catalog=CatalogStore(self._database),
            blobs=Objects(file_uri(folder)),
            clock=ManualClock(),
            tell=lambda _, told: self._told.extend(told.answers),
        )

    async def keep(self, key, outputs):
        entry = CacheRecord(key=key, outputs=literals.to_bytes(outputs), source=b"", created_at=1)
        await ExecutionStore(self._database).commit(Batch(entries=(entry,)))

    async def look_up(self, key):
        self._lookups.ask(Question(execution=1, node="n0", key=key))
        await self._lookups._asking
        answer = self._told.pop()
        if isinstance(answer, CacheHit):
            return answer.outputs, ""
        return None, answer.reason.partition(" (compared")[0]

    def close(self):
        self._database.close()


@pytest.fixture(params=[Local, Platform], ids=["local", "catalog"])
def cache(request, tmp_path, empty_database):
    made = request.param(tmp_path, empty_database)
    yield made
    made.close()
