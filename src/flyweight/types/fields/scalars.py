"""Scalar fields: numbers, strings, times, enums, literals and whatever else stands as one string or number."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any
from uuid import UUID

from flyweight.types.fields.form import FieldForm
from flyweight.types.mismatch import mismatch
from flyweight.types.numpy_scalars import plain_scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarForm(FieldForm):
    """One value of one class, as one plain value."""

    python_type: type
    takes: tuple[type, ...]
    plain_type: tuple[type, ...]
    to_plain: Callable[[Any], Any]
    to_value: Callable[[Any], Any]
    json: dict[str, Any]

    def pack(self, value: Any) -> Any:
        """Give plain data."""
        plain = plain_scalar(value)
        if not isinstance(plain, self.takes):
            raise mismatch(value, self.python_type)
        return self.to_plain(plain)

    def unpack(self, plain: Any) -> Any:
        """Parse plain data."""
        if self.python_type is int and type(plain) is float and plain.is_integer():
            return int(plain)  # a number of a Struct, or of a JSON document
        if not isinstance(plain, self.plain_type):
            raise mismatch(plain, self.python_type)
        try:
            return self.to_value(plain)
        except (ValueError, InvalidOperation, binascii.Error) as error:
            raise mismatch(plain, self.python_type, str(error)) from error

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is of this class; a bool is no int here, so that unions tell them apart."""
        plain = plain_scalar(value)
        return isinstance(plain, self.takes) and (self.python_type is bool or type(plain) is not bool)

    def schema(self) -> dict[str, Any]:
        """Give the schema of this class."""
        return dict(self.json)

    def native(self, plain: Any) -> bool:
        """Tell whether the plain value is of this very class."""
        return type(plain) is self.python_type


class AnyForm(FieldForm):
    """``Any``, and containers without element types: plain data as it is."""

    def __init__(self, python_type: Any = Any, schema: dict[str, Any] | None = None) -> None:
        self._python_type = python_type
        self._schema = schema or {}

    def pack(self, value: Any) -> Any:
        """Give the value itself; MessagePack refuses what is not plain."""
        if not self.accepts(value):
            raise mismatch(value, self._python_type)
        return value

    def unpack(self, plain: Any) -> Any:
        """Give the plain data itself."""
        return self.pack(plain)

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is of the container's class; ``Any`` takes all."""
        return self._python_type is Any or isinstance(value, self._python_type)

    def schema(self) -> dict[str, Any]:
        """Give the schema: empty for ``Any``."""
        return dict(self._schema)


class ChoiceForm(FieldForm):
    """An enum, by its members' values, or ``Literal[...]``, by its values."""

    def __init__(self, python_type: Any, members: dict[Any, Any]) -> None:
        self._python_type = python_type
        self._members = members
        self._plains = {member: plain for plain, member in members.items()}

    def pack(self, value: Any) -> Any:
        """Give the member's value."""
        if not self.accepts(value):
            raise mismatch(value, self._python_type, self._advice())
        return self._plains[value]

    def unpack(self, plain: Any) -> Any:
        """Give the member with this value."""
        if not isinstance(plain, str | int | float | bool | NoneType) or plain not in self._members:
            raise mismatch(plain, self._python_type, self._advice())
        return self._members[plain]

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is a member."""
        return value.__hash__ is not None and value in self._plains

    def schema(self) -> dict[str, Any]:
        """Give the values."""
        return {"enum": list(self._members)}

    def _advice(self) -> str:
        return f"its values are {', '.join(map(str, self._members))}"


def enum_form(python_type: type[Enum]) -> FieldForm:
    """Give the form of an enum; inside a dataclass its values may be numbers too."""
    return ChoiceForm(python_type, {member.value: member for member in python_type})


def literal_form(python_type: Any, values: tuple[Any, ...]) -> FieldForm:
    """Give the form of ``Literal["a", "b"]``."""
    return ChoiceForm(python_type, {value: value for value in values})


def _same(value: Any) -> Any:
    return value


def _scalar(python_type: type, schema: dict[str, Any], *, takes: tuple[type, ...] = ()) -> ScalarForm:
    """Give the form of a class that MessagePack knows."""
    return ScalarForm(
        python_type=python_type,
        takes=takes or (python_type,),
        plain_type=takes or (python_type,),
        to_plain=_same,
        to_value=_same if python_type is NoneType else python_type,
        json=schema,
    )


def _text(
    python_type: type, text_format: str, to_plain: Callable[[Any], str], to_value: Callable[[str], Any]
) -> ScalarForm:
    """Give the form of a class that stands as a string."""
    return ScalarForm(
        python_type=python_type,
        takes=(python_type,),
        plain_type=(str,),
        to_plain=to_plain,
        to_value=to_value,
        json={"type": "string", "format": text_format},
    )


def _read_bytes(plain: bytes | str) -> bytes:
    return base64.b64decode(plain) if isinstance(plain, str) else plain


SCALARS: dict[Any, FieldForm] = {
    int: _scalar(int, {"type": "integer"}),
    float: _scalar(float, {"type": "number"}, takes=(float, int)),
    str: _scalar(str, {"type": "string"}),
    bool: _scalar(bool, {"type": "boolean"}),
    NoneType: _scalar(NoneType, {"type": "null"}),
    Any: AnyForm(),
    list: AnyForm(list, {"type": "array"}),
    dict: AnyForm(dict, {"type": "object"}),
    datetime: _text(datetime, "date-time", datetime.isoformat, datetime.fromisoformat),
    date: _text(date, "date", date.isoformat, date.fromisoformat),
    time: _text(time, "time", time.isoformat, time.fromisoformat),
    UUID: _text(UUID, "uuid", str, UUID),
    Decimal: _text(Decimal, "decimal", str, Decimal),
    Path: _text(Path, "path", str, Path),
    timedelta: ScalarForm(
        python_type=timedelta,
        takes=(timedelta,),
        plain_type=(int, float),
        to_plain=timedelta.total_seconds,
        to_value=lambda seconds: timedelta(seconds=seconds),
        json={"type": "number", "format": "time-delta"},
    ),
    bytes: ScalarForm(
        python_type=bytes,
        takes=(bytes,),
        plain_type=(bytes, str),
        to_plain=_same,
        to_value=_read_bytes,
        json={"type": "string", "format": "base64"},
    ),
}
"""The forms of exact classes, and of containers without element types."""
