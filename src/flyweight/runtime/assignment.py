"""What a worker is told of an attempt: what many have in common, worked out once, and what follows from its number."""

from functools import cached_property

from flyweight.ids import NO_ITEM
from flyweight.protocol import worker_pb2
from flyweight.semantics import offloading
from flyweight.semantics.layout import CHECKPOINTS, ExecutionLayout
from flyweight.semantics.variables import attempt_variables
from flyweight.settings import variable


class SharedPart:
    """What the attempts of one task in one execution have in common."""

    def __init__(self, message: worker_pb2.Start) -> None:
        self.message = message
        self.environment = dict(message.environment)
        self.execution_url = message.execution_url
        self.inline_limit = message.inline_limit
        self.deck = message.deck
        self.bundle_uri = message.bundle_uri
        self.resolver = message.resolver
        self.loader_args = tuple(message.loader_args)
        self.code = (self.bundle_uri, self.resolver, *self.loader_args)
        """What tells one task's code from another's."""

    @cached_property
    def layout(self) -> ExecutionLayout | None:
        """Where the execution's data lies; None if each attempt says that itself."""
        said = self.message
        return (
            ExecutionLayout(
                metadata=said.metadata, raw=said.raw, project=said.project, domain=said.domain, execution=said.execution
            )
            if said.metadata
            else None
        )

    @cached_property
    def offload(self) -> offloading.Limits | None:
        """Which outputs stand apart; raises ``InvalidInput`` as ``limits_told`` does."""
        return offloading.limits_told(lambda name: self.environment.get(name) or variable(name))


class Assignment:
    """One attempt to be run; ``folder`` is one of its own ("": none), ``shared`` what its own message leaves out."""

    __slots__ = ("attempt", "folder", "id", "item", "node", "shared", "start")

    def __init__(self, start: worker_pb2.Start, shared: SharedPart | None = None, folder: str = "") -> None:
        self.start = start
        self.shared = shared or SharedPart(start)
        self.folder = folder
        self.id = start.id
        self.node = start.node_id
        self.attempt = start.attempt
        self.item = start.item if start.HasField("item") else NO_ITEM

    def variables(self) -> dict[str, str]:
        """Give the environment variables that are this attempt's alone."""
        told = attempt_variables(self.node, self.attempt, self.item, self.shared.execution_url)
        if self.start.environment:
            told.update(self.start.environment)
        return told

    @property
    def output_prefix(self) -> str:
        """The URI below which its outputs, error and deck are written."""
        layout = self.shared.layout
        return layout.outputs(self.node, self.attempt, self.item) if layout else self.start.output_prefix

    @property
    def raw_output_prefix(self) -> str:
        """The URI below which its files and dataframes are written."""
        layout = self.shared.layout
        return layout.files(self.node, self.attempt, self.item) if layout else self.start.raw_output_prefix

    @property
    def checkpoint_prefix(self) -> str:
        """The URI below which it keeps its checkpoint."""
        return f"{self.raw_output_prefix}/{CHECKPOINTS}" if self.shared.layout else self.start.checkpoint_prefix
