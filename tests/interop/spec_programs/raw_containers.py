"""Programs in images of their own."""

from flytekit import ContainerTask, Resources, Secret, TaskMetadata, kwtypes, workflow

square = ContainerTask(
    name="raw.square",
    image="alpine:3",
    command=["sh", "-c", "expr $1 '*' $1 | tee /var/outputs/out", "--", "{{.inputs.val}}"],
    inputs=kwtypes(val=int),
    outputs=kwtypes(out=int),
    input_data_dir="/var/inputs",
    output_data_dir="/var/outputs",
)
told = ContainerTask(
    name="raw.told",
    image="{{.image.trainer.fqn}}:{{.image.trainer.version}}",
    command=["run"],
    arguments=["--x", "{{.inputs.x}}"],
    inputs=kwtypes(x=int),
    outputs=kwtypes(y=str, z=float),
    metadata=TaskMetadata(retries=2, timeout=30, cache=True, cache_version="1"),
    metadata_format=ContainerTask.MetadataFormat.YAML,
    requests=Resources(cpu="1"),
    limits=Resources(cpu="2"),
    environment={"B": "task"},
    secret_requests=[Secret(group="g", key="k")],
    pod_template_name="known",
)
bare = ContainerTask(name="raw.bare", image="alpine:3", command=["true"], resources=Resources(mem=("1Gi", "2Gi")))


@workflow
def wf(x: int) -> str:
    bare()
    y, _ = told(x=square(val=x))
    return y
