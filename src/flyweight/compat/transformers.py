"""``TypeTransformer``: flytekit's base class for a type of one's own, as a codec of our registry; and the way back.

What a transformer is handed and gives are faces of flyteidl messages (``compat/models``), as code written against
flytekit expects; plain messages are taken from it as well.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from html import escape
from typing import Any, Generic, TypeVar, get_args

from flyteidl.core import literals_pb2, types_pb2

from flyweight.compat.context import FlyteContext, FlyteContextManager
from flyweight.compat.models import face
from flyweight.errors import TypeMismatch
from flyweight.runtime.coroutines import finish
from flyweight.types.annotations import class_of, split
from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, type_name
from flyweight.types.registry import default_registry
from flyweight.types.structs import unpack

T = TypeVar("T")
Result = TypeVar("Result")

_Literal = literals_pb2.Literal
_LiteralType = types_pb2.LiteralType


class TypeTransformerFailedError(TypeMismatch, AssertionError, ValueError):
    """A value cannot be converted; under flytekit's name, and of every class that flytekit's is of."""


class RestrictedTypeError(TypeMismatch):
    """A type that somebody has forbidden as an input or output."""


class TypeTransformer(ABC, Generic[T]):
    """Converts values of one type of one's own; ``TypeEngine.register`` makes it known."""

    def __init__(self, name: str, t: type[T], enable_type_assertions: bool = True) -> None:  # noqa: FBT001, FBT002  flytekit's
        self.name = name
        self.python_type = t
        self.type_assertions_enabled = enable_type_assertions

    @property
    def codec(self) -> Codec:
        """The codec that stands for it in our registry; so it may also stand in ``Annotated``."""
        return TransformerCodec(self)

    @property
    def is_async(self) -> bool:
        """Whether the conversions are coroutines."""
        return False

    def assert_type(self, t: type[T], v: T) -> None:
        """Refuse a value of another class; raises TypeTransformerFailedError."""
        expected = class_of(split(t)[0])
        if isinstance(expected, type) and not isinstance(v, expected):
            raise TypeTransformerFailedError(mismatch(v, t).reason)

    @abstractmethod
    def get_literal_type(self, t: type[T]) -> Any:
        """Give the type on the wire."""

    def guess_python_type(self, literal_type: Any) -> type[T]:
        """Give the Python type of a type on the wire; raises ValueError if it is none of this transformer's."""
        raise ValueError(f"{self.name} has no Python type for {literal_type}")

    @abstractmethod
    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: Any) -> Any:
        """Give a value's literal."""

    @abstractmethod
    def to_python_value(self, ctx: FlyteContext, lv: Any, expected_python_type: type[T]) -> T | None:
        """Give the value of a literal."""

    def from_binary_idl(self, binary_idl_object: Any, expected_python_type: type[T]) -> T | None:
        """Give the value of MessagePack, out of a dataclass; plain data is taken as it is."""
        return _plain(binary_idl_object.to_flyte_idl(), expected_python_type)

    def from_generic_idl(self, generic: Any, expected_python_type: type[T]) -> T | None:
        """Give the value of a Struct, as a console sends it."""
        _ = generic
        raise TypeTransformerFailedError(f"{self.name} reads no Struct as {type_name(expected_python_type)}")

    def schema_match(self, schema: dict[str, Any]) -> bool:
        """Tell whether a JSON schema describes this type; asked of nobody here."""
        _ = schema
        return False

    def to_html(self, ctx: FlyteContext, python_val: T, expected_python_type: type[T]) -> str:
        """Show a value on a deck."""
        _ = ctx, expected_python_type
        return escape(str(python_val))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class AsyncTypeTransformer(TypeTransformer[T], ABC):
    """A transformer whose conversions are coroutines."""

    @property
    def is_async(self) -> bool:
        """Whether the conversions are coroutines."""
        return True

    @abstractmethod
    async def async_to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: Any) -> Any:
        """Give a value's literal."""

    @abstractmethod
    async def async_to_python_value(self, ctx: FlyteContext, lv: Any, expected_python_type: type[T]) -> T | None:
        """Give the value of a literal."""

    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: Any) -> Any:
        """Give a value's literal, and wait for it."""
        return finish(self.async_to_literal(ctx, python_val, python_type, expected))

    def to_python_value(self, ctx: FlyteContext, lv: Any, expected_python_type: type[T]) -> T | None:
        """Give the value of a literal, and wait for it."""
        return finish(self.async_to_python_value(ctx, lv, expected_python_type))


class SimpleTransformer(TypeTransformer[T]):
    """A transformer made of two functions and a type that is always the same on the wire."""

    def __init__(
        self,
        name: str,
        t: type[T],
        lt: Any,
        to_literal_transformer: Callable[[T], Any],
        from_literal_transformer: Callable[[Any], T | None],
    ) -> None:
        super().__init__(name, t)
        self._literal_type = lt
        self._to_literal = to_literal_transformer
        self._from_literal = from_literal_transformer

    def get_literal_type(self, t: type[T] | None = None) -> Any:
        """Give the type on the wire."""
        _ = t
        return self._literal_type

    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: Any) -> Any:
        """Give a value's literal."""
        _ = ctx, expected
        self.assert_type(python_type, python_val)
        return self._to_literal(python_val)

    def to_python_value(self, ctx: FlyteContext, lv: Any, expected_python_type: type[T]) -> T | None:
        """Give the value of a literal."""
        _ = ctx
        if lv.scalar is not None and lv.scalar.binary is not None:
            return self.from_binary_idl(lv.scalar.binary, expected_python_type)
        return self._from_literal(lv)

    def guess_python_type(self, literal_type: Any) -> type[T]:
        """Give the class, for the very type."""
        if message(literal_type) != message(self._literal_type):
            return super().guess_python_type(literal_type)
        return self.python_type


