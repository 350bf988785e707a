"""Flyte's published orchestration benchmark, as it is: dynamic tasks whose leaves the engine sleeps, for no time."""

from datetime import timedelta

from flytekit import dynamic, task, workflow
from flytekitplugins.sleep import Sleep


@task(task_config=Sleep())
def nap(duration: timedelta) -> None: ...


@dynamic
def fan_out(leaves: int) -> None:
    for _ in range(leaves):
        nap(duration=timedelta(0))


@dynamic
def chain(leaves: int) -> None:
    last = None
    for _ in range(leaves):
        node = nap(duration=timedelta(0))
        if last is not None:
            last >> node
        last = node


@workflow
def fan_out_wf(leaves: int) -> None:
    fan_out(leaves=leaves)


@workflow
def chain_wf(leaves: int) -> None:
    chain(leaves=leaves)
