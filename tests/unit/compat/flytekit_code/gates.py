from datetime import timedelta

from flytekit import approve, sleep, task, wait_for_input, workflow


@task
def scale(x: float, by: float) -> float:
    return x * by


@workflow
def signal_wf(x: float = 2.0) -> float:
    s = sleep(timedelta(seconds=1))
    factor = wait_for_input("factor", timeout=timedelta(hours=1), expected_type=float)
    s >> factor
    return approve(scale(x=x, by=factor), "ok", timeout=timedelta(hours=2))
