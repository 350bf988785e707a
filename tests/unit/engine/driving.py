"""A driver under virtual time, with a store and an executor that do what a test says."""

import asyncio

from flyweight import literals
from flyweight.engine.catalog import Found
from flyweight.engine.driver import Driver, DriverSettings
from flyweight.engine.jobs import Succeeded
from flyweight.engine.ports import Capacity, Ports
from flyweight.errors import AlreadyExists, NotFound, StorageFailed
from tests.simulation.virtual_time import LoopClock, VirtualTimeLoop
from tests.simulation.workflows import INTEGER, closure, inputs_of, layout, new_execution, node, task, workflow

TASK = task("plain", deck=True)
CLOSED = closure(
    workflow("w", [node("n0", TASK, a=".x")], inputs={"x": INTEGER}, outputs={"r": INTEGER}, results={"r": "n0.o0"}),
    tasks=[TASK],
)


class Store:
    """Keeps every batch; fails or waits on demand."""

    def __init__(self):
        self.batches, self.errors, self.taken, self.loaded = [], [], set(), []
        self.poison = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def commit(self, batch):
        await self.gate.wait()
        if self.errors:
            error = self.errors.pop()
            if error is not None:
                raise error
        if self.poison and any(self.poison(node) for node in batch.nodes):
            raise StorageFailed("a row that no database takes")
        if any(new.name in self.taken for new in batch.new):
            raise AlreadyExists("the name is taken")
        self.batches.append(batch)

    async def unfinished(self):
        return {loaded.new.key: len(loaded.nodes) for loaded in self.loaded}

    async def load(self, keys):
        return [loaded for loaded in self.loaded if loaded.new.key in keys]

    async def whole(self, key):
        raise NotFound(f"no execution {key}")

    async def closure(self, digest):
        if digest != literals.digest(CLOSED):
            raise NotFound(f"no closure {digest}")
        return CLOSED

    def rows(self, kind):
        return [row for batch in self.batches for row in getattr(batch, kind)]


class Parts:
    """The rest of what a driver needs: an executor that does what it is told, an observer, blobs."""

    def __init__(self, store, settings=None):
        self.store, self.blobs = store, {}
        self.entries, self.claims, self.reads, self.terms = {}, {}, [], []
        self.executed = []
        self.jobs, self.cancelled, self.told, self.decks, self.refuse = {}, [], [], [], False
        ports = Ports(
            store=store,
            executor=self,
            observer=self,
            blobs=self,
            catalog=self,
            registered=self,
            clock=LoopClock(asyncio.get_running_loop()),
            layout=layout,
        )
        self.driver = Driver(ports, settings)

    async def open(self, report):
        self.report = report

    async def close(self):
        self.report = None

    def start(self, job):
        if self.refuse:
            raise RuntimeError("no room at all")
        self.jobs[job.attempt.execution, job.attempt.node, job.attempt.attempt] = job
        self.executed.append(job.attempt)

    def cancel(self, attempt, reason):
        self.cancelled.append((attempt.execution, reason))

    def capacity(self):
        return Capacity(slots=7, busy=0, queued=0)

    def committed(self, batch):
        self.told.append(batch)

    def deck_published(self, report):
        self.decks.append(report)

    async def read(self, uri):
        if uri not in self.blobs:
            raise NotFound(uri)
        return self.blobs[uri]

    async def write(self, uri, data):
        self.blobs[uri] = data

    async def gone(self, uris):
        return set(uris) - set(self.blobs)

    async def look_up(self, keys):
        self.reads.append(keys)
        return [Found(entry=self.entries.get(key)) for key in keys]

    async def claim(self, claims, now, until):
        self.terms.append(until)
        return [self.claims.setdefault(claim.key, claim.owner) for claim in claims]

    async def release(self, claims):
        for claim in claims:
            del self.claims[claim.key]

    def succeed(self, key, number=0, **outputs):
        attempt = self.jobs[key, "n0", number].attempt
        self.report(Succeeded(attempt=attempt, outputs=inputs_of(**(outputs or {"o0": 1}))))


def run(scenario):
    """Run a coroutine under virtual time."""
    loop = VirtualTimeLoop()
    try:
        loop.run_until_complete(asyncio.wait_for(scenario(), 3600))
    finally:
        loop.close()


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


async def opened(store=None, **settings):
    parts = Parts(store or Store(), DriverSettings(**settings))
    await parts.driver.open()
    return parts


def new(key=1, **changes):
    return new_execution(CLOSED, key, inputs_of(x=3), **changes)
