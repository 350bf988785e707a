"""Unions and Optional: the literal of the one variant that a value fits, tagged with the variant's type."""

from types import NoneType
from typing import Any, Union, get_args

from flyteidl.core.literals_pb2 import Literal, Scalar
from flyteidl.core.literals_pb2 import Union as UnionLiteral
from flyteidl.core.types_pb2 import LiteralType, TypeStructure
from flyteidl.core.types_pb2 import UnionType as UnionLiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import split
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import literal_kind, mismatch, type_name


class UnionCodec(Codec):
    """``Union[A, B]``, ``A | B``, ``Optional[T]``."""

    name = "Typed Union"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the union of the variants' types, each with its codec's name as its tag."""
        variants = [tagged_type(variant, registry) for variant in get_args(python_type)]
        return LiteralType(union_type=UnionLiteralType(variants=variants))

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Convert by the one variant that takes the value; raises TypeMismatch if there is none, or more than one."""
        _ = expected
        variant = _variant_of(value, python_type, registry)
        literal = registry.to_literal(value, variant)
        return Literal(scalar=Scalar(union=UnionLiteral(value=literal, type=tagged_type(variant, registry))))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Convert back by the variant that the tag names; a literal without one by the first variant that takes it."""
        if literal.scalar.WhichOneof("value") != "union":
            return _first_that_reads(literal, list(get_args(python_type)), python_type, registry)
        union = literal.scalar.union
        tagged = [one for one in get_args(python_type) if registry.codec_for(one).name == union.type.structure.tag]
        exact = [one for one in tagged if _bare(registry.literal_type(one)) == _bare(union.type)]
        return _first_that_reads(union.value, exact or tagged, python_type, registry)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether some variant takes the value."""
        return any(registry.accepts(value, variant) for variant in get_args(python_type))

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a union."""
        if literal_type.WhichOneof("type") != "union_type":
            return None
        return Union[tuple(registry.guess(variant) for variant in literal_type.union_type.variants)]  # noqa: UP007 - a computed tuple has no X | Y form


def tagged_type(variant: Any, registry: Conversions) -> LiteralType:
    """Give a variant's type; its tag takes the place of any other structure, as Flyte has it."""
    if isinstance(variant, type):  # other annotations may be equal and yet differ, as ``int | str`` and ``str | int``
        return registry.remember((UnionCodec, variant), lambda: _tagged(variant, registry))
    return _tagged(variant, registry)


def _tagged(variant: Any, registry: Conversions) -> LiteralType:
    literal_type = LiteralType()
    literal_type.CopyFrom(registry.literal_type(variant))
    literal_type.structure.CopyFrom(TypeStructure(tag=registry.codec_for(variant).name))
    return literal_type


def _variant_of(value: Any, python_type: Any, registry: Conversions) -> Any:
    variants = get_args(python_type)
    for variant in variants:
        if type(value) is split(variant)[0]:
            return variant
    fitting = [variant for variant in variants if registry.accepts(value, variant)]
    match fitting:
        case [variant]:
            return variant
        case []:
            _raise_of_optional(value, variants, registry)
            raise mismatch(value, python_type)
        case _:
            names = " and ".join(type_name(variant) for variant in fitting)
            raise mismatch(value, python_type, f"it fits {names} alike; drop all but one of them from the annotation")


def _raise_of_optional(value: Any, variants: tuple[Any, ...], registry: Conversions) -> None:
    """Raise what the only real variant of an Optional has against the value: the reader means that one."""
    real = [variant for variant in variants if variant is not NoneType]
    if len(real) == 1:
        registry.to_literal(value, real[0])


def _first_that_reads(literal: Literal, variants: list[Any], python_type: Any, registry: Conversions) -> Any:
    for variant in variants:
        try:
            return registry.to_python(literal, variant)
        except TypeMismatch:
            if variant is variants[-1] and len(variants) == 1:
                raise
    raise TypeMismatch(f"expected {type_name(python_type)}, got a literal that holds {literal_kind(literal)}")


def _bare(literal_type: LiteralType) -> LiteralType:
    """Leave out what does not tell types apart: metadata, annotation and structure."""
    bare = LiteralType()
    bare.CopyFrom(literal_type)
    for extra in ("metadata", "annotation", "structure"):
        bare.ClearField(extra)
    return bare
