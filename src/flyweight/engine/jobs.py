"""What passes between the driver and an executor: a job to do, and the reports of how it goes.

Named tuples, as records are (``engine.records``): each task has several of them made.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from flyteidl.core import errors_pb2, execution_pb2, identifier_pb2, literals_pb2, tasks_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine.records import NOT_YET
from flyweight.ids import NO_ITEM, AttemptId, shown_item
from flyweight.semantics.layout import CHECKPOINTS, DECK, ExecutionLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What a map was given, whole; all its items' jobs share one."""

    inputs: literals_pb2.LiteralMap
    uri: str
    """Where inputs.pb of the map stands, or is to stand if an item needs it as a file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Template:
    """What all attempts of one task in one execution have in common; of a map, those of its own items."""

    execution: identifier_pb2.WorkflowExecutionIdentifier
    workflow: str
    """Name of the workflow (or of the task, in a single-task execution), for Flyte's environment variables."""
    task: tasks_pb2.TaskTemplate
    """The task's own, with the node's overrides (resources, image ...) applied."""
    layout: ExecutionLayout
    environment: dict[str, str] = field(default_factory=dict[str, str])
    deck: bool = False
    """Whether the task makes decks."""
    lists: Lists | None = None
    """Of items whose container, started as a command, is to be given the whole map and takes its own elements by the
    index in its environment (flytekit's map tasks, and ours)."""


class Job(NamedTuple):
    """One attempt, with all that an executor needs to run it.

    Where its data lies follows from which attempt it is, and is worked out when somebody asks: thousands may wait.
    """

    attempt: AttemptId
    template: Template
    inputs_data: bytes
    """``flyteidl.core.LiteralMap``, as bytes since thousands of jobs may wait (see ``NodeState.inputs_data``). Of an
    item of a map: its own elements of the lists."""
    previous_checkpoint_prefix: str = ""
    earlier_checkpoints: tuple[str, ...] = ()
    """Where the attempts before this one that ran may have left checkpoints, the latest first."""
    interruptible: bool = False

    @property
    def execution(self) -> identifier_pb2.WorkflowExecutionIdentifier:
        """Whose attempt it is."""
        return self.template.execution

    @property
    def label(self) -> str:
        """Which attempt it is, for the platform's log; counted from 1, as ``flyweight logs`` counts."""
        node, item = self.attempt.node, self.attempt.item
        place = node if item == NO_ITEM else shown_item(node, item)
        of = self.execution
        return f"execution {of.project}/{of.domain}/{of.name}, {place}, attempt {self.attempt.attempt + 1}"

    @property
    def task(self) -> tasks_pb2.TaskTemplate:
        """What it runs."""
        return self.template.task

    @property
    def lists(self) -> Lists | None:
        """The whole map, if its container is to be given that."""
        return self.template.lists

    @property
    def inputs_uri(self) -> str:
        """Where inputs.pb stands, or is to stand if the executor needs it as a file."""
        node, item = self.attempt.node, self.attempt.item
        layout = self.template.layout
        return layout.inputs(node) if item == NO_ITEM else layout.item_inputs(node, item)

    @property
    def output_prefix(self) -> str:
        """Where outputs.pb, error.pb and the deck are to stand."""
        return self.template.layout.outputs(self.attempt.node, self.attempt.attempt, self.attempt.item)

    @property
    def raw_output_prefix(self) -> str:
        """Below which its files and dataframes go."""
        return self.template.layout.files(self.attempt.node, self.attempt.attempt, self.attempt.item)

    @property
    def checkpoint_prefix(self) -> str:
        """Below which it keeps checkpoints."""
        return f"{self.raw_output_prefix}/{CHECKPOINTS}"

    @property
    def deck_uri(self) -> str:
        """Where its deck is to stand; empty when the task makes none."""
        return f"{self.output_prefix}/{DECK}" if self.template.deck else ""

    @property
    def inputs(self) -> literals_pb2.LiteralMap:
        """What it runs with; parsed whenever it is asked for."""
        return literals.map_from_bytes(self.inputs_data)


class LogSpan(NamedTuple):
    """The part of a log file that one attempt wrote; ``end`` is -1 while it grows."""

    path: str
    start: int = 0
    end: int = -1


class Usage(NamedTuple):
    """What an attempt used."""

    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    series: bytes = b""
    """``flyweight.usage.v1.UsageSeries``; empty for what took under a second."""


class Started(NamedTuple):
    """A worker has the job. Sent at most once, and not at all for jobs that end within a moment."""

    attempt: AttemptId
    at: Micros
    worker: str = ""
    log: LogSpan | None = None


class DeckPublished(NamedTuple):
    """The attempt's deck was written anew."""

    attempt: AttemptId
    revision: int


class Succeeded(NamedTuple):
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
    usage: Usage = Usage()


class Failed(NamedTuple):
    """The attempt failed. ``error.kind`` says whether a retry makes sense, ``error.origin`` whose budget it takes."""

    attempt: AttemptId
    error: errors_pb2.ContainerError
    started_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    worker: str = ""
    log: LogSpan | None = None
    usage: Usage = Usage()


class Cancelled(NamedTuple):
    """The attempt was stopped because it was cancelled."""

    attempt: AttemptId
    ended_at: Micros
    worker: str = ""
    log: LogSpan | None = None
    usage: Usage = Usage()
    killed_after: float = 0.0
    """Seconds that it was given to stop, if it did not in that time and was killed."""


Report = Started | DeckPublished | Succeeded | Failed | Cancelled
Reporting = Callable[[*tuple[Report, ...]], None]
"""Takes reports, as many at once as there are: workers are heard of dozens together, and to be told of each is dear."""


def refused(attempt: AttemptId, error: Exception) -> Failed:
    """Say that no executor took an attempt."""
    fault = errors_pb2.ContainerError(
        code="ExecutorRefused",
        message=f"no executor took the task: {error}",
        kind=errors_pb2.ContainerError.NON_RECOVERABLE,
        origin=execution_pb2.ExecutionError.SYSTEM,
    )
    return Failed(attempt=attempt, error=fault)
