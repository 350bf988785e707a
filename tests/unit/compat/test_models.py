"""flytekit's model classes over flyteidl messages: arguments, what is not set, Python's values, both directions."""

import copy
import datetime as dt
import importlib
import pickle
from collections.abc import Iterator
from types import ModuleType

import pytest
from flyteidl.core import literals_pb2, tasks_pb2, types_pb2

from flyweight import compat


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    compat.install()
    yield
    compat.uninstall()


def models(name: str) -> ModuleType:
    return importlib.import_module(f"flytekit.models.{name}")


def integer(value: int) -> object:
    m = models("literals")
    return m.Literal(scalar=m.Scalar(primitive=m.Primitive(integer=value)))


def test_a_literal_is_its_message_and_back() -> None:
    literal = integer(3)
    assert literal.to_flyte_idl() == literals_pb2.Literal(
        scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=3))
    )
    assert models("literals").Literal.from_flyte_idl(literal.to_flyte_idl()) == literal
    assert literal.scalar.primitive.integer == 3
    assert literal.value == literal.scalar
    assert literal.scalar.value.value == 3


def test_what_is_not_set_is_none_and_zero_is_set() -> None:
    literal = integer(0)
    assert literal.collection is None
    assert literal.scalar.blob is None
    assert literal.scalar.primitive.float_value is None
    assert literal.scalar.primitive.value == 0
    assert models("literals").Literal().value is None
    assert models("types").LiteralType().simple is None


def test_positions_are_flytekits() -> None:
    types, literals = models("core.types"), models("literals")
    kind = types.BlobType("csv", types.BlobType.BlobDimensionality.MULTIPART)
    blob = literals.Blob(literals.BlobMetadata(kind), "s3://bucket/key")
    assert (blob.uri, blob.metadata.type.format) == ("s3://bucket/key", "csv")
    template = models("task").TaskTemplate(
        models("core.identifier").Identifier(models("core.identifier").ResourceType.TASK, "p", "d", "n", "v"),
        "python-task",
        None,
        models("interface").TypedInterface({"a": models("interface").Variable(integer_type(), "an a")}, {}),
        {"k": 1},
        config={"c": "1"},
    )
    idl = template.to_flyte_idl()
    assert (idl.id.name, idl.type, idl.custom["k"], dict(idl.config)) == ("n", "python-task", 1, {"c": "1"})
    assert idl.interface.inputs.variables["a"].type == types_pb2.LiteralType(simple=types_pb2.INTEGER)
    assert template.interface.inputs["a"].description == "an a"


def integer_type() -> object:
    return models("types").LiteralType(simple=models("types").SimpleType.INTEGER)


def test_python_values_come_out_as_python_values() -> None:
    at, span = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), dt.timedelta(hours=1)
    primitive = models("literals").Primitive
    assert primitive(datetime=at).datetime == at
    assert primitive(duration=span).value == span
    assert models("types").LiteralType(simple=7, metadata={"a": "b"}).metadata == {"a": "b"}
    container = models("task").Container("image", [], ["a"], None, {"A": "1"}, {})
    assert container.env == {"A": "1"}
    assert container.to_flyte_idl() == tasks_pb2.Container(
        image="image", args=["a"], env=[literals_pb2.KeyValuePair(key="A", value="1")]
    )


def test_renamed_fields_and_enums() -> None:
    union = models("literals").Union(value=integer(1), stored_type=integer_type())
    assert union.to_flyte_idl().type.simple == types_pb2.INTEGER
    assert union.stored_type == integer_type()
    phase = models("core.execution").WorkflowExecutionPhase
    assert (phase.SUCCEEDED, phase.enum_to_string(phase.FAILED)) == (4, "FAILED")
    assert models("named_entity").NamedEntityState.ARCHIVED == 1


def test_what_is_set_on_a_model_is_set_in_the_message() -> None:
    literal = integer(1)
    literal.hash = "abc"
    literal.scalar = models("literals").Scalar(none_type=models("literals").Void())
    assert literal.to_flyte_idl().hash == "abc"
    assert literal.scalar.primitive is None
    assert literal.scalar.none_type is not None


def test_models_are_copied_pickled_and_hashed() -> None:
    literal = integer(5)
    assert copy.deepcopy(literal) == pickle.loads(pickle.dumps(literal)) == literal
    assert hash(integer(5)) == hash(literal)
    assert integer(6) != literal
    assert repr(literal) == 'Literal({"scalar": {"primitive": {"integer": "5"}}})'


def test_a_wrong_argument_is_told_with_those_that_exist() -> None:
    with pytest.raises(TypeError, match="Primitive takes no `integr`; it takes: integer, float_value"):
        models("literals").Primitive(integr=1)
    with pytest.raises(TypeError, match="LiteralMap takes 1 arguments: literals"):
        models("literals").LiteralMap({}, 1)
    with pytest.raises(AttributeError, match="Primitive has no integr"):
        _ = models("literals").Primitive(integer=1).integr


def test_filters_are_the_text_of_requests() -> None:
    f = models("filters")
    both = f.FilterList([f.Equal("name", "a"), f.ValueIn("phase", ["FAILED", "ABORTED"])])
    assert both.to_flyte_idl() == "eq(name,a)+value_in(phase,FAILED;ABORTED)"
