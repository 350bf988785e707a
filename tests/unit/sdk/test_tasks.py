"""What @task accepts, refuses, and says."""

import asyncio
from datetime import timedelta

import pytest

from flyweight import Cache, Resources, current_context, task
from flyweight.errors import InvalidInput, TypeMismatch
from flyweight.sdk.interface import interface_of


@task
def half(x: int, by: int = 2) -> float:
    return x / by


@task
async def later(x: int) -> int:
    return x + 1


@task
def two(x: int) -> tuple[int, str]:
    return x, str(x)


def test_called_like_a_function_it_runs() -> None:
    assert half(3) == 1.5
    assert half(x=9, by=3) == 3.0
    assert two(x=4) == (4, "4")


def test_a_call_of_a_coroutine_function_is_a_coroutine() -> None:
    assert asyncio.run(later(x=1)) == 2


async def test_coroutines_of_tasks_run_side_by_side_on_a_loop_that_runs() -> None:
    assert await asyncio.gather(later(x=1), later(x=2)) == [2, 3]


def test_the_decorated_function_keeps_its_name_and_text() -> None:
    assert half.__name__ == "half"
    assert half.name.endswith("test_tasks.half")


@pytest.mark.parametrize(
    ("arguments", "named", "says"),
    [
        ((), {}, "needs input `x` (int)"),
        ((), {"y": 1}, "no input is named 'y'; did you mean 'by'? (there are: x, by)"),
        ((1, 2, 3), {}, "takes 2 inputs, 3 were given"),
        ((1,), {"x": 1}, "given input `x` twice"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments: tuple, named: dict, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        half(*arguments, **named)
    assert says in str(caught.value)


def test_a_value_of_the_wrong_type_names_task_and_input() -> None:
    with pytest.raises(TypeMismatch) as caught:
        half(x="three")
    assert "test_tasks.half" in str(caught.value)
    assert "x: expected int" in str(caught.value)


def test_a_result_of_the_wrong_type_names_task_and_output() -> None:
    @task
    def lies(x: int) -> int:
        return str(x)

    with pytest.raises(TypeMismatch, match=r"lies, outputs: o0: expected int"):
        lies(x=1)


def test_returning_another_number_of_values_than_declared_is_said() -> None:
    @task
    def lies(x: int) -> tuple[int, int]:
        return x, x, x

    with pytest.raises(InvalidInput, match=r"declares 2 outputs \(o0, o1\) but returned 3 values"):
        lies(x=1)


def test_an_input_without_a_type_is_refused() -> None:
    def untyped(x) -> int:
        return x

    with pytest.raises(InvalidInput, match="input `x` has no type"):
        task(untyped)


def test_an_unknown_option_suggests_the_nearest() -> None:
    with pytest.raises(InvalidInput, match=r"no option `retrys`\. Did you mean `retries`\?"):
        task(retrys=3)(half.task_function)


@pytest.mark.parametrize(
    "options",
    [
        {"retries": -1},
        {"timeout": "soon"},
        {"enable_deck": True, "disable_deck": False},
        {"cache": Cache(version="1"), "cache_version": "2"},
        {"cache_serialize": True},
        {"resources": Resources(cpu="1"), "limits": Resources(cpu="2")},
        {"deck_fields": ["Nonsense"]},
        {"timeout": -1},
        {"retries": "3"},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict) -> None:
    with pytest.raises(InvalidInput):
        task(**options)(half.task_function)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("requests", {"cpu": "1"}),
        ("resources", "1"),
        ("environment", ["A=1"]),
        ("environment", {"A": 1}),
        ("labels", {1: "a"}),
        ("cache", "yes"),
        ("cache_ignore_input_vars", "x"),
        ("interruptible", "no"),
        ("container_image", 3),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_where_it_is_given(option: str, value: object) -> None:
    with pytest.raises(InvalidInput, match=f"@task: `{option}` takes"):
        task(**{option: value})(half.task_function)


def test_seconds_and_timedelta_mean_the_same() -> None:
    whole, delta = (task(timeout=value)(half.task_function) for value in (90, timedelta(seconds=90)))
    assert whole.options.timeout == delta.options.timeout


def test_a_cache_without_version_takes_it_from_the_source() -> None:
    first, same = (task(cache=True)(half.task_function) for _ in range(2))
    other = task(cache=True)(two.task_function)
    assert first.options.cache_version == same.options.cache_version != other.options.cache_version


def test_the_context_outside_of_a_task_is_harmless() -> None:
    assert current_context().execution_id.name == "local"


def test_types_in_parentheses_are_several_outputs() -> None:
    def both(x: int) -> (int, str): ...

    assert interface_of(both).outputs == {"o0": int, "o1": str}
