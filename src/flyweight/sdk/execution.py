"""What a running task can ask about itself: ``current_context()`` and the ``ExecutionParameters`` it gives."""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from logging import Logger, getLogger
from pathlib import Path
from typing import Any, Self

from flyteidl.core import identifier_pb2

from flyweight.clock import SystemClock, to_datetime
from flyweight.errors import InvalidInput
from flyweight.sdk.checkpoint import Checkpoint, NoCheckpoint
from flyweight.sdk.context import current_caller, running_parameters
from flyweight.sdk.deck import Deck, DeckField, Timeline
from flyweight.sdk.secret import Secrets

LOGGER = getLogger("flyweight.task")
MAX_DECKS = 200
"""More tabs than anyone reads; a loop that names each deck anew would fill the page without end."""


@dataclass(slots=True, kw_only=True, eq=False)
class ExecutionParameters:
    """Who and where the running task is, and its decks, checkpoint and secrets.

    Args:
        execution_id: project, domain and name of the execution.
        task_id: project, domain, name and version of the task.
        execution_date: when the execution was made, in UTC.
        working_directory: a folder of the attempt's own.
        raw_output_prefix: the URI below which files and dataframes are written.
        output_metadata_prefix: the URI below which outputs, error and deck are written.
        attempt: counts from 0.
        enable_deck: whether the task makes a deck.
        checkpoint: what the attempt before left; outside of a task, every use of it is refused.
        secrets: those that the task asked for.
        logging: the task's logger.
        timeline_deck: the deck that shows what took how long.

    """

    execution_id: identifier_pb2.WorkflowExecutionIdentifier
    task_id: identifier_pb2.Identifier
    execution_date: dt.datetime
    working_directory: str
    """A folder of the attempt's own."""
    raw_output_prefix: str = ""
    """Files and dataframes that the task gives are written below this URI."""
    output_metadata_prefix: str = ""
    """Outputs, error and deck of the attempt are written below this URI."""
    attempt: int = 0
    enable_deck: bool = False
    checkpoint: Checkpoint = field(default_factory=NoCheckpoint)
    secrets: Secrets = field(default_factory=Secrets)
    logging: Logger = LOGGER
    timeline_deck: Timeline = field(default_factory=Timeline)
    _decks: dict[str, Deck] = field(default_factory=dict)
    _added: dict[str, object] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """Give what a task type's ``pre_execute`` added: a session, a client. Capitals need not be."""
        if not name.startswith("_"):
            for key in (name, name.upper()):
                if key in self._added:
                    return self._added[key]
        raise AttributeError(f"current_context() has no `{name}`.", name=name, obj=self)

    def builder(self) -> "ParametersBuilder":
        """Start a change: ``user_params.builder().add_attr("session", session).build()`` in ``pre_execute``."""
        return ParametersBuilder(self)

    def has_attr(self, attr_name: str) -> bool:
        """Tell whether ``pre_execute`` added this."""
        return not {attr_name, attr_name.upper()}.isdisjoint(self._added)

    def with_added(self, added: Mapping[str, object]) -> "ExecutionParameters":
        """Give the same context with further attributes."""
        return replace(self, _added={**self._added, **added})

    @property
    def decks(self) -> list[Deck]:
        """The page's decks in the order they were first named."""
        return list(self._decks.values())

    @property
    def default_deck(self) -> Deck:
        """The deck without a subject of its own."""
        return self._decks.get("default") or self.add_deck(Deck("default", auto_add_to_deck=False))

    def add_deck(self, deck: Deck) -> Deck:
        """Put a deck on the page; one of the same name is replaced.

        Raises:
            InvalidInput: the page is full.

        """
        if deck.name not in self._decks and len(self._decks) >= MAX_DECKS:
            raise InvalidInput(f"A task can have {MAX_DECKS} decks. Use one name again, or append to one deck.")
        self._decks[deck.name] = deck
        return deck

    def publish_decks(self) -> None:
        """Show the decks as they are now. Cheap, off the task's thread, and never the task's failure."""
        if not self.enable_deck:
            self.logging.warning(
                "publish_decks() does nothing in %s: its decks are off. Switch them on with @task(enable_deck=True).",
                self.task_id.name,
            )
            return
        current_caller().publish_decks(self)


class ParametersBuilder:
    """Collects what a task type adds to the context of its task."""

    def __init__(self, current: ExecutionParameters) -> None:
        self._current = current
        self._added: dict[str, object] = {}

    def add_attr(self, key: str, v: object) -> Self:
        """Add an attribute, which the task reads as ``current_context().KEY``."""
        self._added[key] = v
        return self

    def build(self) -> ExecutionParameters:
        """Give the context with what was added."""
        return self._current.with_added(self._added)


def current_context() -> ExecutionParameters:
    """Give what the running task can ask about itself; outside of a task, harmless values for trying things out."""
    return running_parameters() or _outside()


def default_decks() -> tuple[str, ...]:
    """Names of the decks that Flyweight fills by itself."""
    return tuple(entry.value for entry in DeckField)


_OUTSIDE: list[ExecutionParameters] = []


def _outside() -> ExecutionParameters:
    """Make the values for code that runs outside of a task, once."""
    if not _OUTSIDE:
        folder = Path(tempfile.gettempdir()) / "flyweight"
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
        _OUTSIDE.append(
            ExecutionParameters(
                execution_id=identifier_pb2.WorkflowExecutionIdentifier(project="local", domain="local", name="local"),
                task_id=identifier_pb2.Identifier(
                    resource_type=identifier_pb2.TASK, project="local", domain="local", name="local", version="local"
                ),
                execution_date=to_datetime(SystemClock().now()),
                working_directory=str(folder),
            )
        )
    return _OUTSIDE[0]
