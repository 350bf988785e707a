"""Dictionaries: of strings to anything, nested, untyped, and by other keys."""

from typing import Dict, List

from flytekit import task, workflow


@task
def untyped(value: dict) -> dict:
    return value


@task
def by_number(value: Dict[int, str]) -> Dict[int, str]:
    return value


@task
def deep(value: Dict[str, Dict[str, List[int]]]) -> Dict[str, List[int]]:
    return value["a"]


@task
def total(values: List[int]) -> int:
    return sum(values)


RUNS = (("wf", {"n": 2}), ("untyped", {"value": {"a": [1, None, {"b": 2.5}]}}), ("untyped", {"value": [1]}))


@workflow
def wf(n: int) -> tuple[dict, int]:
    found = deep(value={"a": {"b": [1, 2], "c": []}, "d": {}})
    by_number(value={1: "a", 2: "b"})
    return untyped(value={"a": 1, "b": [True, None, "x"], "c": {"d": 0.5}}), total(values=found["b"])
