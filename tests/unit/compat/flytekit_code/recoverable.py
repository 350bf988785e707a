from flytekit import current_context, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException

tries = []


@task(retries=3)
def compute_mean(xs: list[float]) -> float:
    tries.append(1)
    if len(tries) < 3:
        raise FlyteRecoverableException(f"try again after {len(tries)}")
    return sum(xs) / len(xs)


@workflow
def retry_wf(xs: list[float] = [1.0, 2.0]) -> float:
    return compute_mean(xs=xs)
