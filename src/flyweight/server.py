"""Composition root: builds every object of a platform, starts them in order and stops them in reverse. No logic."""

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from socket import gethostname, socket

import uvloop

from flyweight import blob
from flyweight.api.app import About, http_app
from flyweight.api.blobs import Blobs
from flyweight.api.front import Front
from flyweight.api.grpc_server import GrpcServer
from flyweight.api.guard import Rules, own_hosts
from flyweight.api.http_server import HttpServer
from flyweight.api.listening import is_loopback, listen
from flyweight.clock import Clock, SystemClock
from flyweight.console.routes import routes
from flyweight.console.sources import ConsoleServices
from flyweight.engine.driver import Driver, DriverSettings
from flyweight.engine.ports import Ports
from flyweight.errors import InvalidInput, PlatformError
from flyweight.executors.ceilings import below_ceilings
from flyweight.executors.cgroups import Groups, find
from flyweight.executors.groups import ControlGroups, group_name
from flyweight.executors.local import local_executor
from flyweight.services.children import ChildExecutions
from flyweight.services.data import Data
from flyweight.services.decks import Decks
from flyweight.services.drawings import Drawings
from flyweight.services.executions import Executions
from flyweight.services.feed import Feed
from flyweight.services.identity import Identity
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
from flyweight.settings import PlatformSettings, remove_discovery, write_discovery
from flyweight.store.catalog import CatalogStore
from flyweight.store.database import Database
from flyweight.store.executions import ExecutionStore
from flyweight.store.folder import DataFolder
from flyweight.store.named_entities import NamedEntityStore
from flyweight.store.platform import settle
from flyweight.store.projects import ProjectStore
from flyweight.store.registry import RegistryStore
from flyweight.store.signals import SignalStore

logger = logging.getLogger(__name__)

STOP_SECONDS = 1.0
"""How long calls under way may take to end when the platform stops; watchers never end by themselves."""

NOTE_SECONDS = 5.0
"""How often the platform notes that it lives: after a crash, what ran is told to have run until the last note."""

OPEN_FILES = 8192

SWITCH_SECONDS = 0.0005
"""How long a busy event loop keeps the interpreter's lock from the thread that writes, which asks for it again after
each statement; Python's own 5 ms would be added to a small commit several times."""

