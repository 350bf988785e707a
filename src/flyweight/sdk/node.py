"""One step of a workflow's graph: an entity that is called, what its inputs are bound to, and what it must wait for."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self, TypedDict, TypeVar, Unpack

from flyweight.errors import CompileError, InvalidInput
from flyweight.sdk.cache import Cache, VersionParameters
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.kinds import Kinds
from flyweight.sdk.option_checks import TASK_KINDS, require_known
from flyweight.sdk.pod_template import PodTemplate
from flyweight.sdk.promise import OutputReference, Promise
from flyweight.sdk.resources import Resources
from flyweight.sdk.wire import OnTheWire

if TYPE_CHECKING:
    from flyweight.sdk.binding import Binding
    from flyweight.sdk.entity import AnyEntity

T = TypeVar("T")

MAX_NODE_NAME = 63
"""Kubernetes' limit for a label."""


class Overrides(TypedDict, total=False):
    """Settings of one call, given to ``with_overrides``; what is left out stays as the entity says."""

    node_name: str
    """The node's id in the graph."""
    aliases: dict[str, str]
    """New names for the node's outputs, where another node refers to them."""
    name: str
    """The name the console shows."""
    requests: Resources
    """What is set aside for the task."""
    limits: Resources
    """What the task may use at most."""
    resources: Resources
    """Both in one."""
    timeout: int | dt.timedelta
    """For each attempt; an integer counts seconds."""
    retries: int
    """Further attempts after a failure that asks for it."""
    interruptible: bool
    """Whether it may run on a machine that can be taken away."""
    cache: bool | Cache
    """Whether outputs may be taken from an earlier run."""
    cache_version: str
    """What that run must have had."""
    cache_serialize: bool
    """Whether equal calls wait for the first one."""
    container_image: str | ImageSpec
    """The image's name, or an ImageSpec."""
    accelerator: OnTheWire
    """The kind of GPU that the task needs."""
    shared_memory: bool | str
    """Mount shared memory: of any size, or of this one."""
    task_config: object
    """Taken as flytekit's code gives it; a type's settings cannot be changed for one call."""
    pod_template: PodTemplate
    """The Kubernetes pod that the task runs in."""


_KINDS: Final[Kinds] = {
    **TASK_KINDS,
    "node_name": (str,),
    "name": (str,),
    "aliases": (Mapping,),
    "pod_template": (PodTemplate,),
}


class Node:
    """A call of an entity in a workflow. ``a >> b`` lets ``b`` wait for ``a``; outputs are attributes by name."""

    def __init__(
        self, node_id: str, entity: "AnyEntity", bindings: "Mapping[str, Binding]", upstream: "Sequence[Node]" = ()
    ) -> None:
        self.id = node_id
        self.entity = entity
        self.bindings = bindings
        self.data_upstream = tuple(upstream)
        """Nodes whose outputs this one takes."""
        self.waits_for: list[Node] = []
        """Nodes it waits for without taking data."""
        self.overrides: Overrides = {}

    def __repr__(self) -> str:
        return f"Node({self.id}: {self.entity.name})"

    @property
    def outputs(self) -> dict[str, Promise]:
        """The node's outputs, by name."""
        return {
            name: Promise(OutputReference(node=self, var=name), python_type)
            for name, python_type in self.entity.interface.outputs.items()
        }

    def __getattr__(self, name: str) -> Promise:
        entity: AnyEntity | None = self.__dict__.get("entity")
        if entity is None or name not in entity.interface.outputs:
            known = ", ".join(entity.interface.outputs) if entity else ""
            raise AttributeError(
                f"node {self.__dict__.get('id')} has no output `{name}`. Its outputs are: {known or 'none'}."
            )
        return self.outputs[name]

    @property
    def upstream(self) -> "tuple[Node, ...]":
        """Every node that must succeed first, each once, in the order they were made known."""
        return tuple(dict.fromkeys((*self.data_upstream, *self.waits_for)))

    def runs_before(self, other: object) -> None:
        """Let another node wait for this one, without passing data.

        Raises:
            CompileError: the other is not a node nor the result of one.

        """
        node = node_of(other)
        if self not in node.waits_for:
            node.waits_for.append(self)

    def __rshift__(self, other: T) -> T:
        self.runs_before(other)
        return other

    def with_overrides(self, **overrides: Unpack[Overrides]) -> "Node":
        """Change settings of this node, for this call only.

        Raises:
            InvalidInput: no such setting, a value that it does not take, or one that is still a promise.

        """
        for key, value in overrides.items():
            if isinstance(value, Promise):
                raise InvalidInput(
                    f"{self.id}: `{key}` must be known when the workflow is compiled; it cannot be {value.ref}."
                )
        require_known("with_overrides", overrides, Overrides, _KINDS)
        if "node_name" in overrides:
            self.id = dns_name(overrides["node_name"])
        self.overrides = {**self.overrides, **overrides, **_cache_settings(self.entity, overrides)}
        return self


