"""The event streams of pages: changes of a list, of one execution, and an attempt's growing log."""

from collections.abc import AsyncGenerator, Mapping

from flyteidl.admin import execution_pb2, node_execution_pb2
from flyteidl.core import identifier_pb2

from flyweight.console import views
from flyweight.console.asking import Asked
from flyweight.console.events import Event
from flyweight.console.rendering import render
from flyweight.console.sources import ConsoleServices
from flyweight.console.views import NodeView
from flyweight.ids import NodeId
from flyweight.protocol import watch_pb2
from flyweight.semantics import steps as plan
from flyweight.semantics.steps import Step


async def list_events(services: ConsoleServices, project: str, domain: str, asked: Asked) -> AsyncGenerator[Event]:
    """Tell each execution of the list that begins or changes; ``fits`` says whether a new one belongs on the page."""
    async for update in services.watch.changes(project, domain):
        view = views.execution(execution_pb2.Execution.FromString(update.execution))
        html = render("execution_row.html", row=view)
        data = {"name": view.name, "phase": view.phase, "fits": asked.fits(view), "html": html}
        yield Event(kind="execution", data=data)


async def execution_events(
    services: ConsoleServices, of: identifier_pb2.WorkflowExecutionIdentifier, planned: list[Step]
) -> AsyncGenerator[Event]:
    """Tell the present state of an execution and its nodes, then each change; ends with the execution.

    What of its steps had not begun by then never will, and is told as such.
    """
    steps = {step.node: step for step in planned}
    begun: dict[str, int] = {}
    request = watch_pb2.WatchRequest(project=of.project, domain=of.domain, name=of.name)
    async for update in services.watch.watch(request):
        match update.WhichOneof("event"):
            case "execution":
                yield _execution_event(update.execution)
            case "node":
                message = node_execution_pb2.NodeExecution.FromString(update.node.node_execution)
                begun[message.id.node_id] = message.closure.phase
                yield _node_event(update.node, message, steps)
            case "deck":
                deck = update.deck
                yield Event(
                    kind="deck", data={"node": deck.node_id, "attempt": deck.attempt, "revision": deck.revision}
                )
            case "capacity":
                now = update.capacity
                yield Event(kind="capacity", data={"slots": now.slots, "busy": now.busy, "queued": now.queued})
            case _:
                continue
    for name, word in plan.unbegun(planned, begun, ended=True).items():
        yield _shown(views.node(None, steps[name], unbegun=word))
    yield Event(kind="end", data={})


async def log_events(services: ConsoleServices, request: watch_pb2.LogsRequest) -> AsyncGenerator[Event]:
    """Tell an attempt's log as it grows; an event's id is the offset to go on at."""
    async for chunk in services.logs.logs(request):
        after = chunk.offset + len(chunk.text)
        yield Event(kind="text", data={"text": chunk.text.decode(errors="replace")}, id=str(after))
    yield Event(kind="end", data={})


def _execution_event(update: watch_pb2.ExecutionUpdate) -> Event:
    view = views.execution(execution_pb2.Execution.FromString(update.execution))
    return Event(
        kind="execution",
        data={"phase": view.phase, "ended": view.ended, "html": render("execution_state.html", execution=view)},
    )


def _node_event(
    update: watch_pb2.NodeUpdate, message: node_execution_pb2.NodeExecution, steps: Mapping[NodeId, Step]
) -> Event:
    name = NodeId(message.id.node_id)
    view = views.node(
        message, steps.get(name) or plan.unplanned(name, 0), plan.reason_of(message.closure, update.reason)
    )
    return _shown(view, attempt=update.attempt, drawn=message.metadata.is_dynamic)


def _shown(view: NodeView, *, attempt: int = 0, drawn: bool = False) -> Event:
    return Event(
        kind="node",
        data={
            "node": view.id,
            "phase": view.phase,
            "started": view.span.started,
            "ended": view.span.ended,
            "attempt": attempt,
            "deck": view.deck,
            "drawn": drawn,
            "html": render("node_row.html", node=view),
        },
    )
