"""Python values to flyteidl Literals and back: one codec family a file, found by one registry."""

from flyweight.types.codec import Codec, Conversions
from flyweight.types.data import DataAccess, current_data, use_data
from flyweight.types.directory import FlyteDirectory
from flyweight.types.file import FlyteFile
from flyweight.types.hashing import HashMethod
from flyweight.types.interface import to_literal_map, to_python_values, typed_interface
from flyweight.types.iterators import JSON
from flyweight.types.markers import BatchSize, FlyteAnnotation
from flyweight.types.registry import Registry, default_registry
from flyweight.types.storage import BlobData
from flyweight.types.structured import StructuredDataset, kwtypes

__all__ = [
    "JSON",
    "BatchSize",
    "BlobData",
    "Codec",
    "Conversions",
    "DataAccess",
    "FlyteAnnotation",
    "FlyteDirectory",
    "FlyteFile",
    "HashMethod",
    "Registry",
    "StructuredDataset",
    "current_data",
    "default_registry",
    "kwtypes",
    "to_literal_map",
    "to_python_values",
    "typed_interface",
    "use_data",
]
