import logging

from flytekit import task, workflow
from flytekit.loggers import logger

logger.setLevel(logging.ERROR)


@task
def compute(x: int) -> int:
    logger.debug("not shown")
    return x


@workflow
def wf(x: int = 7) -> int:
    return compute(x=x)
