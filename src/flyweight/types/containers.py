"""Lists and dictionaries with string keys: a collection or map of literals, element by element."""

from collections.abc import Iterable
from typing import Any, cast, get_args, get_origin

from flyteidl.core.literals_pb2 import Literal, LiteralCollection, LiteralMap
from flyteidl.core.types_pb2 import LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import split
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, type_name, within, wrong_literal
from flyweight.types.primitives import INT64, plain_field


class ListCodec(Codec):
    """``list[T]``."""

    name = "Typed List"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a collection of the element's type."""
        return LiteralType(collection_type=registry.literal_type(_element(python_type)))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Convert each element; an element's fault is found at its index."""
        if not isinstance(value, list):
            raise mismatch(value, python_type, "convert it with list(...)" if isinstance(value, tuple) else "")
        return collected(cast("list[Any]", value), _element(python_type), expected, registry)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> list[Any]:
        """Convert each element back."""
        if literal.WhichOneof("value") != "collection":
            raise wrong_literal(literal, python_type)
        element = _element(python_type)
        field = plain_field(element, registry)
        values: list[Any] = []
        for index, item in enumerate(literal.collection.literals):
            if field:
                primitive = item.scalar.primitive
                value = getattr(primitive, field)
                if value or primitive.HasField(field):
                    values.append(value)
                    continue
            try:
                values.append(registry.to_python(item, element))
            except TypeMismatch as error:
                raise within(f"[{index}]", error) from None
        return values

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a list and all its elements fit."""
        element = _element(python_type)
        return isinstance(value, list) and all(registry.accepts(item, element) for item in value)

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a collection."""
        if literal_type.WhichOneof("type") != "collection_type":
            return None
        return list[registry.guess(literal_type.collection_type)]


class MapCodec(Codec):
    """``dict[str, T]``."""

    name = "Typed Dict"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a map of the value's type."""
        return LiteralType(map_value_type=registry.literal_type(get_args(python_type)[1]))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Convert each value; a fault is found at its key."""
        if not isinstance(value, dict):
            raise mismatch(value, python_type)
        element = get_args(python_type)[1]
        inner = expected.map_value_type if expected is not None and expected.HasField("map_value_type") else None
        made = Literal(map=LiteralMap())
        literals = made.map.literals
        for key, item in value.items():
            if not isinstance(key, str):
                raise mismatch(key, str, f"the keys of {type_name(python_type)} are strings")
            try:
                literals[key].CopyFrom(registry.to_literal(item, element, inner))
            except TypeMismatch as error:
                raise within(f"[{key!r}]", error) from None
        return made

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> dict[str, Any]:
        """Convert each value back, in the order of the keys (a map on the wire has none)."""
        if literal.WhichOneof("value") != "map":
            raise wrong_literal(literal, python_type)
        element = get_args(python_type)[1]
        values: dict[str, Any] = {}
        for key in sorted(literal.map.literals):
            try:
                values[key] = registry.to_python(literal.map.literals[key], element)
            except TypeMismatch as error:
                raise within(f"[{key!r}]", error) from None
        return values

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is a dict with string keys and all its values fit."""
        element = get_args(python_type)[1]
        return isinstance(value, dict) and all(
            isinstance(key, str) and registry.accepts(item, element) for key, item in value.items()
        )

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a map."""
        if literal_type.WhichOneof("type") != "map_value_type":
            return None
        return dict[str, registry.guess(literal_type.map_value_type)]


def collected(values: Iterable[Any], element: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
    """Convert values one by one into a collection; raises TypeMismatch that finds an element's fault at its index."""
    inner = expected.collection_type if expected is not None and expected.HasField("collection_type") else None
    field = plain_field(element, registry)
    made = Literal(collection=LiteralCollection())
    add = made.collection.literals.add  # in place: of a long list no element is a message of its own, or copied
    for index, item in enumerate(values):
        try:
            if field and type(item) is element and (element is not int or item in INT64):
                setattr(add().scalar.primitive, field, item)
            else:
                add().CopyFrom(registry.to_literal(item, element, inner))
        except TypeMismatch as error:
            raise within(f"[{index}]", error) from None
    return made


def is_string_map(python_type: Any) -> bool:
    """Tell whether an annotation is ``dict[str, T]``."""
    arguments = get_args(python_type)
    return get_origin(python_type) is dict and len(arguments) > 1 and split(arguments[0])[0] is str


def _element(python_type: Any) -> Any:
    arguments = get_args(python_type)
    if len(arguments) != 1:
        raise TypeMismatch("a list needs the type of its elements, as in list[int]")
    return arguments[0]
