"""Executions: started (once, however often the request is sent), read, listed, stopped and archived."""

from flyteidl.admin import common_pb2, execution_pb2
from flyteidl.core import identifier_pb2

from flyweight.clock import Clock
from flyweight.engine.driver import Driver
from flyweight.engine.records import NO_NODE
from flyweight.errors import PreconditionFailed
from flyweight.ids import NodeId
from flyweight.semantics.rerun import RERUN_NODE
from flyweight.services import views
from flyweight.services.launcher import Launcher, Rerun
from flyweight.services.links import Links
from flyweight.services.lookup import Lookup
from flyweight.services.metrics import execution_span
from flyweight.store.executions import ExecutionStore
from flyweight.store.listing import ListQuery
from flyweight.store.rows import StoredExecution


class Executions:
    """What the platform does with executions."""

    def __init__(
        self, *, store: ExecutionStore, lookup: Lookup, launcher: Launcher, driver: Driver, links: Links, clock: Clock
    ) -> None:
        self._store = store
        self._lookup = lookup
        self._launcher = launcher
        self._driver = driver
        self._links = links
        self._clock = clock

    async def create_execution(
        self, request: execution_pb2.ExecutionCreateRequest
    ) -> execution_pb2.ExecutionCreateResponse:
        """Start a launch plan or a single task.

        In mode RECOVERED with a ``reference_execution``, that one is recovered (see ``recover_execution``); with the
        annotation ``RERUN_NODE``, that node of it runs again with all that follows from it, in the version that
        ``launch_plan`` names, if it names one.

        A client that lost the answer and sends the request again gets the execution that it started, not another.

        Raises:
            NotFound: What is to be started is not registered; the message names what was probably meant.
            InvalidInput: An input is missing, unknown, fixed or of another type, or the name is not valid.
            AlreadyExists: There is an execution of that name.
            TryAgain: The platform cannot write at the moment; nothing was started.
        """
        if request.spec.metadata.mode == execution_pb2.ExecutionMetadata.RECOVERED:
            return execution_pb2.ExecutionCreateResponse(id=await self._rerun(request))
        return execution_pb2.ExecutionCreateResponse(id=await self._launcher.create(request))

    async def _rerun(self, request: execution_pb2.ExecutionCreateRequest) -> identifier_pb2.WorkflowExecutionIdentifier:
        spec = request.spec
        found = await self._ended(spec.metadata.reference_execution)
        node = spec.annotations.values.get(RERUN_NODE, "")
        if not node:
            return await self._launcher.recover(found, request.name)
        record = await self._lookup.node(found, NodeId(node))
        node = record.node
        while record.parent != NO_NODE:
            record = await self._lookup.node(found, record.parent)
        rerun = Rerun(node=node, outermost=record.spec_node, version=spec.launch_plan.version)
        return await self._launcher.recover(found, request.name, rerun)

    async def _ended(self, of: identifier_pb2.WorkflowExecutionIdentifier) -> StoredExecution:
        """Find an execution that can be recovered."""
        found = await self._lookup.of(of)
        if not found.record.phase.terminal:
            raise PreconditionFailed(
                f"execution {of.name!r} cannot be recovered while it is {found.record.phase.name}: wait for its end, "
                "or terminate it"
            )
        return found

    async def relaunch_execution(
        self, request: execution_pb2.ExecutionRelaunchRequest
    ) -> execution_pb2.ExecutionCreateResponse:
        """Start what another execution ran again, with the inputs that its caller gave; raises ``NotFound``."""
        found = await self._lookup.of(request.id)
        started = await self._launcher.relaunch(found, request.name, overwrite_cache=request.overwrite_cache)
        return execution_pb2.ExecutionCreateResponse(id=started)

    async def recover_execution(
        self, request: execution_pb2.ExecutionRecoverRequest
    ) -> execution_pb2.ExecutionCreateResponse:
        """Start what another execution ran again, without what succeeded there: that is taken over, as RECOVERED.

        Raises:
            NotFound: There is no such execution.
            PreconditionFailed: It has not ended.
        """
        found = await self._ended(request.id)
        return execution_pb2.ExecutionCreateResponse(id=await self._launcher.recover(found, request.name))

    async def get_execution(self, request: execution_pb2.WorkflowExecutionGetRequest) -> execution_pb2.Execution:
        """Give one execution; raises ``NotFound``."""
        return views.execution(await self._lookup.of(request.id))

    async def get_execution_data(
        self, request: execution_pb2.WorkflowExecutionGetDataRequest
    ) -> execution_pb2.WorkflowExecutionGetDataResponse:
        """Give an execution's inputs and outputs: inline below ``INLINE_LIMIT``, by link when stored apart."""
        found = await self._lookup.of(request.id)
        new, record = found.new, found.record
        return execution_pb2.WorkflowExecutionGetDataResponse(
            inputs=await self._links.url_blob(new.inputs_uri),
            outputs=await self._links.url_blob(record.outputs_uri),
            full_inputs=views.literal_map(await self._lookup.body(new.inputs, new.inputs_uri)),
            full_outputs=views.literal_map(await self._lookup.body(record.outputs, record.outputs_uri)),
        )

    async def list_executions(self, request: common_pb2.ResourceListRequest) -> execution_pb2.ExecutionList:
        """List executions of a project and domain, newest first; archived ones only when a filter names ``state``."""
        of = request.id
        page = await self._store.list_executions(of.project, of.domain, ListQuery.of(request))
        return execution_pb2.ExecutionList(executions=map(views.execution, page.items), token=page.token)

    async def terminate_execution(
        self, request: execution_pb2.ExecutionTerminateRequest
    ) -> execution_pb2.ExecutionTerminateResponse:
        """Stop an execution and all that runs in it.

        Raises:
            NotFound: There is none.
            PreconditionFailed: It has ended already.
        """
        found = await self._lookup.of(request.id)
        if found.record.phase.terminal:
            raise PreconditionFailed(
                f"execution {request.id.name!r} cannot be stopped: it has ended already ({found.record.phase.name})"
            )
        await self._driver.terminate(found.new.key, request.cause, found.new.principal)
        return execution_pb2.ExecutionTerminateResponse()

    async def update_execution(
        self, request: execution_pb2.ExecutionUpdateRequest
    ) -> execution_pb2.ExecutionUpdateResponse:
        """Archive an execution, or bring it back; raises ``NotFound``."""
        found = await self._lookup.of(request.id)
        await self._store.set_state(found.new.key, request.state)
        return execution_pb2.ExecutionUpdateResponse()

    async def get_execution_metrics(
        self, request: execution_pb2.WorkflowExecutionGetMetricsRequest
    ) -> execution_pb2.WorkflowExecutionGetMetricsResponse:
        """Give the times that an execution, its nodes and their attempts took, as a tree of spans."""
        found = await self._lookup.of(request.id)
        key = found.new.key
        nodes = await self._lookup.nodes(key)
        attempts = await self._lookup.attempts(key)
        span = execution_span(self._lookup.subject(found), found, nodes, attempts, now=self._clock.now())
        return execution_pb2.WorkflowExecutionGetMetricsResponse(span=span)
