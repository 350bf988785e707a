"""Where the data of an execution lies: Flyte's own layout below a metadata prefix and a raw-data prefix.

Traced from flytepropeller (workflow_status.go, taskexec_context.go): stock tasks, clients and tools find their files.
"""

from dataclasses import dataclass, field
from zlib import crc32

from flyweight.ids import NO_ITEM, item_name

INPUTS = "inputs.pb"
OUTPUTS = "outputs.pb"
ERROR = "error.pb"
FUTURES = "futures.pb"
DRAWN = "dynamic_compiled.pb"
"""The compiled workflow of what a dynamic task drew, beside its futures.pb (propeller's name for it)."""
DECK = "deck.html"
CHECKPOINTS = "_flytecheckpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionLayout:
    """The folders of one execution; prefixes are URIs without a slash at the end."""

    metadata: str
    """``<bucket>/metadata/propeller``."""
    raw: str
    """``<bucket>/raw``, or what the caller gave as ``raw_output_data_config``."""
    project: str
    domain: str
    execution: str
    root: str = field(init=False)
    """The folder of everything but raw data."""

    def __post_init__(self) -> None:
        """Put together once what every path begins with."""
        object.__setattr__(self, "root", f"{self.metadata}/{self.project}-{self.domain}-{self.execution}")

    def node(self, node: str) -> str:
        """A node's own folder."""
        return f"{self.root}/{node}/data"

    def inputs(self, node: str) -> str:
        """A node's inputs.pb."""
        return f"{self.node(node)}/{INPUTS}"

    def attempt(self, node: str, attempt: int) -> str:
        """The output prefix of one attempt: outputs.pb, error.pb, futures.pb and deck.html stand in it."""
        return f"{self.node(node)}/{attempt}"

    def outputs(self, node: str, attempt: int, item: int = NO_ITEM) -> str:
        """The output prefix of one attempt, be it at a node or at an item of one."""
        return self.attempt(node, attempt) if item == NO_ITEM else self.item(node, item, attempt)

    def files(self, node: str, attempt: int, item: int = NO_ITEM) -> str:
        """The raw output prefix of one attempt, be it at a node or at an item of one."""
        return self.raw_data(node if item == NO_ITEM else item_name(node, item), attempt)

    def deck(self, node: str, attempt: int) -> str:
        """The deck of one attempt."""
        return f"{self.attempt(node, attempt)}/{DECK}"

    def item(self, node: str, item: int, attempt: int) -> str:
        """The output prefix of one attempt at an item of a node that maps over lists."""
        return f"{self.node(node)}/0/{item}/{attempt}"

    def item_inputs(self, node: str, item: int) -> str:
        """The inputs.pb of one item, if it is to have one of its own."""
        return f"{self.node(node)}/{item}/{INPUTS}"

    def raw_data(self, node: str, attempt: int) -> str:
        """The raw output prefix of one attempt: files and dataframes go below it; two letters spread the load.

        Of an item, ``node`` is its own name (``ids.item_name``).
        """
        name = f"{self.execution}-{node}-{attempt}"
        digest = crc32(name.encode())
        shard = chr(97 + digest % 26) + chr(97 + digest // 26 % 26)
        return f"{self.raw}/{shard}/{name}"

    def checkpoint(self, node: str, attempt: int) -> str:
        """Where an attempt keeps checkpoints; the next attempt is given this one's as the previous."""
        return f"{self.raw_data(node, attempt)}/{CHECKPOINTS}"
