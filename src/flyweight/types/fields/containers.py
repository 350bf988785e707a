"""Fields that hold others: lists, sets, tuples, dicts and unions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flyweight.errors import TypeMismatch
from flyweight.types.fields.form import FieldForm
from flyweight.types.mismatch import mismatch, within


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesForm(FieldForm):
    """A list, a set, a sequence, or a tuple of any length: a plain list of one kind of element."""

    python_type: Any
    takes: tuple[type, ...]
    make: Callable[[list[Any]], Any]
    element: FieldForm
    unique: bool = False

    def pack(self, value: Any) -> list[Any]:
        """Pack each element."""
        if not isinstance(value, self.takes) or isinstance(value, str | bytes):
            raise mismatch(value, self.python_type)
        return _each(value, self.element.pack)

    def unpack(self, plain: Any) -> Any:
        """Unpack each element."""
        if not isinstance(plain, list):
            raise mismatch(plain, self.python_type)
        return self.make(_each(plain, self.element.unpack))

    def accepts(self, value: Any) -> bool:
        """Tell whether all elements fit."""
        return (
            isinstance(value, self.takes)
            and not isinstance(value, str | bytes)
            and all(self.element.accepts(item) for item in value)
        )

    def offloads(self) -> bool:
        """Tell whether an element does."""
        return self.element.offloads()

    def schema(self) -> dict[str, Any]:
        """Give an array of the element's schema."""
        element = self.element.schema()
        schema: dict[str, Any] = {"type": "array"}
        if element:
            schema["items"] = element
        if self.unique:
            schema["uniqueItems"] = True
        return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class TupleForm(FieldForm):
    """A tuple of fixed length: a plain list, each place with its own form."""

    python_type: Any
    elements: tuple[FieldForm, ...]

    def pack(self, value: Any) -> list[Any]:
        """Pack each place."""
        if not isinstance(value, tuple) or len(value) != len(self.elements):
            raise mismatch(value, self.python_type)
        return [_at(f"[{index}]", form.pack, value[index]) for index, form in enumerate(self.elements)]

    def unpack(self, plain: Any) -> tuple[Any, ...]:
        """Unpack each place."""
        if not isinstance(plain, list) or len(plain) != len(self.elements):
            raise mismatch(plain, self.python_type)
        return tuple(_at(f"[{index}]", form.unpack, plain[index]) for index, form in enumerate(self.elements))

    def accepts(self, value: Any) -> bool:
        """Tell whether every place fits."""
        return (
            isinstance(value, tuple)
            and len(value) == len(self.elements)
            and all(form.accepts(item) for form, item in zip(self.elements, value, strict=True))
        )

    def offloads(self) -> bool:
        """Tell whether some place does."""
        return any(form.offloads() for form in self.elements)

    def schema(self) -> dict[str, Any]:
        """Give an array of fixed length."""
        length = len(self.elements)
        return {
            "type": "array",
            "prefixItems": [form.schema() for form in self.elements],
            "minItems": length,
            "maxItems": length,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DictForm(FieldForm):
    """A dict or mapping with types."""

    python_type: Any
    takes: type
    key: FieldForm
    element: FieldForm

    def pack(self, value: Any) -> dict[Any, Any]:
        """Pack each key and value."""
        if not isinstance(value, self.takes):
            raise mismatch(value, self.python_type)
        return self._each(value, self.key.pack, self.element.pack)

    def unpack(self, plain: Any) -> dict[Any, Any]:
        """Unpack each key and value."""
        if not isinstance(plain, dict):
            raise mismatch(plain, self.python_type)
        return self._each(plain, self._read_key, self.element.unpack)

    def accepts(self, value: Any) -> bool:
        """Tell whether all keys and values fit."""
        return isinstance(value, self.takes) and all(
            self.key.accepts(key) and self.element.accepts(value[key]) for key in _keys(value)
        )

    def offloads(self) -> bool:
        """Tell whether a value does."""
        return self.element.offloads()

    def schema(self) -> dict[str, Any]:
        """Give an object of the value's schema."""
        element = self.element.schema()
        schema: dict[str, Any] = {"type": "object", "propertyNames": self.key.schema()}
        return {**schema, "additionalProperties": element} if element else schema

    def _read_key(self, plain: Any) -> Any:
        """Read a key; JSON and Struct have string keys only, so that ``{1: "a"}`` comes back as ``{"1": "a"}``."""
        try:
            return self.key.unpack(plain)
        except TypeMismatch:
            if not isinstance(plain, str) or not plain.lstrip("-").isdigit():
                raise
            return self.key.unpack(int(plain))

    def _each(self, value: Any, key: Callable[[Any], Any], element: Callable[[Any], Any]) -> dict[Any, Any]:
        return {_at(f"[{one!r}]", key, one): _at(f"[{one!r}]", element, value[one]) for one in _keys(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionForm(FieldForm):
    """A union: the plain data of the first variant that fits; there is no tag inside a dataclass."""

    python_type: Any
    variants: tuple[FieldForm, ...]

    def pack(self, value: Any) -> Any:
        """Pack by the first variant that takes the value."""
        for variant in (*(one for one in self.variants if one.native(value)), *self.variants):
            if variant.accepts(value):
                return variant.pack(value)
        raise mismatch(value, self.python_type)

    def unpack(self, plain: Any) -> Any:
        """Unpack by the variant whose values are the plain data itself, else by the first that can read it."""
        for variant in (*(one for one in self.variants if one.native(plain)), *self.variants):
            try:
                return variant.unpack(plain)
            except TypeMismatch:
                continue
        raise mismatch(plain, self.python_type)

    def accepts(self, value: Any) -> bool:
        """Tell whether some variant fits."""
        return any(variant.accepts(value) for variant in self.variants)

    def offloads(self) -> bool:
        """Tell whether some variant does."""
        return any(variant.offloads() for variant in self.variants)

    def schema(self) -> dict[str, Any]:
        """Give any of the variants' schemas."""
        return {"anyOf": [variant.schema() for variant in self.variants]}


def _keys(mapping: Any) -> list[Any]:
    return list(mapping)


def _each(items: Iterable[Any], convert: Callable[[Any], Any]) -> list[Any]:
    return [_at(f"[{index}]", convert, item) for index, item in enumerate(items)]


def _at(place: str, convert: Callable[[Any], Any], item: Any) -> Any:
    try:
        return convert(item)
    except TypeMismatch as error:
        raise within(place, error) from None
