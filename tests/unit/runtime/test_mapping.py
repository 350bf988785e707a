"""A mapped task run here calls the task for each element; as a worker's attempt it takes the element it is told."""

import functools
import importlib
import sys
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, literals_pb2

from flyweight import LaunchPlan, map_task, task, workflow
from flyweight.compile.map_tasks import MAPPED_RESOLVER
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_entity
from flyweight.errors import InvalidInput, RecoverableError, Unsupported
from flyweight.protocol import worker_pb2
from flyweight.runtime.assignment import Assignment
from flyweight.runtime.attempt import run_attempt
from flyweight.types.interface import to_literal_map

tries: list[int] = []


@task
def power(base: int, exponent: int) -> int:
    return base**exponent


@task
def half(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@task(retries=1)
def flaky(x: int) -> int:
    tries.append(x)
    if tries.count(x) == 1:
        raise RecoverableError("not yet")
    return x


@task
def note(x: int) -> None:
    tries.append(x)


@task
def pair(x: int) -> tuple[int, int]:
    return x, x


@task
def upto(n: int) -> list[int]:
    return list(range(n))


def test_each_element_is_called() -> None:
    assert map_task(power)(base=[1, 2, 3], exponent=[2, 2, 3]) == [1, 4, 27]
    assert map_task(functools.partial(power, exponent=2))(base=[1, 2, 3]) == [1, 4, 9]
    assert map_task(power)(base=[], exponent=[]) == []
    assert map_task(note)(x=[1]) is None


def test_in_a_workflow_it_is_one_node() -> None:
    @workflow
    def wf(n: int, exponent: int) -> list[int]:
        return map_task(functools.partial(power, exponent=exponent), concurrency=2)(base=upto(n=n))

    assert len(wf.graph.nodes) == 2
    assert wf(n=4, exponent=3) == [0, 1, 8, 27]


def test_elements_that_may_fail_give_none() -> None:
    @workflow
    def wf(xs: list[int]) -> list[int | None]:
        return map_task(half, min_success_ratio=0.5)(x=xs)

    assert wf(xs=[2, 3, 4]) == [1, None, 2]
    with pytest.raises(ValueError, match="5 is odd") as caught:
        wf(xs=[2, 3, 5])
    assert "element 2 of 3" in caught.value.__notes__[0]


def test_too_few_successes_fail_at_once() -> None:
    tries.clear()
    with pytest.raises(ValueError, match="3 is odd"):
        map_task(half)(x=[2, 3, 5])


def test_all_elements_run_where_that_is_wanted(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="3 is odd"):
        map_task(half, run_all_sub_nodes=True)(x=[2, 3, 5])
    assert "Element 2 of" in caplog.text


def test_each_element_has_its_own_retries() -> None:
    tries.clear()
    assert map_task(flaky)(x=[1, 2]) == [1, 2]
    assert tries == [1, 1, 2, 2]


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidInput, match="`base` has 2, `exponent` has 1 elements"):
        map_task(power)(base=[1, 2], exponent=[1])


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: map_task(pair), InvalidInput, "2 outputs"),
        (lambda: map_task(functools.partial(half, x=1)), InvalidInput, "no input left"),
        (lambda: map_task(functools.partial(half, 1)), InvalidInput, "Name the inputs"),
        (lambda: map_task(functools.partial(half, y=1)), InvalidInput, "no input `y`"),
        (lambda: map_task(half, min_success_ratio=2), InvalidInput, "from 0 to 1"),
        (lambda: map_task(half, concurrency=-1), InvalidInput, "0 or more"),
        (lambda: map_task(len), Unsupported, "takes a task"),
    ],
)
def test_what_cannot_be_mapped_is_said(make, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        make()


@workflow
def twice(xs: list[int]) -> tuple[list[int], list[int]]:
    return map_task(half)(x=xs), map_task(half)(x=[2, 4])


def test_the_same_mapping_is_registered_once() -> None:
    specs = compile_entity(twice, SerializationSettings(version="v"))
    assert [spec.template.id.name for spec in specs[:-1]] == [map_task(half).name, twice.name]


MODULE = """
import functools
from flyweight import map_task, task

@task
def power(base: int, exponent: int) -> int:
    return base**exponent

squares = map_task(functools.partial(power, exponent=2))
"""


def attempt(index: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, element: bool = False) -> worker_pb2.Result:
    """Run an element as a container or a worker would, by the arguments of the compiled container."""
    (folder / "mapped_probe.py").write_text(MODULE)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "mapped_probe", raising=False)
    squares = importlib.import_module("mapped_probe").squares
    spec = compile_entity(squares, SerializationSettings(version="v"))[0]
    words = list(spec.template.container.args)
    start = words.index("--resolver")
    assert words[start + 1] == MAPPED_RESOLVER
    lists = to_literal_map({"base": [1, 2, 3], "exponent": 2}, squares.interface.inputs)
    own = to_literal_map({"base": 3, "exponent": 2}, squares.target.interface.inputs)
    inputs = own if element else lists
    monkeypatch.setenv("BATCH_JOB_ARRAY_INDEX_VAR_NAME", "FLYTE_K8S_ARRAY_INDEX")
    monkeypatch.setenv("FLYTE_K8S_ARRAY_INDEX", index)
    message = worker_pb2.Start(
        item=2 if element else None,
        resolver=words[start + 1],
        loader_args=words[start + 3 :],
        inputs=inputs.SerializeToString(),
        inline_limit=1 << 20,
    )
    return run_attempt(Assignment(message), lambda _message: None)


@pytest.mark.parametrize("element", [False, True])
def test_an_attempt_runs_the_element_it_is_told(element: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = literals_pb2.LiteralMap.FromString(attempt("2", tmp_path, monkeypatch, element=element).outputs)
    assert outputs.literals["o0"].scalar.primitive.integer == 9


@pytest.mark.parametrize(("index", "says"), [("7", "there is no element 7"), ("", "which element")])
def test_an_attempt_without_an_element_fails(
    index: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = errors_pb2.ContainerError.FromString(attempt(index, tmp_path, monkeypatch).error)
    assert says in error.message


@task
def scaled_for_plans(x: int, by: int) -> int:
    return x * by


@workflow
def planned(x: int, by: int = 2) -> int:
    return scaled_for_plans(x=x, by=by)


tens = LaunchPlan.get_or_create(planned, "mapping-tens", fixed_inputs={"by": 10})


@workflow
def all_tens(xs: list[int]) -> list[int]:
    return map_task(tens)(x=map_task(tens)(x=xs))


def test_a_launch_plan_is_run_for_each_element_with_its_fixed_inputs() -> None:
    assert all_tens(xs=[1, 2]) == [100, 200]
