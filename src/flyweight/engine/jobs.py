"""What passes between the driver and an executor: a job to do, and the reports of how it goes."""

from dataclasses import dataclass, field

from flyteidl.core import errors_pb2, execution_pb2, identifier_pb2, literals_pb2, tasks_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine.records import NOT_YET
from flyweight.ids import AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What a map was given, whole; all its items' jobs share one."""

    inputs: literals_pb2.LiteralMap
    uri: str
    """Where inputs.pb of the map stands, or is to stand if an item needs it as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One attempt, with all that an executor needs to run it."""

    attempt: AttemptId
    execution: identifier_pb2.WorkflowExecutionIdentifier
    workflow: str
    """Name of the workflow (or of the task, in a single-task execution), for Flyte's environment variables."""
    task: tasks_pb2.TaskTemplate
    """The template with the node's overrides (resources, image ...) applied."""
    inputs_data: bytes
    """``flyteidl.core.LiteralMap``, as bytes since thousands of jobs may wait (see ``NodeState.inputs_data``). Of an
    item of a map: its own elements of the lists."""
    inputs_uri: str
    """Where inputs.pb stands, or is to stand if the executor needs it as a file."""
    lists: Lists | None = None
    """Of an item whose container, started as a command, is to be given the whole map and takes its own elements by the
    index in its environment (flytekit's map tasks, and ours)."""
    output_prefix: str
    raw_output_prefix: str
    checkpoint_prefix: str
    previous_checkpoint_prefix: str = ""
    earlier_checkpoints: tuple[str, ...] = ()
    """Where the attempts before this one that ran may have left checkpoints, the latest first."""
    environment: dict[str, str] = field(default_factory=dict[str, str])
    deck_uri: str = ""
    """Where its deck is to stand; empty when the task makes none."""
    interruptible: bool = False

    @property
    def inputs(self) -> literals_pb2.LiteralMap:
        """What it runs with; parsed whenever it is asked for."""
        return literals.map_from_bytes(self.inputs_data)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSpan:
    """The part of a log file that one attempt wrote; ``end`` is -1 while it grows."""

    path: str
    start: int = 0
    end: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an attempt used."""

    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    series: bytes = b""
    """``flyweight.usage.v1.UsageSeries``; empty for what took under a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A worker has the job. Sent at most once, and not at all for jobs that end within a moment."""

    attempt: AttemptId
    at: Micros
    worker: str = ""
    log: LogSpan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckPublished:
    """The attempt's deck was written anew."""

    attempt: AttemptId
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The attempt's outputs are there, or what makes them: a dynamic task has drawn the nodes that are to run."""

    attempt: AttemptId
    outputs: literals_pb2.LiteralMap
    outputs_uri: str = ""
    """Where they stand too, when they are too large for a row; else empty."""
    drew: bool = False
    """Whether a ``DynamicJobSpec`` stands in futures.pb at its output prefix; then there are no outputs yet."""
    started_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    worker: str = ""
    log: LogSpan | None = None
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The attempt failed. ``error.kind`` says whether a retry makes sense, ``error.origin`` whose budget it takes."""

    attempt: AttemptId
    error: errors_pb2.ContainerError
    started_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    worker: str = ""
    log: LogSpan | None = None
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The attempt was stopped because it was cancelled."""

    attempt: AttemptId
    ended_at: Micros
    worker: str = ""
    log: LogSpan | None = None
    usage: Usage = field(default_factory=Usage)


Report = Started | DeckPublished | Succeeded | Failed | Cancelled


def refused(attempt: AttemptId, error: Exception) -> Failed:
    """Say that no executor took an attempt."""
    fault = errors_pb2.ContainerError(
        code="ExecutorRefused",
        message=f"no executor took the task: {error}",
        kind=errors_pb2.ContainerError.NON_RECOVERABLE,
        origin=execution_pb2.ExecutionError.SYSTEM,
    )
    return Failed(attempt=attempt, error=fault)
