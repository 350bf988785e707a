"""Dataclasses that know their own JSON form, by mashumaro's ``DataClassJSONMixin``; aliases and hooks included."""

import json
import sys
from importlib import import_module
from typing import Any

from flyweight.errors import TypeMismatch
from flyweight.types.fields.form import FieldForm
from flyweight.types.mismatch import mismatch, type_name


class MixinForm(FieldForm):
    """A class that makes and reads its own JSON, as its author told mashumaro."""

    def __init__(self, python_type: Any) -> None:
        self._python_type = python_type

    def pack(self, value: Any) -> Any:
        """Let the value make its JSON."""
        if not self.accepts(value):
            raise mismatch(value, self._python_type)
        return json.loads(value.to_json())

    def unpack(self, plain: Any) -> Any:
        """Let the class read the JSON."""
        try:
            return self._python_type.from_json(json.dumps(plain))
        except (LookupError, TypeError, ValueError) as error:
            raise TypeMismatch(f"{type_name(self._python_type)} refuses its data: {error}") from error

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is an instance."""
        return isinstance(value, self._python_type)

    def schema(self) -> dict[str, Any]:
        """Give the schema that mashumaro has for the class."""
        return import_module("mashumaro.jsonschema").build_json_schema(self._python_type).to_dict()


def is_mixin(python_type: Any) -> bool:
    """Tell whether a class has mashumaro's mixin; mashumaro is loaded if one has."""
    mixins = sys.modules.get("mashumaro.mixins.json")
    return mixins is not None and isinstance(python_type, type) and issubclass(python_type, mixins.DataClassJSONMixin)
