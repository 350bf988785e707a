"""The last resort: any other value as a file made by cloudpickle, with a warning that names the type."""

import logging
from importlib import import_module
from typing import Any, get_origin

from flyteidl.core.literals_pb2 import Blob, BlobMetadata, Literal, Scalar
from flyteidl.core.types_pb2 import BlobType, LiteralType

from flyweight.errors import TypeMismatch
from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import current_data
from flyweight.types.mismatch import mismatch, type_name, wrong_literal

PICKLE_FORMAT = "PythonPickle"
"""The format of a blob that holds a pickle."""

_log = logging.getLogger("flyweight.types")


class PickleCodec(Codec):
    """Whatever no other codec takes."""

    name = "FlytePickle"

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give a blob, with the name of the class for readers; raises TypeMismatch for a tuple."""
        _ = registry
        if getattr(python_type, "__origin__", python_type) is tuple or _is_named_tuple(python_type):
            raise TypeMismatch(
                f"{type_name(python_type)} cannot be one input or output; a task that returns a tuple has one output "
                "for each element: annotate the function with it, or use a list or a dataclass"
            )
        literal_type = LiteralType(blob=_blob_type())
        literal_type.metadata.update({"python_class_name": str(python_type)})
        return literal_type

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Pickle the value and upload it."""
        _ = expected
        self.literal_type(python_type, registry)
        if value is None and python_type is not Any:
            raise mismatch(value, python_type)
        self.warn(python_type)
        data = current_data()
        draft = data.draft()
        draft.write_bytes(_pickled(value))
        uri = data.store(draft)
        return Literal(scalar=Scalar(blob=Blob(uri=uri, metadata=BlobMetadata(type=_blob_type()))))

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Download and unpickle."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "blob":
            raise wrong_literal(literal, python_type)
        return _unpickled(current_data().get_bytes(literal.scalar.blob.uri), python_type)

    def accepts(self, value: Any, python_type: Any, registry: Conversions) -> bool:
        """Tell whether the value is of the class; ``Any`` takes all."""
        _ = registry
        origin = get_origin(python_type) or python_type
        return isinstance(value, origin) if isinstance(origin, type) and origin is not Any else value is not None

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Recognise a blob that holds a pickle."""
        _ = registry
        ours = literal_type.WhichOneof("type") == "blob" and literal_type.blob.format == PICKLE_FORMAT
        return Any if ours else None

    def warn(self, python_type: Any) -> None:
        """Say once for a type that it is sent as a pickle."""
        name = type_name(python_type)
        if name not in self._warned:
            self._warned.add(name)
            _log.warning(
                "%s has no type in Flyte and is sent as a pickle, which only the same Python and library versions can "
                "read; a dataclass or a type that Flyte has is safer",
                name,
            )


def _pickled(value: Any) -> bytes:
    try:
        return _cloudpickle().dumps(value)
    except Exception as error:  # a border: pickling runs the user's __reduce__, which may raise anything
        raise TypeMismatch(
            f"{type_name(type(value))} cannot be pickled ({type(error).__name__}: {error}); "
            "pass on what it can be made from, or write it to a file and pass that as a FlyteFile"
        ) from error


def _unpickled(content: bytes, python_type: Any) -> Any:
    try:
        return _cloudpickle().loads(content)
    except (ImportError, AttributeError) as error:
        raise TypeMismatch(
            f"a pickle of {type_name(python_type)} needs code that cannot be imported here: {error}. Read it where "
            "that code and its libraries are installed"
        ) from error


def _cloudpickle() -> Any:
    """Load cloudpickle on use: few programs come to the last resort, and it would be a tenth of our import."""
    return import_module("cloudpickle")


def _is_named_tuple(python_type: Any) -> bool:
    return isinstance(python_type, type) and issubclass(python_type, tuple)


def _blob_type() -> BlobType:
    return BlobType(format=PICKLE_FORMAT, dimensionality=BlobType.SINGLE)
