"""Programs in images of their own, as Flyte's documentation writes them: values, files and folders in and out."""

import os
from typing import Tuple

import flytekit
from flytekit import ContainerTask, PodTemplate, TaskMetadata, dynamic, kwtypes, task, workflow
from flytekit.core.base_task import TaskMetadata as Metadata
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile

calculate_ellipse_area_shell = ContainerTask(
    name="ellipse-area-metadata-shell",
    input_data_dir="/var/inputs",
    output_data_dir="/var/outputs",
    inputs=kwtypes(a=float, b=float),
    outputs=kwtypes(area=float, metadata=str),
    image="ghcr.io/flyteorg/rawcontainers-shell:v2",
    command=[
        "sh",
        "-c",
        "echo {{.inputs.a}} {{.inputs.b}} | awk '{printf \"%.2f\", 3.14 * $1 * $2}' > /var/outputs/area;"
        " printf '[from shell rawcontainer]' > /var/outputs/metadata",
    ],
)

count_lines = ContainerTask(
    name="count-lines",
    input_data_dir="/var/inputs",
    output_data_dir="/var/outputs",
    inputs=kwtypes(infile=FlyteFile, indir=FlyteDirectory, n=int),
    outputs=kwtypes(lines=int, out=FlyteFile, outdir=FlyteDirectory),
    metadata_format=ContainerTask.MetadataFormat.YAML,
    image="ghcr.io/flyteorg/rawcontainers-shell:v2",
    metadata=TaskMetadata(retries=1, cache=True, cache_version="1"),
    command=["sh"],
    arguments=[
        "-c",
        "set -e; cat /var/inputs/infile /var/inputs/indir/* | wc -l > /var/outputs/lines;"
        " grep '^n: 2' /var/inputs/inputs.yaml > /var/outputs/out;"
        " mkdir /var/outputs/outdir; cp /var/inputs/infile /var/outputs/outdir/copy",
    ],
)

flaky = ContainerTask(
    name="flaky",
    input_data_dir="/in",
    output_data_dir="/out",
    inputs=kwtypes(place=str),
    outputs=kwtypes(tries=int),
    image="ghcr.io/flyteorg/rawcontainers-shell:v2",
    metadata=Metadata(retries=2),
    pod_template=PodTemplate(primary_container_name="main", labels={"a": "b"}),
    command=[
        "sh",
        "-c",
        "echo x >> $(cat /in/place); wc -l < $(cat /in/place) > /out/tries;"
        " test $(cat /out/tries) = 2 || { echo 'not yet' > /out/_ERROR; exit 0; }",
    ],
)


@task
def make(n: int) -> Tuple[FlyteFile, FlyteDirectory, str]:
    folder = flytekit.current_context().working_directory
    os.makedirs(os.path.join(folder, "d"))
    for path in ("f", "d/part"):
        with open(os.path.join(folder, path), "w") as file:
            file.write("line\n" * n)
    return FlyteFile(os.path.join(folder, "f")), FlyteDirectory(os.path.join(folder, "d")), ""


@task(pod_template=PodTemplate(primary_container_name="main"))
def place(x: int) -> str:
    import tempfile

    return tempfile.mktemp()


@task
def told(area: float, metadata: str, lines: int, out: FlyteFile, outdir: FlyteDirectory, tries: int) -> str:
    with open(out) as file:
        found = file.read().strip()
    with open(os.path.join(outdir, "copy")) as file:
        copied = len(file.readlines())
    return f"{area} {metadata} {lines} {found} {copied} {tries}"


@dynamic
def later(a: float) -> float:
    area, _ = calculate_ellipse_area_shell(a=a, b=2.0)
    return area


@workflow
def wf(n: int = 2) -> str:
    area, metadata = calculate_ellipse_area_shell(a=later(a=1.0), b=3.0)
    f, d, _ = make(n=n)
    lines, out, outdir = count_lines(infile=f, indir=d, n=n)
    tries = flaky(place=place(x=1))
    return told(area=area, metadata=metadata, lines=lines, out=out, outdir=outdir, tries=tries)
