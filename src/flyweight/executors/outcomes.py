"""What a container's command has left behind, in propeller's order: error.pb, exit code, futures.pb, outputs.pb."""

from enum import Enum

from flyteidl.core import errors_pb2, literals_pb2, tasks_pb2
from google.protobuf.message import DecodeError

from flyweight import blob
from flyweight.errors import FlyweightError
from flyweight.executors import faults
from flyweight.executors.results import ResultReader
from flyweight.semantics.layout import ERROR, FUTURES, OUTPUTS


class Drew(Enum):
    """A dynamic task has left nodes to run in futures.pb, instead of outputs."""

    NODES = "nodes"


Outcome = literals_pb2.LiteralMap | errors_pb2.ContainerError | Drew


def read_outcome(
    task: tasks_pb2.TaskTemplate, prefix: str, failure: faults.ContainerError | None, limit: int
) -> Outcome:
    """Give outputs or nodes, or the error that it wrote, or ``failure`` (what its exit code says), or what is amiss.

    Blocks on the blob store.
    """
    try:
        error = _written_error(prefix) or failure
        return _outputs(task, prefix, limit) if error is None else error
    except (DecodeError, FlyweightError, OSError) as error:
        return faults.platform_fault("OutputsNotRead", f"What the task left at {prefix} could not be read: {error}")


def _written_error(prefix: str) -> faults.ContainerError | None:
    uri = f"{prefix}/{ERROR}"
    return errors_pb2.ErrorDocument.FromString(blob.get(uri)).error if blob.exists(uri) else None


def _outputs(task: tasks_pb2.TaskTemplate, prefix: str, limit: int) -> Outcome:
    if blob.exists(f"{prefix}/{FUTURES}"):
        return Drew.NODES
    uri = f"{prefix}/{OUTPUTS}"
    if not task.interface.outputs.variables:
        return literals_pb2.LiteralMap()
    return ResultReader.stored(uri, limit) if blob.exists(uri) else faults.outputs_not_found(uri)
