"""A workflow takes values apart: a field, a place or a key of a result goes where a whole value would."""

from dataclasses import dataclass

import pytest

from flyweight import conditional, task, workflow
from flyweight.errors import CompileError, InvalidInput


@dataclass
class Split:
    name: str
    rows: list[int]


@dataclass
class Data:
    train: Split
    sizes: dict[str, int]


@task
def load() -> Data:
    return Data(train=Split("train", [3, 4]), sizes={"all": 7})


@task
def describe(split: Split, first: int, total: int) -> str:
    return f"{split.name}: {first} of {total}"


@task
def big() -> str:
    return "big"


@task
def small(rows: list[int]) -> str:
    return f"small: {len(rows)}"


@workflow
def parts() -> str:
    data = load()
    return describe(split=data.train, first=data.train.rows[0], total=data.sizes["all"])


@workflow
def choose(data: Data) -> str:
    return conditional("size").if_(data.sizes["all"] > 10).then(big()).else_().then(small(rows=data.train.rows))


def test_parts_go_where_values_go() -> None:
    assert parts() == "train: 3 of 7"


def test_a_condition_may_look_at_a_part() -> None:
    assert choose(data=Data(Split("a", [1]), {"all": 3})) == "small: 1"
    assert choose(data=Data(Split("a", []), {"all": 30})) == "big"


def test_a_part_that_is_not_there_is_told_when_the_workflow_is_drawn() -> None:
    @workflow
    def wrong() -> str:
        return describe(split=load().trian, first=1, total=1)

    with pytest.raises(CompileError, match=r"n0\.o0: Data: no field is named 'trian'; did you mean 'train'\?"):
        wrong()


def test_a_key_that_is_not_there_is_told_when_the_workflow_runs() -> None:
    @workflow
    def wrong() -> str:
        return describe(split=load().train, first=1, total=load().sizes["none"])

    with pytest.raises(InvalidInput, match=r"total: \.sizes\.none is not there: the value holds all"):
        wrong()
