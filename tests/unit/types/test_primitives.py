"""Numbers, strings, booleans, times and None on the wire."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from flyteidl.core.literals_pb2 import Literal, Primitive, Scalar
from hypothesis import given
from hypothesis import strategies as st

from flyweight.errors import TypeMismatch
from flyweight.types import Registry, default_registry
from tests.unit.types.wire import round_trip, text


@pytest.mark.parametrize(
    ("python_type", "golden"),
    [
        (int, "simple: INTEGER"),
        (float, "simple: FLOAT"),
        (str, "simple: STRING"),
        (bool, "simple: BOOLEAN"),
        (datetime, "simple: DATETIME"),
        (date, "simple: DATETIME"),
        (timedelta, "simple: DURATION"),
    ],
)
def test_types(registry: Registry, python_type: type, golden: str):
    assert text(registry.literal_type(python_type)) == golden


def test_none_is_a_type_of_its_own(registry: Registry):
    # NONE is the enum's zero, so that the text is empty but the field is set
    assert registry.literal_type(type(None)).WhichOneof("type") == "simple"
    assert text(registry.to_literal(None, None)) == "scalar { none_type { } }"
    assert round_trip(registry, None, type(None)) is None


@pytest.mark.parametrize(
    ("value", "golden"),
    [
        (3, "integer: 3"),
        (-(2**63), "integer: -9223372036854775808"),
        (1.5, "float_value: 1.5"),
        ("ü", 'string_value: "ü"'),
        (True, "boolean: true"),
        (datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=UTC), "datetime { seconds: 1577934245 nanos: 678000 }"),
        (datetime(2020, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "datetime { seconds: 1577926800 }"),
        (date(2020, 1, 2), "datetime { seconds: 1577923200 }"),
        (timedelta(days=-1, microseconds=5), "duration { seconds: -86399 nanos: -999995000 }"),
    ],
)
def test_values(registry: Registry, value: object, golden: str):
    literal = registry.to_literal(value, type(value))
    assert text(literal) == f"scalar {{ primitive {{ {golden} }} }}"
    assert registry.to_python(literal, type(value)) == value


def test_a_time_without_a_zone_is_utc(registry: Registry):
    assert round_trip(registry, datetime(2020, 1, 2), datetime) == datetime(2020, 1, 2, tzinfo=UTC)  # noqa: DTZ001 - the case


@pytest.mark.parametrize(
    ("value", "python_type", "words"),
    [
        (True, int, "expected int, got True (bool); convert it with int(...)"),
        (3.0, int, "expected int, got 3.0 (float); convert it with int(...)"),
        (3, float, "expected float, got 3 (int); write it with a decimal point or convert it with float(...)"),
        (True, float, "expected float, got True (bool)"),
        (3, str, "expected str, got 3 (int); convert it with str(...)"),
        (None, str, "expected str, got None"),
        (1, bool, "expected bool, got 1 (int); convert it with bool(...)"),
        (datetime(2020, 1, 1, tzinfo=UTC), date, "take its .date()"),
        ("2020", datetime, "datetime.fromisoformat"),
        (2**63, int, "64 bits"),
    ],
)
def test_what_does_not_fit_is_refused_with_advice(registry: Registry, value: object, python_type: type, words: str):
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal(value, python_type)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "python_type", "plain"),
    [
        (np.float64(1.5), float, 1.5),
        (np.float32(0.5), float, 0.5),
        (np.int64(3), int, 3),
        (np.bool_(1), bool, True),
        (np.str_("a"), str, "a"),
        (np.array(2.5), float, 2.5),
        (np.int64(3), int | None, 3),
    ],
)
def test_a_numpy_scalar_is_the_number_it_holds(registry: Registry, value: object, python_type: type, plain: object):
    back = round_trip(registry, value, python_type)
    assert back == plain
    assert type(back) is type(plain)


def test_other_numpy_values_are_refused(registry: Registry):
    with pytest.raises(TypeMismatch, match=r"expected float, got array\(\[1\.5\]\)"):
        registry.to_literal(np.array([1.5]), float)
    with pytest.raises(TypeMismatch, match=r"expected float, got np\.int64\(3\) \(int64\); write it with"):
        registry.to_literal(np.int64(3), float)


def test_numbers_of_consoles_are_read_as_what_is_meant(registry: Registry):
    whole = Literal(scalar=Scalar(primitive=Primitive(float_value=3)))
    assert registry.to_python(whole, int) == 3
    assert type(registry.to_python(whole, int)) is int
    assert registry.to_python(Literal(scalar=Scalar(primitive=Primitive(integer=3))), float) == 3.0
    with pytest.raises(TypeMismatch, match=r"expected int, got 3\.5"):
        registry.to_python(Literal(scalar=Scalar(primitive=Primitive(float_value=3.5))), int)


def test_a_literal_of_another_family_is_refused(registry: Registry):
    with pytest.raises(TypeMismatch, match="expected int, got a literal that holds string_value"):
        registry.to_python(registry.to_literal("3", str), int)
    with pytest.raises(TypeMismatch, match="expected str, got a literal that holds collection"):
        registry.to_python(registry.to_literal([], list[str]), str)


@given(
    st.one_of(
        st.integers(min_value=-(2**63), max_value=2**63 - 1),
        st.floats(allow_nan=False),
        st.text(),
        st.booleans(),
        st.datetimes(timezones=st.just(UTC)),
        st.dates(),
        st.timedeltas(min_value=timedelta(days=-10_000), max_value=timedelta(days=10_000)),
    )
)
def test_every_value_comes_back_equal_and_of_its_type(value: object):
    back = round_trip(default_registry(), value, type(value))
    assert back == value
    assert type(back) is type(value)
