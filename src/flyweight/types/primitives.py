"""Numbers, strings, booleans, times and None: one scalar on the wire, one exact Python type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from flyteidl.core.literals_pb2 import Literal, Primitive, Scalar, Void
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, wrong_literal
from flyweight.types.numpy_scalars import plain_scalar

Value = TypeVar("Value")

INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form(Generic[Value]):
    """How one Python type stands in a primitive."""

    name: str
    python_type: type[Value]
    simple: SimpleType
    put: Callable[[Primitive, Value], object]
    """Put a value into an empty primitive: to make one of its own, and copy it, takes three times as long."""
    readers: dict[str, Callable[[Primitive], Value]]
    """By the kind of primitive: Flyte's console sends floats where integers are meant, so more than one may do."""
    plain: str = ""
    """The field of a primitive that holds the value as it is, if one does."""
    advice: dict[type, str] = field(default_factory=dict[type, str])
    """What to do about a value of a type that is often given instead."""


class PrimitiveCodec(Codec):
    """One primitive type. The value's type must match exactly: a bool is no int, an int is no float.

    A NumPy scalar counts as the Python number it holds.
    """

    def __init__(self, form: _Form[Any]) -> None:
        self.name = form.name
        self._form = form

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a simple type."""
        _ = python_type, registry
        return LiteralType(simple=self._form.simple)

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Put the value into a primitive."""
        _ = expected, registry
        plain = value if type(value) is self._form.python_type else plain_scalar(value)
        if type(plain) is not self._form.python_type:
            raise mismatch(value, python_type, self._form.advice.get(type(plain), ""))
        literal = Literal()
        self._form.put(literal.scalar.primitive, plain)
        return literal

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Take the value out of a primitive."""
        _ = registry
        primitive = literal.scalar.primitive
        reader = self._form.readers.get(primitive.WhichOneof("value") or "")
        if reader is None:
            raise wrong_literal(literal, python_type)
        return reader(primitive)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is of exactly this type."""
        _ = python_type, registry
        return type(plain_scalar(value)) is self._form.python_type

    def plain_field(self, python_type: Any) -> str:
        """Give the field of a primitive that holds the value as it is; "" for an annotated type, and if none does."""
        return self._form.plain if python_type is self._form.python_type else ""

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise the simple type."""
        _ = registry
        ours = literal_type.WhichOneof("type") == "simple" and literal_type.simple == self._form.simple
        return self._form.python_type if ours else None


class NoneCodec(Codec):
    """``None``, on its own or in a union."""

    name = "none"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the simple type NONE."""
        _ = python_type, registry
        return LiteralType(simple=SimpleType.NONE)

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Give the void literal."""
        _ = expected, registry
        if value is not None:
            raise mismatch(value, python_type)
        return Literal(scalar=Scalar(none_type=Void()))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> None:
        """Give None."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "none_type":
            raise wrong_literal(literal, python_type)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is None."""
        _ = python_type, registry
        return value is None

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise NONE, which is not the absence of a type."""
        _ = registry
        ours = literal_type.WhichOneof("type") == "simple" and literal_type.simple == SimpleType.NONE
        return type(None) if ours else None


def primitive_codecs() -> dict[type, Codec]:
    """Give a codec for each primitive type; of two types that look alike on the wire the later is guessed."""
    return {
        form.python_type: PrimitiveCodec(form) for form in (_INT, _FLOAT, _STR, _BOOL, _DATE, _DATETIME, _TIMEDELTA)
    }


def plain_field(python_type: Any, registry: Conversions) -> str:
    """Give the field of a primitive that holds a type's values as they are; "" when only its codec can convert them.

    For the many elements of a list: a codec asked for each takes several times as long.
    """
    codec = registry.codec_for(python_type)
    return codec.plain_field(python_type) if isinstance(codec, PrimitiveCodec) else ""


def _put_int(primitive: Primitive, value: int) -> None:
    if value not in INT64:
        raise mismatch(value, int, "Flyte's integers have 64 bits: pass larger numbers as str or float")
    primitive.integer = value


def _read_whole_float(primitive: Primitive) -> int:
    if not primitive.float_value.is_integer():
        raise mismatch(primitive.float_value, int)
    return int(primitive.float_value)


def _put_datetime(primitive: Primitive, value: datetime) -> None:
    primitive.datetime.FromDatetime(value)  # a time without a zone is taken as UTC, as Flyte does


def _read_datetime(primitive: Primitive) -> datetime:
    return primitive.datetime.ToDatetime(tzinfo=UTC)


_INT = _Form(
    name="int",
    python_type=int,
    simple=SimpleType.INTEGER,
    put=_put_int,
    plain="integer",
    readers={"integer": lambda primitive: primitive.integer, "float_value": _read_whole_float},
    advice={float: "convert it with int(...)", bool: "convert it with int(...)", str: "convert it with int(...)"},
)
_FLOAT = _Form(
    name="float",
    python_type=float,
    simple=SimpleType.FLOAT,
    put=lambda primitive, value: setattr(primitive, "float_value", value),
    plain="float_value",
    readers={
        "float_value": lambda primitive: primitive.float_value,
        "integer": lambda primitive: float(primitive.integer),
    },
    advice={int: "write it with a decimal point or convert it with float(...)", str: "convert it with float(...)"},
)
_STR = _Form(
    name="str",
    python_type=str,
    simple=SimpleType.STRING,
    put=lambda primitive, value: setattr(primitive, "string_value", value),
    plain="string_value",
    readers={"string_value": lambda primitive: primitive.string_value},
    advice={int: "convert it with str(...)", float: "convert it with str(...)"},
)
_BOOL = _Form(
    name="bool",
    python_type=bool,
    simple=SimpleType.BOOLEAN,
    put=lambda primitive, value: setattr(primitive, "boolean", value),
    plain="boolean",
    readers={"boolean": lambda primitive: primitive.boolean},
    advice={int: "convert it with bool(...)"},
)
_DATETIME = _Form(
    name="datetime",
    python_type=datetime,
    simple=SimpleType.DATETIME,
    put=_put_datetime,
    readers={"datetime": _read_datetime},
    advice={str: "parse it with datetime.fromisoformat(...)"},
)
_DATE = _Form(
    name="date",
    python_type=date,
    simple=SimpleType.DATETIME,
    put=lambda primitive, value: _put_datetime(primitive, datetime.combine(value, time.min, tzinfo=UTC)),
    readers={"datetime": lambda primitive: _read_datetime(primitive).date()},
    advice={str: "parse it with date.fromisoformat(...)", datetime: "take its .date()"},
)
_TIMEDELTA = _Form(
    name="timedelta",
    python_type=timedelta,
    simple=SimpleType.DURATION,
    put=lambda primitive, value: primitive.duration.FromTimedelta(value),
    readers={"duration": lambda primitive: primitive.duration.ToTimedelta()},
    advice={int: "write timedelta(seconds=...)", float: "write timedelta(seconds=...)"},
)
