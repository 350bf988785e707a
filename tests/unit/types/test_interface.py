"""The values of a call as a whole: interfaces, and every fault of a call in one error."""

from dataclasses import dataclass

import pytest

from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.types import to_literal_map, to_python_values, typed_interface
from tests.unit.types.wire import text


@dataclass
class Person:
    name: str
    age: int


def test_an_interface_describes_by_docstring_or_name():
    interface = typed_interface({"x": int}, {"o0": str}, {"x": "how many"})
    assert text(interface) == (
        'inputs { variables { key: "x" value { type { simple: INTEGER } description: "how many" } } } '
        'outputs { variables { key: "o0" value { type { simple: STRING } description: "o0" } } }'
    )
    empty = typed_interface({}, {})
    assert empty.HasField("inputs")
    assert empty.HasField("outputs")


def test_annotations_that_cannot_be_used_are_named_all_at_once():
    with pytest.raises(TypeMismatch) as caught:
        typed_interface({"a": list, "b": int, "c": tuple[int, int]}, {})
    assert "2 values do not fit" in str(caught.value)
    assert "a: a list needs the type of its elements" in str(caught.value)
    assert "c: tuple[int, int] cannot be one input or output" in str(caught.value)


def test_values_there_and_back_in_the_order_of_the_types():
    types = {"b": int, "a": list[Person]}
    literals = to_literal_map({"a": [Person("Ada", 36)], "b": 1}, types)
    back = to_python_values(literals, types)
    assert back == {"b": 1, "a": [Person("Ada", 36)]}
    assert list(back) == ["b", "a"]


def test_one_fault_carries_its_whole_path():
    people = [Person("Ada", 36), Person("Bob", 40), Person("Eve", 50), Person(None, 3)]
    with pytest.raises(TypeMismatch) as caught:
        to_literal_map({"xs": people}, {"xs": list[Person]})
    assert caught.value.path == "xs[3].name"
    assert str(caught.value) == "xs[3].name: expected str, got None; if None is meant, annotate it as `str | None`"


def test_all_faults_are_told_at_once():
    with pytest.raises(TypeMismatch) as caught:
        to_literal_map({"n": "3", "xs": [1, "a"], "ok": 1}, {"n": int, "xs": list[int], "ok": int})
    assert str(caught.value).splitlines() == [
        "2 values do not fit:",
        "  - n: expected int, got '3' (str); convert it with int(...)",
        "  - xs[1]: expected int, got 'a' (str); convert it with int(...)",
    ]


def test_names_that_are_wrong_say_which_exist():
    with pytest.raises(InvalidInput) as caught:
        to_literal_map({"epoch": 3}, {"epochs": int, "rate": float})
    assert "no input is named 'epoch'; did you mean 'epochs'? (there are: epochs, rate)" in str(caught.value)
    assert "'epochs' is missing: it needs a value of type int" in str(caught.value)
    assert "'rate' is missing: it needs a value of type float" in str(caught.value)
    with pytest.raises(InvalidInput, match="there are none"):
        to_literal_map({"x": 3}, {})


def test_a_long_value_is_shown_short():
    with pytest.raises(TypeMismatch) as caught:
        to_literal_map({"n": "x" * 10_000}, {"n": int})
    assert len(str(caught.value)) < 200
