"""The registry of codecs: an annotation to its codec, and every conversion through it.

Dispatch: exact type, then predicates (the last registered first), then generic origin, then the bases of a class,
then dataclasses, then the last resort. Codecs of optional libraries are registered by the library's module name and
loaded when an annotation's class comes from it. What was found is kept until something new is registered.
"""

import os
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from types import NoneType
from typing import Annotated, Any, Protocol, TypeVar, get_args, get_origin

from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import UNION_ORIGINS
from flyweight.types.blobs import FILE, FOLDER, BlobCodec
from flyweight.types.choices import ChoiceCodec, is_choice
from flyweight.types.codec import Codec
from flyweight.types.containers import ListCodec, MapCodec, is_string_map
from flyweight.types.data import current_data
from flyweight.types.dataclasses import DataclassCodec, is_dataclass_type
from flyweight.types.directory import FlyteDirectory
from flyweight.types.enums import EnumCodec, is_enum
from flyweight.types.file import FlyteFile
from flyweight.types.flyte_error import ErrorCodec, FlyteError
from flyweight.types.frames import is_frame_type
from flyweight.types.hashing import HashMethod
from flyweight.types.iterators import JSON, IteratorCodec, JSONIterator, JSONLinesCodec
from flyweight.types.markers import FlyteAnnotation
from flyweight.types.messages import MessageCodec, is_message
from flyweight.types.mismatch import type_name
from flyweight.types.packed import taken_out
from flyweight.types.pickles import PickleCodec
from flyweight.types.primitives import NoneCodec, primitive_codecs
from flyweight.types.schema import FlyteSchema, SchemaCodec
from flyweight.types.streams import stream_codecs
from flyweight.types.structs import DictCodec
from flyweight.types.structured import StructuredDataset
from flyweight.types.structured_codec import StructuredCodec
from flyweight.types.unions import UnionCodec

Kept = TypeVar("Kept")

OPTIONAL = {
    "PIL": "flyweight.types.images",
    "flyweight.types.torch_objects": "flyweight.types.torch_objects",
    "numpy": "flyweight.types.numpy_arrays",
    "pydantic": "flyweight.types.pydantic_models",
    "sklearn": "flyweight.types.sklearn_estimators",
    "torch": "flyweight.types.torch_objects",
}
"""Libraries by their module, or a module's full name, and the module whose ``codecs()`` are for their classes."""


class Renderer(Protocol):
    """What ``Annotated`` may name to show values on a deck."""

    def to_html(self, value: Any, /) -> str:
        """Give HTML."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What an annotation needs: its codec, and what stands beside the type in ``Annotated``."""

    codec: Codec
    annotated: bool = False
    hash_method: HashMethod[Any] | None = None
    note: FlyteAnnotation | None = None
    renderer: Renderer | None = None


