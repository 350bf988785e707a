"""A cached task runs once for equal inputs; its outputs are taken from the earlier run, in later processes too."""

import logging
from typing import Annotated

import pytest

from flyweight import Cache, HashMethod, VersionParameters, dynamic, map_task, task, workflow
from flyweight.errors import InvalidInput

RUNS = []


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    """Each test has a cache of its own, as in another home folder."""
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", "true")
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path))
    RUNS.clear()


@task(cache=True, cache_version="1")
def square(x: int) -> int:
    RUNS.append(x)
    return x * x


def test_equal_inputs_run_once():
    assert (square(x=3), square(x=3), square(x=4)) == (9, 9, 16)
    assert RUNS == [3, 4]


def test_also_in_workflows_maps_and_dynamic_tasks():
    @workflow
    def wf(x: int) -> tuple[int, list[int], int]:
        return square(x=x), map_task(square)(x=[1, 2, 3]), grow(n=3)

    assert wf(x=2) == (4, [1, 4, 9], 14)
    assert sorted(RUNS) == [1, 2, 3]


@dynamic
def grow(n: int) -> int:
    squares = [square(x=x) for x in range(1, n + 1)]
    return total(xs=squares)


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task(cache=Cache(version="1", ignored_inputs="verbose"))
def train(epochs: int, verbose: bool) -> int:
    RUNS.append(epochs)
    return epochs


def test_some_inputs_do_not_count():
    assert train(epochs=1, verbose=True) == train(epochs=1, verbose=False)
    assert RUNS == [1]


@task(cache=True, cache_version="1")
def length(text: Annotated[str, HashMethod(lambda value: value.lower())]) -> int:
    RUNS.append(text)
    return len(text)


@task
def shout(text: str) -> Annotated[str, HashMethod(lambda value: value.lower())]:
    return text


def test_a_value_counts_by_the_hash_it_brings():
    @workflow
    def wf(text: str) -> int:
        return length(text=shout(text=text))

    assert wf(text="Hello") == wf(text="HELLO")
    assert RUNS == ["Hello"]


def test_a_call_may_have_a_cache_setting_of_its_own():
    @workflow
    def wf(x: int) -> tuple[int, int]:
        first = square(x=x).with_overrides(cache=False)
        second = square(x=x).with_overrides(cache_version="2")
        return first, second

    wf(x=5)
    wf(x=5)
    assert RUNS == [5, 5, 5]


def test_a_task_may_be_cached_in_one_call_only():
    @task
    def plain(x: int) -> int:
        RUNS.append(x)
        return x

    @workflow
    def wf(x: int) -> int:
        return plain(x=x).with_overrides(cache=Cache(version="1"))

    wf(x=1)
    wf(x=1)
    plain(x=1)
    assert RUNS == [1, 1]


def test_what_fails_is_not_kept():
    @task(cache=True, cache_version="1")
    def fails_once(x: int) -> int:
        RUNS.append(x)
        if len(RUNS) == 1:
            raise ValueError("not yet")
        return x

    with pytest.raises(ValueError, match="not yet"):
        fails_once(x=1)
    assert fails_once(x=1) == 1


def test_the_cache_is_switched_off_or_overwritten_by_flytes_variables(monkeypatch):
    square(x=3)
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", "false")
    square(x=3)
    monkeypatch.delenv("FLYTE_LOCAL_CACHE_ENABLED")
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_OVERWRITE", "true")
    square(x=3)
    assert RUNS == [3, 3, 3]


def test_a_miss_is_explained(caplog):
    caplog.set_level(logging.INFO, "flyweight.local")
    square(x=3)
    square(x=4)
    assert "square: not in the local cache: input x differs." in caplog.text.replace(
        "tests.fundamentals.test_caching.", ""
    )


def test_a_version_follows_from_the_code_and_from_whatever_a_policy_says():
    @task(cache=True)
    def one(x: int) -> int:
        return x + 1

    @task(cache=Cache(), retries=3)
    def two(x: int) -> int:
        """Another docstring."""
        return x + 1  # and a comment

    class Fixed:
        def get_version(self, salt: str, params: VersionParameters) -> str:
            return salt + params.func.__name__

    @task(cache=Cache(policies=[Fixed()], salt="s"))
    def three(x: int) -> int:
        return x

    versions = [each.options.cache_version for each in (one, two, three)]
    assert all(versions)
    assert len(set(versions)) == 3  # a function's name is its code's, too


def test_what_cannot_be_meant_is_refused():
    @workflow
    def ignoring(x: int) -> int:
        return square(x=x).with_overrides(cache=Cache(version="1", ignored_inputs=("x",)))

    @workflow
    def twice(x: int) -> int:
        return square(x=x).with_overrides(cache=Cache(version="1"), cache_version="2")

    with pytest.raises(InvalidInput, match="ignored_inputs"):
        ignoring(x=1)
    with pytest.raises(InvalidInput, match="not both"):
        twice(x=1)
