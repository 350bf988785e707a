import functools
from typing import List

from flytekit import map_task, task, workflow


@task
def multi_input_task(quantity: int, price: float, shipping: float) -> float:
    return quantity * price * shipping


@task
def total(xs: List[float]) -> float:
    return sum(xs)


@workflow
def multi(list_q: List[int] = [1, 2, 3], p: float = 6.0, s: float = 7.0) -> float:
    partial_task = functools.partial(multi_input_task, price=p, shipping=s)
    return total(xs=map_task(partial_task, concurrency=2)(quantity=list_q))
