"""Iterators: read one by one, and JSON lines that are never whole in memory."""

import typing
from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyweight.errors import TypeMismatch
from flyweight.types import BlobData, Registry, default_registry
from flyweight.types.iterators import JSON
from tests.unit.types.wire import round_trip, text


def test_types(registry: Registry):
    assert text(registry.literal_type(Iterator[int])) == "collection_type { simple: INTEGER }"
    assert text(registry.literal_type(typing.Iterator[JSON])).startswith('blob { format: "jsonl" } metadata')
    with pytest.raises(TypeMismatch, match=r"as in Iterator\[int\]"):
        registry.literal_type(typing.Iterator)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_elements_come_back_in_order_and_can_be_counted(values: list[int]):
    back = round_trip(default_registry(), iter(values), Iterator[int])
    assert len(back) == len(values)
    assert list(back) == values
    assert list(back) == values  # iter() starts again


def test_an_element_that_does_not_fit_says_which(registry: Registry):
    with pytest.raises(TypeMismatch, match=r"^\[1\]: expected int, got 'a'"):
        registry.to_literal(iter([1, "a"]), Iterator[int])
    with pytest.raises(TypeMismatch, match=r"iter\(\.\.\.\)"):
        registry.to_literal([1], Iterator[int])


def test_an_element_is_converted_when_it_is_asked_for(registry: Registry):
    literal = registry.to_literal(iter([1, 2, 3]), Iterator[int])
    literal.collection.literals[2].scalar.primitive.string_value = "no number"
    back = registry.to_python(literal, Iterator[int])
    assert list(islice(back, 2)) == [1, 2]
    with pytest.raises(TypeMismatch, match="string_value"):
        next(back)


VALUES = [{"a": [1, None, {"b": "ü"}]}, [1], "x\ny", 1.5, True]


def test_json_lines(registry: Registry, data: BlobData):
    back = round_trip(registry, (one for one in VALUES), typing.Iterator[JSON])
    assert list(back) == VALUES
    assert list(back) == []
    assert list(round_trip(registry, iter([]), Iterator[JSON])) == []


def test_what_is_no_json_is_found_at_its_line(registry: Registry, data: BlobData):
    with pytest.raises(TypeMismatch, match=r"^\[1\]: \{1, 2\} \(set\) cannot be JSON"):
        registry.to_literal(iter([1, {1, 2}]), Iterator[JSON])
    literal = registry.to_literal(iter([1]), Iterator[JSON])
    data.put_bytes(b"\n1\nno json\n", literal.scalar.blob.uri)
    back = registry.to_python(literal, Iterator[JSON])
    assert next(back) == 1
    with pytest.raises(TypeMismatch, match="'no json"):
        next(back)
    assert registry.guess(registry.literal_type(Iterator[JSON])) == Iterator[JSON]


@pytest.mark.parametrize("python_type", [Iterator[JSON], Iterator[int]])
def test_what_a_generator_raises_comes_out_as_it_is(registry: Registry, data: BlobData, python_type: object):
    def values() -> Iterator[int]:
        yield 1
        raise LookupError("lost on the way")

    with pytest.raises(LookupError, match="lost on the way"):
        registry.to_literal(values(), python_type)
