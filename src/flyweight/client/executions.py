"""Handles of executions: what state they are in, what came out, and how to wait for them; pushed, not polled."""

import datetime as dt
import html
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flyteidl.admin import common_pb2, execution_pb2, signal_pb2
from flyteidl.core import execution_pb2 as outcome_pb2
from flyteidl.core import identifier_pb2, interface_pb2

from flyweight.client import rpcs
from flyweight.client.attempts import FlyteTaskExecution, list_attempts
from flyweight.client.data import ClientData
from flyweight.client.entities import FlyteWorkflow
from flyweight.client.links import execution_url
from flyweight.client.nodes import FlyteNodeExecution
from flyweight.client.outputs import LiteralsResolver
from flyweight.client.progress import NodeListener, Phase, Progress
from flyweight.client.upload import Uploading
from flyweight.client.watch import Watcher, awaited_signals, present
from flyweight.errors import DeadlineExceeded, PreconditionFailed, TaskFailed
from flyweight.ids import NodeId
from flyweight.protocol import watch_pb2
from flyweight.semantics.failing import in_words
from flyweight.semantics.nesting import Drawn
from flyweight.semantics.steps import Step, single, steps

Seconds = float | dt.timedelta | None
DoneCallback = Callable[["FlyteWorkflowExecution"], object]
ONE_TASK = ".flytegen."
"""How the workflow's name begins that Flyte makes up for a task that runs by itself; it cannot be fetched here."""