class Registry:
    """Codecs, found by annotation.

    Args:
        last_resort: the codec of whatever no other one takes.

    """

    def __init__(self, last_resort: Codec) -> None:
        self._last_resort = last_resort
        self._records: Codec | None = None
        self._exact: dict[Any, Codec] = {}
        self._predicates: list[tuple[Callable[[Any], bool], Codec]] = []
        self._modules: dict[str, Callable[[], Iterable[tuple[Codec, tuple[Any, ...]]]]] = {}
        self._codecs: list[Codec] = []
        self._plans: dict[Any, _Plan] = {}
        self._remembered: dict[Any, Any] = {}

    def register(self, codec: Codec, *python_types: Any, predicate: Callable[[Any], bool] | None = None) -> None:
        """Add a codec for types or generic origins, for what satisfies a predicate, or both; newer ones come first."""
        for python_type in python_types:
            self._exact[python_type] = codec
        if predicate is not None:
            self._predicates.insert(0, (predicate, codec))
        self._codecs.insert(0, codec)
        self._forget()

    def register_records(self, codec: Codec) -> None:
        """Choose the codec of dataclasses: it serves those whose class and bases have none."""
        self._records = codec
        self.register(codec)

    def register_module(self, module: str, load: Callable[[], Iterable[tuple[Codec, tuple[Any, ...]]]]) -> None:
        """Add codecs for the types of an optional library; ``load`` is called when one of its classes is first met."""
        self._modules[module] = load
        self._forget()

    def known_types(self) -> list[Any]:
        """List the types and generic origins that have a codec of their own."""
        return list(self._exact)

    def codec_for(self, python_type: Any) -> Codec:
        """Find the codec of an annotation."""
        return self._plan(python_type).codec

    def literal_type(self, python_type: Any) -> LiteralType:
        """Give the LiteralType of an annotation; raises TypeMismatch if it cannot be used as an input or output."""
        plan = self._plan(python_type)
        literal_type = plan.codec.literal_type(_bare(python_type, plan), self)
        if plan.note is None:
            return literal_type
        noted = LiteralType()
        noted.CopyFrom(literal_type)  # a codec may give the same message each time
        noted.annotation.annotations.update(plan.note.data)
        return noted

    def accepts(self, value: Any, python_type: Any) -> bool:
        """Tell whether a value fits an annotation, without converting it."""
        plan = self._plan(python_type)
        return plan.codec.accepts(value, _bare(python_type, plan), self)

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None = None) -> Literal:
        """Convert a value to the Literal of an annotation.

        ``expected`` is the declared type on the wire, where it is known (a fetched entity's interface). Raises
        TypeMismatch, whose path leads to the part that does not fit.
        """
        plan = self._plan(python_type)
        literal = plan.codec.to_literal(value, _bare(python_type, plan), expected, self)
        if plan.hash_method is not None:
            literal.hash = plan.hash_method.calculate(value)
        return literal

    def to_python(self, literal: Literal, python_type: Any) -> Any:
        """Convert a Literal to a value of an annotation; raises TypeMismatch."""
        plan = self._plan(python_type)
        codec, bare = plan.codec, _bare(python_type, plan)
        literal = self.fetched(literal)
        if not codec.reads_packed and literal.scalar.HasField("binary") and python_type is not Any:
            return taken_out(literal, bare, self)
        return codec.to_python(literal, bare, self)

    def fetched(self, literal: Literal) -> Literal:
        """Fetch a literal that was offloaded for its size; any other is given back as it is."""
        if literal.WhichOneof("value") != "offloaded_metadata":
            return literal
        return Literal.FromString(current_data().get_bytes(literal.offloaded_metadata.uri))

    def guess(self, literal_type: LiteralType) -> Any:
        """Choose a Python type for a type on the wire (a fetched entity has no annotations); raises TypeMismatch."""
        for codec in self._codecs:
            guessed = codec.guess(literal_type, self)
            if guessed is not None:
                return guessed
        guessed = self._last_resort.guess(literal_type, self)
        if guessed is None:
            raise TypeMismatch(f"no Python type is known for the type {literal_type}")
        return guessed

    def remember(self, key: Any, build: Callable[[], Kept]) -> Kept:
        """Keep what a codec works out for a type, until something new is registered."""
        if key not in self._remembered:
            self._remembered[key] = build()
        return self._remembered[key]

    def to_html(self, value: Any, python_type: Any) -> str:
        """Show a value on a deck, by the renderer that the annotation names or else by its codec."""
        plan = self._plan(python_type)
        return plan.codec.to_html(value, python_type) if plan.renderer is None else plan.renderer.to_html(value)

    def _forget(self) -> None:
        self._plans.clear()
        self._remembered.clear()

    def _plan(self, python_type: Any) -> _Plan:
        try:
            return self._plans[python_type]
        except KeyError:
            plan = self._plans[python_type] = self._make_plan(python_type)
            return plan
        except TypeError:  # metadata of Annotated may be unhashable, like the OrderedDict of kwtypes
            return self._make_plan(python_type)

    def _make_plan(self, python_type: Any) -> _Plan:
        if get_origin(python_type) is not Annotated:
            return _Plan(codec=self._find(python_type))
        bare, *metadata = get_args(python_type)
        notes = [one for one in metadata if isinstance(one, FlyteAnnotation)]
        if len(notes) > 1:
            raise TypeMismatch(f"{type_name(bare)} has {len(notes)} FlyteAnnotations; put their data into one")
        own = [one.codec for one in metadata if isinstance(getattr(one, "codec", None), Codec)]
        codec = own[0] if own else self._plan(bare).codec
        return _Plan(
            codec=codec,
            annotated=not codec.reads_annotations,
            hash_method=next((one for one in metadata if isinstance(one, HashMethod)), None),
            note=notes[0] if notes else None,
            renderer=next((one for one in metadata if callable(getattr(one, "to_html", None))), None),
        )

    def _find(self, python_type: Any) -> Codec:
        self._load_modules(python_type)
        found = self._exact_or_none(python_type)
        if found is not None:
            return found
        origin = get_origin(python_type)
        return (
            next((codec for predicate, codec in self._predicates if predicate(python_type)), None)
            or (self._exact.get(origin) if origin is not None else None)
            or self._of_a_base(origin or python_type)
            or (self._records if self._records is not None and is_dataclass_type(python_type) else None)
            or self._last_resort
        )

    def _of_a_base(self, python_type: Any) -> Codec | None:
        bases = python_type.__mro__[1:-1] if isinstance(python_type, type) else ()
        return next((self._exact[base] for base in bases if base in self._exact), None)

    def _exact_or_none(self, python_type: Any) -> Codec | None:
        try:
            return self._exact.get(python_type)
        except TypeError:
            return None

    def _load_modules(self, python_type: Any) -> None:
        named = get_origin(python_type) or python_type
        if not isinstance(named, type):
            return
        for base in named.__mro__:
            module = base.__module__
            load = self._modules.pop(module.partition(".")[0], None) or self._modules.pop(module, None)
            if load is not None:
                for codec, python_types in load():
                    self.register(codec, *python_types)


