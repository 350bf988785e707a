"""No inputs, no outputs, an input passed straight through, a constant as output, a docstring in Sphinx style."""

from typing import List

from flytekit import task, workflow


@task
def nothing(): ...


@task
def keep(x: int, y: List[List[str]]) -> List[List[str]]:
    """
    Keep it.

    :param x: the x
    :param y: the y,
        over two lines
    :return: what was kept
    """
    return y


@workflow
def wf(x: int) -> tuple[int, List[List[str]], str]:
    nothing()
    return x, keep(x=x, y=[["a"], []]), "done"


RUNS = (("wf", {"x": 2}),)
