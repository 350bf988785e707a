"""Reads annotations: what is a union, what stands inside ``Annotated``, what a class's own annotations are."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

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


def annotations_of(python_type: Any) -> dict[str, Any]:
    """Give the annotations of a class, evaluated, with the types that a generic class was given in their places.

    Raises TypeMismatch naming what cannot be found.
    """
    try:
        found = get_type_hints(class_of(python_type), include_extras=True)
    except NameError as error:
        raise TypeMismatch(
            f"an annotation of {type_name(python_type)} cannot be evaluated: {error}; "
            "define the class at the top of its module, and what its annotations name before it"
        ) from error
    given = _type_arguments(python_type, {})
    return {name: _filled(annotation, given) for name, annotation in found.items()}


def class_of(python_type: Any) -> Any:
    """Give the class of ``Box[int]``: ``Box``; another annotation is given back."""
    return get_origin(python_type) or python_type


def _type_arguments(python_type: Any, outer: Mapping[Any, Any]) -> dict[Any, Any]:
    """Find what each type variable of a class and of its bases stands for."""
    origin = class_of(python_type)
    given = dict(
        zip(getattr(origin, "__parameters__", ()), (_filled(one, outer) for one in get_args(python_type)), strict=False)
    )
    for base in getattr(origin, "__orig_bases__", ()):
        given = {**_type_arguments(base, given), **given}
    return given


def _filled(annotation: Any, given: Mapping[Any, Any]) -> Any:
    """Put types in the places of type variables; one that nobody gave a type is its bound, or ``Any``."""
    if isinstance(annotation, TypeVar):
        return given.get(annotation, annotation.__bound__ or Any)
    variables = getattr(annotation, "__parameters__", ()) if get_origin(annotation) is not None else ()
    return annotation[tuple(_filled(one, given) for one in variables)] if variables else annotation
