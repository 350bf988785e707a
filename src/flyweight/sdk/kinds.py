"""Refuses values of a kind that an option does not take, where they are given."""

from collections.abc import Mapping
from typing import Final, cast

from flyweight.errors import InvalidInput

Kinds = Mapping[str, tuple[type, ...]]
"""The classes whose values an option takes, by its name; one that is not named is looked at elsewhere. ``Mapping``
stands for texts by name, ``dict`` for anything by name."""

LIST: Final = (list, tuple, set, frozenset)
_TITLES: Final = {
    "Documented": "a Documentation",
    "Iterable": "a list",
    "Mapping": "a dictionary",
    "OnTheWire": "what has a `to_flyte_idl`",
}
"""What users call what our protocols and abstract classes stand for."""


def require_kinds(where: str, values: Mapping[str, object], kinds: Kinds) -> None:
    """Refuse a value of another kind than its option takes; None stands for one that is not given.

    Raises:
        InvalidInput: names the option, and what it takes.

    """
    for name, value in values.items():
        if value is not None and name in kinds:
            _require_kind(where, name, value, kinds[name])


def require_own_kinds(given: object, kinds: Kinds) -> None:
    """Refuse attributes of an object in the same way; raises ``InvalidInput``, as ``require_kinds``."""
    require_kinds(type(given).__name__, {name: getattr(given, name) for name in kinds}, kinds)


def require_count(name: str, count: object) -> None:
    """Refuse what is no number of things.

    Raises:
        InvalidInput: it is no integer, or a negative one.

    """
    if count is not None and (type(count) is not int or count < 0):
        raise InvalidInput(f"`{name}` is a number, 0 or more, not {count!r}.")


def _require_kind(where: str, name: str, value: object, kinds: tuple[type, ...]) -> None:
    # A True is an int to Python, and hardly ever meant as one.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds and int in kinds):
        wanted = "a list" if kinds is LIST else " or ".join(_title(kind) for kind in kinds)
        raise InvalidInput(f"{where}: `{name}` takes {wanted}, not {value!r}.")
    if Mapping in kinds:
        for key, text in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str) or not isinstance(text, str):
                raise InvalidInput(f"{where}: `{name}` takes texts by name, not {key!r}: {text!r}.")


def _title(kind: type) -> str:
    return _TITLES.get(kind.__name__, kind.__name__)
