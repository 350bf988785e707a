"""One task over many values: map_task calls it for each element of its lists, as one node of the graph."""

import functools

import flyweight as fl


@fl.task
def fetch(day: int, city: str) -> float:
    if day == 3:
        raise ConnectionError("the station was down")
    return 10.0 + day + len(city)


@fl.task
def mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known)


@fl.workflow
def climate(days: list[int], city: str = "Oslo") -> float:
    one_city = functools.partial(fetch, city=city)
    return mean(values=fl.map_task(one_city, concurrency=4, min_success_ratio=0.8)(day=days))


def test_a_few_elements_may_fail() -> None:
    assert climate(days=[1, 2, 3, 4, 5]) == 17.0