class FlyteWorkflowExecution:
    """One execution of a workflow, launch plan or task."""

    def __init__(
        self,
        remote: Uploading,
        execution: execution_pb2.Execution,
        *,
        output_types: Mapping[str, Any] | None = None,
        output_variables: Mapping[str, interface_pb2.Variable] | None = None,
    ) -> None:
        self._remote = remote
        self._progress = Progress(execution)
        self._output_types = output_types
        self._output_variables = output_variables
        self._watcher: Watcher | None = None
        self._starting = threading.Lock()

    @property
    def id(self) -> identifier_pb2.WorkflowExecutionIdentifier:
        """Project, domain and name."""
        return self._progress.execution.id

    @property
    def name(self) -> str:
        """The execution's name."""
        return self.id.name

    @property
    def spec(self) -> execution_pb2.ExecutionSpec:
        """What was asked for."""
        return self._progress.execution.spec

    @property
    def closure(self) -> execution_pb2.ExecutionClosure:
        """All the platform says about where it stands, as of the last news."""
        return self._progress.execution.closure

    @property
    def phase(self) -> str:
        """Flyte's word for where it stands, as of the last news: ``RUNNING``, ``SUCCEEDED``, ..."""
        return Phase.Phase.Name(self.closure.phase)

    @property
    def is_done(self) -> bool:
        """Whether it has ended for good, as of the last news."""
        return self._progress.ended

    @property
    def is_successful(self) -> bool:
        """Whether it has succeeded."""
        return self.closure.phase == Phase.SUCCEEDED

    @property
    def error(self) -> outcome_pb2.ExecutionError | None:
        """Why it failed (``.message``, ``.code``), or None."""
        return self.closure.error if self.closure.HasField("error") else None

    @property
    def console_url(self) -> str:
        """Its page in the console."""
        return execution_url(self._remote.console, self.id)

    execution_url = console_url
    """The same under flytekit's name."""

    @property
    def capacity(self) -> watch_pb2.CapacityUpdate | None:
        """What the platform has to run tasks with and how much of it is taken, when it says."""
        return self._progress.capacity

    @property
    def node_executions(self) -> dict[str, FlyteNodeExecution]:
        """Nodes by id, as of the last news; those inside others too, where the platform says."""
        self.follow()
        if self._watcher is None and not self._progress.nodes:  # it had ended before anyone watched
            self.told(present(self._remote.connection, self.id))
        self._progress.wait_for_state()
        nodes = dict(self._progress.nodes)
        return {name: FlyteNodeExecution(self._remote, state) for name, state in nodes.items()}

    def attempts_of(self, node: str) -> list[FlyteTaskExecution]:
        """Give the attempts of a node, or of an item of a map (``n1-n3``), the first one first; asked for now.

        Raises:
            NotFound: there is no such node, or none yet.

        """
        of = identifier_pb2.NodeExecutionIdentifier(node_id=node, execution_id=self.id)
        return [FlyteTaskExecution(self._remote, each) for each in list_attempts(self._remote.connection, of)]

    @property
    def steps(self) -> list[Step]:
        """What its workflow plans, and what dynamic tasks have drawn, in the order in which it can run."""
        workflow = self.flyte_workflow
        if workflow is None:
            task = self.spec.launch_plan
            return [single(task)] if task.resource_type == identifier_pb2.TASK else []
        return steps(workflow.message.closure.compiled_workflow, self._drawn)

    @property
    def _drawn(self) -> dict[NodeId, Drawn]:
        """What dynamic tasks have drawn, unless it is gone, or too large."""
        found: dict[NodeId, Drawn] = {}
        for name, node in self.node_executions.items():
            if node.state.message.metadata.is_dynamic:
                closure = node.drawn
                if closure is not None:
                    found[NodeId(name)] = Drawn(attempt=node.state.attempt, closure=closure)
        return found

    @property
    def flyte_workflow(self) -> FlyteWorkflow | None:
        """The workflow that runs, fetched now; None for a single task."""
        if not self.closure.workflow_id.name:  # just created: all that is known is its name
            self.sync()
        workflow = self.closure.workflow_id
        if not workflow.name or workflow.name.startswith(ONE_TASK):
            return None
        found = self._remote.connection.call(rpcs.GET_WORKFLOW, common_pb2.ObjectGetRequest(id=workflow))
        return FlyteWorkflow.of(found)

    @property
    def awaited(self) -> list[signal_pb2.Signal]:
        """What its gates wait for at this moment: asked for now; nothing once it has ended."""
        if self.is_done:
            return []
        return awaited_signals(self._remote.connection, self.id)

    @property
    def outputs(self) -> LiteralsResolver:
        """What came out, by name; waits for nothing.

        Raises:
            PreconditionFailed: it has not ended.
            TaskFailed: it failed; the message is the task's.

        """
        if not self.is_done:
            raise PreconditionFailed(f"{self.name} has no outputs yet: it is {self.phase}. Wait for it with .wait().")
        self.check()
        literals = (
            self._progress.outputs.literals if self._progress.outputs else self._data_of_server.full_outputs.literals
        )
        return LiteralsResolver(literals, self._output_variables, self._output_types, self._data)

    @property
    def inputs(self) -> LiteralsResolver:
        """What it was given, by name, defaults included."""
        return LiteralsResolver(self._data_of_server.full_inputs.literals, data=self._data)

    def follow(self, *, logs: bool = False) -> None:
        """Begin to watch in the background, if nobody does yet; returns at once."""
        with self._starting:
            if self._watcher is None and not self._progress.ended:
                self._watcher = Watcher(self._remote.connection, self._progress, logs=logs)
                self._watcher.start()

    def follow_from_creation(self, create: Callable[[], object]) -> None:
        """Begin to watch while ``create`` has the platform create it; raises what that raises, and watches no more."""
        with self._starting:
            watcher = self._watcher = Watcher(self._remote.connection, self._progress, coming=True)
            watcher.start()
        try:
            create()
        except BaseException:
            watcher.stop()
            raise
        watcher.created()

    def told(self, events: Iterable[watch_pb2.WatchEvent]) -> None:
        """Take news of it, as ``Watch`` pushes them."""
        for event in events:
            self._progress.apply(event)

    def wait(
        self,
        timeout: Seconds = None,
        poll_interval: Seconds = None,
        sync_nodes: bool = True,  # noqa: FBT001, FBT002  flytekit's signature
    ) -> "FlyteWorkflowExecution":
        """Wait until it has ended, well or not.

        Args:
            timeout: seconds or a timedelta; for ever when left out.
            poll_interval: taken for flytekit's sake; news is pushed.
            sync_nodes: likewise.

        Raises:
            DeadlineExceeded: it has not ended within the time; it goes on.

        """
        del poll_interval, sync_nodes
        self.follow()
        seconds = timeout.total_seconds() if isinstance(timeout, dt.timedelta) else timeout
        if not self._progress.wait(seconds):
            raise DeadlineExceeded(f"{self.name} is still {self.phase} after {seconds:g} s. It goes on: wait again.")
        return self

    def ends_within(self, seconds: float) -> bool:
        """Wait so long at most, and tell whether it has ended."""
        self.follow()
        return self._progress.wait(seconds)

    def check(self) -> None:
        """Raise what the execution failed of, if it has.

        Raises:
            TaskFailed: the message is the task's, the user's frames first.

        """
        if not self.is_done or self.is_successful:
            return
        if self.error is not None:
            raise TaskFailed(f"{self.name} {self.phase}: {in_words(self.error)}\nSee {self.console_url}")
        cause = self.closure.abort_metadata.cause
        raise TaskFailed(f"{self.name} is {self.phase}{f': {cause}' if cause else ''}.\nSee {self.console_url}")

    def sync(self) -> "FlyteWorkflowExecution":
        """Ask the platform where it stands now."""
        request = execution_pb2.WorkflowExecutionGetRequest(id=self.id)
        found = self._remote.connection.call(rpcs.GET_EXECUTION, request)
        outputs = (
            self._data_of_server.full_outputs.SerializeToString() if found.closure.phase == Phase.SUCCEEDED else b""
        )
        update = watch_pb2.ExecutionUpdate(execution=found.SerializeToString(), outputs=outputs)
        self._progress.apply(watch_pb2.WatchEvent(execution=update))
        return self

    def terminate(self, cause: str = "terminated by its caller") -> None:
        """Stop it: what runs is cancelled, what waits does not start."""
        request = execution_pb2.ExecutionTerminateRequest(id=self.id, cause=cause)
        self._remote.connection.call(rpcs.TERMINATE_EXECUTION, request)

    def add_done_callback(self, callback: DoneCallback) -> None:
        """Call ``callback(self)`` in the background when it has ended, well or not; at once if it has."""
        self.follow()
        self._progress.on_end(lambda: callback(self))

    def on_node(self, listener: NodeListener) -> None:
        """Call ``listener`` in the background with the state of each node, now and whenever it changes."""
        self.follow()
        self._progress.on_node(listener)

    def on_log(self, listener: Callable[[watch_pb2.LogChunk], object]) -> None:
        """Call ``listener`` in the background with what tasks write, as they write it."""
        self._progress.on_log(listener)
        self.follow(logs=True)

    @property
    def _data(self) -> ClientData:
        return ClientData(self._remote, self.id.project, self.id.domain)

    @property
    def _data_of_server(self) -> execution_pb2.WorkflowExecutionGetDataResponse:
        request = execution_pb2.WorkflowExecutionGetDataRequest(id=self.id)
        return self._remote.connection.call(rpcs.GET_EXECUTION_DATA, request)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {self.phase}, {self.console_url}>"

    def _repr_html_(self) -> str:
        rows = [f'<a href="{html.escape(self.console_url)}" target="_blank">{html.escape(self.name)}</a>: {self.phase}']
        rows += [f"<code>{html.escape(name)}</code> {state.phase}" for name, state in self._progress.nodes.items()]
        if self.capacity is not None:
            rows.append(f"{self.capacity.busy} of {self.capacity.slots} slots busy, {self.capacity.queued} waiting")
        if self.error is not None:
            rows.append(f"<pre>{html.escape(self.error.message)}</pre>")
        return "<br>".join(rows)
