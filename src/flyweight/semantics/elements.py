"""Maps a task over lists: how many elements there are, which inputs each is given, and how many must succeed."""

import math
from collections.abc import Collection

from flyteidl.core import literals_pb2

from flyweight.errors import InvalidInput
from flyweight.literals import kind, unwrap


def count(name: str, inputs: literals_pb2.LiteralMap, bound: Collection[str]) -> int:
    """Give the number of elements; ``bound`` are the inputs that every element is given alike.

    Raises:
        InvalidInput: an input that is mapped over is no list, or the lists are not of one length.

    """
    lengths = {
        key: len(_items(key, value).literals) for key, value in sorted(inputs.literals.items()) if key not in bound
    }
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"`{key}` has {length}" for key, length in lengths.items())
        raise InvalidInput(f"{name}: lists that are mapped over must be of one length; {found} elements.")
    return next(iter(lengths.values()), 0)


def element(inputs: literals_pb2.LiteralMap, bound: Collection[str], index: int) -> literals_pb2.LiteralMap:
    """Give the inputs of one element.

    Raises:
        InvalidInput: there is no such element.

    """
    return Elements(inputs, bound).element(index)


class Elements:
    """What a map was given, element by element; its lists are looked at once.

    Raises:
        InvalidInput: an input that is mapped over is no list.

    """

    def __init__(self, inputs: literals_pb2.LiteralMap, bound: Collection[str]) -> None:
        given = inputs.literals
        self._bound = {key: given[key] for key in given if key in bound}
        self._lists = {key: _items(key, given[key]).literals for key in given if key not in bound}

    def element(self, index: int) -> literals_pb2.LiteralMap:
        """Give the inputs of one element.

        Raises:
            InvalidInput: there is no such element.

        """
        made = literals_pb2.LiteralMap()
        for key, value in self._bound.items():  # one by one: a map made of a dictionary takes twice as long
            made.literals[key].CopyFrom(value)
        for key, items in self._lists.items():
            if index >= len(items):
                raise InvalidInput(f"`{key}` has {len(items)} elements; there is no element {index}.")
            made.literals[key].CopyFrom(items[index])
        return made


def required(total: int, *, min_successes: int | None, min_success_ratio: float) -> int:
    """Give how many of so many elements must succeed; a number wins over a ratio."""
    if min_successes is not None:
        return min(min_successes, total)
    return math.ceil(min_success_ratio * total)


def _items(key: str, value: literals_pb2.Literal) -> literals_pb2.LiteralCollection:
    inner = unwrap(value)
    if inner.WhichOneof("value") != "collection":
        raise InvalidInput(f"`{key}` is mapped over, so it must be a list; it is a {kind(inner) or 'nothing'}.")
    return inner.collection
