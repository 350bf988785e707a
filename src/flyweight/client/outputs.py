"""Literals of an execution as Python values: by name, converted when asked for, by the type that is known best."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any

from flyteidl.core import interface_pb2, literals_pb2

from flyweight.errors import FlyweightError, NotFound
from flyweight.literals import uris
from flyweight.semantics.literal_types import type_of
from flyweight.types.data import DataAccess, use_data
from flyweight.types.mismatch import shortened, unknown_name
from flyweight.types.registry import default_registry

MAX_SHOWN = 3
"""Addresses of files that an output is shown with."""


class LiteralsResolver:
    """Values by name: ``outputs["o0"]``, ``outputs.get("o0", as_type=Model)``; each is converted once."""

    def __init__(
        self,
        literals: Mapping[str, literals_pb2.Literal],
        variables: Mapping[str, interface_pb2.Variable] | None = None,
        types: Mapping[str, Any] | None = None,
        data: DataAccess | None = None,
    ) -> None:
        self.literals = dict(literals)
        """The values on the wire."""
        self._variables = dict(variables or {})
        self._types = dict(types or {})
        self._data = data
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = self.get(name)
        return self._values[name]

    def get(self, name: str, as_type: Any = None) -> Any:
        """Give one value.

        Args:
            name: which.
            as_type: the Python type to convert it to; what the entity declares when left out.

        Raises:
            NotFound: there is none of that name.
            TypeMismatch: it is not of that type.

        """
        if name not in self.literals:
            raise NoSuchValueError(unknown_name(name, self._ordered(), "output"))
        with use_data(self._data) if self._data else nullcontext():
            return default_registry().to_python(self.literals[name], as_type or self._type(name))

    def as_python_native(self) -> Any:
        """Give what the entity's function would return: nothing, one value, or a tuple in the declared order."""
        values = tuple(self[name] for name in self._ordered())
        return None if not values else values[0] if len(values) == 1 else values

    def __iter__(self) -> Iterator[str]:
        return iter(self._ordered())

    def __len__(self) -> int:
        return len(self.literals)

    def __contains__(self, name: object) -> bool:
        return name in self.literals

    def keys(self) -> list[str]:
        """Names, in the declared order."""
        return self._ordered()

    def values(self) -> list[Any]:
        """Values, in the declared order."""
        return [self[name] for name in self._ordered()]

    def items(self) -> list[tuple[str, Any]]:
        """Names and values, in the declared order."""
        return [(name, self[name]) for name in self._ordered()]

    def __repr__(self) -> str:
        return f"LiteralsResolver({', '.join(f'{name}={self._shown(name)}' for name in self._ordered())})"

    def _shown(self, name: str) -> str:
        """Show a value shortened; what would have to be downloaded for it is named by where it is."""
        elsewhere = uris(literals_pb2.LiteralMap(literals={name: self.literals[name]}))
        if elsewhere and name not in self._values:
            return f"<{', '.join(sorted(elsewhere)[:MAX_SHOWN])}>"
        try:
            return shortened(self[name])
        except FlyweightError as error:
            return f"<not shown: {error.message}>"

    def _ordered(self) -> list[str]:
        """Names in the declared order; protobuf maps have none, so undeclared ones are sorted."""
        declared = [name for name in self._types if name in self.literals]
        return declared + sorted((name for name in self.literals if name not in declared), key=_natural)

    def _type(self, name: str) -> Any:
        if name in self._types:
            return self._types[name]
        if name in self._variables:
            return default_registry().guess(self._variables[name].type)
        return default_registry().guess(type_of(self.literals[name]))


class NoSuchValueError(NotFound, KeyError):
    """There is no value of that name."""

    def __str__(self) -> str:
        return self.message  # KeyError would print it in quotation marks


def _natural(name: str) -> tuple[str, int]:
    """Let o10 stand behind o9."""
    stem = name.rstrip("0123456789")
    return stem, int(name.removeprefix(stem) or 0)
