"""What may stand beside a type in ``Annotated``: notes that go along on the wire, and hints that flytekit knows."""

from collections.abc import Mapping
from typing import Any

from flyweight.errors import InvalidInput

RESERVED = "cache-key-metadata"
"""The key under which Flyte itself notes how a value is serialised."""


class FlyteAnnotation:
    """A note for whoever reads the interface: ``Annotated[int, FlyteAnnotation({"unit": "m"})]``; one for each type.

    Args:
        data: the note; anything that JSON can hold.

    Raises:
        InvalidInput: it has the key that Flyte itself uses.

    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        if RESERVED in data:
            raise InvalidInput(f"A FlyteAnnotation cannot hold the key {RESERVED!r}: Flyte itself uses it.")
        self.data = dict(data)


class BatchSize:
    """How many files of a folder flytekit moves at a time; taken and without effect, all are moved one by one here.

    Args:
        val: the number; at least 1.

    """

    def __init__(self, val: int) -> None:
        self.val = val
