"""Iterators: ``Iterator[T]`` is a list on the wire, read one by one; ``Iterator[JSON]`` a file of JSON lines."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, Generic, Self, TypeVar, get_args

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.containers import collected
from flyweight.types.data import current_data
from flyweight.types.mismatch import mismatch, shown, wrong_literal
from flyweight.types.stored import StoredCodec

JSON = dict[str, Any] | list[Any] | bool | float | int | str
"""What one line of a JSON lines file holds: ``Iterator[JSON]`` is streamed and never whole in memory."""

Element = TypeVar("Element")


class LiteralIterator(Iterator[Element], Generic[Element]):
    """The elements of a list, each converted when it is asked for; ``iter()`` starts from the first again."""

    def __init__(self, literals: Sequence[Literal], element: Any, registry: Conversions) -> None:
        self._literals = literals
        self._element = element
        self._registry = registry
        self._index = 0

    def __len__(self) -> int:
        return len(self._literals)

    def __iter__(self) -> Self:
        self._index = 0
        return self

    def __next__(self) -> Element:
        if self._index == len(self._literals):
            raise StopIteration
        literal, self._index = self._literals[self._index], self._index + 1
        return self._registry.to_python(literal, self._element)


class IteratorCodec(Codec):
    """``Iterator[T]``."""

    name = "Typed Iterator"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a collection of the element's type."""
        return LiteralType(collection_type=registry.literal_type(_element(python_type)))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Take every element and convert it."""
        if not isinstance(value, Iterator):
            raise mismatch(value, python_type, "make one with iter(...), or yield its elements")
        return collected(value, _element(python_type), expected, registry)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> LiteralIterator[Any]:
        """Convert elements as they are asked for."""
        if literal.WhichOneof("value") != "collection":
            raise wrong_literal(literal, python_type)
        return LiteralIterator(literal.collection.literals, _element(python_type), registry)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is an iterator; its elements cannot be looked at without taking them."""
        _ = python_type, registry
        return isinstance(value, Iterator)


class JSONIterator(Iterator[Any]):
    """The values of a JSON lines file, read line by line; it is opened with the first and closed after the last."""

    def __init__(self, opened: Callable[[], IO[str]]) -> None:
        self._values = _values(opened)

    def __next__(self) -> Any:
        return next(self._values)


class JSONLinesCodec(StoredCodec):
    """``Iterator[JSON]``."""

    name = "JSON Iterator"
    format = "jsonl"
    file_name = "lines.jsonl"
    advice = "make one with iter(...), or yield its elements"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a blob, told from a plain JSON lines file by its metadata."""
        literal_type = super().literal_type(python_type, registry)
        literal_type.metadata.update({"format": "json iterator"})
        return literal_type

    def write(self, value: Any, path: Path, python_type: Any) -> None:
        """Write each value as a line; none is kept in memory."""
        _ = python_type
        with path.open("w", encoding="utf-8") as file:
            for index, item in enumerate(value):
                try:
                    file.write(f"{json.dumps(item, ensure_ascii=False)}\n")
                except (TypeError, ValueError) as error:
                    raise TypeMismatch(f"{shown(item)} cannot be JSON: {error}", path=f"[{index}]") from error

    def save(self, value: Any, path: Path, python_type: Any) -> None:
        """Write the lines; what the user's own generator raises comes out as it is."""
        self.write(value, path, python_type)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> JSONIterator:
        """Open the file where it lies."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        return JSONIterator(partial(current_data().open, literal.scalar.blob.uri, "r"))

    def read(self, path: Path, python_type: Any) -> JSONIterator:
        """Open the file."""
        _ = python_type
        return JSONIterator(partial(path.open, encoding="utf-8"))

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise the blob by its metadata."""
        ours = super().guess(literal_type, registry) is not None and "format" in literal_type.metadata
        return Iterator[JSON] if ours else None


def _values(opened: Callable[[], IO[str]]) -> Iterator[Any]:
    with opened() as lines:
        for line in lines:
            try:
                if not line.isspace():
                    yield json.loads(line)
            except ValueError as error:
                raise TypeMismatch(f"a line of the file is not JSON: {shown(line)}: {error}") from error


def _element(python_type: Any) -> Any:
    arguments = get_args(python_type)
    if len(arguments) != 1:
        raise TypeMismatch("an iterator needs the type of its elements, as in Iterator[int]")
    return arguments[0]
