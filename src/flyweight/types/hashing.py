"""``HashMethod``: a user's own cache identity for a value, written in its annotation."""

from collections.abc import Callable
from typing import Generic, TypeVar

from flyweight.errors import InvalidInput

Value = TypeVar("Value")


class HashMethod(Generic[Value]):
    """Says how a value is identified in the cache: ``Annotated[pandas.DataFrame, HashMethod(fingerprint)]``.

    The string that the function gives stands in the literal; two values with the same string are the same input to a
    cached task, whatever they contain.

    Args:
        function: gives the string of a value.

    Raises:
        InvalidInput: it cannot be called.

    """

    def __init__(self, function: Callable[[Value], str]) -> None:
        given: object = function
        if not callable(given):
            raise InvalidInput(f"HashMethod takes a function that gives the string of a value, not {given!r}.")
        self._function = function

    def calculate(self, value: Value) -> str:
        """Give the identity of a value."""
        return self._function(value)
