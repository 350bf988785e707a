"""Enums with string values: an enum type on the wire, a string as a literal."""

from enum import Enum
from typing import Any

from flyteidl.core.literals_pb2 import Literal, Primitive, Scalar
from flyteidl.core.types_pb2 import EnumType, LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, type_name, wrong_literal


class EnumCodec(Codec):
    """Any subclass of ``enum.Enum`` whose values are strings."""

    name = "DefaultEnumTransformer"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the enum type with the values in the order of the class."""
        _ = registry
        return LiteralType(enum_type=EnumType(values=_values(python_type)))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Give the member's value; a string that is one is taken too."""
        _ = expected, registry
        values = _values(python_type)
        text = value.value if isinstance(value, python_type) else value
        if not isinstance(text, str) or text not in values:
            raise mismatch(value, python_type, f"its values are {', '.join(values)}")
        return Literal(scalar=Scalar(primitive=Primitive(string_value=text)))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Give the member with this value."""
        _ = registry
        if literal.scalar.primitive.WhichOneof("value") != "string_value":
            raise wrong_literal(literal, python_type)
        text = literal.scalar.primitive.string_value
        if text not in _values(python_type):
            raise mismatch(text, python_type, f"its values are {', '.join(_values(python_type))}")
        return python_type(text)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a member, or the string of one."""
        _ = registry
        return isinstance(value, python_type) or (isinstance(value, str) and value in _values(python_type))

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Make up an enum with these values."""
        _ = registry
        if literal_type.WhichOneof("type") != "enum_type":
            return None
        return Enum("DynamicEnum", [(value, value) for value in literal_type.enum_type.values])


def is_enum(python_type: Any) -> bool:
    """Tell whether an annotation is an enum class."""
    return isinstance(python_type, type) and issubclass(python_type, Enum)


def _values(python_type: type[Enum]) -> list[str]:
    values = [member.value for member in python_type]
    if not all(isinstance(value, str) for value in values):
        raise TypeMismatch(
            f"{type_name(python_type)} cannot be an input or output: Flyte's enums have string values, "
            f"and this one has {', '.join(map(repr, values))}; give its members strings"
        )
    return values
