"""Shows an execution go: one line a node, redrawn in place on a terminal, printed once each elsewhere."""

import threading
from collections.abc import Callable, Mapping
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from flyweight.cli.gates import asked
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.progress import NodeState
from flyweight.clock import SystemClock
from flyweight.errors import FlyweightError
from flyweight.ids import readable_name
from flyweight.semantics.answers import awaited
from flyweight.semantics.failing import headline
from flyweight.semantics.steps import reason_of

REFRESH_PER_SECOND: Final = 10
MOST_ROWS: Final = 30
"""A map of a thousand nodes must not push the terminal's contents away: the newest rows are shown."""
_PROGRESS_SECONDS: Final = 2.0
_STYLES: Final = {
    "QUEUED": "dim",
    "RUNNING": "cyan",
    "SUCCEEDED": "green",
    "FAILING": "red",
    "FAILED": "red",
    "ABORTED": "yellow",
    "TIMED_OUT": "red",
}


def follow(execution: FlyteWorkflowExecution, console: Console | None = None) -> None:
    """Show progress until the execution has ended; interrupted, it says that the execution goes on."""
    out = console or Console(stderr=True)
    try:
        if out.is_terminal:
            _follow_live(execution, out)
        else:
            execution.on_node(_Lines(out, node_names(execution), lambda: asked(execution)).show)
            execution.wait()
    except KeyboardInterrupt:
        out.print(f"{execution.name} goes on: flyweight execution {execution.name}")
        raise


def node_names(execution: FlyteWorkflowExecution) -> dict[str, str]:
    """Give what nodes run, by id; a server that does not say leaves them their ids."""
    try:
        return {step.node: step.title for step in execution.steps}
    except FlyweightError:
        return {}


class _Lines:
    """Prints each change of each node once."""

    def __init__(self, out: Console, names: Mapping[str, str], asked: Callable[[], Mapping[str, str]] = dict) -> None:
        self._out = out
        self._names = names
        self._asked = asked
        self._seen: dict[str, tuple[str, float]] = {}
        self._clock = SystemClock()

    def show(self, node: NodeState) -> None:
        """Print a node's state if it is news; how it waits its turn is not, and how far it has come now and then is."""
        now = self._clock.monotonic()
        phase, at = self._seen.get(node.node_id, ("", now))
        if node.phase == "QUEUED" or (phase == node.phase and (not node.reason or now < at + _PROGRESS_SECONDS)):
            return
        self._seen[node.node_id] = node.phase, now
        self._print(f"  {_title(node, self._names)} {node.phase.lower()}{reason(node)}")
        signal = awaited(node.reason)
        if signal:
            self._print(f"    {self._asked().get(signal, '')}")

    def _print(self, line: str) -> None:
        self._out.print(line, highlight=False, markup=False, soft_wrap=True)


def _follow_live(execution: FlyteWorkflowExecution, out: Console) -> None:
    names = node_names(execution)
    nodes: dict[str, NodeState] = {}
    commands: dict[str, str] = {}
    changed = threading.Lock()

    def show(node: NodeState) -> None:
        found = asked(execution) if awaited(node.reason) else {}
        with changed:
            nodes[node.node_id] = node
            commands.update(found)

    execution.on_node(show)
    with Live(console=out, refresh_per_second=REFRESH_PER_SECOND) as live:
        while not execution.ends_within(1 / REFRESH_PER_SECOND):
            with changed:
                live.update(_table(execution, dict(nodes), names, dict(commands)))
        live.update(_table(execution, nodes, names, commands))


def _table(
    execution: FlyteWorkflowExecution,
    nodes: Mapping[str, NodeState],
    names: Mapping[str, str],
    commands: Mapping[str, str],
) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for node in sorted(list(nodes.values())[-MOST_ROWS:], key=_place):
        table.add_row(
            _title(node, names), Text(f"{node.phase.lower()}{reason(node)}", style=_STYLES.get(node.phase, ""))
        )
        command = commands.get(awaited(node.reason))
        if command:
            table.add_row("", Text(command, style="dim"))
    hidden = len(nodes) - MOST_ROWS
    if hidden > 0:
        table.add_row("", Text(f"and {hidden} before them", style="dim"))
    waiting = execution.capacity
    if waiting is not None and waiting.queued:
        table.add_row("", Text(f"{waiting.busy} of {waiting.slots} slots busy, {waiting.queued} waiting", style="dim"))
    return table


def _place(node: NodeState) -> tuple[int, int, str]:
    """Tell where a node's row stands: as they came to be, a node before its own nodes, however late they are told."""
    return node.message.closure.created_at.ToNanoseconds(), len(node.node_id), node.node_id


def reason(node: NodeState) -> str:
    """Say why it stands where it stands, after its phase: of which error, in a line, or which execution it is.

    Why the cache had nothing is no news of what succeeded.
    """
    child = node.message.closure.workflow_node_metadata.executionId.name
    told = reason_of(node.message.closure, node.reason) or (child and f"execution {child}")
    if node.message.closure.HasField("error"):
        told = "; ".join(part for part in (told, headline(node.message.closure.error)) if part)
    return f": {told}" if told else ""


def _title(node: NodeState, names: Mapping[str, str]) -> str:
    task = readable_name(node.task).rpartition(".")[2]
    name = names.get(node.node_id) or task or node.message.metadata.spec_node_id or node.node_id
    attempt = f", attempt {node.attempt + 1}" if node.attempt else ""
    return f"{node.node_id}{f' ({name})' if name != node.node_id else ''}{attempt}"
