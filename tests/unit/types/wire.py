"""Messages as golden text, and values there and back."""

from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message

from flyweight.types import Registry


def text(message: Message) -> str:
    """A message on one line, for golden comparison."""
    return text_format.MessageToString(message, as_one_line=True)


def round_trip(registry: Registry, value: Any, python_type: Any) -> Any:
    return registry.to_python(registry.to_literal(value, python_type), python_type)
