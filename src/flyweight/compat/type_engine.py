"""``TypeEngine``: flytekit's questions about types, answered by our registry."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from flyteidl.core import interface_pb2, literals_pb2, types_pb2

from flyweight.compat.context import FlyteContext
from flyweight.compat.models import Model, face
from flyweight.compat.transformers import (
    BuiltIn,
    RestrictedTypeTransformer,
    TransformerCodec,
    TypeTransformer,
    TypeTransformerFailedError,
    message,
)
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types.annotations import split
from flyweight.types.interface import to_literal_map, to_python_values, typed_interface
from flyweight.types.registry import default_registry


class TypeEngine:
    """Types and values to and from the wire, by the transformers of this process: flytekit's, which are our codecs."""

    @classmethod
    def register(cls, transformer: TypeTransformer[Any], additional_types: Sequence[type] | None = None) -> None:
        """Make a transformer known for its type, and for more; it takes the place of whoever had them."""
        default_registry().register(transformer.codec, transformer.python_type, *(additional_types or ()))

    @classmethod
    def register_additional_type(
        cls,
        transformer: TypeTransformer[Any],
        additional_type: Any,
        override: bool = False,  # noqa: FBT001, FBT002  flytekit's
    ) -> None:
        """Make a transformer known for one more type, unless it has one and ``override`` is not set."""
        if override or additional_type not in default_registry().known_types():
            default_registry().register(transformer.codec, additional_type)

    @classmethod
    def register_restricted_type(cls, name: str, type: Any) -> None:  # noqa: A002  flytekit's
        """Forbid a type as an input or output."""
        cls.register(RestrictedTypeTransformer(name, type))

    @classmethod
    def get_transformer(cls, python_type: Any) -> TypeTransformer[Any]:
        """Give a type's transformer: the one that was registered, or one that stands for our codec."""
        codec = default_registry().codec_for(python_type)
        return codec.transformer if isinstance(codec, TransformerCodec) else BuiltIn(codec, python_type)

    @classmethod
    def get_available_transformers(cls) -> typing.KeysView[Any]:
        """Give the types that have a transformer of their own."""
        return dict.fromkeys(default_registry().known_types()).keys()

    @classmethod
    def to_literal_type(cls, python_type: Any) -> Model:
        """Give the type on the wire."""
        return face(types_pb2.LiteralType).from_flyte_idl(
            _failing(lambda: default_registry().literal_type(python_type))
        )

    @classmethod
    def to_literal(cls, ctx: FlyteContext, python_val: Any, python_type: Any, expected: Any = None) -> Model:
        """Give a value's literal; raises TypeTransformerFailedError."""
        _ = ctx
        declared = message(expected) if expected is not None else None
        literal = _failing(lambda: default_registry().to_literal(python_val, python_type, declared))
        return face(literals_pb2.Literal).from_flyte_idl(literal)

    @classmethod
    async def async_to_literal(
        cls, ctx: FlyteContext, python_val: Any, python_type: Any, expected: Any = None
    ) -> Model:
        """Give a value's literal."""
        return cls.to_literal(ctx, python_val, python_type, expected)

    @classmethod
    def to_python_value(cls, ctx: FlyteContext, lv: Any, expected_python_type: Any) -> Any:
        """Give the value of a literal; raises TypeTransformerFailedError."""
        _ = ctx
        return _failing(lambda: default_registry().to_python(message(lv), expected_python_type))

    @classmethod
    async def async_to_python_value(cls, ctx: FlyteContext, lv: Any, expected_python_type: Any) -> Any:
        """Give the value of a literal."""
        return cls.to_python_value(ctx, lv, expected_python_type)

    @classmethod
    def guess_python_type(cls, flyte_type: Any) -> Any:
        """Choose a Python type for a type on the wire; raises ValueError (TypeTransformerFailedError) if none fits."""
        return _failing(lambda: default_registry().guess(message(flyte_type)))

    @classmethod
    def guess_python_types(cls, flyte_variable_dict: Mapping[str, Any]) -> dict[str, Any]:
        """Choose Python types for the variables of an interface."""
        return {name: cls.guess_python_type(variable.type) for name, variable in flyte_variable_dict.items()}

    @classmethod
    def to_html(cls, ctx: FlyteContext, python_val: Any, expected_python_type: Any) -> str:
        """Show a value on a deck."""
        _ = ctx
        return default_registry().to_html(python_val, expected_python_type)

    @classmethod
    def named_tuple_to_variable_map(cls, t: Any) -> Model:
        """Give the variables that a NamedTuple's fields are."""
        variables = typed_interface({}, typing.get_type_hints(t, include_extras=True)).outputs
        return face(interface_pb2.VariableMap).from_flyte_idl(variables)

    @classmethod
    def dict_to_literal_map(
        cls, ctx: FlyteContext, d: Mapping[str, Any], type_hints: Mapping[str, Any] | None = None
    ) -> Model:
        """Give the literals of values by name; a value without a hint is of its own class."""
        return face(literals_pb2.LiteralMap).from_flyte_idl(cls.dict_to_literal_map_pb(ctx, d, type_hints))

    @classmethod
    def dict_to_literal_map_pb(
        cls, ctx: FlyteContext, d: Mapping[str, Any], type_hints: Mapping[str, Any] | None = None
    ) -> literals_pb2.LiteralMap:
        """Give the literals of values by name, as a message."""
        _ = ctx
        hints = type_hints or {}
        types = {name: hints.get(name, type(value)) for name, value in d.items()}
        return _failing(lambda: to_literal_map(d, types))

    @classmethod
    def literal_map_to_kwargs(
        cls,
        ctx: FlyteContext,
        lm: Any,
        python_types: Mapping[str, Any] | None = None,
        literal_types: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Give the values of literals by name; without Python types they are chosen by the types on the wire.

        Raises:
            ValueError: there are more literals than types, or neither kind of type was given.

        """
        _ = ctx
        if python_types is None and literal_types is None:
            raise ValueError("literal_map_to_kwargs needs python_types or literal_types")
        types = python_types if python_types is not None else cls.guess_python_types(literal_types or {})
        literals = message(lm)
        chosen = {name: types[name] for name in types if name in literals.literals}
        if len(literals.literals) > len(chosen):
            raise ValueError(
                f"There are {len(literals.literals)} literals and only {len(types)} types: {', '.join(types)}"
            )
        return _failing(lambda: to_python_values(literals, chosen))

    @classmethod
    async def unwrap_offloaded_literal(cls, ctx: FlyteContext, lv: Any) -> Model:
        """Fetch a literal that was offloaded; another is given back."""
        _ = ctx
        return face(literals_pb2.Literal).from_flyte_idl(default_registry().fetched(message(lv)))

    @classmethod
    def lazy_import_transformers(cls) -> None:
        """Do nothing: codecs of optional libraries are loaded when one of their types is met."""


def is_annotated(t: Any) -> bool:
    """Tell whether a type is ``Annotated``."""
    return typing.get_origin(t) is typing.Annotated


def get_underlying_type(t: Any) -> Any:
    """Give ``T`` of ``Annotated[T, ...]``, and another type as it is."""
    return split(t)[0]


def _failing(convert: typing.Callable[[], Any]) -> Any:
    """Raise flytekit's error for ours, so that code which catches it does."""
    try:
        return convert()
    except TypeTransformerFailedError:
        raise
    except TypeMismatch as error:
        raise TypeTransformerFailedError(error.reason, path=error.path) from error
    except InvalidInput as error:
        raise TypeTransformerFailedError(error.message) from error