_LOCAL = frozenset({"localhost", "::1", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound
"""Bind addresses that this machine's own clients reach as 127.0.0.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A running platform."""

    address: str
    """``host:port`` at which everything answers."""
    driver: Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What everything else is built on."""

    settings: PlatformSettings
    """With ``data_dir`` resolved."""
    clock: Clock
    folder: DataFolder
    database: Database
    objects: Objects
    links: Links
    groups: ControlGroups
    url: str
    """``http://host:port``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Services:
    """What the boundary is given."""

    answering: tuple[object, ...]
    """Objects whose coroutines bear the names of RPCs."""
    data: Data
    console: ConsoleServices
    children: ChildExecutions


def run(settings: PlatformSettings) -> int:
    """Run a platform in this process until SIGTERM or SIGINT; a second one ends it at once.

    Returns:
        0, the exit code.

    Raises:
        FlyweightError: It cannot start: the port or the data folder is taken, the database is broken ...
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-7s %(message)s", force=True)
    ours = logging.getLogger("flyweight")
    ours.setLevel(min(ours.getEffectiveLevel(), logging.INFO))
    _raise_file_limit()
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))
    return 0


def _raise_file_limit() -> None:
    """Allow as many open files as the front's connections and the workers need; shells often give 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(settings: PlatformSettings) -> None:
    """Run a platform on this event loop until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with platform(settings) as running:
        logger.info("Flyweight answers at http://%s/console (data in %s)", running.address, settings.data_dir)
        try:
            await until_stopped(running.driver, stop)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
            logger.info("Stopping; what runs goes on at the next start.")


async def until_stopped(driver: Driver, stop: asyncio.Event) -> None:
    """Wait for the request to stop; raises ``PlatformError`` if the driver has failed.

    A platform that answers and runs nothing would only look alive.
    """
    stopping = asyncio.ensure_future(stop.wait())
    running = asyncio.ensure_future(driver.ended())
    await asyncio.wait({stopping, running}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        stopping.cancel()
        problem = running.exception()
        logger.critical("the engine has failed, so the platform stops", exc_info=problem)
        raise PlatformError(
            f"The engine has failed ({type(problem).__name__}: {problem}), and the platform has stopped. Nothing is "
            "lost: start it again. Please report it, with the traceback in the log."
        ) from problem
    running.cancel()


@asynccontextmanager
async def platform(settings: PlatformSettings) -> AsyncGenerator[Platform]:
    """Give a platform that runs and answers, for the body's time.

    Raises:
        PreconditionFailed: Its port or data folder is taken.
        InvalidInput: It would be open to others, and ``insecure_bind`` does not say that this is meant.
    """
    check_bind(settings)
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        folder = DataFolder.open(settings.data_dir)
        stack.callback(folder.close)
        sockets = listen(settings.host, settings.port)
        for each in sockets:
            stack.callback(each.close)
        address = address_of(settings.host, sockets[0].getsockname()[1])
        base = _base(stack, replace(settings, data_dir=folder.path), folder, address, clock)
        feed = Feed()
        driver = _driver(base, feed)
        services = _services(base, feed, driver)
        stack.push_async_callback(driver.close)
        await driver.open(services.children, folder.last_seen)
        stack.callback(lambda: folder.note_life(clock.now()))
        stack.callback(asyncio.get_running_loop().create_task(_note_life(folder, clock)).cancel)
        await _answer(stack, base, services, driver.load, sockets)
        write_discovery(folder.path, address=address, version=version("flyweight"), started=clock.now())
        stack.callback(remove_discovery, folder.path)
        # What start-up made stays for good: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        yield Platform(address=address, driver=driver)


async def _note_life(folder: DataFolder, clock: Clock) -> None:
    while True:
        folder.note_life(clock.now())
        await asyncio.sleep(NOTE_SECONDS)


def check_bind(settings: PlatformSettings) -> None:
    """Refuse to be open to others by mistake, and warn when it is meant; raises ``InvalidInput``."""
    if is_loopback(settings.host):
        return
    if not settings.insecure_bind:
        raise InvalidInput(
            f"at {settings.host} everybody who can reach this machine could run code on it, since nobody is asked who "
            "they are. Leave --host out to listen on this machine only, or give --insecure-bind if that is meant"
        )
    logger.warning(
        "Listening at %s without authentication: whoever can reach that address can run code as this user.",
        settings.host,
    )


def address_of(host: str, port: int) -> str:
    """Tell the ``host:port`` by which clients on this machine reach a platform that is bound to ``host``."""
    name = "127.0.0.1" if host in _LOCAL else host
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _base(stack: AsyncExitStack, settings: PlatformSettings, folder: DataFolder, address: str, clock: Clock) -> _Base:
    database = Database.open(folder.database)
    stack.callback(database.close)
    secret = settle(database, folder.path)
    ProjectStore(database).seed(clock.now())
    objects = Objects(str(folder.blobs))
    url = f"http://{address}"
    links = Links(root=objects.root, address=url, signer=blob.Signer(secret, clock), clock=clock)
    groups = ControlGroups(find(Groups(settings.cgroups)), group_name(folder.path))
    groups.open()
    stack.callback(groups.close)
    return _Base(
        settings=settings,
        clock=clock,
        folder=folder,
        database=database,
        objects=objects,
        links=links,
        groups=groups,
        url=url,
    )


def _driver(base: _Base, feed: Feed) -> Driver:
    local = local_executor(base.settings, base.clock, url=base.url, groups=base.groups)
    ports = Ports(
        store=ExecutionStore(base.database),
        executor=below_ceilings(local, base.settings.project_parallelism, base.clock),
        observer=feed,
        blobs=base.objects,
        catalog=CatalogStore(base.database),
        registered=Named(RegistryStore(base.database), Registration(ProjectStore(base.database))),
        clock=base.clock,
        layout=base.objects.layout,
    )
    settings = DriverSettings(inline_limit=base.settings.inline_limit, queue_timeout=base.settings.queue_timeout)
    return Driver(ports, settings)


def _services(base: _Base, feed: Feed, driver: Driver) -> _Services:
    clock, links = base.clock, base.links
    store = ExecutionStore(base.database)
    registry = RegistryStore(base.database)
    projects = ProjectStore(base.database)
    registration = Registration(projects)
    lookup = Lookup(store, console=f"{base.url}/console", layout=base.objects.layout)
    launcher = Launcher(
        store=store,
        registry=registry,
        registration=registration,
        driver=driver,
        settings=LaunchSettings(
            metadata=base.objects.metadata,
            inline_limit=base.settings.inline_limit,
            max_parallelism=base.settings.max_parallelism,
        ),
        clock=clock,
    )
    data = Data(lookup, links, registration, max_upload_bytes=base.settings.max_upload_bytes)
    drawings = Drawings(lookup)
    executions = Executions(store=store, lookup=lookup, launcher=launcher, driver=driver, links=links, clock=clock)
    console = ConsoleServices(
        executions=executions,
        nodes=Nodes(store=store, tasks=registry.tasks, lookup=lookup, links=links, drawings=drawings),
        drawings=drawings,
        data=data,
        tasks=Tasks(registry.tasks, registration, clock),
        workflows=Workflows(registry, registration, clock),
        launch_plans=LaunchPlans(registry, registration, clock),
        projects=Projects(projects, clock),
        watch=Watch(lookup, feed, executions.create_execution, driver.capacity, clock),
        logs=Logs(lookup, feed),
        signals=Signals(store=SignalStore(base.database), lookup=lookup, driver=driver),
        decks=Decks(lookup, feed),
        clock=clock,
    )
    answering = (
        console.executions,
        console.nodes,
        data,
        console.tasks,
        console.workflows,
        console.launch_plans,
        console.projects,
        NamedEntities(NamedEntityStore(base.database), registry, registration, clock),
        console.signals,
        Identity(),
        console.watch,
        console.logs,
    )
    children = ChildExecutions(store=store, lookup=lookup, launcher=launcher, driver=driver)
    return _Services(answering=answering, data=data, console=console, children=children)


async def _answer(
    stack: AsyncExitStack,
    base: _Base,
    services: _Services,
    load: Callable[[], Mapping[str, int]],
    sockets: list[socket],
) -> None:
    """Start to answer; on the way down, accept nothing more first, and cut what is left last."""
    settings = base.settings
    grpc = GrpcServer(
        services.answering, socket=base.folder.run / "grpc.sock", max_request_bytes=settings.max_request_bytes
    )
    rules = Rules(
        hosts=own_hosts(settings.host, [gethostname(), *settings.allowed_hosts]),
        any_address=not is_loopback(settings.host),
        max_body_bytes=settings.max_request_bytes,
    )
    about = About(
        version=version("flyweight"),
        data_dir=str(base.folder.path),
        pid=os.getpid(),
        limits=base.groups.told,
        load=load,
    )
    http = HttpServer(
        http_app(services.answering, [*Blobs(services.data).routes(), *routes(services.console)], about, rules)
    )
    front = Front(grpc_socket=grpc.socket, http=http.protocol)
    stack.push_async_callback(front.hang_up)
    await grpc.start()
    stack.push_async_callback(grpc.stop, STOP_SECONDS)
    stack.push_async_callback(http.stop, STOP_SECONDS)
    await front.start(sockets)
    stack.push_async_callback(front.stop)
