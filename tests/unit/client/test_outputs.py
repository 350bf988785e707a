"""Outputs of an execution, as a user prints them."""

from flyteidl.core.literals_pb2 import Blob, Literal, Scalar

from flyweight import literals
from flyweight.client.outputs import LiteralsResolver


def test_values_are_shown_and_files_are_named_by_where_they_are() -> None:
    outputs = LiteralsResolver(
        {
            "o0": literals.primitive(3),
            "o1": literals.collection(literals.primitive(f"row {index}") for index in range(1000)),
            "o2": Literal(scalar=Scalar(blob=Blob(uri="s3://bucket/model.bin"))),
        }
    )
    shown = str(outputs)
    assert shown.startswith("LiteralsResolver(o0=3, o1=['row 0', 'row 1', ")
    assert shown.endswith("...], o2=<s3://bucket/model.bin>)")
