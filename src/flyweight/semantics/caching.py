"""Decides which runs of a task count as the same: the key that outputs are kept under, and why another key differs.

Flyte's keys (flyteplugins, catalog/hashing.go; flytepropeller, catalog/datacatalog/transformer.go): project, domain and
name of the task, the cache version that its author gave, its interface, and its inputs without those that are ignored;
a literal that brings a hash of its own counts by that alone. The task's version and container do not count. The
digests are ours (SHA-256), and what an interface says about its variables in words does not count.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flyteidl.core import (
    identifier_pb2,
    interface_pb2,
    literals_pb2,
    tasks_pb2,
    workflow_pb2,
)

from flyweight import literals

NOTHING_KEPT = "the cache has nothing of this task yet"
"""Why a first call finds nothing."""
_INTERFACE_LENGTH = 8
_ONE_INPUT = (False, False, 2)
"""How far two keys are apart that differ in one input: its digest here, and its digest there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheKey:
    """What outputs are kept under; equal keys, equal outputs."""

    project: str = field(compare=False)
    domain: str = field(compare=False)
    task: str = field(compare=False)
    """The task's name, without its version."""
    version: str = field(compare=False)
    """The cache version."""
    interface: str = field(compare=False)
    """Digest of the types of inputs and outputs, each by its name."""
    inputs: str = field(compare=False)
    """Digest of the inputs that count."""
    digests: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """Digest of each input that counts, by name: tells what differs from another key."""
    digest: str = field(init=False)
    """All of it in 43 characters, which every key is asked for."""

    def __post_init__(self) -> None:
        parts = [self.project, self.domain, self.task, self.version, self.interface, self.inputs]
        object.__setattr__(self, "digest", _digest(repr(parts).encode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """How a task's outputs are kept: all of the key but the inputs."""

    project: str
    domain: str
    task: str
    version: str
    interface: str
    serialize: bool = False
    """Whether equal calls that come at the same time wait for the first one."""
    ignored: Sequence[str] = ()
    """Inputs that do not count."""

    @property
    def dataset(self) -> identifier_pb2.Identifier:
        """Name the task's entries as Flyte's catalog does."""
        return identifier_pb2.Identifier(
            resource_type=identifier_pb2.DATASET,
            project=self.project,
            domain=self.domain,
            name=f"flyte_task-{self.task}",
            version=f"{self.version}-{self.interface}",
        )

    def key(self, inputs: literals_pb2.LiteralMap) -> CacheKey:
        """Give the key of a call."""
        digests = {
            name: value_digest(inputs.literals[name]) for name in sorted(inputs.literals) if name not in self.ignored
        }
        return CacheKey(
            project=self.project,
            domain=self.domain,
            task=self.task,
            version=self.version,
            interface=self.interface,
            inputs=_digest(repr(list(digests.items())).encode()),
            digests=digests,
        )


def caching_of(task: tasks_pb2.TaskTemplate, node: workflow_pb2.NodeMetadata | None = None) -> Caching | None:
    """Tell how a task's outputs are kept where a node calls it; None if they are not. The node's word goes first."""
    metadata = task.metadata
    wanted, version, serialize = metadata.discoverable, metadata.discovery_version, metadata.cache_serializable
    if node is not None:
        wanted = node.cacheable if node.WhichOneof("cacheable_value") else wanted
        version = node.cache_version if node.WhichOneof("cache_version_value") else version
        serialize = node.cache_serializable if node.WhichOneof("cache_serializable_value") else serialize
    if not wanted:
        return None
    return Caching(
        project=task.id.project,
        domain=task.id.domain,
        task=task.id.name,
        version=version,
        interface=interface_digest(task.interface),
        serialize=serialize,
        ignored=tuple(metadata.cache_ignore_input_vars),
    )


def interface_digest(interface: interface_pb2.TypedInterface) -> str:
    """Give the digests of inputs and outputs, joined as in Flyte: names and types count, descriptions do not."""
    return "-".join(_variables(each) for each in (interface.inputs, interface.outputs))


def difference(wanted: CacheKey, kept: CacheKey) -> str:
    """Say in words how a key differs from one that something is kept under; of the same task."""
    if wanted.version != kept.version:
        return f"the cache version differs: {wanted.version!r} now, {kept.version!r} there"
    if wanted.interface != kept.interface:
        return "the task's interface differs"
    names = differing(wanted, kept)
    if not names:
        return "nothing differs any more"
    return f"input{'s' if len(names) > 1 else ''} {', '.join(names)} differ{'' if len(names) > 1 else 's'}"


def nearest(wanted: CacheKey, kept: Iterable[CacheKey]) -> CacheKey | None:
    """Choose the key of the same task that differs least: by version, then interface, then the number of inputs."""
    found, least = None, None
    for key in kept:
        changed = len(wanted.digests.items() ^ key.digests.items())
        distance = key.version != wanted.version, key.interface != wanted.interface, changed
        if least is None or distance < least:
            found, least = key, distance
            if distance <= _ONE_INPUT:  # no other key differs less, and there may be many to compare with
                break
    return found


def differing(wanted: CacheKey, kept: CacheKey) -> list[str]:
    """Name the inputs that differ."""
    return sorted({name for name, _ in wanted.digests.items() ^ kept.digests.items()})


def _variables(of: interface_pb2.VariableMap) -> str:
    types = [(name, literals.digest(of.variables[name].type)) for name in sorted(of.variables)]
    return _digest(repr(types).encode())[:_INTERFACE_LENGTH]


def value_digest(literal: literals_pb2.Literal) -> str:
    """Give the digest of a value; where it, or a part of it, brings a hash of its own, only that counts."""
    return _digest(literals.to_bytes(_hashed(literal)))


def _hashed(literal: literals_pb2.Literal) -> literals_pb2.Literal:
    """Put in place of every literal that brings a hash, at any depth, that hash alone."""
    if literal.hash:
        return literals_pb2.Literal(hash=literal.hash)
    match literal.WhichOneof("value"):
        case "collection":
            items = literal.collection.literals
            if all(item.scalar.HasField("primitive") and not item.hash for item in items):  # as in most long lists
                return literals_pb2.Literal(collection=literal.collection)
            return literals.collection(_hashed(item) for item in items)
        case "map":
            return literals.mapping({name: _hashed(item) for name, item in literal.map.literals.items()})
        case "scalar" if literal.scalar.WhichOneof("value") == "union":
            union = literal.scalar.union
            return literals.union(_hashed(union.value), union.type)
        case _:
            return literal


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
