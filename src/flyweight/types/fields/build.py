"""Annotations to field forms: the tree of a dataclass, built once."""

import collections.abc
import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import UNION_ORIGINS, annotations_of, class_of, split
from flyweight.types.fields.containers import DictForm, SeriesForm, TupleForm, UnionForm
from flyweight.types.fields.form import FieldForm
from flyweight.types.fields.records import NamedTupleForm, RecordForm
from flyweight.types.fields.scalars import SCALARS, AnyForm, enum_form, literal_form
from flyweight.types.mismatch import type_name, within

Outside = Callable[[Any], FieldForm | None]
"""Gives the form of an annotation that is another codec's: files, folders, dataframes."""

_SERIES: dict[Any, tuple[tuple[type, ...], Callable[[list[Any]], Any]]] = {
    list: ((list,), list),
    set: ((set,), set),
    frozenset: ((frozenset,), frozenset),
    collections.abc.Sequence: ((list, tuple), list),
    collections.abc.MutableSequence: ((list,), list),
    collections.abc.Set: ((set, frozenset), set),
}
_MAPPINGS: dict[Any, type] = {
    dict: dict,
    collections.abc.Mapping: Mapping,
    collections.abc.MutableMapping: collections.abc.MutableMapping,
}


class FormBuilder:
    """Builds the forms of one dataclass; remembers which classes it is inside, to refuse one that contains itself."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._inside: list[Any] = []

    def form(self, python_type: Any) -> FieldForm:
        """Give the form of an annotation; raises TypeMismatch if it cannot be a field."""
        bare, _ = split(python_type)
        bare = type(None) if bare is None else bare
        known = SCALARS.get(bare) if isinstance(bare, collections.abc.Hashable) else None
        if known is not None:
            return known
        found = self._generic(bare) if get_origin(bare) is not None else None
        found = found or self._outside(python_type) or self._class(bare)
        if found is None:
            raise TypeMismatch(
                f"{type_name(python_type)} cannot be a field of a dataclass that is an input or output; "
                "use numbers, strings, times, enums, containers and dataclasses of them, files and dataframes"
            )
        return found

    def record(self, python_type: Any) -> RecordForm:
        """Give the form of a dataclass."""
        return RecordForm(python_type=python_type, fields=self._fields(python_type, _field_names(python_type)))

    def _class(self, python_type: Any) -> FieldForm | None:
        if not isinstance(python_type, type):
            return None
        if issubclass(python_type, Enum):
            return enum_form(python_type)
        if dataclasses.is_dataclass(python_type):
            return self.record(python_type)
        if issubclass(python_type, tuple) and hasattr(python_type, "_field_defaults"):
            names = list(annotations_of(python_type))
            return NamedTupleForm(python_type=python_type, fields=self._fields(python_type, names))
        return AnyForm(python_type, {"type": "array"}) if python_type is tuple else None

    def _generic(self, python_type: Any) -> FieldForm | None:
        origin, arguments = get_origin(python_type), get_args(python_type)
        if origin in UNION_ORIGINS:
            return UnionForm(python_type=python_type, variants=tuple(self.form(one) for one in arguments))
        if origin is Literal:
            return literal_form(python_type, arguments)
        if origin is tuple:
            return self._tuple(python_type, arguments)
        if origin in _MAPPINGS and arguments:
            key, element = (self.form(one) for one in arguments)
            return DictForm(python_type=python_type, takes=_MAPPINGS[origin], key=key, element=element)
        if origin in _SERIES and arguments:
            takes, make = _SERIES[origin]
            unique = make in (set, frozenset)
            element = self.form(arguments[0])
            return SeriesForm(python_type=python_type, takes=takes, make=make, element=element, unique=unique)
        return self.record(python_type) if dataclasses.is_dataclass(origin) else SCALARS.get(origin)

    def _tuple(self, python_type: Any, arguments: tuple[Any, ...]) -> FieldForm:
        if len(arguments) == 2 and arguments[1] is ...:  # noqa: PLR2004 - tuple[T, ...] is spelled with two arguments
            return SeriesForm(python_type=python_type, takes=(tuple,), make=tuple, element=self.form(arguments[0]))
        return TupleForm(python_type=python_type, elements=tuple(self.form(one) for one in arguments))

    def _fields(self, python_type: Any, names: list[str]) -> dict[str, FieldForm]:
        if python_type in self._inside:
            raise TypeMismatch(f"{type_name(python_type)} contains itself; keep the inner ones in a dict instead")
        self._inside.append(python_type)
        try:
            annotations = annotations_of(python_type)
            return {name: self._field(name, annotations[name]) for name in names}
        finally:
            self._inside.pop()

    def _field(self, name: str, annotation: Any) -> FieldForm:
        try:
            return self.form(annotation)
        except TypeMismatch as error:
            raise within(f".{name}", error) from None


def _field_names(python_type: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(class_of(python_type))]
