"""Values that are large stand apart, and a small literal points at each: which do, where, and how they are read back.

Flyte's rules and names (flytekit, bin/entrypoint.py; flytepropeller, literal-offloading-config): an engine tells a task
the limits by its environment; without them nothing is put apart.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flyteidl.core import literals_pb2, types_pb2

from flyweight.errors import InvalidInput
from flyweight.semantics.caching import value_digest

MIN_VARIABLE = "_F_L_MIN_SIZE_MB"
MAX_VARIABLE = "_F_L_MAX_SIZE_MB"
MIN_MB = 10
MAX_MB = 1000
"""Flyte's own limits."""
_MB = 1024 * 1024

Read = Callable[[literals_pb2.Literal], literals_pb2.Literal]
"""Gives the value that a literal points at; any other literal is given back as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes of literals in megabytes (of 1024 * 1024 bytes)."""

    min_mb: int = MIN_MB
    """From this size on a value stands apart."""
    max_mb: int = MAX_MB
    """From this size on it cannot be passed at all."""

    def variables(self) -> dict[str, str]:
        """Give the environment variables that tell a task."""
        return {MIN_VARIABLE: str(self.min_mb), MAX_VARIABLE: str(self.max_mb)}

    def concern(self, size: int) -> bool:
        """Tell whether one of several values that together take so many bytes may have to stand apart."""
        return size >= self.min_mb * _MB

    def apart(self, name: str, size: int) -> bool:
        """Tell whether a value of so many bytes is to stand apart.

        Raises:
            InvalidInput: it is too large to be passed.

        """
        if size >= self.max_mb * _MB:
            raise InvalidInput(
                f"`{name}` takes {size / _MB:,.1f} MB, and a value may take less than {self.max_mb} MB. "
                "Pass it as a FlyteFile, a FlyteDirectory or a dataframe, or raise `offload_max_mb` in the "
                "platform's config.yaml"
            )
        return self.concern(size)


def limits_told(variable: Callable[[str], str]) -> Limits | None:
    """Ask an environment for the limits that an engine told a task; None if it told none.

    Raises:
        InvalidInput: they are no whole numbers.

    """
    least, most = variable(MIN_VARIABLE), variable(MAX_VARIABLE) or str(MAX_MB)
    if not least:
        return None
    if not least.isdecimal() or not most.isdecimal():
        raise InvalidInput(f"{MIN_VARIABLE}={least!r} and {MAX_VARIABLE}={most!r} must be whole numbers of megabytes")
    return Limits(min_mb=int(least), max_mb=int(most))


def file_name(variable: str) -> str:
    """Name the file of an output that stands apart, below its attempt's output prefix."""
    return f"{variable}_offloaded_metadata.pb"


def pointer(literal: literals_pb2.Literal, uri: str, size: int, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Make the literal that stands for one at ``uri``; caches tell it by a hash, since every run has its own URI."""
    return literals_pb2.Literal(
        offloaded_metadata=literals_pb2.LiteralOffloadedMetadata(uri=uri, size_bytes=size, inferred_type=kind),
        hash=literal.hash or value_digest(literal),
        metadata=literal.metadata,
    )


def is_apart(literal: literals_pb2.Literal) -> bool:
    """Tell whether a literal only points at its value."""
    return literal.WhichOneof("value") == "offloaded_metadata"


def whole(inputs: literals_pb2.LiteralMap, read: Read, *, but: Collection[str] = ()) -> literals_pb2.LiteralMap:
    """Give inputs with the values themselves, except for some; what they hold inside may still stand apart."""
    if not any(is_apart(value) for value in inputs.literals.values()):
        return inputs
    made = literals_pb2.LiteralMap()
    for name, value in inputs.literals.items():
        made.literals[name].CopyFrom(value if name in but else read(value))
    return made
