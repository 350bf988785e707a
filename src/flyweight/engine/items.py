"""The items of a node that maps over lists, packed: what is known of each stands in a chunk, and a chunk is a row."""

from dataclasses import dataclass, field

from flyteidl.core import catalog_pb2, literals_pb2

from flyweight.engine.jobs import Template
from flyweight.engine.phases import AttemptPhase
from flyweight.protocol.items_pb2 import ItemChunk, MapProgress, Stage
from flyweight.semantics.caching import CacheKey
from flyweight.semantics.elements import Elements
from flyweight.semantics.layout import OUTPUTS, ExecutionLayout

CHUNK = 256
"""Items a row."""
INLINE = 2048
"""Outputs of an item, or inputs of its node, of more bytes stand as blobs: rows that hold them are written often."""
OPEN = frozenset({AttemptPhase.QUEUED.value, AttemptPhase.RUNNING.value})
SUCCEEDED = AttemptPhase.SUCCEEDED.value
FAILED = AttemptPhase.FAILED.value
ABORTED = AttemptPhase.ABORTED.value
TO_BE_RETRIED = AttemptPhase.RETRYABLE_FAILED.value
HELD, PLACED, ASKS, WAITS = Stage.HELD, Stage.PLACED, Stage.ASKS, Stage.WAITS  # Stage itself looks each up by name
_FIELDS = [each.name for each in ItemChunk.DESCRIPTOR.fields if each.is_repeated and each.message_type is None]


def stored_at(layout: ExecutionLayout, node: str, item: int, chunk: ItemChunk) -> str:
    """Tell where outputs of an item stand that are too large for its row."""
    at = item % CHUNK
    found = chunk.lookups[at].outputs_uri if at in chunk.lookups else ""
    return found or f"{layout.item(node, item, chunk.attempts[at] - 1)}/{OUTPUTS}"


@dataclass
class Chunk:
    """Some neighbouring items, field by field: an ``ItemChunk``, and its lists, which take long to look up."""

    message: ItemChunk

    def __post_init__(self) -> None:
        message = self.message
        self.states = message.states
        self.attempts = message.attempts
        self.user_failures = message.user_failures
        self.system_failures = message.system_failures
        self.outputs = message.outputs
        self.stored = message.stored
        self.queued_at = message.queued_at
        self.started_at = message.started_at
        self.ended_at = message.ended_at
        self.first_started_at = message.first_started_at
        self.log = message.log
        self.log_start = message.log_start
        self.log_end = message.log_end
        self.cpu_seconds = message.cpu_seconds
        self.peak_memory_bytes = message.peak_memory_bytes
        self.deck_revisions = message.deck_revisions
        self.errors = message.errors
        self.logs = message.logs
        self.lookups = message.lookups
        self.usage = message.usage


@dataclass(slots=True, kw_only=True)
class Items:
    """How far the items of one node have come."""

    size: int
    needed: int
    """How many must succeed."""
    inputs: literals_pb2.LiteralMap
    """What the node was given, parsed once for all items."""
    chunks: dict[int, Chunk] = field(default_factory=dict[int, Chunk])
    """By number; those in which an item has begun."""
    begun: int = 0
    """The items before this one have begun; no other has."""
    open: set[int] = field(default_factory=set[int])
    """With an executor, or waiting for what the catalog says, or for a place."""
    again: list[int] = field(default_factory=list[int], compare=False)
    """To be tried again, as a heap."""
    held: list[int] = field(default_factory=list[int], compare=False)
    """Open, looked up, and held back until ``max_parallelism`` has a place for them, as a heap."""
    succeeded: int = 0
    cached: int = 0
    """Of those that succeeded: the catalog had their outputs."""
    failed: int = 0
    aborted: int = 0
    keys: dict[int, CacheKey] = field(default_factory=dict[int, CacheKey], compare=False)
    """Of open items that have asked the catalog: what they asked for. Deriving it takes as long as a step does."""
    large: dict[int, bytes] = field(default_factory=dict[int, bytes])
    """Outputs too large for a row."""
    template: Template | None = field(default=None, compare=False, repr=False)
    """What the jobs of all items have in common; None until the first is made."""
    elements: Elements | None = field(default=None, compare=False, repr=False)
    """The inputs by item; None until the first is asked for."""
    children: dict[str, int] = field(default_factory=dict[str, int], compare=False)
    """Items that stand for executions which are under way, by their names."""

    @property
    def to_begin(self) -> bool:
        """Tell whether an item waits to be begun."""
        return self.begun < self.size or bool(self.again)

    @property
    def waiting(self) -> bool:
        """Tell whether an item waits for its turn: to be begun, or to be let in."""
        return self.to_begin or bool(self.held)

    @property
    def lost(self) -> bool:
        """Tell whether too many have failed."""
        return self.failed > self.size - self.needed

    def find(self, item: int) -> tuple[Chunk, int]:
        """Give the chunk of an item that has begun, and its position there."""
        return self.chunks[item // CHUNK], item % CHUNK

    def place(self, item: int) -> tuple[Chunk, int]:
        """Do the same for one that is about to begin."""
        number = item // CHUNK
        if number not in self.chunks:
            self.chunks[number] = _new_chunk(min(CHUNK, self.size - number * CHUNK))
        return self.find(item)

    def progress(self) -> MapProgress:
        """Count."""
        return MapProgress(
            size=self.size,
            needed=self.needed,
            open=len(self.open),
            succeeded=self.succeeded,
            cached=self.cached,
            failed=self.failed,
            aborted=self.aborted,
        )


def _new_chunk(size: int) -> Chunk:
    message = ItemChunk()
    for name in _FIELDS:
        getattr(message, name).extend([b"" if name == "outputs" else 0] * size)
    return Chunk(message)


def restored(progress: MapProgress, rows: dict[int, bytes], inputs: literals_pb2.LiteralMap) -> Items:
    """Build what these rows were made of, but for the outputs that stand elsewhere."""
    items = Items(size=progress.size, needed=progress.needed, inputs=inputs)
    for number, body in rows.items():
        chunk = items.chunks[number] = Chunk(ItemChunk.FromString(body))
        first = number * CHUNK
        for at, (state, attempts) in enumerate(zip(chunk.states, chunk.attempts, strict=True)):
            if not attempts:
                break
            item = first + at
            items.begun = max(items.begun, item + 1)
            if state in OPEN:
                items.open.add(item)
                if at in chunk.lookups and chunk.lookups[at].stage == HELD:
                    items.held.append(item)
            elif state == TO_BE_RETRIED:
                items.again.append(item)
            items.succeeded += state == SUCCEEDED
            items.failed += state == FAILED
            items.aborted += state == ABORTED
        items.cached += sum(lookup.status == catalog_pb2.CACHE_HIT for lookup in chunk.lookups.values())
    items.again.sort()
    items.held.sort()
    return items
