"""What is typed into a gate's form, as the literal that the gate expects."""

import datetime as dt

import pytest
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.console.answers import hint, literal
from flyweight.errors import InvalidInput
from flyweight.semantics.literal_types import mismatch
from flyweight.types.registry import default_registry


def made(text: str, python_type: object) -> literals_pb2.Literal:
    expected = default_registry().literal_type(python_type)
    found = literal(text, expected)
    assert not mismatch(found, expected)
    return found


@pytest.mark.parametrize(
    ("text", "python_type", "value"),
    [
        ("7", int, 7),
        ("7", float, 7.0),
        (" True", bool, True),
        ("7", str, "7"),
        ("", str, ""),
        ("2026-01-31T12:00:00Z", dt.datetime, dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)),
        ("1.5", dt.timedelta, dt.timedelta(seconds=1.5)),
        ("[1, 2.5]", list[float], [1.0, 2.5]),
        ('{"a": [1]}', dict[str, list[int]], {"a": [1]}),
        ("null", int | None, None),
        ("free text", int | str, "free text"),
        ('{"a": 1}', dict, {"a": 1}),
    ],
)
def test_text_is_read_as_the_expected_type(text: str, python_type: object, value: object) -> None:
    assert default_registry().to_python(made(text, python_type), python_type) == value


@pytest.mark.parametrize(
    ("text", "python_type"),
    [
        ("much", float),
        ("1.5", int),
        ("true", int),
        ("maybe", bool),
        ("soon", dt.datetime),
        ("1e400", dt.timedelta),
        ("[1", list[int]),
        ('["a"]', list[int]),
        (f"{2**70}", int),
        ("x", int | None),
    ],
)
def test_what_does_not_fit_is_refused_with_the_type(text: str, python_type: object) -> None:
    with pytest.raises(InvalidInput, match=f"^'{text[:5]}.*is no ".replace("[", r"\[")):
        made(text, python_type)


def test_files_are_given_by_address_and_enums_by_value() -> None:
    blob = types_pb2.LiteralType(blob=types_pb2.BlobType(format="csv"))
    assert literal("s3://data/a.csv", blob).scalar.blob.uri == "s3://data/a.csv"
    assert "address" in hint(blob)
    with pytest.raises(InvalidInput):
        literal("a.csv", blob)
    colours = types_pb2.LiteralType(enum_type=types_pb2.EnumType(values=["red", "blue"]))
    assert literals.primitive_value(literal("blue", colours)) == "blue"
    with pytest.raises(InvalidInput, match="one of 'red', 'blue'"):
        literal("green", colours)