def _bare(python_type: Any, plan: _Plan) -> Any:
    return python_type.__origin__ if plan.annotated else python_type


@cache
def default_registry() -> Registry:
    """Give the registry of this process, with every built-in family."""
    registry = Registry(last_resort=PickleCodec())
    registry.register(DictCodec(), dict)
    registry.register_records(DataclassCodec())
    registry.register(MapCodec(), predicate=is_string_map)
    registry.register(ListCodec(), list)
    registry.register(UnionCodec(), *UNION_ORIGINS)
    registry.register(BlobCodec(FILE), FlyteFile, os.PathLike)
    registry.register(BlobCodec(FOLDER), FlyteDirectory)
    registry.register(StructuredCodec(), StructuredDataset, predicate=is_frame_type)
    registry.register(SchemaCodec(), FlyteSchema)
    registry.register(EnumCodec(), predicate=is_enum)
    registry.register(ChoiceCodec(), predicate=is_choice)
    registry.register(MessageCodec(), predicate=is_message)
    registry.register(IteratorCodec(), Iterator)
    registry.register(JSONLinesCodec(Iterator), Iterator[JSON], typing.Iterator[JSON], JSONIterator)
    for stream_type, codec in stream_codecs().items():
        registry.register(codec, stream_type)
    for module, home in OPTIONAL.items():
        registry.register_module(module, partial(_codecs_of, home))
    registry.register(ErrorCodec(), FlyteError)
    registry.register(NoneCodec(), None, NoneType)
    for python_type, codec in primitive_codecs().items():
        registry.register(codec, python_type)
    return registry


def _codecs_of(home: str) -> Iterable[tuple[Codec, tuple[Any, ...]]]:
    """Load the codecs of a library, which is loaded already, since an annotation names it."""
    return import_module(home).codecs()
