"""Specs: byte-stable, in order of registration, complete containers."""

import enum
import subprocess
import sys
from pathlib import Path

import pytest
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2

from flyweight import LaunchPlan, reference_task, reference_workflow, task, workflow
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_entity, identifier_in
from flyweight.errors import InvalidInput, TypeMismatch, Unsupported
from flyweight.sdk.entity import AnyEntity

SETTINGS = SerializationSettings(project="p", domain="d", version="v", bundle_uri="s3://b/fast.tar.gz")


@task(environment={"A": "1", "B": "2"}, labels={"x": "1", "y": "2"})
def add(a: int, b: int = 1) -> int:
    return a + b


@workflow
def inner(a: int) -> int:
    return add(a=a)


@workflow
def outer(a: int) -> int:
    return inner(a=plan(a=a))


@workflow
def planned(a: int) -> int:
    return add(a=a, b=2)


plan = LaunchPlan.create("specs-plan", planned)


def test_what_is_needed_comes_first_and_once() -> None:
    order = [identifier_in(spec).name.rpartition(".")[2] for spec in compile_entity(outer, SETTINGS)]
    assert order == ["add", "planned", "specs-plan", "inner", "outer", "outer"]
    kinds = [type(spec) for spec in compile_entity(outer, SETTINGS)]
    assert kinds[0] is task_pb2.TaskSpec
    assert kinds[-2:] == [workflow_pb2.WorkflowSpec, launch_plan_pb2.LaunchPlan]


def test_a_container_says_all_that_a_cluster_needs() -> None:
    (spec,) = compile_entity(add, SETTINGS)
    assert isinstance(spec, task_pb2.TaskSpec)
    arguments = list(spec.template.container.args)
    assert arguments[:3] == ["python", "-m", "flyweight.runtime.execute"]
    assert arguments[arguments.index("--bundle") :] == [
        *("--bundle", "s3://b/fast.tar.gz", "--dest-dir", "."),
        *("--resolver", "flyweight.runtime.resolver.default"),
        *("--", "task-module", add.location.module, "task-name", "add"),
    ]
    assert spec.template.metadata.runtime.flavor == "flyweight"


def test_interactive_code_is_found_by_name() -> None:
    settings = SerializationSettings(version="v", bundle_uri="file:///x/pkl.gz", interactive=True)
    (spec,) = compile_entity(add, settings)
    assert isinstance(spec, task_pb2.TaskSpec)
    assert list(spec.template.container.args)[-4:] == [
        "flyweight.runtime.resolver.pickled",
        "--",
        "entity-name",
        add.name,
    ]


@pytest.mark.slow
def test_another_process_gives_the_same_bytes() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_specs\n"
        "from flyweight.compile.specs import compile_entity\n"
        "for spec in compile_entity(test_specs.outer, test_specs.SETTINGS):\n"
        "    print(spec.SerializeToString(deterministic=True).hex())\n"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert next(iter(runs)).count("\n") == 6


def test_a_task_that_no_variable_holds_cannot_be_registered() -> None:
    @task
    def hidden(x: int) -> int:
        return x

    with pytest.raises(InvalidInput, match=r"No variable of module .* holds the task"):
        compile_entity(hidden, SETTINGS)


def test_a_reference_is_not_compiled() -> None:
    @reference_task(project="p", domain="d", name="there", version="v")
    def there(x: int) -> int: ...

    with pytest.raises(InvalidInput, match="registered already"):
        compile_entity(there, SETTINGS)


def test_a_reference_workflow_as_a_node_names_the_way_out() -> None:
    @reference_workflow(project="p", domain="d", name="there", version="v")
    def there(x: int) -> int: ...

    @workflow
    def uses(x: int) -> int:
        return there(x=x)

    with pytest.raises(Unsupported, match="reference_launch_plan"):
        compile_entity(uses, SETTINGS)


class Level(enum.Enum):
    LOW = 1


@task
def levels(level: Level) -> str:
    return level.name


@workflow
def mistyped() -> int:
    return add(a="one")


@pytest.mark.parametrize(
    ("entity", "says"),
    [(levels, r"levels: level: Level cannot be"), (mistyped, r"add, input `a`: expected int, got 'one'")],
)
def test_a_type_or_constant_that_does_not_fit_names_entity_and_input(entity: AnyEntity, says: str) -> None:
    with pytest.raises(TypeMismatch, match=says):
        compile_entity(entity, SETTINGS)
