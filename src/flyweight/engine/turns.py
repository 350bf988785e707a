"""What one turn of the driver has gathered: the parts of its batch by execution, and what to do once it is written."""

from asyncio import Future
from dataclasses import dataclass, field

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
class Work:
    """Everything of one turn that must become durable together."""

    changes: Changes
    commands: list[tuple[ExecutionKey, Command]] = field(default_factory=list[tuple[ExecutionKey, Command]])
    creations: list[Creation] = field(default_factory=list[Creation])
    done: list[Future[None]] = field(default_factory=list[Future[None]])
    """Whoever else waits for the commit."""
    decks: list[DeckPublished] = field(default_factory=list[DeckPublished])

    def batch(self) -> Batch:
        """Give what is to be written."""
        closures: dict[str, bytes] = {}
        for creation in self.creations:
            closures.update(creation.closures)
        return Batch(
            new=tuple(creation.new for creation in self.creations),
            executions=tuple(self.changes.executions),
            nodes=tuple(self.changes.nodes),
            attempts=tuple(self.changes.attempts),
            closures=closures,
        )

    def split_off(self, creation: Creation) -> "Work":
        """Take a creation, and all that belongs to its execution, out into work of its own."""
        key = creation.new.key
        mine, others = Changes(limit=self.changes.limit), Changes(limit=self.changes.limit)
        for execution in self.changes.executions:
            (mine if execution.key == key else others).executions.append(execution)
        for node in self.changes.nodes:
            (mine if node.execution == key else others).nodes.append(node)
        for attempt in self.changes.attempts:
            (mine if attempt.execution == key else others).attempts.append(attempt)
        alone = Work(changes=mine, creations=[creation], commands=[entry for entry in self.commands if entry[0] == key])
        others.uploads = self.changes.uploads
        self.changes = others
        self.commands = [entry for entry in self.commands if entry[0] != key]
        self.creations = [other for other in self.creations if other is not creation]
        return alone


def is_empty(batch: Batch) -> bool:
    """Tell whether there is nothing to write."""
    return not (batch.new or batch.executions or batch.nodes or batch.attempts)
