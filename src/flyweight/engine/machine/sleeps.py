"""Tasks that only sleep (Flyte's task type ``core-sleep``): the engine itself waits, and no worker runs."""

from flyteidl.core import literals_pb2, types_pb2

from flyweight.clock import Micros
from flyweight.engine.graph import micros
from flyweight.engine.model import NodeState
from flyweight.errors import InvalidInput

BAD_SLEEP = "BadSleep"
ENGINE = "the engine"
"""What stands where others name their worker."""
_DURATION = "duration"


def duration(node: NodeState) -> Micros:
    """Tell how long a node's task sleeps: its input ``duration``, or the only one that is a duration.

    Raises:
        InvalidInput: there is none, there are several, it is negative, or outputs are wanted that nobody makes.
    """
    interface = node.graph.task.interface if node.graph.task is not None else None
    if interface is None or interface.outputs.variables:
        raise InvalidInput(f"{node.graph.name} sleeps, which gives no outputs: leave them out of its signature")
    variables = interface.inputs.variables
    names = [name for name in sorted(variables) if variables[name].type.simple == types_pb2.DURATION]
    if _DURATION not in names and len(names) != 1:
        found = ", ".join(names) or "none"
        raise InvalidInput(f"{node.graph.name} sleeps for its input `duration`, a timedelta; of that type are: {found}")
    name = _DURATION if _DURATION in names else names[0]
    wanted = _micros(node.inputs.literals[name])
    if wanted < 0:
        raise InvalidInput(f"{node.graph.name} is to sleep for {wanted / 1_000_000:g} seconds: that is in the past")
    return wanted


def _micros(value: literals_pb2.Literal) -> Micros:
    return micros(value.scalar.primitive.duration)
