"""A value that was taken out of a dataclass on its way: still MessagePack, whatever its own type would be on the wire.

Attribute paths (``result.rows[0].name``) leave it so, in Flyte's engine as in ours; a task's input may have any type.
"""

from typing import Any

from flyteidl.core.literals_pb2 import Literal

from flyweight.types.codec import Conversions
from flyweight.types.fields.build import FormBuilder
from flyweight.types.fields.form import FieldForm
from flyweight.types.structs import unpack


def taken_out(literal: Literal, python_type: Any, registry: Conversions) -> Any:
    """Read a field's value by the annotation of the input that it is given to; raises TypeMismatch."""

    def build() -> FieldForm:
        return FormBuilder(lambda inner: registry.codec_for(inner).field_form(inner, registry)).form(python_type)

    form = registry.remember((taken_out, python_type), build)
    return form.unpack(unpack(literal, python_type))
