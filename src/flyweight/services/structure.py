"""Tells two protobuf messages apart in words: paths of fields, and what stands there in each. Pure."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from google.protobuf.message import Message

_NOTHING = object()
_LONGEST_VALUE = 120


def differences(registered: Message, given: Message, *, limit: int = 10) -> list[str]:
    """List where two messages of one kind differ: ``template.container.image: 'a' is registered, 'b' was given``."""
    found: list[str] = []
    for line in _compare("", registered, given):
        if len(found) == limit:
            return [*found, "... and more"]
        found.append(line)
    return found


def _compare(path: str, registered: object, given: object) -> Iterator[str]:
    if isinstance(registered, Message) and isinstance(given, Message):
        before, now = _fields(registered), _fields(given)
        for name in sorted({*before, *now}):
            inner = f"{path}.{name}" if path else name
            yield from _compare(inner, before.get(name, _NOTHING), now.get(name, _NOTHING))
    elif isinstance(registered, Mapping) or isinstance(given, Mapping):
        before, now = _mapping(registered), _mapping(given)
        for key in sorted({*before, *now}, key=str):
            yield from _compare(f"{path}[{key!r}]", before.get(key, _NOTHING), now.get(key, _NOTHING))
    elif isinstance(registered, list) or isinstance(given, list):
        pairs = zip_longest(_list(registered), _list(given), fillvalue=_NOTHING)
        for index, (before, now) in enumerate(pairs):
            yield from _compare(f"{path}[{index}]", before, now)
    elif registered != given:
        yield f"{path}: {_words(registered)} is registered, {_words(given)} was given"


def _fields(message: Message) -> dict[str, object]:
    """Give the fields that are set: maps as dictionaries, repeated ones as lists."""
    found: dict[str, object] = {}
    for field, value in message.ListFields():
        if not field.is_repeated:
            found[field.name] = value
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            found[field.name] = dict(value)
        else:
            found[field.name] = list(value)
    return found


def _mapping(value: object) -> Mapping[object, object]:
    """Take an absent map for an empty one, as protobuf does."""
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _words(value: object) -> str:
    if value is _NOTHING:
        return "nothing"
    text = " ".join(str(value).split()) if isinstance(value, Message) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
