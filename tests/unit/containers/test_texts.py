"""Values as the text of files, and what programs write read back by the output's type."""

import datetime as dt

import pytest
from flyteidl.core import literals_pb2, types_pb2

from flyweight import literals
from flyweight.containers.texts import read, text_of
from flyweight.errors import TypeMismatch

LiteralType = types_pb2.LiteralType
Simple = types_pb2.SimpleType
INTEGER = LiteralType(simple=Simple.INTEGER)
TEXT = LiteralType(simple=Simple.STRING)
NONE = LiteralType(simple=Simple.NONE)
LENGTH = LiteralType(simple=Simple.DURATION)
MOMENT = LiteralType(simple=Simple.DATETIME)
TRUTH = LiteralType(simple=Simple.BOOLEAN)
COLOUR = LiteralType(enum_type=types_pb2.EnumType(values=["red", "blue"]))
MAYBE = LiteralType(union_type=types_pb2.UnionType(variants=[TEXT, INTEGER, NONE]))


def listed(kind: LiteralType) -> LiteralType:
    return LiteralType(collection_type=kind)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-3, "-3"),
        (0.1, "0.1"),
        (True, "true"),
        ("a\n b ", "a\n b "),
        (dt.datetime(2024, 2, 29, 13, tzinfo=dt.UTC), "2024-02-29T13:00:00Z"),
        (dt.timedelta(hours=1, seconds=2, milliseconds=500), "1h0m2.5s"),
        (dt.timedelta(seconds=-90), "-1m30s"),
        (dt.timedelta(), "0s"),
    ],
)
def test_a_value_is_written_and_read_back(value: literals.PrimitiveValue, text: str) -> None:
    primitive = literals.primitive(value).scalar.primitive
    assert text_of(primitive) == text
    kinds = {int: INTEGER, float: LiteralType(simple=Simple.FLOAT), bool: TRUTH, str: TEXT, dt.datetime: MOMENT}
    assert read(text, kinds.get(type(value), LENGTH)) == literals.primitive(value)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (" 5\n", INTEGER, 5),
        ("T", TRUTH, True),
        ("False\n", TRUTH, False),
        ("2024-02-29 13:00:00", MOMENT, dt.datetime(2024, 2, 29, 13, tzinfo=dt.UTC)),
        ("1 day, 2:00:03.500000", LENGTH, dt.timedelta(days=1, hours=2, seconds=3.5)),
        ("1.5h", LENGTH, dt.timedelta(minutes=90)),
        ("blue\n", COLOUR, "blue"),
    ],
)
def test_what_programs_print_is_read(text: str, kind: LiteralType, value: literals.PrimitiveValue) -> None:
    assert read(text, kind) == literals.primitive(value)


def test_several_values_are_json() -> None:
    assert read("[1, 2]", listed(INTEGER)) == literals.collection([literals.primitive(1), literals.primitive(2)])
    assert read('{"a": [true]}', LiteralType(map_value_type=listed(TRUTH))) == literals.mapping(
        {"a": literals.collection([literals.primitive(True)])}
    )
    record = read('{"a": {"b": 1}}', LiteralType(simple=Simple.STRUCT))
    assert record.scalar.generic["a"]["b"] == 1


def test_an_optional_value_is_the_first_variant_that_it_is_one_of_and_text_last() -> None:
    assert read("5", MAYBE) == literals.union(literals.primitive(5), INTEGER)
    assert read("five", MAYBE) == literals.union(literals.primitive("five"), TEXT)
    assert literals.is_none(read("null\n", LiteralType(union_type=types_pb2.UnionType(variants=[INTEGER, NONE]))))


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("five", INTEGER, "'five' is not integer"),
        ("99999999999999999999", INTEGER, "64 bits"),
        ("maybe", TRUTH, "'maybe' is not boolean"),
        ("tomorrow", MOMENT, "is not datetime"),
        ("5", LENGTH, "'5' is not duration"),
        ("green", COLOUR, "none of red, blue"),
        ("[1", listed(INTEGER), "written as JSON"),
        ("[1]", listed(TEXT), "'1' is not string"),
        ('{"a": 1}', listed(INTEGER), "is not list of integer"),
        ("x" * 100, INTEGER, r"xxx\.\.\.' is not"),
        ("x", LiteralType(simple=Simple.BINARY), "cannot write"),
    ],
)
def test_garbage_is_told(text: str, kind: LiteralType, says: str) -> None:
    with pytest.raises(TypeMismatch, match=says):
        read(text, kind)


def test_nothing_is_the_text_of_a_primitive_without_a_value() -> None:
    assert text_of(literals_pb2.Primitive()) == ""
