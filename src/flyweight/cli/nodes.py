"""From an execution to lines that show its nodes: the whole nest, what runs there, and what waits for what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from flyweight.cli.progress import reason
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.nodes import FlyteNodeExecution
from flyweight.ids import END_NODE, START_NODE, NodeId, parse_item_name, place_named
from flyweight.semantics.steps import WAITING, Step, following, unbegun, unplanned

_SUCCEEDED: Final = ("SUCCEEDED", "RECOVERED")
_MOST_NAMED: Final = 12


def tree(execution: FlyteWorkflowExecution) -> Iterator[str]:
    """Write a line for each node, begun or not, indented below what it is inside of."""
    planned, known = execution.steps, execution.node_executions
    names = {step.node: _named(step) for step in planned}
    phases = {name: node.closure.phase for name, node in known.items()}
    words = unbegun(planned, phases, ended=execution.is_done)
    others = [unplanned(name, 0) for name in known if name not in {*names, START_NODE, END_NODE}]
    for step in [*planned, *others]:
        node = known.get(step.node)
        said = _phase(node) if node is not None else _waits(step, words[step.node], names, known)
        when = f" [{step.case}]" if step.case else ""
        yield f"  {'  ' * step.depth}{_named(step)}{when} {said}"


def taken_over(execution: FlyteWorkflowExecution, node: str = "") -> str:
    """Say what a new execution has from this one, if it runs a node or an item again, or all that had not succeeded."""
    planned, known = execution.steps, execution.node_executions
    place, item = _place(planned, node)
    again = following(planned, place) if node else set[NodeId]()
    outermost = [step for step in planned if not step.depth]
    kept = [step for step in outermost if _succeeded(known.get(step.node)) and step.node not in again]
    runs = [step for step in outermost if step not in kept]
    of_map = "" if item is None else f"\n  of the map {place}: all items but {item} that succeeded"
    return f"  taken over from {execution.name}: {_listed(kept)}{of_map}\n  to run: {_listed(runs)}"


def _place(planned: Sequence[Step], node: str) -> tuple[NodeId, int | None]:
    """Tell a node, and which item of it if that is all."""
    named = place_named(node)
    item = None if any(step.node == named for step in planned) else parse_item_name(named)
    return item or (named, None)


def _named(step: Step) -> str:
    """Write a node's id, and what it runs."""
    return step.node if step.title == step.node else f"{step.node} ({step.title})"


def _phase(node: FlyteNodeExecution) -> str:
    attempt = f", attempt {node.state.attempt + 1} (--node {node.id.node_id} tells why)" if node.state.attempt else ""
    return f"{node.phase.lower()}{attempt}{reason(node.state)}"


def _waits(step: Step, word: str, names: Mapping[NodeId, str], known: Mapping[str, FlyteNodeExecution]) -> str:
    missing = [names.get(need, need) for need in step.needs if not _succeeded(known.get(need))]
    return f"waits for {', '.join(missing)}" if word == WAITING and missing else word.replace("_", " ")


def _succeeded(node: FlyteNodeExecution | None) -> bool:
    return node is not None and node.phase in _SUCCEEDED


def _listed(found: Sequence[Step]) -> str:
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(_named(step) for step in found[:_MOST_NAMED]) + more if found else "nothing"
