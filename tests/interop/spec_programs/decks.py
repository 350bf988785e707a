"""Deck flags."""

from flytekit import task, workflow


@task(enable_deck=True)
def shown(x: int) -> int:
    return x


@task(disable_deck=False)
def old(x: int) -> int:
    return x


@task(enable_deck=False)
def hidden(x: int) -> int:
    return x


@workflow
def wf(x: int) -> int:
    return hidden(x=old(x=shown(x=x)))


RUNS = (("wf", {"x": 3}),)
