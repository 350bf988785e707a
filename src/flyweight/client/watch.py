"""Follows one execution: the platform's Watch stream where there is one, polling with short intervals where not.

Either way what comes out are the same watch events, so nobody above knows the difference.
"""

import threading
from collections.abc import Iterator
from typing import Final

from flyteidl.admin import common_pb2, execution_pb2, node_execution_pb2, signal_pb2
from flyteidl.core import identifier_pb2

from flyweight.client import rpcs
from flyweight.client.channel import Connection, Stream
from flyweight.client.progress import ENDED, Phase, Progress
from flyweight.errors import FlyweightError, InvalidInput, TryAgain, Unsupported
from flyweight.protocol import watch_pb2

RECONNECT_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Between tries to find a platform that went away; the last one is repeated."""
GIVE_UP_AFTER: Final = 60
"""So many tries in a row without an answer (about two minutes) end the watch."""
POLL_SECONDS: Final = (0.1, 0.2, 0.3, 0.5, 1.0)
PAGE: Final = 100


class Watcher:
    """A thread that keeps one ``Progress`` up to date until its execution has ended.

    With ``coming``, the execution is only being created: ``created`` is to be called when it is there.
    """

    def __init__(self, connection: Connection, progress: Progress, *, logs: bool = False, coming: bool = False) -> None:
        self._connection = connection
        self._progress = progress
        self._logs = logs
        self._stream: Stream[watch_pb2.WatchEvent] | None = None
        self._stopped = threading.Event()
        self._created = threading.Event()
        if not coming:
            self._created.set()
        name = progress.execution.id.name
        self._thread = threading.Thread(target=self._run, name=f"flyweight-watch-{name}", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following; the execution goes on."""
        self._stopped.set()
        self._created.set()
        if self._stream is not None:
            self._stream.cancel()

    def created(self) -> None:
        """Take note that the execution is there now: who does not know it yet is asked again."""
        self._created.set()

    def _run(self) -> None:
        failures = 0
        while not (self._stopped.is_set() or self._progress.ended):
            coming = not self._created.is_set()
            try:
                for event in self._events(coming=coming):
                    failures = 0
                    self._progress.apply(event)
            except TryAgain as error:
                failures += 1
                if failures >= GIVE_UP_AFTER:
                    self._progress.fail(error)
                    return
                self._stopped.wait(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS)) - 1])
            except FlyweightError as error:
                if not coming:
                    self._progress.fail(error)
                    return
                self._created.wait()  # a platform that cannot wait for what is coming, or one that is polled
            except ValueError as error:  # grpc's word for a channel that was closed under the stream
                self._progress.fail(Unsupported(f"The connection was closed: {error}"))
                return

    def _events(self, *, coming: bool) -> Iterator[watch_pb2.WatchEvent]:
        try:
            yield from self._pushed(coming=coming)
        except Unsupported:
            self._created.wait()
            yield from polled(self._connection, self._progress.execution.id, self._stopped)

    def _pushed(self, *, coming: bool) -> Iterator[watch_pb2.WatchEvent]:
        of = self._progress.execution.id
        request = watch_pb2.WatchRequest(
            project=of.project, domain=of.domain, name=of.name, logs=self._logs, together=True, coming=coming
        )
        self._stream = self._connection.stream(rpcs.WATCH_EXECUTION, request)
        return self._stream


def present(
    connection: Connection, execution: identifier_pb2.WorkflowExecutionIdentifier
) -> Iterator[watch_pb2.WatchEvent]:
    """Give what is known of an execution that has ended: all of its nodes, nested ones too where the platform says."""
    request = watch_pb2.WatchRequest(
        project=execution.project, domain=execution.domain, name=execution.name, together=True
    )
    try:
        yield from connection.stream(rpcs.WATCH_EXECUTION, request)
    except Unsupported:
        yield from polled(connection, execution, threading.Event())


def polled(
    connection: Connection, execution: identifier_pb2.WorkflowExecutionIdentifier, stopped: threading.Event
) -> Iterator[watch_pb2.WatchEvent]:
    """Ask again and again what changed, soon at first and then once a second, until the execution has ended."""
    seen: dict[str, bytes] = {}
    intervals = iter(POLL_SECONDS)
    interval = POLL_SECONDS[0]
    while not stopped.is_set():
        found = connection.call(rpcs.GET_EXECUTION, execution_pb2.WorkflowExecutionGetRequest(id=execution))
        for node in list_nodes(connection, execution):
            state = node.SerializeToString()
            if seen.get(node.id.node_id) != state:
                seen[node.id.node_id] = state
                yield watch_pb2.WatchEvent(node=watch_pb2.NodeUpdate(node_execution=state))
        state = found.SerializeToString()
        if seen.get("") != state:
            seen[""] = state
            outputs = execution_outputs(connection, found)
            yield watch_pb2.WatchEvent(execution=watch_pb2.ExecutionUpdate(execution=state, outputs=outputs))
        yield watch_pb2.WatchEvent()  # as a platform that pushes says it: what is known has been told
        if found.closure.phase in ENDED:
            return
        interval = next(intervals, interval)
        stopped.wait(interval)


def execution_outputs(connection: Connection, execution: execution_pb2.Execution) -> bytes:
    """Give a succeeded execution's outputs as the bytes of a LiteralMap; nothing for any other."""
    if execution.closure.phase != Phase.SUCCEEDED:
        return b""
    request = execution_pb2.WorkflowExecutionGetDataRequest(id=execution.id)
    return connection.call(rpcs.GET_EXECUTION_DATA, request).full_outputs.SerializeToString()


def list_nodes(
    connection: Connection, execution: identifier_pb2.WorkflowExecutionIdentifier
) -> Iterator[node_execution_pb2.NodeExecution]:
    """Give the nodes of an execution, oldest first."""
    request = node_execution_pb2.NodeExecutionListRequest(
        workflow_execution_id=execution,
        limit=PAGE,
        sort_by=common_pb2.Sort(key="created_at", direction=common_pb2.Sort.ASCENDING),
    )
    while True:
        page = connection.call(rpcs.LIST_NODE_EXECUTIONS, request)
        yield from page.node_executions
        if not page.token:
            return
        request.token = page.token


def list_signals(
    connection: Connection, of: identifier_pb2.WorkflowExecutionIdentifier, limit: int = 0, filters: str = ""
) -> list[signal_pb2.Signal]:
    """List what the gates of an execution wait for or have waited for, oldest first; all of it, without a limit."""
    found: list[signal_pb2.Signal] = []
    request = signal_pb2.SignalListRequest(workflow_execution_id=of, limit=limit or PAGE, filters=filters)
    while True:
        page = connection.call(rpcs.LIST_SIGNALS, request)
        found.extend(page.signals)
        if limit or not page.token:
            return found
        request.token = page.token


def awaited_signals(connection: Connection, of: identifier_pb2.WorkflowExecutionIdentifier) -> list[signal_pb2.Signal]:
    """List what gates of an execution wait for now, oldest first: not what they waited for in vain."""
    try:
        return list_signals(connection, of, filters="eq(awaited,true)")
    except InvalidInput:  # Flyte's own server does not tell who waits
        return [signal for signal in list_signals(connection, of) if not signal.HasField("value")]
