"""The way into a value that is not there yet: which types have which parts, and what is said of those that are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

import pytest

from flyweight.errors import TypeMismatch
from flyweight.types.paths import type_of_step

T = TypeVar("T")


@dataclass
class Inner:
    count: int
    names: list[str] = field(default_factory=list)


@dataclass
class Box(Generic[T]):
    item: T


@pytest.mark.parametrize(
    ("python_type", "step", "inside"),
    [
        (Inner, "count", int),
        (Inner, "names", list[str]),
        (Inner | None, "count", int),
        (None | Annotated[Inner, "x"], "count", int),
        (Annotated[Inner, "x"], "count", int),
        (Box[int], "item", int),
        (Box[Box[str]], "item", Box[str]),
        (list[Inner], 0, Inner),
        (list[Inner], -1, Inner),
        (Sequence[int], 3, int),
        (dict[str, Inner], "key", Inner),
        (dict[int, str], 1, str),
        (Mapping[str, int], "key", int),
        (dict, "key", Any),
        (dict[str, Any], "key", Any),
        (list, 0, Any),
        (Inner | str, "anything", Any),
        (Any, "anything", Any),
        (object, 0, Any),
    ],
)
def test_parts(python_type: Any, step: str | int, inside: Any):
    assert type_of_step(python_type, step) == inside


@pytest.mark.parametrize(
    ("python_type", "step", "words"),
    [
        (Inner, "cuont", "Inner: no field is named 'cuont'; did you mean 'count'"),
        (Inner, 0, "Inner has fields and no places; they are: count, names"),
        (list[int], "first", r"list\[int\] has places, as in \[0\], and no `first`"),
        (int, "real", "int has no part 'real' to reach into"),
        (str | None, 0, "str has no part 0 to reach into"),
    ],
)
def test_what_is_not_there_is_told(python_type: Any, step: str | int, words: str):
    with pytest.raises(TypeMismatch, match=words):
        type_of_step(python_type, step)


def test_models():
    pydantic = pytest.importorskip("pydantic", reason="pydantic is not installed")

    class Model(pydantic.BaseModel):
        inner: list[Inner]

        @pydantic.computed_field
        @property
        def total(self) -> int:
            return 1

    assert type_of_step(Model, "inner") == list[Inner]
    assert type_of_step(Model, "total") is Any
    with pytest.raises(TypeMismatch, match="no field is named 'iner'"):
        type_of_step(Model, "iner")
