"""Reads from an attempt's environment which element of a map it is for."""

from collections.abc import Mapping

from flyweight.errors import InvalidInput
from flyweight.semantics.variables import INDEX_NAME


def index_of(variables: Mapping[str, str]) -> int:
    """Give the index of the element that this attempt is for, from the environment that Flyte sets.

    Raises:
        InvalidInput: it is not there.

    """
    text = variables.get(variables.get(INDEX_NAME, ""), "")
    if not text.isdecimal():
        raise InvalidInput(f"The environment does not say which element this attempt is for: {INDEX_NAME} is needed.")
    return int(text)
