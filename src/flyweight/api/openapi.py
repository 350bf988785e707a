"""Describes the REST API from the same bindings that serve it: paths, parameters and the names of the messages."""

import re
from collections.abc import Iterable

from google.protobuf.descriptor import FieldDescriptor

from flyweight.api.rest import Binding

JsonObject = dict[str, object]

_VARIABLE = re.compile(r"\{([^}]+)\}")
_NUMBERS = frozenset({FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT})
_INTEGERS = frozenset({FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32})


def openapi(bindings: Iterable[Binding], version: str) -> JsonObject:
    """Give an OpenAPI 3 document as JSON values.

    Args:
        bindings: What ``rest.bindings`` gave.
        version: Flyweight's version.
    """
    paths: dict[str, JsonObject] = {}
    used: set[str] = set()
    for binding in bindings:
        name = binding.rpc.descriptor.name
        operation_id = name if name not in used else f"{name}_{len(used)}"
        used.add(operation_id)
        paths.setdefault(binding.template, {})[binding.verb.lower()] = _operation(binding, operation_id)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Flyweight",
            "version": version,
            "description": "Flyte's REST API. Bodies are flyteidl messages in protobuf's JSON mapping, "
            "or in binary form as application/x-protobuf.",
        },
        "paths": paths,
    }


def _operation(binding: Binding, operation_id: str) -> JsonObject:
    descriptor = binding.rpc.descriptor
    variables: list[str] = _VARIABLE.findall(binding.template)
    parameters: list[JsonObject] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in variables
    ]
    operation: JsonObject = {
        "operationId": operation_id,
        "tags": [descriptor.containing_service.name],
        "parameters": parameters,
        "responses": {
            "200": {"description": "OK", "content": _content(descriptor.output_type.full_name)},
            "default": {"description": "an error: {error, code, message}"},
        },
    }
    if binding.body:
        operation["requestBody"] = {"content": _content(descriptor.input_type.full_name)}
    else:
        taken = {name.partition(".")[0] for name in variables}
        parameters.extend(
            {"name": field.name, "in": "query", "schema": _schema(field)}
            for field in descriptor.input_type.fields
            if field.name not in taken and field.message_type is None
        )
    return operation


def _content(message: str) -> JsonObject:
    return {"application/json": {"schema": {"type": "object", "title": message}}}


def _schema(field: FieldDescriptor) -> JsonObject:
    kind: JsonObject
    if field.enum_type is not None:
        kind = {"type": "string", "enum": [value.name for value in field.enum_type.values]}
    elif field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        kind = {"type": "boolean"}
    elif field.cpp_type in _INTEGERS:
        kind = {"type": "integer"}
    else:
        kind = {"type": "number" if field.cpp_type in _NUMBERS else "string"}
    return {"type": "array", "items": kind} if field.is_repeated else kind