def _cache_settings(entity: "AnyEntity", overrides: Overrides) -> Overrides:
    """Take a ``Cache`` apart, and give a version to a task that has none and is cached here.

    Raises:
        InvalidInput: settings that contradict each other, or that only the task itself can have.

    """
    cache = overrides.get("cache", False)
    task: object = getattr(entity, "task", entity)  # of a map, what it maps
    if not isinstance(cache, Cache):
        cached: object = getattr(getattr(task, "options", None), "cache", None)
        if not cache or "cache_version" in overrides or cached is not None:
            return {}
        cache = Cache(serialize=overrides.get("cache_serialize", False))
    elif "cache_version" in overrides or "cache_serialize" in overrides:
        raise InvalidInput("Give version and serialize to Cache(...), or use cache=True: not both.")
    if cache.ignored_inputs:
        raise InvalidInput(f"Which inputs do not count is the task's own word: give ignored_inputs to {entity.name}.")
    function: Callable[..., object] | None = getattr(task, "task_function", None)
    if cache.version is None and function is None:
        raise InvalidInput(f"{entity.name} has no function for a cache version to follow from: give cache_version=...")
    version = cache.get_version(VersionParameters(func=function)) if function else cache.version
    return {"cache": True, "cache_version": version or "", "cache_serialize": cache.serialize}


class NodeOutputs(tuple[Promise, ...]):  # noqa: SLOT001 - a tuple of varying length cannot have slots
    """The outputs of a node that has several: a tuple, and by name; stands for its node in ``>>``."""

    owner: Node

    def __new__(cls, node: Node) -> Self:
        """Take the outputs of a node."""
        made = super().__new__(cls, node.outputs.values())
        made.owner = node
        return made

    def __getattr__(self, name: str) -> Promise:
        return getattr(self.owner, name)

    def __rshift__(self, other: T) -> T:
        return self.owner >> other

    def runs_before(self, other: object) -> None:
        """Let another node wait for this one, without passing data."""
        self.owner.runs_before(other)

    def with_overrides(self, **overrides: Unpack[Overrides]) -> "NodeOutputs":
        """Change settings of the node, for this call only."""
        self.owner.with_overrides(**overrides)
        return self


def node_of(value: object) -> Node:
    """Find the node behind what a call in a workflow gave.

    Raises:
        CompileError: there is none.

    """
    match value:
        case Node():
            return value
        case Promise() | NodeOutputs():
            return value.owner
        case _:
            raise CompileError(f"`>>` orders nodes of a workflow; {value!r} is not the result of a call in one.")


def dns_name(name: str) -> str:
    """Turn a name into one of lower-case letters, digits and hyphens, as node ids must be (flytekit's rule)."""
    made = ""
    for character in name:
        if character in "_-.":
            made += "-"
        elif character.isascii() and character.isalnum():
            starts_word = character.isupper() and made != "" and not made.endswith("-")
            made += ("-" if starts_word else "") + character.lower()
    return made.strip("-")[:MAX_NODE_NAME].rstrip("-")
