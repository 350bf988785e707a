"""Dataclasses that know their own JSON form, by mashumaro's ``DataClassJSONMixin``; aliases and hooks included."""

import dataclasses
import json
import sys
from importlib import import_module
from typing import Any

from flyweight.errors import TypeMismatch
from flyweight.types.fields.form import FieldForm
from flyweight.types.mismatch import mismatch, type_name, within

_OWN_WAYS = frozenset({"Config", "__pre_deserialize__", "__post_deserialize__"})


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
        """Let the class read the JSON, which it may not bend into another type: mashumaro makes 3 of "3" and of 3.5."""
        try:
            value = self._python_type.from_json(json.dumps(plain))
        except (LookupError, TypeError, ValueError) as error:
            raise TypeMismatch(f"{type_name(self._python_type)} refuses its data: {error}") from error
        if not _reads_in_its_own_way(self._python_type):
            _require_unbent(plain, json.loads(value.to_json()), "")
        return value

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is an instance."""
        return isinstance(value, self._python_type)

    def schema(self) -> dict[str, Any]:
        """Give the schema that mashumaro has for the class."""
        return import_module("mashumaro.jsonschema").build_json_schema(self._python_type).to_dict()


def _reads_in_its_own_way(python_type: Any) -> bool:
    """Tell whether the class's author has told mashumaro how to read, so that what it makes is meant."""
    hooked = any(name in vars(base) for base in python_type.__mro__[:-1] for name in _OWN_WAYS if not _is_library(base))
    return hooked or any(field.metadata for field in dataclasses.fields(python_type))


def _is_library(base: type) -> bool:
    return base.__module__.partition(".")[0] == "mashumaro"


def _require_unbent(plain: Any, read: Any, path: str) -> None:
    """Refuse text that was read as a number or truth value, and numbers as text or with their fraction cut off."""
    match plain, read:
        case dict(), dict():
            for name in plain.keys() & read.keys():
                _require_unbent(plain[name], read[name], f"{path}.{name}")
        case list(), list():
            for index, (given, taken) in enumerate(zip(plain, read, strict=False)):
                _require_unbent(given, taken, f"{path}[{index}]")
        case ((str() | int() | float()), (str() | int() | float())):
            texts = isinstance(plain, str) + isinstance(read, str)
            cut = texts == 0 and type(read) is int and plain != read
            if texts == 1 or cut:
                raise within(path, mismatch(plain, type(read)))
        case _:
            pass


def is_mixin(python_type: Any) -> bool:
    """Tell whether a class has mashumaro's mixin; mashumaro is loaded if one has."""
    mixins = sys.modules.get("mashumaro.mixins.json")
    return mixins is not None and isinstance(python_type, type) and issubclass(python_type, mixins.DataClassJSONMixin)
