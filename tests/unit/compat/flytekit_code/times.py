import datetime
from typing import Dict, List

from flytekit import task, workflow


@task
def late(at: datetime.datetime, by: datetime.timedelta) -> str:
    return (at + by).isoformat()


@task
def nested(d: Dict[str, List[int]]) -> int:
    return sum(sum(v) for v in d.values())


@workflow
def wf(at: datetime.datetime, by: datetime.timedelta = datetime.timedelta(hours=1)) -> str:
    return late(at=at, by=by)
