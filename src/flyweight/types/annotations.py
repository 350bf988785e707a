"""Reads annotations: what is a union, what stands inside ``Annotated``, what a class's own annotations are."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from flyweight.errors import TypeMismatch
from flyweight.types.mismatch import type_name

UNION_ORIGINS = (Union, UnionType)
"""The origins of ``Optional[T]`` and ``Union[A, B]``, and of ``A | B``."""


def split(python_type: Any) -> tuple[Any, tuple[Any, ...]]:
    """Give ``T`` and the metadata of ``Annotated[T, ...]``; another annotation has none."""
    if get_origin(python_type) is not Annotated:
        return python_type, ()
    bare, *metadata = get_args(python_type)
    return bare, tuple(metadata)


def annotations_of(python_type: type) -> dict[str, Any]:
    """Give the annotations of a class, evaluated; raises TypeMismatch naming what cannot be found."""
    try:
        return get_type_hints(python_type, include_extras=True)
    except NameError as error:
        raise TypeMismatch(
            f"an annotation of {type_name(python_type)} cannot be evaluated: {error}; "
            "define the class at the top of its module, and what its annotations name before it"
        ) from error
