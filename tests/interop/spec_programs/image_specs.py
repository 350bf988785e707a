"""Images by their parts: the names and digests that they have."""

import tempfile
from pathlib import Path

from flytekit import ContainerTask, ImageSpec, task, workflow

REQUIREMENTS = Path(tempfile.gettempdir()) / "flyte-image-specs-requirements.txt"
REQUIREMENTS.write_text("numpy==2.0.0\n")

base = ImageSpec(name="Base", registry="ghcr.io/Me", packages=["pandas"], python_version="3.11")
more = (
    base.with_packages("numpy")
    .with_packages(["polars", "duckdb"])
    .with_apt_packages("git")
    .with_commands(["echo hi"])
    .with_runtime_packages(["rich"])
)
every = ImageSpec(
    name="every",
    python_version="3.12",
    env={"A": "1"},
    conda_packages=["c"],
    conda_channels=["forge"],
    requirements=str(REQUIREMENTS),
    cuda="12.1",
    cudnn="8",
    base_image=base,
    platform="linux/arm64",
    pip_index="https://index",
    pip_extra_index_url=["https://other"],
    pip_extra_args="--pre",
    entrypoint=[],
    tag_format="{spec_hash}-dev",
    builder_options={"x": 1},
)
kept = ImageSpec(base_image="ghcr.io/me/kept:1", builder="noop")


@task(container_image=kept)
def in_kept(x: int) -> int:
    return x


program = ContainerTask(name="image_specs.program", image=kept, command=["true"])


@task
def told(x: int) -> list[str]:
    specs = [
        base,
        more,
        every,
        ImageSpec(),
        ImageSpec(registry="localhost:30000"),
        every.with_builder_options({"y": 2}),
    ]
    return [text for spec in specs for text in (spec.id, spec.tag, spec.image_name())]


@task
def pinned(x: int) -> bool:
    spec = ImageSpec.from_env(name="here", pinned_packages=["protobuf"], packages=["rich"])
    return spec.packages[0] == "rich" and spec.packages[1].startswith("protobuf==")


@workflow
def wf(x: int) -> tuple[list[str], bool]:
    program()
    return told(x=in_kept(x=x)), pinned(x=x)


RUNS = (("told", {"x": 1}), ("pinned", {"x": 1}))
