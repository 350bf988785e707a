"""``typing.Literal``: a simple type on the wire, annotated with the values that may be given."""

from typing import Any, Literal, get_args, get_origin

from flyteidl.core.literals_pb2 import Literal as LiteralMessage
from flyteidl.core.types_pb2 import LiteralType, TypeAnnotation

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, type_name


class ChoiceCodec(Codec):
    """``Literal["a", "b"]`` of strings, ints, floats or bools, all of one type."""

    name = "LiteralTypeTransformer"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the simple type of the values."""
        literal_type = LiteralType(annotation=TypeAnnotation())
        literal_type.MergeFrom(registry.literal_type(_base(python_type)))
        literal_type.annotation.annotations.update({"literal_values": list(get_args(python_type))})
        return literal_type

    def to_literal(
        self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions
    ) -> LiteralMessage:
        """Convert one of the values."""
        self._check(value, python_type, registry)
        return registry.to_literal(value, _base(python_type), expected)

    def to_python(self, literal: LiteralMessage, python_type: Any, registry: Conversions) -> Any:
        """Convert back, and check that it is one of the values."""
        value = registry.to_python(literal, _base(python_type))
        self._check(value, python_type, registry)
        return value

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is one of those."""
        _ = registry
        return type(value) is _base(python_type) and value in get_args(python_type)

    def _check(self, value: Any, python_type: Any, registry: Conversions) -> None:
        if not self.accepts(value, python_type, registry):
            raise mismatch(value, python_type, f"its values are {', '.join(map(repr, get_args(python_type)))}")


def is_choice(python_type: Any) -> bool:
    """Tell whether an annotation is ``Literal[...]``."""
    return get_origin(python_type) is Literal


def _base(python_type: Any) -> type:
    types = {type(value) for value in get_args(python_type)}
    if len(types) != 1 or not types <= {str, int, float, bool}:
        raise TypeMismatch(
            f"{type_name(python_type)} cannot be an input or output: its values must be all strings, all ints, "
            "all floats or all bools"
        )
    return types.pop()
