"""What a failure handler is told: ``FlyteError``, an error on the wire and as a literal."""

from dataclasses import dataclass
from typing import Any

from flyteidl.core.literals_pb2 import Literal, Scalar
from flyteidl.core.types_pb2 import Error, LiteralType, SimpleType

from flyweight.types.codec import Codec, Conversions
from flyweight.types.mismatch import mismatch, wrong_literal


@dataclass
class FlyteError:
    """Why a workflow failed. A handler declares it as an optional input: ``err: FlyteError | None = None``."""

    message: str
    """What the node's error says."""
    failed_node_id: str
    """The id of the node that failed."""


class ErrorCodec(Codec):
    """``FlyteError``."""

    name = "FlyteError"

    def literal_type(self, python_type: Any, registry: Conversions) -> LiteralType:
        """Give the error type."""
        _ = python_type, registry
        return LiteralType(simple=SimpleType.ERROR)

    def to_literal(self, value: Any, python_type: Any, expected: LiteralType | None, registry: Conversions) -> Literal:
        """Give the error."""
        _ = expected, registry
        if not isinstance(value, FlyteError):
            raise mismatch(value, python_type)
        return error_literal(value)

    def to_python(self, literal: Literal, python_type: Any, registry: Conversions) -> Any:
        """Give message and node."""
        _ = registry
        if literal.scalar.WhichOneof("value") != "error":
            raise wrong_literal(literal, python_type)
        error = literal.scalar.error
        return FlyteError(message=error.message, failed_node_id=error.failed_node_id)

    def guess(self, literal_type: LiteralType, registry: Conversions) -> Any | None:
        """Choose it for the error type."""
        _ = registry
        is_error = literal_type.WhichOneof("type") == "simple" and literal_type.simple == SimpleType.ERROR
        return FlyteError if is_error else None


def error_literal(error: FlyteError) -> Literal:
    """Give an error as a literal."""
    return Literal(scalar=Scalar(error=Error(message=error.message, failed_node_id=error.failed_node_id)))
