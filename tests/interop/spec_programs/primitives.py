"""Every plain type as input, output, default and constant; at its limits."""

from datetime import date, datetime, timedelta, timezone

from flytekit import task, workflow


@task
def plain(
    i: int = -(2**62),
    f: float = 1e-300,
    s: str = "ä ☃ 'quoted' \"double\"\n",
    b: bool = False,
    at: datetime = datetime(1970, 1, 1, tzinfo=timezone.utc),
    on: date = date(2024, 2, 29),
    length: timedelta = timedelta(days=-1, microseconds=1),
) -> tuple[int, float, str, bool, datetime, date, timedelta]:
    return i, f, s, b, at, on, length


@task
def floats(f: float) -> float:
    return f


RUNS = (("wf", {}), ("wf", {"f": 2.5, "s": ""}), ("floats", {"f": 3}), ("floats", {"f": "3"}))


@workflow
def wf(f: float = 1.0, s: str = "", b: bool = True) -> tuple[int, float, str, bool, datetime, date, timedelta]:
    floats(f=0.1)
    plain()
    return plain(i=0, f=f, s=s, b=b, length=timedelta(0))
