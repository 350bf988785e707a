"""Tasks in every form of the decorator, and options that leave nothing in the template."""

from flytekit import Resources, task, workflow


@task
def bare(x: int) -> int:
    return x


@task()
def called(x: int) -> int:
    return x


@task(
    cache=False,
    retries=0,
    interruptible=None,
    timeout=0,
    container_image=None,
    environment=None,
    requests=None,
    limits=Resources(),
    secret_requests=None,
    pod_template_name=None,
    labels=None,
    annotations=None,
    enable_deck=None,
)
def nothing_said(x: int) -> int:
    return x


@task(environment={"A": "own", "Z": "", "M": "multi\nline"}, labels={}, annotations={"k": ""})
def environment(x: int) -> int:
    return x


@workflow()
def wf(x: int) -> int:
    return environment(x=nothing_said(x=called(x=bare(x=x))))


RUNS = (("wf", {"x": 3}),)
