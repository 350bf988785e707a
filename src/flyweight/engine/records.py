"""What of an execution is kept: one record a row. The machine makes them, the store writes and reads them, nobody else.

A record is the whole row as it now stands, so writing it twice changes nothing. flyteidl messages stand in them as
bytes. Times are microseconds since the epoch (``clock.Micros``), 0 for "not yet".

Records are named tuples: every task has four of them made, and a frozen dataclass takes four times as long.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from flyweight.clock import Micros
from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.ids import ExecutionKey, NodeId
from flyweight.semantics.caching import CacheKey

NOT_YET = Micros(0)
NO_EXECUTION = ExecutionKey(0)
NO_NODE = NodeId("")
DYNAMIC = "dynamic"
"""The kind of a node whose task has drawn nodes of its own."""


class NewExecution(NamedTuple):
    """The part of an execution's row that never changes, written once when it is created."""

    key: ExecutionKey
    project: str
    domain: str
    name: str
    closure_digest: str
    """Digest of the ``CompiledWorkflowClosure`` that it runs (rows of ``closures``)."""
    spec: bytes
    """``flyteidl.admin.ExecutionSpec`` as accepted."""
    inputs: bytes
    """``flyteidl.core.LiteralMap`` after merging defaults and fixed inputs; empty when ``inputs_uri`` is set."""
    created_at: Micros
    inputs_uri: str = ""
    user_inputs: bytes = b""
    """``flyteidl.core.LiteralMap`` as the caller sent it: what a relaunch sends again."""
    launch_plan: str = ""
    """``str(EntityKey)`` of the launch plan, or empty for a single task."""
    workflow: str = ""
    task: str = ""
    """``str(EntityKey)`` of the task of a single-task execution."""
    mode: int = 0
    """``flyteidl.admin.ExecutionMetadata.ExecutionMode``."""
    principal: str = ""
    parent_execution: ExecutionKey = NO_EXECUTION
    parent_node: NodeId = NO_NODE
    reference_execution: ExecutionKey = NO_EXECUTION
    """What it was relaunched or recovered from."""


class ExecutionRecord(NamedTuple):
    """How far an execution has come."""

    key: ExecutionKey
    phase: ExecutionPhase
    started_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    outputs: bytes = b""
    outputs_uri: str = ""
    error: bytes = b""
    """``flyteidl.core.ExecutionError``."""
    abort_cause: str = ""
    abort_principal: str = ""


class NodeRecord(NamedTuple):
    """How far a node has come. Nodes that still wait for others have no record."""

    execution: ExecutionKey
    node: NodeId
    spec_node: str
    """The node's id in its own workflow's template."""
    kind: str
    """``task``, ``workflow``, ``launch_plan``, ``branch``, ``gate``, ``array``, ``start``, ``end`` or
    ``DYNAMIC``."""
    phase: NodePhase
    parent: NodeId = NO_NODE
    """The sub-workflow, branch or dynamic node that it runs under."""
    parent_attempt: int = 0
    """Which attempt of its parent it belongs to: a dynamic task that is tried again draws its nodes anew."""
    task: str = ""
    """``str(EntityKey)`` of the task that it runs."""
    attempt: int = 0
    inputs: bytes = b""
    inputs_uri: str = ""
    outputs: bytes = b""
    outputs_uri: str = ""
    error: bytes = b""
    """``flyteidl.core.ExecutionError``."""
    deck_uri: str = ""
    """Known from the start; always the current attempt's."""
    created_at: Micros = NOT_YET
    started_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET
    detail: bytes = b""
    """What a kind of node keeps beyond this, as a protobuf message of that kind's own: ``MapProgress`` of an array."""
    cache: bytes = b""
    """``flyteidl.admin.TaskNodeMetadata``: what the catalog had for it; empty for what is not cached."""
    reason: str = ""
    """Why it stands where it stands, in words, where its phase does not say so: why the catalog had nothing ..."""


class AttemptRecord(NamedTuple):
    """How far one attempt has come (a task execution)."""

    execution: ExecutionKey
    node: NodeId
    attempt: int
    task: str
    phase: AttemptPhase
    executor: str = ""
    worker: str = ""
    """Which worker ran it, for people: ``pool/3 (pid 4711)``."""
    output_prefix: str = ""
    deck_uri: str = ""
    deck_revision: int = 0
    log_path: str = ""
    """File that holds what it wrote; its own part is the bytes ``log_start`` to ``log_end`` (-1: still growing)."""
    log_start: int = 0
    log_end: int = -1
    error: bytes = b""
    """``flyteidl.core.ExecutionError``."""
    cause: str = ""
    """Which budget its failure counts against: ``user``, ``system`` or nothing (``PlatformRestarted``)."""
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    usage_series: bytes = b""
    """``flyweight.usage.v1.UsageSeries``: how that went; empty for what took under a second."""
    queued_at: Micros = NOT_YET
    started_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET
    ended_at: Micros = NOT_YET


class ItemsRecord(NamedTuple):
    """How far some neighbouring items of a node that maps over lists have come; those that wait may have no record."""

    execution: ExecutionKey
    node: NodeId
    chunk: int
    """Counted from 0, of ``items.CHUNK`` items each."""
    body: bytes
    """``flyweight.items.v1.ItemChunk``."""


class SignalRecord(NamedTuple):
    """Something that gates of an execution wait for, or have waited for."""

    execution: ExecutionKey
    signal: str
    """Its id, unique in its execution: gates that name the same wait for the same."""
    type: bytes
    """``flyteidl.core.LiteralType`` of what may be given."""
    value: bytes = b""
    """``flyteidl.core.Literal``; empty until it is given."""
    created_at: Micros = NOT_YET
    updated_at: Micros = NOT_YET


class CacheRecord(NamedTuple):
    """The outputs of one run of a task, kept for others with the same key."""

    key: CacheKey
    source: bytes
    """``flyteidl.core.TaskExecutionIdentifier`` of the attempt that made them."""
    created_at: Micros
    outputs: bytes = b""
    """``flyteidl.core.LiteralMap``; empty when ``outputs_uri`` is set."""
    outputs_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction writes: everything that waited when the driver took its turn."""

    new: tuple[NewExecution, ...] = ()
    executions: tuple[ExecutionRecord, ...] = ()
    nodes: tuple[NodeRecord, ...] = ()
    attempts: tuple[AttemptRecord, ...] = ()
    items: tuple[ItemsRecord, ...] = ()
    signals: tuple[SignalRecord, ...] = ()
    entries: tuple[CacheRecord, ...] = ()
    """Of the catalog: with the success that each comes from, or not at all."""
    closures: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Closures by digest, for executions of a single task (workflows store theirs when they are registered)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedExecution:
    """All the rows of one unfinished execution, as recovery reads them."""

    new: NewExecution
    execution: ExecutionRecord
    nodes: tuple[NodeRecord, ...]
    attempts: tuple[AttemptRecord, ...]
    items: tuple[ItemsRecord, ...] = ()
    """Of nodes that run."""
    signals: tuple[SignalRecord, ...] = ()
