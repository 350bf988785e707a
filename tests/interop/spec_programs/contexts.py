"""What a task can ask of its context, checkpoints and a failure that asks to be tried again."""

import flytekit
from flytekit import task, workflow
from flytekit.exceptions.user import FlyteRecoverableException


@task(retries=3)
def attempts(x: int) -> int:
    ctx = flytekit.current_context()
    saved = ctx.checkpoint.read()
    count = int(saved.decode()) if saved else 0
    ctx.checkpoint.write(str(count + 1).encode())
    if x < 0:
        raise FlyteRecoverableException("try again")
    return x


@task
def known(x: int) -> bool:
    ctx = flytekit.current_context()
    ctx.logging.info("here")
    return bool(ctx.execution_id.name) and bool(ctx.working_directory)


@workflow
def wf(x: int) -> tuple[int, bool]:
    return attempts(x=x), known(x=x)


RUNS = (("wf", {"x": 3}), ("wf", {"x": -3}))
