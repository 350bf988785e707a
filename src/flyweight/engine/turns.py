"""What one turn of the driver has gathered, apart for each execution: what is to be written, and what to do after."""

from asyncio import Future
from dataclasses import dataclass, field
from itertools import chain

from flyweight.engine.jobs import DeckPublished
from flyweight.engine.machine import Changes, Command
from flyweight.engine.records import Batch, NewExecution
from flyweight.ids import ExecutionKey


@dataclass(slots=True, kw_only=True)
class Creation:
    """An execution that a caller waits to see committed."""

    new: NewExecution
    closures: dict[str, bytes]
    done: Future[None]


@dataclass(slots=True, kw_only=True)
class Part:
    """Everything of one execution that must become durable together."""

    key: ExecutionKey
    changes: Changes
    commands: list[Command] = field(default_factory=list[Command])
    creation: Creation | None = None
    done: list[Future[None]] = field(default_factory=list[Future[None]])
    """Whoever waits for the commit, but for who creates it."""
    decks: list[DeckPublished] = field(default_factory=list[DeckPublished])

    def waiters(self) -> list[Future[None]]:
        """Give the futures of all who wait for the commit."""
        return self.done if self.creation is None else [self.creation.done, *self.done]

    def is_idle(self) -> bool:
        """Tell whether nothing is to be written, and nobody to be told."""
        changes = self.changes
        writes = (
            self.creation
            or changes.executions
            or changes.nodes
            or changes.attempts
            or changes.items
            or changes.signals
            or changes.uploads
        )
        return not (writes or self.done or self.decks)


def batch_of(parts: list[Part]) -> Batch:
    """Give what is to be written for these executions."""
    closures: dict[str, bytes] = {}
    creations = [part.creation for part in parts if part.creation is not None]
    for creation in creations:
        closures.update(creation.closures)
    return Batch(
        new=tuple(creation.new for creation in creations),
        executions=tuple(chain.from_iterable(part.changes.executions for part in parts)),
        nodes=tuple(chain.from_iterable(part.changes.nodes for part in parts)),
        attempts=tuple(chain.from_iterable(part.changes.attempts for part in parts)),
        items=tuple(chain.from_iterable(part.changes.items for part in parts)),
        signals=tuple(chain.from_iterable(part.changes.signals for part in parts)),
        entries=tuple(chain.from_iterable(part.changes.entries for part in parts)),
        closures=closures,
    )


def is_empty(batch: Batch) -> bool:
    """Tell whether there is nothing to write."""
    return not (batch.new or batch.executions or batch.nodes or batch.attempts or batch.items or batch.signals)
