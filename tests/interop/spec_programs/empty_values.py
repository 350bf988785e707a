"""Empty lists, dictionaries and strings, and None, wherever a value can stand."""

from typing import Optional

from flytekit import task, workflow


@task
def take(
    xs: list[int],
    table: dict[str, str],
    text: str = "",
    maybe: Optional[str] = None,
    lists: Optional[list[list[int]]] = None,
) -> int:
    return len(xs) + len(table) + len(text)


@workflow
def inner(xs: list[int], maybe: Optional[str] = None) -> int:
    return take(xs=xs, table={}, maybe=maybe)


@workflow
def wf(xs: list[int]) -> tuple[int, int, list[int], dict[str, int]]:
    return take(xs=[], table={}, text="", maybe=None, lists=[[], []]), inner(xs=[]), [], {}


RUNS = (("wf", {"xs": []}), ("inner", {"xs": [], "maybe": ""}), ("wf", {"xs": None}))
