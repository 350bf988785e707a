"""The panel beside an execution's graph: the execution itself, or the node that was chosen, under one of its tabs."""

from dataclasses import dataclass

from flyteidl.core import identifier_pb2

from flyweight.console import graph, phases, reading
from flyweight.console.graph import Drawing
from flyweight.console.rendering import render
from flyweight.console.sources import ConsoleServices
from flyweight.console.values import shown_map
from flyweight.console.views import ExecutionView
from flyweight.errors import NotFound
from flyweight.semantics import steps as plan
from flyweight.semantics.steps import Step

TABS = ("overview", "log", "deck")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the address says about the panel."""

    node: str
    """Empty for the execution itself."""
    tab: str
    attempt: int | None
    """None for the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An execution, and what its workflow plans."""

    identifier: identifier_pb2.WorkflowExecutionIdentifier
    view: ExecutionView
    steps: list[Step]
    drawing: Drawing | None = None
    """None if there is nothing to draw, or too much."""


async def planned(services: ConsoleServices, of: identifier_pb2.WorkflowExecutionIdentifier) -> Planned:
    """Read an execution with its steps; raises ``NotFound``."""
    message = await reading.execution(services, of)
    closure = await reading.closure(services, message)
    drawn = await services.drawings.of(message.id)
    view = reading.views.execution(message)
    if closure is not None:
        return Planned(
            identifier=message.id, view=view, steps=plan.steps(closure, drawn), drawing=graph.draw(closure, drawn)
        )
    single = view.what.resource_type == identifier_pb2.TASK
    return Planned(identifier=message.id, view=view, steps=[plan.single(view.what)] if single else [])


async def panel(services: ConsoleServices, of: Planned, chosen: Chosen) -> str:
    """Write the panel."""
    if not chosen.node:
        return await _execution_panel(services, of)
    return await _node_panel(services, of, chosen)


async def _execution_panel(services: ConsoleServices, of: Planned) -> str:
    data = await reading.execution_data(services, of.identifier, ended=of.view.phase == "succeeded")
    return render(
        "execution_panel.html",
        execution=of.view,
        inputs=shown_map(data.inputs),
        outputs=None if data.outputs is None else shown_map(data.outputs),
    )


async def _node_panel(services: ConsoleServices, of: Planned, chosen: Chosen) -> str:
    place = identifier_pb2.NodeExecutionIdentifier(node_id=chosen.node, execution_id=of.identifier)
    node = await reading.node(services, place, of.steps, ended=of.view.ended)
    waits = node.phase in {phases.WAITING, phases.NOT_STARTED}
    attempts = [] if waits else await reading.attempts(services, place)
    data = None if waits else await reading.node_data(services, place, ended=node.phase in {"succeeded", "recovered"})
    newest = attempts[-1].number if attempts else 0
    number = newest if chosen.attempt is None else chosen.attempt
    attempt = next((each for each in attempts if each.number == number), None)
    if attempt is None and chosen.attempt is not None:
        raise NotFound(f"node {chosen.node!r} has no attempt {chosen.attempt + 1}: it has {len(attempts)}")
    open_gate = node.phase == "running" and not of.view.ended
    step = next((step for step in of.steps if step.node == chosen.node), None)
    return render(
        "node_panel.html",
        question=reading.views.question(step) if open_gate else None,
        execution=of.view,
        node=node,
        attempts=attempts,
        attempt=attempt,
        number=number,
        needs=[step.title for step in of.steps if step.node in _needs(of, chosen.node)] if waits else [],
        newest=newest,
        tab=chosen.tab,
        inputs=None if data is None else shown_map(data.inputs),
        outputs=None if data is None or data.outputs is None else shown_map(data.outputs),
    )


def _needs(of: Planned, node: str) -> tuple[str, ...]:
    return next((step.needs for step in of.steps if step.node == node), ())
