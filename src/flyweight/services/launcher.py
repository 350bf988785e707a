"""Starts executions: from a request, through what is registered, to a committed row that the driver runs.

A request is carried out once, however often it is sent: Flyte's clients send it again when they lose the answer.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import blob, literals
from flyweight.clock import Clock
from flyweight.engine.children import Child
from flyweight.engine.driver import Driver
from flyweight.engine.records import NO_EXECUTION, NO_NODE, NewExecution
from flyweight.errors import AlreadyExists, FlyweightError, InvalidInput
from flyweight.ids import END_NODE, START_NODE, ExecutionKey, new_execution_key, new_execution_name
from flyweight.semantics.layout import ExecutionLayout
from flyweight.semantics.rerun import RERUN_NODE
from flyweight.services.execution_requests import (
    accepted_spec,
    caller_inputs,
    inherited_spec,
    merged_inputs,
    spec_with_launch_plan,
)
from flyweight.services.identifiers import check_execution_name
from flyweight.services.registration import Registration
from flyweight.services.targets import Target, Targets
from flyweight.store.executions import ExecutionStore
from flyweight.store.registry import RegistryStore
from flyweight.store.rows import StoredExecution

LOST_SECONDS = 60.0
"""How long a request whose caller went away is remembered, so that sending it again finds what it started."""

_ENDS = frozenset({START_NODE, END_NODE})
_Identifier = identifier_pb2.WorkflowExecutionIdentifier
_Mode = execution_pb2.ExecutionMetadata
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSettings:
    """Where executions keep their data, and how much of them runs at once."""

    metadata: str
    """URI prefix of inputs, outputs, errors and decks: ``<bucket>/metadata/propeller``."""
    inline_limit: int
    """Literal maps of more bytes stand below ``metadata``, not in rows."""
    max_parallelism: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tasks of one execution that run at once, by project (``*``: any other), where nobody says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """Which node of an execution is to run again, with all that follows from it."""

    node: str
    """Its id there, or an item's name."""
    outermost: str
    """Which node of the workflow it is, or runs inside."""
    version: str = ""
    """Of the launch plan or task to run; empty for the one that ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """Where a request came from, beyond its own words."""

    mode: _Mode.ExecutionMode | None = None
    reference: StoredExecution | None = None
    rerun: Rerun | None = None
    child: Child | None = None


class Launcher:
    """Starts executions of one platform."""

    def __init__(
        self,
        *,
        store: ExecutionStore,
        registry: RegistryStore,
        registration: Registration,
        driver: Driver,
        settings: LaunchSettings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._registration = registration
        self._targets = Targets(registry, registration)
        self._driver = driver
        self._settings = settings
        self._clock = clock
        self._starting: set[tuple[str, str, str]] = set()
        self._lost: dict[bytes, tuple[float, asyncio.Future[_Identifier]]] = {}

    async def create(self, request: execution_pb2.ExecutionCreateRequest) -> _Identifier:
        """Start what the request says; the same request after a lost answer gives the execution it started.

        Raises what ``Executions.create_execution`` says.
        """
        fingerprint = hashlib.sha256(literals.to_bytes(request)).digest()
        lost = self._take_lost(fingerprint)
        start = lost or asyncio.ensure_future(self._start(request, _Origin()))
        try:
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            # The caller has gone, and may or may not come back: a start is never broken off half-way.
            self._lost[fingerprint] = self._clock.monotonic(), start
            start.add_done_callback(_log_failure)
            raise

    async def relaunch(self, found: StoredExecution, name: str, *, overwrite_cache: bool) -> _Identifier:
        """Start again what an execution ran, with the inputs that its caller gave."""
        request = _again(found, name)
        request.spec.overwrite_cache = request.spec.overwrite_cache or overwrite_cache
        return await self._start(request, _Origin(mode=_Mode.RELAUNCH, reference=found))

    async def recover(self, found: StoredExecution, name: str, rerun: Rerun | None = None) -> _Identifier:
        """Start again what an execution ran, taking over what succeeded there; or run one node again and go on."""
        request = _again(found, name)
        annotations = request.spec.annotations.values
        annotations.pop(RERUN_NODE, None)
        if rerun is not None:
            annotations[RERUN_NODE] = rerun.node
            request.spec.launch_plan.version = rerun.version or request.spec.launch_plan.version
        return await self._start(request, _Origin(mode=_Mode.RECOVERED, reference=found, rerun=rerun))

    async def child(self, child: Child) -> _Identifier:
        """Start what a node of another execution stands for; it inherits what its parent was started with."""
        spec = inherited_spec(execution_pb2.ExecutionSpec.FromString(child.parent_spec))
        spec.annotations.values.pop(RERUN_NODE, None)  # it names a node of the parent
        spec.overwrite_cache |= child.overwrite_cache
        spec.launch_plan.CopyFrom(child.launch_plan)
        spec.metadata.parent_node_execution.node_id = child.node
        spec.metadata.parent_node_execution.execution_id.CopyFrom(child.parent_id)
        request = execution_pb2.ExecutionCreateRequest(
            project=child.parent_id.project,
            domain=child.parent_id.domain,
            name=child.name,
            spec=spec,
            inputs=child.inputs,
        )
        reference = await self._ended(child) if child.recovers else None
        if reference is None:
            return await self._start(request, _Origin(mode=_Mode.CHILD_WORKFLOW, child=child))
        request.spec.metadata.reference_execution.CopyFrom(_named(reference))
        return await self._start(request, _Origin(mode=_Mode.RECOVERED, reference=reference, child=child))

    async def _ended(self, child: Child) -> StoredExecution | None:
        """Find the execution that a child is to recover, if it was ever started and has ended."""
        key = await self._store.key_of(child.parent_id.project, child.parent_id.domain, child.recovers)
        found = None if key is None else await self._store.get_by_key(key)
        return found if found is not None and found.record.phase.terminal else None

    async def _start(self, request: execution_pb2.ExecutionCreateRequest, origin: _Origin) -> _Identifier:
        await self._registration.check_project(request.project, request.domain)
        name = request.name or new_execution_name()
        check_execution_name(name)
        place = request.project, request.domain, name
        # Of two at once, the second is refused here; later ones by the row's uniqueness, without a question beforehand.
        if place in self._starting:
            raise _taken(*place)
        self._starting.add(place)
        try:
            await self._create(request, name, origin)
        finally:
            self._starting.discard(place)
        return _Identifier(project=request.project, domain=request.domain, name=name)

    async def _create(self, request: execution_pb2.ExecutionCreateRequest, name: str, origin: _Origin) -> None:
        spec = accepted_spec(request.spec, mode=origin.mode)
        target = await self._targets.find(request.spec.launch_plan)
        if target.own is not None:
            spec = spec_with_launch_plan(spec, target.own)
            spec.launch_plan.resource_type = identifier_pb2.LAUNCH_PLAN
        if not spec.max_parallelism:
            limits = self._settings.max_parallelism
            spec.max_parallelism = limits.get(request.project, limits.get("*", 0))
        given = caller_inputs(request)
        what = target.launch_plan or target.task
        if origin.rerun is not None and origin.rerun.version and origin.reference is not None:
            what += f", newer code than execution {origin.reference.new.name} ran,"
            await self._check_outermost(what, target, origin.rerun)
        merged = merged_inputs(what, target.expected, target.fixed, given)
        inputs, inputs_uri = await self._stored(request, name, merged)
        now = self._clock.now()
        new = NewExecution(
            key=new_execution_key(now),
            project=request.project,
            domain=request.domain,
            name=name,
            closure_digest=target.digest,
            spec=spec.SerializeToString(),
            inputs=inputs,
            inputs_uri=inputs_uri,
            user_inputs=literals.to_bytes(given),
            launch_plan=target.launch_plan,
            workflow=str(target.workflow),
            task=target.task,
            mode=spec.metadata.mode,
            principal=spec.metadata.principal,
            parent_execution=origin.child.parent if origin.child else NO_EXECUTION,
            parent_node=origin.child.node if origin.child else NO_NODE,
            reference_execution=origin.reference.new.key if origin.reference else ExecutionKey(0),
            created_at=now,
        )
        await self._driver.create(new, target.closure)

    async def _check_outermost(self, what: str, target: Target, rerun: Rerun) -> None:
        """See that newer code has the node that is to run again; else all would be taken over, and nothing run."""
        closure = target.closure or await self._store.closure(target.digest)
        names = [node.id for node in closure.primary.template.nodes]
        if rerun.outermost not in names:
            raise InvalidInput(
                f"{what} has no node {rerun.outermost!r} that could run again: its nodes are "
                f"{', '.join(name for name in names if name not in _ENDS)}. Relaunch it: that begins from its inputs"
            )

    async def _stored(
        self, request: execution_pb2.ExecutionCreateRequest, name: str, inputs: literals_pb2.LiteralMap
    ) -> tuple[bytes, str]:
        body = literals.to_bytes(inputs)
        if len(body) <= self._settings.inline_limit:
            return body, ""
        # Its place follows from the name, so here that must be asked first: another's inputs may stand there.
        if await self._store.key_of(request.project, request.domain, name) is not None:
            raise _taken(request.project, request.domain, name)
        layout = ExecutionLayout(
            metadata=self._settings.metadata, raw="", project=request.project, domain=request.domain, execution=name
        )
        uri = layout.inputs(START_NODE)
        await asyncio.to_thread(blob.put, uri, body)
        return b"", uri

    def _take_lost(self, fingerprint: bytes) -> "asyncio.Future[_Identifier] | None":
        """Take the start that an earlier, broken-off call of the same request began, unless it has failed."""
        oldest = self._clock.monotonic() - LOST_SECONDS
        self._lost = {key: held for key, held in self._lost.items() if held[0] >= oldest}
        _, start = self._lost.pop(fingerprint, (0.0, None))
        if start is None or (start.done() and (start.cancelled() or start.exception() is not None)):
            return None
        return start


def _again(found: StoredExecution, name: str) -> execution_pb2.ExecutionCreateRequest:
    """Ask for what an execution ran, with the inputs that its caller gave."""
    spec = accepted_spec(execution_pb2.ExecutionSpec.FromString(found.new.spec))
    spec.metadata.ClearField("parent_node_execution")  # nobody waits for this one
    spec.metadata.reference_execution.CopyFrom(_named(found))
    return execution_pb2.ExecutionCreateRequest(
        project=found.new.project,
        domain=found.new.domain,
        name=name,
        spec=spec,
        inputs=literals.map_from_bytes(found.new.user_inputs),
    )


def _taken(project: str, domain: str, name: str) -> AlreadyExists:
    return AlreadyExists(f"execution {name!r} exists already in {project}/{domain}")


def _named(found: StoredExecution) -> _Identifier:
    return _Identifier(project=found.new.project, domain=found.new.domain, name=found.new.name)


def _log_failure(start: "asyncio.Future[_Identifier]") -> None:
    problem = None if start.cancelled() else start.exception()
    if problem is not None and not isinstance(problem, FlyweightError):
        _logger.error("an execution whose caller had gone could not be started", exc_info=problem)
