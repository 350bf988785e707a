"""Unions and Optional: the variant that fits, its tag, and what fits more than one."""

# ruff: noqa: UP007, UP045 - the older spellings of unions are cases too

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Optional, Union

import pytest
from flyteidl.core.literals_pb2 import Literal, Primitive, Scalar

from flyweight.errors import TypeMismatch
from flyweight.types import HashMethod, Registry
from tests.unit.types.wire import round_trip, text


class Color(Enum):
    RED = "red"


class Paint(Enum):
    RED = "red"


@dataclass
class Point:
    x: int


@pytest.mark.parametrize("python_type", [Optional[int], Union[int, None], int | None])
def test_every_spelling_is_one_type(registry: Registry, python_type: Any):
    assert text(registry.literal_type(python_type)) == (
        'union_type { variants { simple: INTEGER structure { tag: "int" } } '
        'variants { simple: NONE structure { tag: "none" } } }'
    )


def test_the_order_of_variants_is_the_annotations(registry: Registry):
    # the two annotations are equal to Python, and must not share what is remembered of them
    assert [one.structure.tag for one in registry.literal_type(int | str).union_type.variants] == ["int", "str"]
    assert [one.structure.tag for one in registry.literal_type(str | int).union_type.variants] == ["str", "int"]
    assert [
        one.structure.tag for one in registry.literal_type(list[str | int]).collection_type.union_type.variants
    ] == ["str", "int"]


def test_a_value_carries_its_variants_type(registry: Registry):
    assert text(registry.to_literal(3, Union[int, str])) == (
        "scalar { union { value { scalar { primitive { integer: 3 } } } "
        'type { simple: INTEGER structure { tag: "int" } } } }'
    )


def test_a_dataclass_variants_tag_takes_the_place_of_its_fields(registry: Registry):
    variant = registry.literal_type(Point | None).union_type.variants[0]
    assert variant.structure.tag == "Object-Dataclass-Transformer"
    assert not variant.structure.dataclass_type
    assert variant.metadata["title"] == "Point"


@pytest.mark.parametrize(
    ("value", "python_type"),
    [
        (None, Optional[int]),
        (3, Union[float, int]),
        (3.0, Union[int, float]),
        (True, Union[int, bool]),
        ("red", Union[str, Color]),
        (Color.RED, Union[str, Color]),
        ([1], Union[list[int], list[str]]),
        (["a"], Union[list[int], list[str]]),
        ({"a": 1}, Union[dict[str, str], dict[str, int]]),
        ([None, 1], list[int | None]),
        (Point(1), Union[Point, int]),
        (None, Optional[Any]),
        ("x", Annotated[str, "a note"] | Color),
    ],
)
def test_values_come_back_through_their_variant(registry: Registry, value: Any, python_type: Any):
    back = round_trip(registry, value, python_type)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    ("value", "python_type", "message"),
    [
        ([], Union[list[int], list[str]], "it fits list[int] and list[str] alike"),
        ("red", Union[Color, Paint], "it fits Color and Paint alike"),
        (3, Union[float, str], "expected Union[float, str], got 3 (int)"),
        (True, Union[int, str], "got True (bool)"),
        ("x", Optional[int], "expected int, got 'x' (str); convert it with int(...)"),
        ([1, "a"], Optional[list[int]], "[1]: expected int, got 'a' (str)"),
    ],
)
def test_what_fits_none_or_several_is_refused(registry: Registry, value: Any, python_type: Any, message: str):
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal(value, python_type)
    assert message in str(caught.value)


def test_a_plain_literal_is_read_by_the_first_variant_that_can(registry: Registry):
    plain = Literal(scalar=Scalar(primitive=Primitive(string_value="x")))
    assert registry.to_python(plain, Optional[str]) == "x"
    assert registry.to_python(plain, Union[int, str]) == "x"
    with pytest.raises(TypeMismatch, match="expected Union\\[int, float\\], got a literal that holds string_value"):
        registry.to_python(plain, Union[int, float])


def test_a_hash_method_inside_a_union_counts(registry: Registry):
    hashed = Annotated[str, HashMethod(lambda value: f"hash of {value}")]
    assert registry.to_literal("x", Union[hashed, int]).scalar.union.value.hash == "hash of x"
