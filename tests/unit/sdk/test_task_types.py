"""Task types of one's own: chosen by a configuration, without a function, prepared and looked at around the run."""

from dataclasses import dataclass
from typing import Any

import pytest
from flyteidl.admin import task_pb2

from flyweight import (
    ClassStorageTaskResolver,
    IgnoreOutputs,
    Interface,
    PythonFunctionTask,
    PythonInstanceTask,
    PythonTask,
    Secret,
    TaskMetadata,
    TaskPlugins,
    current_context,
    dynamic,
    kwtypes,
    task,
    workflow,
)
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_entity
from flyweight.errors import InvalidInput
from flyweight.sdk.entity import AnyEntity

SETTINGS = SerializationSettings(project="p", domain="d", version="v")


@dataclass
class Session:
    name: str


class SessionTask(PythonFunctionTask[Session]):
    def __init__(self, task_config: Session, task_function: Any, **settings: Any) -> None:
        super().__init__(task_config, task_function, task_type="session", **settings)
        self.seen: list[object] = []

    def get_custom(self, settings: SerializationSettings) -> dict[str, object]:
        return {"session": self.task_config.name, "for": settings.version}

    def pre_execute(self, user_params: Any) -> Any:
        return user_params.builder().add_attr("SESSION", self.task_config.name).build()

    def execute(self, **inputs: Any) -> Any:
        return super().execute(**{**inputs, "by": 2})

    def post_execute(self, user_params: Any, rval: Any) -> Any:
        self.seen.append(rval)
        return f"{rval} with {user_params.session}"


TaskPlugins.register_pythontask_plugin(Session, SessionTask)


@task(task_config=Session("warm"), retries=3)
def opened(x: int, by: int = 1) -> str:
    assert current_context().has_attr("session")
    return f"{x * by} in {current_context().session}"


class Repeat(PythonInstanceTask[None]):
    def __init__(self, name: str, times: int, **settings: Any) -> None:
        self.times = times
        super().__init__(name, None, interface=Interface(kwtypes(text=str), kwtypes(said=str)), **settings)

    def execute(self, **inputs: Any) -> str:
        return inputs["text"] * self.times


twice = Repeat("types.twice", 2, metadata=TaskMetadata(retries=1), environment={"A": "b"})


@workflow
def greeting(x: int) -> str:
    return twice(text=opened(x=x))


def spec_of(entity: AnyEntity) -> task_pb2.TaskSpec:
    (spec,) = compile_entity(entity, SETTINGS)
    assert isinstance(spec, task_pb2.TaskSpec)
    return spec


def test_a_configuration_chooses_the_class_and_the_class_says_what_is_run() -> None:
    assert isinstance(opened, SessionTask)
    assert opened(x=2) == "4 in warm with warm"
    assert opened.seen[-1] == "4 in warm"
    template = spec_of(opened).template
    assert template.type == "session"
    assert dict(template.custom.items()) == {"session": "warm", "for": "v"}
    assert template.metadata.retries.retries == 3


def test_a_class_without_a_function_is_called_and_found_by_its_variable() -> None:
    assert greeting(x=1) == "2 in warm with warm" * 2
    arguments = list(spec_of(twice).template.container.args)
    assert arguments[-4:] == ["task-module", twice.location.module, "task-name", "twice"]


def test_a_configuration_means_one_class() -> None:
    TaskPlugins.register_pythontask_plugin(Session, SessionTask)
    with pytest.raises(InvalidInput, match="makes a SessionTask already"):
        TaskPlugins.register_pythontask_plugin(Session, PythonFunctionTask)
    assert TaskPlugins.find_pythontask_plugin(int) is PythonFunctionTask


def test_a_task_that_no_variable_holds_cannot_be_compiled() -> None:
    with pytest.raises(InvalidInput, match="No variable of module"):
        compile_entity(Repeat("types.lost", 1), SETTINGS)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"retrys": 1}, "A task class has no option `retrys`"),
        ({"metadata": TaskMetadata(), "secret_requests": ["db"]}, "takes a list of Secret"),
        ({"pod_template": "big"}, "takes a PodTemplate"),
    ],
)
def test_a_wrong_setting_of_a_class_is_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        Repeat("types.wrong", 1, **settings)


@pytest.mark.parametrize(
    "settings", [{"retries": -1}, {"cache": True}, {"cache_serialize": True}, {"cache_ignore_input_vars": ("x",)}]
)
def test_metadata_that_contradicts_itself_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        TaskMetadata(**settings)


def test_hints_are_for_dynamic_tasks_and_are_registered_along() -> None:
    def body(x: int) -> int:
        return x

    with pytest.raises(InvalidInput, match="is for dynamic tasks"):
        task(node_dependency_hints=[opened])(body)
    hinted = dynamic(node_dependency_hints=[opened])(body)
    assert hinted.node_dependency_hints == (opened,)


def test_parameters_that_are_no_inputs_are_left_out() -> None:
    def scaled(x: int, client: str = "c") -> str:
        return client * x

    made = PythonFunctionTask(None, scaled, ignore_input_vars=["client"])
    assert list(made.interface.inputs) == ["x"]
    assert made(x=2) == "cc"


def test_inputs_without_a_type_may_be_anything_when_asked_for() -> None:
    @task(pickle_untyped=True)
    def either(x):
        return [x]

    assert either(x={1, 2}) == [{1, 2}]


class Quiet(PythonTask[None]):
    def __init__(self, outputs: dict[str, type]) -> None:
        super().__init__("quiet", "types.quiet", None, Interface({}, outputs))

    def execute(self, **inputs: Any) -> Any:
        raise IgnoreOutputs


def test_outputs_that_do_not_count_are_missed_only_where_there_are_some() -> None:
    assert Quiet({})() is None
    with pytest.raises(InvalidInput, match="raised IgnoreOutputs, so its outputs"):
        Quiet({"o0": int})()


def test_a_task_type_that_runs_elsewhere_says_so() -> None:
    with pytest.raises(NotImplementedError, match="runs on its platform only"):
        PythonTask[None]("elsewhere", "types.elsewhere")()


class Builder(ClassStorageTaskResolver):
    def make(self, function: Any) -> PythonFunctionTask[None]:
        made = PythonFunctionTask(None, function, task_resolver=self, secret_requests=[Secret(group="g")])
        self.add(made)
        return made


def _plus(x: int) -> int:
    return x + 1


builder = Builder()
plus = builder.make(_plus)


def test_a_resolver_of_ones_own_finds_what_it_made() -> None:
    template = spec_of(plus).template
    arguments = list(template.container.args)
    assert arguments[-4:] == ["--resolver", f"{plus.location.module}.builder", "--", "0"]
    assert builder.load_task(["0"]) is plus
    assert [secret.group for secret in template.security_context.secrets] == ["g"]
    with pytest.raises(InvalidInput, match="was not added"):
        builder.loader_args(SETTINGS, twice)
