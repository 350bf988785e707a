"""From flyteidl messages to what a template shows: plain words, addresses and times. Pure.

Times are milliseconds since the epoch, 0 for none: what the browser's clock is compared with.
"""

from dataclasses import dataclass
from urllib.parse import quote

from flyteidl.admin import execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import catalog_pb2, identifier_pb2, types_pb2
from flyteidl.core import execution_pb2 as core_execution_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from flyweight.console import answers, phases
from flyweight.console.usage import UsageChart, chart
from flyweight.console.words import duration, size
from flyweight.ids import NodeId, shown_item
from flyweight.semantics.answers import awaited
from flyweight.semantics.budgets import PLATFORM_RESTARTED
from flyweight.semantics.failing import code_of
from flyweight.semantics.literal_types import describe
from flyweight.semantics.steps import Step

_KINDS = {
    identifier_pb2.TASK: "task",
    identifier_pb2.WORKFLOW: "workflows",
    identifier_pb2.LAUNCH_PLAN: "launch_plan",
}
_SINGLE_TASK = ".flytegen."
"""Begins the name of the workflow that is made up around a task which is run by itself."""

ITEMS_SHOWN = 200
"""Items of a map in a panel; any other is reached by its name."""
_VERSION_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When something ran; ``ended`` is 0 while it does, ``started`` before it does."""

    started: int = 0
    ended: int = 0

    @property
    def took(self) -> str:
        """How long it took, in words; empty while that is not known."""
        return duration(self.ended - self.started) if self.ended and self.started else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionView:
    """One execution, as a row of a list and as the head of its page."""

    project: str
    domain: str
    name: str
    url: str
    phase: str
    span: Span
    what: identifier_pb2.Identifier
    """The workflow's identifier, or what stood in the request while there is none."""
    mode: str
    cause: str
    """Why it was stopped."""
    error: "ErrorView | None"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase in phases.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """What went wrong: a headline, then everything that was told."""

    code: str
    headline: str
    details: str
    fault: str
    """``your code``, ``the platform``, or empty when nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """One node of an execution, planned or under way."""

    id: str
    title: str
    kind: str
    depth: int
    phase: str
    span: Span
    deck: bool
    entity: identifier_pb2.Identifier | None
    reason: str = ""
    """How far it has come, or why it waits, in words."""
    alone: bool = False
    """Whether it is a task that was run by itself: its id says only the task's name once more."""
    case: str = ""
    """Of a case of a conditional, when it runs: ``if x > 3``, or ``else``."""
    signal: str = ""
    """What it waits for an answer to."""
    cache: str = ""
    """What the catalog had for it, in words; empty for what is not cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """What a gate waits for, and how it is answered."""

    signal: str
    approval: bool
    """Somebody must say yes or no to what goes in; else, give a value."""
    yes_or_no: bool
    expected: str
    """The type of the answer, in words."""
    hint: str
    """How an answer is typed, where the type does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item of a map."""

    index: int
    node: str
    """What it is read as."""
    phase: str
    cache: str = ""
    """What the catalog had for it, in a word; empty if nobody asked."""
    why: str = ""
    """Why it had nothing, or who made what it had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """How far a map has come, and the items that most want to be looked at: those that failed stand first."""

    size: int
    succeeded: int
    failed: int
    running: int
    items: tuple[ItemView, ...]

    @property
    def cached(self) -> bool:
        """Whether the catalog was asked for any of them."""
        return any(item.cache or item.why for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One try of a task."""

    number: int
    phase: str
    span: Span
    queued: int
    worker: str
    cpu_seconds: float
    peak_memory: str
    task_type: str
    error: ErrorView | None
    usage: UsageChart | None = None
    """How its memory and processor time went, if it took a while."""
    mapped: MapView | None = None
    """Of the one attempt that a map is taken for."""
    why: str = ""
    """Why it ran, in words, if there is more to say: what the catalog had in place of it."""

    @property
    def downtime(self) -> bool:
        """Whether it was lost with the platform, so that its end is the moment at which the platform was back."""
        return self.error is not None and self.error.code == PLATFORM_RESTARTED and self.phase == "aborted"


def execution(message: execution_pb2.Execution) -> ExecutionView:
    """View an execution."""
    closure, of = message.closure, message.id
    phase = phases.execution_phase(closure.phase)
    made_up = closure.workflow_id.name.startswith(_SINGLE_TASK)
    what = closure.workflow_id if closure.workflow_id.name and not made_up else message.spec.launch_plan
    return ExecutionView(
        project=of.project,
        domain=of.domain,
        name=of.name,
        url=execution_url(of),
        phase=phase,
        span=_span(phase, closure.started_at, closure.duration),
        what=what,
        mode=execution_pb2.ExecutionMetadata.ExecutionMode.Name(message.spec.metadata.mode).lower().replace("_", " "),
        cause=closure.abort_metadata.cause if closure.HasField("abort_metadata") else "",
        error=error(closure.error) if closure.HasField("error") else None,
    )


def node(
    message: node_execution_pb2.NodeExecution | None, step: Step, reason: str = "", unbegun: str = phases.WAITING
) -> NodeView:
    """View a node: what the workflow says of it, and how it goes; ``unbegun`` is how one without a row stands."""
    if message is None:
        phase, span, deck = unbegun, Span(), False
    else:
        phase = phases.node_phase(message.closure.phase)
        span = _span(phase, message.closure.started_at, message.closure.duration)
        deck = bool(message.closure.deck_uri)
    return NodeView(
        id=step.node,
        title=step.title,
        kind=step.kind,
        depth=step.depth,
        phase=phase,
        span=span,
        deck=deck,
        entity=step.entity,
        reason=reason,
        alone=step.alone,
        case=step.case,
        signal="" if phase in phases.ENDED else awaited(reason),
        cache="" if message is None else _cache(message.closure.task_node_metadata),
    )


def question(step: Step | None) -> QuestionView | None:
    """View what a node asks for; None if it is no gate that waits for people."""
    gate = None if step is None else step.gate
    match None if gate is None else gate.WhichOneof("condition"):
        case "approve" if gate is not None:
            return QuestionView(
                signal=gate.approve.signal_id, approval=True, yes_or_no=True, expected="yes or no", hint=""
            )
        case "signal" if gate is not None:
            kind = gate.signal.type
            return QuestionView(
                signal=gate.signal.signal_id,
                approval=False,
                yes_or_no=kind.simple == types_pb2.BOOLEAN,
                expected=describe(kind),
                hint=answers.hint(kind),
            )
        case _:
            return None


def _cache(found: node_execution_pb2.TaskNodeMetadata) -> str:
    if not found.HasField("catalog_key"):
        return ""
    words = _cache_word(found.cache_status)
    made = found.catalog_key.source_task_execution.node_execution_id
    return f"{words}: made by {made.execution_id.name}, node {made.node_id}" if made.node_id else words


def _cache_word(status: catalog_pb2.CatalogCacheStatus) -> str:
    return catalog_pb2.CatalogCacheStatus.Name(status).removeprefix("CACHE_").replace("_", " ").lower()


def attempt(message: task_execution_pb2.TaskExecution) -> AttemptView:
    """View an attempt."""
    closure = message.closure
    phase = phases.attempt_phase(closure.phase)
    info = closure.custom_info.fields
    waiting = phase == "queued"
    return AttemptView(
        number=message.id.retry_attempt,
        phase=phase,
        span=Span() if waiting else _span(phase, closure.started_at, closure.duration),
        queued=_millis(closure.created_at),
        worker=info["worker"].string_value if "worker" in info else "",
        cpu_seconds=info["cpu_seconds"].number_value if "cpu_seconds" in info else 0.0,
        peak_memory=size(int(info["peak_memory_bytes"].number_value)) if "peak_memory_bytes" in info else "",
        task_type=closure.task_type,
        error=error(closure.error) if closure.HasField("error") else None,
        usage=chart(info),
        mapped=_mapped(message) if "items" in info else None,
        why=closure.reasons[0].message if closure.reasons else "",
    )


def _mapped(message: task_execution_pb2.TaskExecution) -> MapView:
    info = message.closure.custom_info.fields
    counts = {name: int(info[name].number_value) for name in ("items", "succeeded", "failed", "running")}
    node = NodeId(message.id.node_execution_id.node_id)
    return MapView(
        size=counts["items"],
        succeeded=counts["succeeded"],
        failed=counts["failed"],
        running=counts["running"],
        items=tuple(
            ItemView(
                index=each.index,
                node=shown_item(node, each.index),
                phase=phases.attempt_phase(each.phase),
                cache=_cache_word(each.cache_status) if each.cache_status != catalog_pb2.CACHE_DISABLED else "",
                why=each.custom_info.fields["reason"].string_value if "reason" in each.custom_info.fields else "",
            )
            for each in message.closure.metadata.external_resources[:ITEMS_SHOWN]
        ),
    )


def error(message: core_execution_pb2.ExecutionError) -> ErrorView:
    """View an error: its first line is what it comes to."""
    headline, _, rest = message.message.strip().partition("\n")
    fault = {
        core_execution_pb2.ExecutionError.USER: "your code",
        core_execution_pb2.ExecutionError.SYSTEM: "the platform",
    }
    return ErrorView(
        code=code_of(message), headline=headline, details=rest.strip("\n"), fault=fault.get(message.kind, "")
    )


def execution_url(of: identifier_pb2.WorkflowExecutionIdentifier) -> str:
    """Give the path of an execution's page."""
    return f"{place_url(of.project, of.domain)}/executions/{quote(of.name)}"


def entity_url(of: identifier_pb2.Identifier) -> str:
    """Give the path of a version's page: the address that Flyte's clients print."""
    kind = _KINDS.get(of.resource_type, "task")
    name, version = quote(of.name, safe=""), quote(of.version, safe="")
    return f"{place_url(of.project, of.domain)}/{kind}/{name}/version/{version}"


def place_url(project: str, domain: str) -> str:
    """Give the path that everything of a project's domain stands below."""
    return f"/console/projects/{quote(project, safe='')}/domains/{quote(domain, safe='')}"


def short_name(name: str) -> str:
    """Take the last part of a dotted name: the function's own."""
    return name.rpartition(".")[2]


def module_name(name: str) -> str:
    """Take what stands before it: the module."""
    return name.rpartition(".")[0]


def short_version(version: str) -> str:
    """Shorten a version that is a digest."""
    return version if len(version) <= _VERSION_SHOWN + 2 else f"{version[:_VERSION_SHOWN]}…"


def _span(phase: str, started: Timestamp, took: Duration) -> Span:
    begin = _millis(started)
    if not begin:
        return Span()  # it ended in the queue
    if phase not in phases.ENDED:
        return Span(started=0 if phase in {"queued", phases.WAITING} else begin)
    return Span(started=begin, ended=begin + took.seconds * 1000 + took.nanos // 1_000_000)


def _millis(at: Timestamp) -> int:
    return at.seconds * 1000 + at.nanos // 1_000_000
