"""Maps a task over lists: which inputs an element is given, and how many elements must succeed."""

import math
from collections.abc import Collection, Mapping

from flyteidl.core import literals_pb2

from flyweight.errors import InvalidInput
from flyweight.literals import kind, unwrap
from flyweight.sdk.map_task import MapOptions

INDEX_NAME = "BATCH_JOB_ARRAY_INDEX_VAR_NAME"
"""The environment variable that names the one with the element's index."""


def count(name: str, inputs: literals_pb2.LiteralMap, bound: Collection[str]) -> int:
    """Give the number of elements.

    Raises:
        InvalidInput: the lists are not of one length.

    """
    lengths = {key: len(_items(key, value)) for key, value in sorted(inputs.literals.items()) if key not in bound}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"`{key}` has {length}" for key, length in lengths.items())
        raise InvalidInput(f"{name}: lists that are mapped over must be of one length; {found} elements.")
    return next(iter(lengths.values()), 0)


def element(inputs: literals_pb2.LiteralMap, bound: Collection[str], index: int) -> literals_pb2.LiteralMap:
    """Give the inputs of one element.

    Raises:
        InvalidInput: there is no such element.

    """
    return literals_pb2.LiteralMap(
        literals={key: value if key in bound else _item(key, value, index) for key, value in inputs.literals.items()}
    )


def index_of(variables: Mapping[str, str]) -> int:
    """Give the index of the element that this attempt is for, from the environment that Flyte sets.

    Raises:
        InvalidInput: it is not there.

    """
    text = variables.get(variables.get(INDEX_NAME, ""), "")
    if not text.isdecimal():
        raise InvalidInput(f"The environment does not say which element this attempt is for: {INDEX_NAME} is needed.")
    return int(text)


def required(options: MapOptions, total: int) -> int:
    """Give how many of so many elements must succeed."""
    if options.min_successes is not None:
        return min(options.min_successes, total)
    return math.ceil(options.min_success_ratio * total)


def _items(key: str, value: literals_pb2.Literal) -> list[literals_pb2.Literal]:
    inner = unwrap(value)
    if inner.WhichOneof("value") != "collection":
        raise InvalidInput(f"`{key}` is mapped over, so it must be a list; it is a {kind(inner) or 'nothing'}.")
    return list(inner.collection.literals)


def _item(key: str, value: literals_pb2.Literal, index: int) -> literals_pb2.Literal:
    items = _items(key, value)
    if index >= len(items):
        raise InvalidInput(f"`{key}` has {len(items)} elements; there is no element {index}.")
    return items[index]
