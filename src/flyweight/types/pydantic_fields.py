"""Files, folders and dataframes as fields of pydantic's models: their URI and format. Loaded when pydantic asks."""

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from flyweight.errors import TypeMismatch
from flyweight.types.fields.form import FieldForm
from flyweight.types.lazy import LazyPath
from flyweight.types.registry import default_registry


def core_schema(python_type: type, name: str) -> Any:
    """Give pydantic's schema of a class: an instance, a path, or the plain data that stands for one in JSON.

    ``name`` is what the JSON schema calls it. Serialising a model stores its fields' bytes, as a task's output does.
    """
    schemas = import_module("pydantic_core.core_schema")
    form = default_registry().codec_for(python_type).field_form(python_type, default_registry())
    if form is None:
        raise TypeMismatch(f"{name} cannot be a field of a model")
    described = {"title": name, **_described(form.schema())}
    functions: list[Callable[[Any, Any], dict[str, Any]]] = [lambda _schema, _handler: dict(described)]
    return schemas.no_info_plain_validator_function(
        partial(_value, python_type, form),
        ref=f"flyweight.{name}:{id(python_type)}",
        serialization=schemas.plain_serializer_function_ser_schema(form.pack),
        metadata={"pydantic_js_functions": functions},
    )


def _value(python_type: type, form: FieldForm, given: Any) -> Any:
    """Take what a user gives; pydantic makes its own error of a ValueError."""
    if isinstance(given, python_type):
        return given
    if issubclass(python_type, LazyPath) and isinstance(given, str | os.PathLike):
        return python_type(os.fspath(given))
    try:
        return form.unpack(given)
    except TypeMismatch as error:
        raise ValueError(str(error)) from error


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the schema that mashumaro has for a class into pydantic's words: each property is titled."""
    properties = {
        name: {"title": name.replace("_", " ").title(), **_open(inner)} for name, inner in schema["properties"].items()
    }
    return {"type": "object", "properties": properties}


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out that the keys of a mapping are strings, of which pydantic does not tell."""
    if "anyOf" not in schema:
        return {name: value for name, value in schema.items() if name != "propertyNames"}
    return {**schema, "anyOf": [_open(variant) for variant in schema["anyOf"]]}
