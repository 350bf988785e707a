from flytekit import conditional, task, workflow


@task
def coin_toss(seed: int) -> bool:
    return seed % 2 == 0


@task
def success() -> int:
    return 0


@task
def failed() -> int:
    return -1


@workflow
def boolean_wf(seed: int = 5) -> int:
    result = coin_toss(seed=seed)
    return conditional("coin_toss").if_(result.is_true()).then(success()).else_().then(failed())
