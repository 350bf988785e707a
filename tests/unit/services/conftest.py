"""A platform without its edges: real store, driver and blobs, a clock that is told the time, an executor that is told
what becomes of each job."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from flyweight.blob import Signer
from flyweight.clock import ManualClock
from flyweight.engine.driver import Driver, DriverSettings
from flyweight.engine.jobs import Failed, Job, LogSpan, Report, Started, Succeeded
from flyweight.engine.ports import Capacity, Ports
from flyweight.ids import AttemptId
from flyweight.services.children import ChildExecutions
from flyweight.services.data import Data
from flyweight.services.decks import Decks
from flyweight.services.drawings import Drawings
from flyweight.services.executions import Executions
from flyweight.services.feed import Feed
from flyweight.services.launch_plans import LaunchPlans
from flyweight.services.launcher import Launcher, LaunchSettings
from flyweight.services.links import Links
from flyweight.services.logs import Logs
from flyweight.services.lookup import Lookup
from flyweight.services.named import Named
from flyweight.services.named_entities import NamedEntities
from flyweight.services.nodes import Nodes
from flyweight.services.objects import Objects
from flyweight.services.projects import Projects
from flyweight.services.registration import Registration
from flyweight.services.signals import Signals
from flyweight.services.tasks import Tasks
from flyweight.services.watch import Watch
from flyweight.services.workflows import Workflows
from flyweight.store.catalog import CatalogStore
from flyweight.store.database import Database
from flyweight.store.executions import ExecutionStore
from flyweight.store.named_entities import NamedEntityStore
from flyweight.store.projects import ProjectStore
from flyweight.store.registry import RegistryStore
from flyweight.store.signals import SignalStore

INLINE_LIMIT = 4096


class ScriptedExecutor:
    """An executor whose jobs do what the test says, when it says so."""

    def __init__(self) -> None:
        self.jobs: asyncio.Queue[Job] = asyncio.Queue()
        self.open_jobs: dict[AttemptId, Job] = {}
        self.report: Callable[[Report], None] = lambda _: None
        self.slots = 4

    async def open(self, report: Callable[[Report], None]) -> None:
        self.report = report

    def start(self, job: Job) -> None:
        self.open_jobs[job.attempt] = job
        self.jobs.put_nowait(job)

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        from flyweight.engine.jobs import Cancelled

        if self.open_jobs.pop(attempt, None) is not None:
            self.report(Cancelled(attempt=attempt, ended_at=ManualClock().now()))

    def capacity(self) -> Capacity:
        return Capacity(slots=self.slots, busy=len(self.open_jobs), queued=0)

    async def close(self) -> None:
        self.open_jobs.clear()

    async def next(self) -> Job:
        """Wait for the next job."""
        async with asyncio.timeout(10):
            return await self.jobs.get()

    def begin(self, job: Job, log: Path | None = None) -> None:
        """Say that a worker has it."""
        span = LogSpan(path=str(log), start=0) if log is not None else None
        self.report(Started(attempt=job.attempt, at=ManualClock().now(), worker="worker 1", log=span))

    def succeed(self, job: Job, outputs: object, log: LogSpan | None = None) -> None:
        """Say that it succeeded."""
        self.open_jobs.pop(job.attempt, None)
        self.report(Succeeded(attempt=job.attempt, outputs=outputs, worker="worker 1", log=log))

    def fail(self, job: Job, error: object) -> None:
        """Say that it failed."""
        self.open_jobs.pop(job.attempt, None)
        self.report(Failed(attempt=job.attempt, error=error, worker="worker 1"))


class Platform:
    """Every service over one database."""

    def __init__(self, database: Database, root: Path) -> None:
        self.clock = ManualClock()
        self.executor = ScriptedExecutor()
        self.feed = Feed()
        self.root = str(root / "blobs")
        objects = Objects(self.root)
        self.store = ExecutionStore(database)
        self.registry = RegistryStore(database)
        self.driver = Driver(
            Ports(
                store=self.store,
                executor=self.executor,
                observer=self.feed,
                blobs=objects,
                catalog=CatalogStore(database),
                registered=Named(RegistryStore(database), Registration(ProjectStore(database))),
                clock=self.clock,
                layout=objects.layout,
            ),
            DriverSettings(inline_limit=INLINE_LIMIT),
        )
        projects = ProjectStore(database)
        projects.seed(self.clock.now())
        registration = Registration(projects)
        self.lookup = Lookup(self.store, console="http://localhost:30080/console", layout=objects.layout)
        self.links = Links(
            root=self.root, address="http://localhost:30080", signer=Signer(b"secret", self.clock), clock=self.clock
        )
        self.projects = Projects(projects, self.clock)
        self.tasks = Tasks(self.registry.tasks, registration, self.clock)
        self.workflows = Workflows(self.registry, registration, self.clock)
        self.launch_plans = LaunchPlans(self.registry, registration, self.clock)
        self.names = NamedEntities(NamedEntityStore(database), self.registry, registration, self.clock)
        self.launcher = Launcher(
            store=self.store,
            registry=self.registry,
            registration=registration,
            driver=self.driver,
            settings=LaunchSettings(metadata=objects.metadata, inline_limit=INLINE_LIMIT),
            clock=self.clock,
        )
        self.executions = Executions(
            store=self.store,
            lookup=self.lookup,
            launcher=self.launcher,
            driver=self.driver,
            links=self.links,
            clock=self.clock,
        )
        self.nodes = Nodes(
            store=self.store,
            tasks=self.registry.tasks,
            lookup=self.lookup,
            links=self.links,
            drawings=Drawings(self.lookup),
        )
        self.signals = Signals(store=SignalStore(database), lookup=self.lookup, driver=self.driver)
        self.children = ChildExecutions(
            store=self.store, lookup=self.lookup, launcher=self.launcher, driver=self.driver
        )
        self.data = Data(self.lookup, self.links, registration, max_upload_bytes=1_000_000)
        self.decks = Decks(self.lookup, self.feed)
        self.logs = Logs(self.lookup, self.feed)
        self.watch = Watch(self.lookup, self.feed, self.executions.create_execution, self.driver.capacity, self.clock)


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(shutil.copy(empty_database, tmp_path))
    yield opened
    opened.close()


@pytest.fixture
async def platform(database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    running = Platform(database, tmp_path)
    await running.driver.open(running.children)
    yield running
    await running.driver.close()
