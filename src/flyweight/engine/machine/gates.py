"""Gates: nodes that wait for time to pass, for a value, or for a yes; nothing runs meanwhile.

What they wait for is an execution's signal, a row of its own; gates that name the same signal wait for the same.
"""

from typing import assert_never

from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine.graph import micros
from flyweight.engine.machine import outcomes
from flyweight.engine.machine.commands import SetTimer
from flyweight.engine.machine.events import GateDue, SignalSet, SignalWanted
from flyweight.engine.machine.turn import Turn, user_error
from flyweight.engine.model import ExecutionState, NodeState, SignalState
from flyweight.engine.phases import NodePhase
from flyweight.ids import NodeId
from flyweight.semantics import budgets
from flyweight.semantics.answers import waits_for

REJECTED = "ReceivedRejectSignal"
_BOOLEAN = types_pb2.LiteralType(simple=types_pb2.BOOLEAN)
_DEFAULT_OUTPUT = "o0"


def take(turn: Turn, event: GateDue | SignalWanted | SignalSet) -> None:
    """Take an event of gates or signals; one that comes too late changes nothing."""
    match event:
        case GateDue():
            _due(turn, event.node)
        case SignalWanted():
            _want(turn, event.signal, event.type)
        case SignalSet():
            _give(turn, event.signal, event.value)
        case _:
            assert_never(event)


def open_gate(turn: Turn, node: NodeState) -> None:
    """Begin to wait; a signal that has been given already lets the gate pass at once."""
    node.phase = NodePhase.RUNNING
    node.started_at = turn.now
    signal = _signal_of(node)
    if signal:
        _want(turn, signal, _type_of(node))
        value = turn.state.signals[signal].value
        if value is not None:
            _pass(turn, node, value)
            return
        node.reason = waits_for(signal)
    wait(turn.state, node)
    _set_timer(turn, node)


def _want(turn: Turn, signal: str, kind: types_pb2.LiteralType) -> None:
    """Have a signal, unless it is there."""
    if signal not in turn.state.signals:
        made = turn.state.signals[signal] = SignalState(id=signal, type=kind, created_at=turn.now)
        turn.touch_signal(made)


def _give(turn: Turn, signal: str, value: literals_pb2.Literal) -> None:
    """Give a signal its value: the gates that wait for it pass. The first answer stands."""
    found = turn.state.signals.get(signal)
    if found is None or found.value is not None:
        return
    found.value = value
    turn.touch_signal(found)
    for name in sorted(turn.state.waiting.pop(signal, ())):
        _pass(turn, turn.state.nodes[name], value)


def _due(turn: Turn, name: NodeId) -> None:
    """Take a gate's timer: a sleep is over, or nobody gave the signal in time."""
    node = turn.state.nodes.get(name)
    if node is None or node.phase.terminal or node.graph.gate is None:
        return
    timeout = node.graph.timeout
    if not _signal_of(node) and not 0 < timeout < _duration(node):
        outcomes.succeed(turn, node, b"")
        return
    leave(turn.state, node)
    message = f"gate {node.graph.name} timed out: it was open for {timeout / 1_000_000:g}s"
    if _signal_of(node):
        message += f", and nobody gave the signal {_signal_of(node)}"
    outcomes.fail(turn, node, user_error(budgets.TIMEOUT_EXPIRED, message), NodePhase.TIMED_OUT)


def restarted(turn: Turn) -> None:
    """Set the timers of gates that are open: the platform that had them is gone."""
    for node in turn.state.nodes.values():
        if node.graph.gate is not None and not node.phase.terminal:
            _set_timer(turn, node)


def wait(state: ExecutionState, node: NodeState) -> None:
    """Note that an open gate waits for its signal."""
    signal = _signal_of(node)
    if signal:
        state.waiting.setdefault(signal, set()).add(node.id)


def leave(state: ExecutionState, node: NodeState) -> None:
    """Note that a node, if it is a gate, waits no longer."""
    signal = _signal_of(node)
    if signal:
        node.reason = ""
        left = state.waiting.get(signal, set())
        left.discard(node.id)
        if not left:
            state.waiting.pop(signal, None)


def _pass(turn: Turn, node: NodeState, value: literals_pb2.Literal) -> None:
    gate = node.graph.gate
    node.reason = ""
    if gate is None or gate.WhichOneof("condition") == "signal":
        name = _DEFAULT_OUTPUT if gate is None else gate.signal.output_variable_name or _DEFAULT_OUTPUT
        outcomes.succeed(turn, node, literals.to_bytes(literals.literal_map({name: value})))
    elif literals.primitive_value(value):
        outcomes.succeed(turn, node, node.inputs_data)
    else:
        message = f"gate {node.graph.name} was rejected: the signal {_signal_of(node)} was given as false"
        outcomes.fail(turn, node, user_error(REJECTED, message))


def _set_timer(turn: Turn, node: NodeState) -> None:
    waits = [wait for wait in (_duration(node), node.graph.timeout) if wait]
    if waits or not _signal_of(node):
        at = Micros(node.started_at + min(waits, default=0))
        turn.commands.append(SetTimer(at=at, event=GateDue(node=node.id)))


def _duration(node: NodeState) -> int:
    gate = node.graph.gate
    return micros(gate.sleep.duration) if gate is not None and gate.WhichOneof("condition") == "sleep" else 0


def _signal_of(node: NodeState) -> str:
    """Give the id of what a gate waits for; empty for a sleep, and for a node that is no gate."""
    gate = node.graph.gate
    if gate is None:
        return ""
    return gate.signal.signal_id or gate.approve.signal_id


def _type_of(node: NodeState) -> types_pb2.LiteralType:
    gate = node.graph.gate
    return gate.signal.type if gate is not None and gate.WhichOneof("condition") == "signal" else _BOOLEAN
