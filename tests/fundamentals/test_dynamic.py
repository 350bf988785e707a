"""A dynamic task looks at its inputs and then decides which calls there are: loops over data, recursion, search."""

import flyweight as fl


@fl.task
def score(depth: int) -> float:
    return 1.0 - (depth - 3) ** 2 / 10


@fl.task
def best_of(scores: list[float]) -> float:
    return max(scores)


@fl.dynamic(retries=1)
def search(depths: list[int]) -> float:
    """One call for each depth; in a workflow's own body the list would not be there yet."""
    return best_of(scores=[score(depth=depth) for depth in depths if depth > 0])


@fl.task
def candidates(limit: int) -> list[int]:
    return list(range(-1, limit))


@fl.workflow
def tune(limit: int = 5) -> float:
    return search(depths=candidates(limit=limit))


def test_the_graph_follows_the_data() -> None:
    assert tune() == 1.0
    assert tune(limit=2) == 0.6
