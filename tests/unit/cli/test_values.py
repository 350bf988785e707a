"""What users type becomes values of their annotations, and a fault names the place."""

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from flyweight.cli.here import shown_value
from flyweight.cli.values import from_data, from_text, moment, span
from flyweight.errors import TypeMismatch
from flyweight.types.file import FlyteFile


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: float
    y: float = 0.0


@dataclass
class Shape:
    name: str
    points: list[Point] = field(default_factory=list)
    color: Color = Color.RED
    note: str | None = None


@pytest.mark.parametrize(
    ("value", "text"), [(Color.RED, "RED"), ("Ada", "Ada"), (0.5, "0.5"), (None, "none"), ([1], "[1]")]
)
def test_a_default_is_shown_as_one_would_type_it(value: Any, text: str) -> None:
    assert shown_value(value) == text


@pytest.mark.parametrize(
    ("text", "annotation", "value"),
    [
        ("7", int, 7),
        ("7", float, 7.0),
        ("7", str, "7"),
        ("true", bool, True),
        ("blue", Color, Color.BLUE),
        ("BLUE", Color, Color.BLUE),
        ("[1, 2.0]", list[int], [1, 2]),
        ('["1d"]', list[dt.timedelta], [dt.timedelta(days=1)]),
        ('{"a": 1.5}', dict[str, float], {"a": 1.5}),
        ('{"a": [1, "x"]}', dict, {"a": [1, "x"]}),
        ("3", int | None, 3),
        ("a", Literal["a", "b"], "a"),
        ('"a"', Literal["a", "b"], "a"),
        ("2", Literal[1, 2] | None, 2),
        ("none", int | None, None),
        ("seven", int | str, "seven"),
        ("7", Annotated[int, "text"], 7),
        ("1h 30m", dt.timedelta, dt.timedelta(minutes=90)),
        ("2026-01-02", dt.date, dt.date(2026, 1, 2)),
        ("2026-01-02T03:04:05+00:00", dt.datetime, dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        ('{"name": "l", "points": [{"x": 1}], "color": "blue"}', Shape, Shape("l", [Point(1.0)], Color.BLUE)),
    ],
)
def test_text_becomes_a_value(text: str, annotation: Any, value: Any) -> None:
    found = from_text(text, annotation)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "annotation", "says"),
    [
        ("seven", int, "expected int, got 'seven'"),
        ("green", Color, "one of red, blue"),
        ("c", Literal["a", "b"], r"expected Literal\['a', 'b'\], got 'c' \(str\); one of a, b"),
        ('{"points": []}', Shape, r"Shape lacks `name` \(str\): these fields have no default"),
        ("[1, ", list[int], "JSON"),
        ('[1, "x"]', list[int], r"\[1\]: expected int, got 'x'"),
        ('{"name": "l", "points": [{"x": "far"}]}', Shape, r"\.points\[0\]\.x"),
        ('{"name": "l", "points": [{"x": "1"}]}', Shape, r"\.points\[0\]\.x: expected float, got '1' \(str\)"),
        ('["3"]', list[int], r"\[0\]: expected int, got '3' \(str\)"),
        ("[2.5]", list[int], r"\[0\]: expected int, got 2\.5"),
        ('["yes"]', list[bool], r"\[0\]: expected bool, got 'yes'"),
        ('{"nam": "l"}', Shape, "no field 'nam'"),
        ("{}", Shape, "name"),
        ("nowhere.csv", FlyteFile, "no file or folder nowhere.csv"),
    ],
)
def test_a_fault_names_what_and_where(text: str, annotation: Any, says: str) -> None:
    with pytest.raises(TypeMismatch, match=says):
        from_text(text, annotation)


def test_json_may_stand_in_a_file(tmp_path: Path) -> None:
    place = tmp_path / "shape.yaml"
    place.write_text("name: l\npoints:\n  - {x: 1, y: 2}\n")
    assert from_text(str(place), Shape) == Shape("l", [Point(1.0, 2.0)])


def test_a_file_stays_a_path_until_it_is_needed(tmp_path: Path) -> None:
    place = tmp_path / "data.csv"
    place.write_text("a\n1\n")
    assert Path(from_text(str(place), FlyteFile)).read_text() == "a\n1\n"


def test_a_true_is_no_number() -> None:
    with pytest.raises(TypeMismatch):
        from_data(True, int)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1.5h", 5400), ("2 days", 172800), ("P1DT2H", 93600), ("1d 2h", 93600), ("1w", 604800)],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert span(text).total_seconds() == seconds


def test_times_may_be_relative() -> None:
    assert moment("2026-01-02 - 1d") == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert moment("now - P1D") < moment("now") < moment("now + 1h")
    with pytest.raises(ValueError, match="Invalid isoformat"):
        moment("yesterday")