class RestrictedTypeTransformer(TypeTransformer[T]):
    """Forbids a type as an input or output."""

    def get_literal_type(self, t: type[T] | None = None) -> Any:
        """Refuse it."""
        raise RestrictedTypeError(f"{type_name(t or self.python_type)} must not be an input or output: {self.name}")

    def to_literal(self, ctx: FlyteContext, python_val: T, python_type: type[T], expected: Any) -> Any:
        """Refuse it."""
        _ = ctx, python_val, expected
        return self.get_literal_type(python_type)

    def to_python_value(self, ctx: FlyteContext, lv: Any, expected_python_type: type[T]) -> T | None:
        """Refuse it."""
        _ = ctx, lv
        return self.get_literal_type(expected_python_type)


class TransformerCodec(Codec):
    """A transformer in our registry."""

    reads_annotations = True
    reads_packed = True

    def __init__(self, transformer: TypeTransformer[Any]) -> None:
        self.name = transformer.name
        self.transformer = transformer

    def literal_type(self, python_type: Any, registry: Conversions) -> _LiteralType:
        """Ask the transformer."""
        _ = registry
        return self._asked(lambda: message(self.transformer.get_literal_type(python_type)))

    def to_literal(
        self, value: Any, python_type: Any, expected: _LiteralType | None, registry: Conversions
    ) -> _Literal:
        """Let the transformer assert the type and convert."""
        declared = face(_LiteralType).from_flyte_idl(expected or self.literal_type(python_type, registry))

        def convert() -> Any:
            if self.transformer.type_assertions_enabled:
                self.transformer.assert_type(python_type, value)
            return message(self.transformer.to_literal(_context(), value, python_type, declared))

        return self._asked(convert)

    def to_python(self, literal: _Literal, python_type: Any, registry: Conversions) -> Any:
        """Let the transformer convert back."""
        _ = registry
        seen = face(_Literal).from_flyte_idl(literal)
        return self._asked(lambda: self.transformer.to_python_value(_context(), seen, python_type))

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is of the class, and the transformer's own assertion has nothing against it."""
        _ = registry
        expected = class_of(split(python_type)[0])
        if isinstance(expected, type) and not isinstance(value, expected):
            return False
        try:
            self.transformer.assert_type(python_type, value)
        except (TypeError, ValueError, AssertionError):
            return False
        return True

    def guess(self, literal_type: _LiteralType, registry: Conversions) -> Any | None:
        """Ask the transformer; it says by a ValueError that the type is none of its own."""
        _ = registry
        with suppress(Exception):  # a border: user code may stumble in any way over what is none of its own
            return self.transformer.guess_python_type(face(_LiteralType).from_flyte_idl(literal_type))
        return None

    def to_html(self, value: Any, python_type: Any) -> str:
        """Let the transformer show the value."""
        return self.transformer.to_html(_context(), value, python_type)

    def _asked(self, convert: Callable[[], Result]) -> Result:
        try:
            return convert()
        except TypeMismatch:
            raise
        except Exception as error:  # a border: user code, which may raise anything
            raise TypeMismatch(f"{self.name} failed: {type(error).__name__}: {error}") from error


class BuiltIn(TypeTransformer[Any]):
    """One of our codecs, for code that asks the type engine for a type's transformer."""

    def __init__(self, codec: Codec, python_type: Any) -> None:
        super().__init__(codec.name, python_type)

    def get_literal_type(self, t: Any) -> Any:
        """Give the type on the wire."""
        return face(_LiteralType).from_flyte_idl(default_registry().literal_type(t))

    def guess_python_type(self, literal_type: Any) -> Any:
        """Give the Python type of a type on the wire."""
        return default_registry().guess(message(literal_type))

    def to_literal(self, ctx: FlyteContext, python_val: Any, python_type: Any, expected: Any) -> Any:
        """Give a value's literal."""
        _ = ctx
        declared = message(expected) if expected is not None else None
        return face(_Literal).from_flyte_idl(default_registry().to_literal(python_val, python_type, declared))

    def to_python_value(self, ctx: FlyteContext, lv: Any, expected_python_type: Any) -> Any:
        """Give the value of a literal."""
        _ = ctx
        return default_registry().to_python(message(lv), expected_python_type)

    def assert_type(self, t: Any, v: Any) -> None:
        """Refuse a value that does not fit."""
        if not default_registry().accepts(v, t):
            raise TypeTransformerFailedError(mismatch(v, t).reason)

    def to_html(self, ctx: FlyteContext, python_val: Any, expected_python_type: Any) -> str:
        """Show a value on a deck."""
        _ = ctx
        return default_registry().to_html(python_val, expected_python_type)


class UnionTransformer:
    """The two questions about unions that other code asks of flytekit's class."""

    @staticmethod
    def is_optional_type(t: Any) -> bool:
        """Tell whether None is one of a union's variants."""
        return type(None) in get_args(t)

    @staticmethod
    def get_sub_type_in_optional(t: Any) -> Any:
        """Give ``T`` of ``Optional[T]``."""
        return next(one for one in get_args(t) if one is not type(None))


def message(given: Any) -> Any:
    """Give the flyteidl message that a face, or the message itself, stands for."""
    return given.to_flyte_idl() if hasattr(given, "to_flyte_idl") else given


def _context() -> FlyteContext:
    return FlyteContextManager.current_context()


def _plain(binary: literals_pb2.Binary, python_type: Any) -> Any:
    return unpack(_Literal(scalar=literals_pb2.Scalar(binary=binary)), python_type)
