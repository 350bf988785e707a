"""Images by name, by name and tag, by the settings' default, on tasks and nodes."""

from flytekit import task, workflow


@task(container_image="registry/a:1")
def named(x: int) -> int:
    return x


@task(container_image="{{.image.default.fqn}}:{{.image.default.version}}-gpu")
def of_default(x: int) -> int:
    return x


@task(container_image="{{.image.trainer}}")
def whole(x: int) -> int:
    return x


@task(container_image="{{.images.trainer.fqn}}:{{.images.trainer.version}}")
def plural(x: int) -> int:
    return x


@workflow
def wf(x: int) -> int:
    return plural(x=whole(x=of_default(x=named(x=x)))).with_overrides(container_image="registry/b:2")
