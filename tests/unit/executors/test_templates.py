import pytest
from flyteidl.core import literals_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from flyweight import literals
from flyweight.errors import InvalidInput
from flyweight.executors.templates import fill

from .jobs import integer, job, template


def primitive(**value: object) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(**value)))


@pytest.mark.parametrize(
    ("word", "filled"),
    [
        ("{{.input}}", "file:///d/p-d-e1/n0/data/inputs.pb"),
        ("{{ .Input }}", "file:///d/p-d-e1/n0/data/inputs.pb"),
        ("{{$inputPrefix}}/x", "file:///d/p-d-e1/n0/data/x"),
        ("--out={{.OUTPUTPREFIX}}", "--out=file:///d/p-d-e1/n0/data/0"),
        ("{{.rawOutputDataPrefix}}", "file:///d/raw/ur/e1-n0-0"),
        ("{{.checkpointOutputPrefix}}", "file:///d/raw/ur/e1-n0-0/_flytecheckpoints"),
        ("{{.prevCheckpointPrefix}}", '""'),
        ("{{.taskTemplatePath}}", "file:///t.pb"),
        ("{{.namespace}}", "p-d"),
        ("{{.inputs.x}}+{{.inputs.x}}", "7+7"),
        ("{{.somethingElse}}", "{{.somethingElse}}"),
        ("plain {{ text }}", "plain {{ text }}"),
    ],
)
def test_flytes_variables_are_filled_in(word: str, filled: str) -> None:
    running = job(template("echo"), root="file:///d")
    assert fill([word], running, task_template_path="file:///t.pb") == [filled]


@pytest.mark.parametrize(
    ("literal", "printed"),
    [
        (primitive(string_value="a b"), "a b"),
        (primitive(boolean=True), "true"),
        (primitive(float_value=0.5), "0.500000"),
        (primitive(datetime=Timestamp(seconds=0)), "1970-01-01T00:00:00Z"),
        (primitive(duration=Duration(seconds=90)), "90s"),
        (literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=[integer(1), integer(2)])), "[1,2]"),
        (literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri="s3://b/k"))), "s3://b/k"),
        (literals_pb2.Literal(scalar=literals_pb2.Scalar(union=literals_pb2.Union(value=integer(3)))), "3"),
    ],
)
def test_inputs_are_printed_as_flyte_prints_them(literal: literals_pb2.Literal, printed: str) -> None:
    running = job(template("echo"))._replace(inputs_data=literals.to_bytes(literals.literal_map({"v": literal})))
    assert fill(["{{.inputs.v}}"], running) == [printed]


def test_an_input_that_is_not_there_or_cannot_be_printed_is_named() -> None:
    running = job(template("echo"))
    with pytest.raises(InvalidInput, match="the input 'z'; the task has x"):
        fill(["{{.inputs.z}}"], running)
    unprintable = running._replace(inputs_data=literals.to_bytes(literals.literal_map({"m": literals.mapping({})})))
    with pytest.raises(InvalidInput, match="input 'm'"):
        fill(["{{.inputs.m}}"], unprintable)
