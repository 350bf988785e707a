"""Tasks that are no functions, the pods and environments that tasks share: what they say, run and refuse."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from flyteidl.admin import task_pb2, workflow_pb2
from google.protobuf.json_format import MessageToDict

from flyweight import (
    ContainerTask,
    Environment,
    FlyteDirectory,
    FlyteFile,
    FlyteRecoverableException,
    OutputLocation,
    PodTemplate,
    Resources,
    ShellTask,
    SQLTask,
    kwtypes,
    map_task,
    task,
    workflow,
)
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_entity
from flyweight.errors import CompileError, InvalidInput, NotFound
from flyweight.sdk.accelerators import A100
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.pod_template import manifest
from flyweight.sdk.shell_task import subproc_execute

SETTINGS = SerializationSettings(project="p", domain="d", version="v", env={"A": "1"})


class V1Container:
    """As the models of the ``kubernetes`` package are: attributes, and their names in a manifest."""

    attribute_map: ClassVar = {"name": "name", "image": "image", "image_pull_policy": "imagePullPolicy", "env": "env"}

    def __init__(self, name: str, image: str | None = None, env: list[Any] | None = None) -> None:
        self.name, self.image, self.image_pull_policy, self.env = name, image, "Always", env


SPEC = {"containers": [V1Container("side", "sidecar:1"), V1Container("main", env=[{"name": "B", "value": "2"}])]}


@task(pod_template=PodTemplate(SPEC, "main", labels={"a": "b"}), requests=Resources(cpu="1", gpu="2"))
def inside(x: int) -> int:
    return x


@task
def outside(x: int) -> int:
    return x


@workflow
def moved(xs: list[int]) -> int:
    map_task(inside)(x=xs)
    map_task(outside)(x=xs).with_overrides(pod_template=PodTemplate(primary_container_name="own"))
    return outside(x=1).with_overrides(pod_template=PodTemplate(labels={"call": "only"}))


def template_of(entity: AnyEntity) -> Any:
    (spec,) = compile_entity(entity, SETTINGS)
    assert isinstance(spec, task_pb2.TaskSpec)
    return spec.template


def test_a_pod_has_the_tasks_own_container_as_its_primary_one() -> None:
    template = template_of(inside)
    assert not template.HasField("container")
    assert template.config == {"primary_container_name": "main"}
    assert template.k8s_pod.metadata.labels == {"a": "b"}
    side, main = MessageToDict(template.k8s_pod.pod_spec)["containers"]
    assert side == {"name": "side", "image": "sidecar:1", "imagePullPolicy": "Always"}
    assert main["args"][:2] == ["python", "-m"]
    assert main["image"] == SETTINGS.image_config.default
    assert main["env"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert main["resources"] == {"requests": {"cpu": "1", "gpu": "2"}, "limits": {}}


def test_a_call_may_run_in_another_pod_and_a_mapped_one_takes_its_element_there() -> None:
    specs = compile_entity(moved, SETTINGS)
    mapped = [
        one.template for one in specs if isinstance(one, task_pb2.TaskSpec) and "map_inside" in one.template.id.name
    ]
    (main,) = [one for one in MessageToDict(mapped[0].k8s_pod.pod_spec)["containers"] if one["name"] == "main"]
    assert "flyweight.runtime.resolver.mapped" in main["args"]
    (graph,) = [one for one in specs if isinstance(one, workflow_pb2.WorkflowSpec)]
    _, array, node = graph.template.nodes
    over = array.array_node.node.task_node.overrides.pod_template
    assert over.primary_container_name == "own"
    assert "flyweight.runtime.resolver.mapped" in MessageToDict(over.pod_spec)["containers"][0]["args"]
    assert node.task_node.overrides.pod_template.metadata.labels == {"call": "only"}


def test_a_pod_is_for_tasks_that_our_worker_runs() -> None:
    @workflow
    def elsewhere() -> None:
        program().with_overrides(pod_template=PodTemplate())

    with pytest.raises(CompileError, match="no task of ours"):
        compile_entity(elsewhere, SETTINGS)


def test_a_template_is_one_that_has_a_form() -> None:
    with pytest.raises(InvalidInput, match="primary container"):
        PodTemplate(primary_container_name="")
    with pytest.raises(InvalidInput, match="cannot hold"):
        manifest({"a": object()})
    assert PodTemplate(labels={"a": "b"}).version_hash() != PodTemplate(labels={"a": "c"}).version_hash()


program = ContainerTask(
    "other.program",
    "alpine:3",
    ["run", "{{.inputs.x}}"],
    pod_template=PodTemplate(),
    input_data_dir="/in",
    io_strategy=ContainerTask.IOStrategy.DO_NOT_UPLOAD,
)


def test_a_program_in_an_image_says_how_its_files_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = template_of(program)
    assert template.type == "raw-container"
    assert template.k8s_pod.data_config.input_path == "/in"
    assert template.k8s_pod.data_config.io_strategy.upload_mode == 2
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path))
    with pytest.raises(NotFound, match="Nothing on this machine can run the container image 'alpine:3'"):
        program()


def test_a_script_takes_inputs_and_leaves_files(tmp_path: Path) -> None:
    script = ShellTask(
        "other.script",
        script="cat {inputs.file} > {outputs.copy}; mkdir -p {outputs.folder}; date > {outputs.folder}/{inputs.n}",
        inputs=kwtypes(file=FlyteFile, place=str, n=int),
        output_locs=[
            OutputLocation("copy", FlyteFile, "{inputs.place}/copy"),
            OutputLocation("folder", FlyteDirectory, "{inputs.place}/folder"),
        ],
    )
    (tmp_path / "told").write_text("hello")
    copy, folder = script(file=FlyteFile(str(tmp_path / "told")), place=str(tmp_path), n=3)
    assert Path(copy).read_text() == "hello"
    assert [one.name for one in Path(folder).iterdir()] == ["3"]


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        ("echo {inputs.y}", InvalidInput, "cannot be filled in"),
        ("echo {", InvalidInput, "other braces are doubled"),
        ("echo out; echo wrong >&2; exit 3", FlyteRecoverableException, "(?s)ended with code 3.*out.*wrong"),
    ],
)
def test_a_script_that_fails_says_how(script: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        ShellTask("other.fails", script=script, inputs=kwtypes(x=int))(x=1)


def test_a_script_is_one_and_leaves_files_or_folders() -> None:
    for wrong in ({}, {"script": "a", "script_file": "b"}, {"script_file": "/nowhere/at/all"}):
        with pytest.raises(InvalidInput):
            ShellTask("other.wrong", **wrong)
    with pytest.raises(InvalidInput, match="is a FlyteFile or FlyteDirectory"):
        ShellTask("other.wrong", script="a", output_locs=[OutputLocation("n", int, "x")])


def test_a_command_that_fails_or_is_not_there_says_so() -> None:
    assert subproc_execute(["echo", "hi"]).output == "hi\n"
    with pytest.raises(RuntimeError, match="ended with code 2"):
        subproc_execute("echo no >&2; exit 2", shell=True)
    with pytest.raises(RuntimeError, match="no program"):
        subproc_execute(["no-such-program"])


def test_a_query_names_each_input_and_no_other() -> None:
    rows = SQLTask(
        "other.rows", "select *\n from t where a = {{ .inputs.a }} or b = {{.Inputs.a}}", inputs=kwtypes(a=int)
    )
    assert rows.get_query(a=3) == "select * from t where a = 3 or b = 3"
    with pytest.raises(InvalidInput, match="names `a`, which is no input"):
        rows.get_query()
    with pytest.raises(InvalidInput, match="does not name `b`"):
        rows.get_query(a=1, b=2)


def test_an_environment_refuses_what_a_task_has_not() -> None:
    with pytest.raises(InvalidInput, match="Environment has no option `retrys`"):
        Environment(retrys=1)
    base = Environment(retries=1, environment={"A": "1"})
    assert base.extend(environment={"B": "2"}).overrides["environment"] == {"A": "1", "B": "2"}
    assert base.overrides == {"retries": 1, "environment": {"A": "1"}}
    assert "retries = 1" in base.show()


def test_an_accelerator_is_one() -> None:
    assert A100.unpartitioned.to_flyte_idl().unpartitioned
    with pytest.raises(InvalidInput, match="`accelerator` takes what stands for"):
        task(accelerator="nvidia-a100")(outside.task_function)
