"""Cache flags in both forms."""

from flytekit import Cache, task, workflow


@task(cache=True, cache_version="1.0", cache_serialize=True, cache_ignore_input_vars=("verbose",))
def old(x: int, verbose: bool = False) -> int:
    return x


@task(cache=Cache(version="2.0", serialize=False, ignored_inputs=("verbose",)))
def new(x: int, verbose: bool = True) -> int:
    return x


@workflow
def wf(x: int) -> int:
    return new(x=old(x=x))


RUNS = (("wf", {"x": 3}),)
