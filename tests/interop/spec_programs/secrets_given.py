"""Secrets in each form: key alone, group, version, mounts, a variable's name."""

from flytekit import Secret, task, workflow


@task(
    secret_requests=[
        Secret(group="g"),
        Secret(group="g", key="k", group_version="2"),
        Secret(group="f", key="file", mount_requirement=Secret.MountType.FILE),
        Secret(group="h", key="named", env_var="MY_TOKEN"),
    ]
)
def guarded(x: int) -> int:
    return x


@workflow
def wf(x: int) -> int:
    return guarded(x=x)
