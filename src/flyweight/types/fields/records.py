"""Fields with fields of their own: dataclasses and named tuples."""

import dataclasses
from dataclasses import MISSING, dataclass
from typing import Any

from flyweight.errors import TypeMismatch
from flyweight.types.annotations import class_of
from flyweight.types.fields.form import FieldForm
from flyweight.types.mismatch import mismatch, type_name, within


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm(FieldForm):
    """A dataclass: a plain dict by field name."""

    python_type: Any
    fields: dict[str, FieldForm]

    def pack(self, value: Any) -> dict[str, Any]:
        """Pack each field; a fault is found at the field's name."""
        if not self.accepts(value):
            raise mismatch(value, self.python_type)
        packed: dict[str, Any] = {}
        for field in dataclasses.fields(class_of(self.python_type)):
            inner = getattr(value, field.name)
            try:
                packed[field.name] = None if _is_default_none(field, inner) else self.fields[field.name].pack(inner)
            except TypeMismatch as error:
                raise within(f".{field.name}", error) from None
        return packed

    def unpack(self, plain: Any) -> Any:
        """Make an instance: fields without data take their defaults, data without a field is passed over."""
        if not isinstance(plain, dict):
            raise mismatch(plain, self.python_type)
        values: dict[str, Any] = {}
        for field in dataclasses.fields(class_of(self.python_type)):
            if field.name in plain and _is_default_none(field, plain[field.name]):
                continue
            if field.name in plain and field.init:
                try:
                    values[field.name] = self.fields[field.name].unpack(plain[field.name])
                except TypeMismatch as error:
                    raise within(f".{field.name}", error) from None
            elif field.init and not _has_default(field):
                raise TypeMismatch(f"{type_name(self.python_type)} needs a value for this field", path=f".{field.name}")
        return self.python_type(**values)

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is an instance."""
        return isinstance(value, class_of(self.python_type))

    def offloads(self) -> bool:
        """Tell whether a field does."""
        return any(form.offloads() for form in self.fields.values())

    def schema(self) -> dict[str, Any]:
        """Give an object with its properties, and which of them are required."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        for field in dataclasses.fields(class_of(self.python_type)):
            form = self.fields[field.name]
            properties[field.name] = form.schema()
            if field.default is None:
                properties[field.name]["default"] = None
            elif field.default is not MISSING and not form.offloads():
                properties[field.name]["default"] = form.pack(field.default)
            elif not _has_default(field):
                required.append(field.name)
        schema: dict[str, Any] = {"type": "object", "title": self.python_type.__name__, "properties": properties}
        if required:
            schema["required"] = required
        return {**schema, "additionalProperties": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTupleForm(FieldForm):
    """A named tuple inside a dataclass: a plain list in the order of its fields."""

    python_type: Any
    fields: dict[str, FieldForm]

    def pack(self, value: Any) -> list[Any]:
        """Pack each field."""
        if not isinstance(value, self.python_type):
            raise mismatch(value, self.python_type)
        packed: list[Any] = []
        for name, form in self.fields.items():
            try:
                packed.append(form.pack(getattr(value, name)))
            except TypeMismatch as error:
                raise within(f".{name}", error) from None
        return packed

    def unpack(self, plain: Any) -> Any:
        """Make an instance; fields at the end may be missing if they have defaults."""
        defaults: dict[str, Any] = self.python_type._field_defaults
        if not isinstance(plain, list) or not len(self.fields) - len(defaults) <= len(plain) <= len(self.fields):
            raise mismatch(plain, self.python_type)
        values: list[Any] = []
        for (name, form), item in zip(self.fields.items(), plain, strict=False):
            try:
                values.append(form.unpack(item))
            except TypeMismatch as error:
                raise within(f".{name}", error) from None
        return self.python_type(*values)

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is an instance."""
        return isinstance(value, self.python_type)

    def offloads(self) -> bool:
        """Tell whether a field does."""
        return any(form.offloads() for form in self.fields.values())

    def schema(self) -> dict[str, Any]:
        """Give an array of fixed length."""
        defaults: dict[str, Any] = self.python_type._field_defaults
        items = [
            {**form.schema(), "default": form.pack(defaults[name])} if name in defaults else form.schema()
            for name, form in self.fields.items()
        ]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _is_default_none(field: "dataclasses.Field[Any]", value: Any) -> bool:
    """Tell whether a field holds its default None, which its annotation need not name: ``file: FlyteFile = None``."""
    return value is None and field.default is None


def _has_default(field: "dataclasses.Field[Any]") -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING
