"""Cache in each form: versions, a salt, policies of the user's own, serialized, ignored inputs, on dynamic and maps."""

from flytekit import Cache, dynamic, map_task, task, workflow
from flytekit.core.cache import VersionParameters


class ByName:
    def get_version(self, salt: str, params: VersionParameters) -> str:
        return f"{salt}-{params.func.__name__}"


@task(cache=Cache(version="7", serialize=True))
def fixed(x: int) -> int:
    return x


@task(cache=Cache(policies=[ByName()], salt="s"))
def by_policy(x: int) -> int:
    return x


@task(cache=Cache(policies=ByName(), ignored_inputs="x"))
def ignoring(x: int, y: int = 1) -> int:
    return x


@dynamic(cache=Cache(version="dynamic"))
def unfolded(x: int) -> int:
    return fixed(x=x)


RUNS = (("wf", {"x": 2}),)


@workflow
def wf(x: int) -> list[int]:
    by_policy(x=ignoring(x=unfolded(x=x)))
    return map_task(fixed)(x=[x, 1])
