"""Reads values that stand for flyteidl messages: our classes, flytekit's models, whatever can say its message."""

from typing import Any, Protocol, runtime_checkable

from google.protobuf.message import Message

from flyweight.errors import InvalidInput


@runtime_checkable
class OnTheWire(Protocol):
    """Something that has a form in Flyte's protocol."""

    def to_flyte_idl(self) -> Message:
        """Give the message."""
        ...


def message_of(where: str, value: object, kind: str) -> Any:
    """Give the message that a value stands for.

    Args:
        where: what the value is given as, for the error.
        value: a message of that kind, or something whose ``to_flyte_idl`` gives one.
        kind: the message's full name, like ``flyteidl.admin.Schedule``; its module need not be loaded for this.

    Raises:
        InvalidInput: it stands for none of that kind.

    """
    message = value.to_flyte_idl() if isinstance(value, OnTheWire) else value
    if not isinstance(message, Message) or message.DESCRIPTOR.full_name != kind:
        raise InvalidInput(f"{where} takes what stands for a {kind}; {value!r} does not.")
    return message
