"""Lists, maps, dicts without types, enums and choices."""

import typing
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import pytest
from flyteidl.core import literals_pb2
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from flyweight.errors import TypeMismatch
from flyweight.types import HashMethod, Registry, default_registry
from tests.unit.types.wire import round_trip, text

STRUCT = (
    'simple: STRUCT annotation { annotations { fields { key: "cache-key-metadata" value { struct_value { fields '
    '{ key: "serialization-format" value { string_value: "msgpack" } } } } } } }'
)


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Level(IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    ("python_type", "golden"),
    [
        (list[int], "collection_type { simple: INTEGER }"),
        (list[list[str]], "collection_type { collection_type { simple: STRING } }"),
        (dict[str, float], "map_value_type { simple: FLOAT }"),
        (dict, STRUCT),
        (typing.Dict, STRUCT),  # noqa: UP006 - the older form is the case
        (dict[int, str], STRUCT),
        (dict[str, dict[int, str]], f"map_value_type {{ {STRUCT} }}"),
        (Color, 'enum_type { values: "red" values: "green" }'),
    ],
)
def test_types(registry: Registry, python_type: Any, golden: str):
    assert text(registry.literal_type(python_type)) == golden


def test_a_list_is_a_collection(registry: Registry):
    literal = registry.to_literal([1], list[int])
    assert text(literal) == "collection { literals { scalar { primitive { integer: 1 } } } }"


@pytest.mark.parametrize(
    ("values", "python_type"),
    [
        ([0, -1, 2**63 - 1, -(2**63)], list[int]),
        ([0.0, -0.0, 1e300, float("inf")], list[float]),
        (["", "a", "\N{SNOWMAN}"], list[str]),
        ([False, True], list[bool]),
    ],
)
def test_plain_elements_are_written_in_place_as_their_codec_would(registry: Registry, values: list, python_type: Any):
    (element,) = typing.get_args(python_type)
    literal = registry.to_literal(values, python_type)
    assert list(literal.collection.literals) == [registry.to_literal(value, element) for value in values]
    assert repr(registry.to_python(literal, python_type)) == repr(values)


def test_an_element_in_another_form_is_still_read(registry: Registry):
    forms = [registry.to_literal(3.0, float), registry.to_literal(0, int)]
    literal = literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=forms))
    assert registry.to_python(literal, list[int]) == [3, 0]
    forms.append(registry.to_literal("x", str))
    literal = literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=forms))
    with pytest.raises(TypeMismatch, match=r"^\[2\]: expected int, got a literal that holds string_value"):
        registry.to_python(literal, list[int])


def test_an_empty_map_is_still_a_map(registry: Registry):
    assert registry.to_literal({}, dict[str, int]).WhichOneof("value") == "map"
    assert registry.to_literal([], list[int]).WhichOneof("value") == "collection"


def test_a_dict_without_types_is_message_pack(registry: Registry):
    literal = registry.to_literal({"a": [1, {"b": None}]}, dict)
    assert literal.scalar.binary.tag == "msgpack"
    assert literal.scalar.binary.value.hex() == "81a161920181a162c0"
    assert round_trip(registry, {1: "a"}, dict[int, str]) == {1: "a"}


def test_a_struct_of_a_console_is_read_with_whole_numbers(registry: Registry):
    struct = Struct()
    struct.update({"a": 1, "b": [2.5, {"c": 3}]})
    literal = literals_pb2.Literal(scalar=literals_pb2.Scalar(generic=struct))
    assert repr(registry.to_python(literal, dict)) == repr({"a": 1, "b": [2.5, {"c": 3}]})


@pytest.mark.parametrize(
    ("value", "python_type", "message"),
    [
        ([1, "a"], list[int], "[1]: expected int, got 'a' (str); convert it with int(...)"),
        ([1, 2**63], list[int], "[1]: expected int, got 9223372036854775808 (int); Flyte's integers have 64 bits"),
        ([1, True], list[int], "[1]: expected int, got True (bool)"),
        ([[1.5], [1]], list[list[float]], "[1][0]: expected float, got 1 (int)"),
        ({"a": {"b": 1}}, dict[str, dict[str, str]], "['a']['b']: expected str, got 1 (int)"),
        ((1, 2), list[int], "expected list[int], got (1, 2) (tuple); convert it with list(...)"),
        ({1: 1}, dict[str, int], "the keys of dict[str, int] are strings"),
        ({"x": {1}}, dict, "can not serialize 'set' object"),
        ("blue", Color, "expected Color, got 'blue' (str); its values are red, green"),
        (3, Color, "its values are red, green"),
        ("c", Literal["a", "b"], "its values are 'a', 'b'"),
    ],
)
def test_a_fault_is_found_where_it_is(registry: Registry, value: Any, python_type: Any, message: str):
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal(value, python_type)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("python_type", "message"),
    [
        (list, "a list needs the type of its elements"),
        (Level, "Flyte's enums have string values, and this one has 1"),
        (tuple[int, str], "a task that returns a tuple has one output for each element"),
        (Literal["a", 1], "all strings, all ints"),
    ],
)
def test_annotations_that_flyte_cannot_carry_are_refused(registry: Registry, python_type: Any, message: str):
    with pytest.raises(TypeMismatch, match=message):
        registry.literal_type(python_type)


def test_an_enum_takes_its_members_and_their_strings(registry: Registry):
    assert round_trip(registry, Color.RED, Color) is Color.RED
    assert round_trip(registry, "green", Color) is Color.GREEN
    with pytest.raises(TypeMismatch, match="its values are red, green"):
        registry.to_python(registry.to_literal("blue", str), Color)


def test_a_choice_is_a_simple_type_with_its_values(registry: Registry):
    assert text(registry.literal_type(Literal["a"])) == (
        'simple: STRING annotation { annotations { fields { key: "literal_values" value { list_value '
        '{ values { string_value: "a" } } } } } }'
    )
    assert round_trip(registry, 2, Literal[1, 2]) == 2


def test_a_hash_method_says_what_a_value_is_in_the_cache(registry: Registry):
    hashed = Annotated[str, HashMethod(lambda value: f"hash of {value}")]
    assert registry.to_literal("x", hashed).hash == "hash of x"
    assert registry.to_literal(["x"], list[hashed]).collection.literals[0].hash == "hash of x"
    assert registry.to_literal("x", Annotated[str, "a note"]).hash == ""
    assert round_trip(registry, "x", hashed) == "x"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(0, 9), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.slow
@given(st.dictionaries(st.text(), PLAIN, max_size=3))
def test_plain_data_comes_back_as_it_was(value: dict[str, Any]):
    assert repr(round_trip(default_registry(), value, dict)) == repr(value)


@given(st.dictionaries(st.text(), st.lists(st.none() | st.integers(-9, 9) | st.text(), max_size=3), max_size=3))
def test_nested_containers_come_back_as_they_were(value: dict[str, Any]):
    assert round_trip(default_registry(), value, dict[str, list[int | str | None]]) == value
