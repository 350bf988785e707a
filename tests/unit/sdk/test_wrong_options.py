"""Every option of every decorator, with values that it does not take: each is refused where it is given, by name."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flyweight import (
    Cache,
    CronSchedule,
    Deck,
    Email,
    Environment,
    HashMethod,
    ImageSpec,
    LaunchPlan,
    Options,
    PodTemplate,
    Secret,
    TaskPlugins,
    approve,
    conditional,
    dynamic,
    eager,
    map_task,
    reference_launch_plan,
    reference_task,
    reference_workflow,
    sleep,
    task,
    wait_for_input,
    workflow,
)
from flyweight.errors import CompileError, InvalidInput, TypeMismatch, Unsupported
from flyweight.sdk.launch_plan import LaunchPlanSettings
from flyweight.sdk.node import Overrides
from flyweight.sdk.options import TaskSettings
from flyweight.sdk.workflow import WorkflowSettings

NOTHING = object()
WRONG = (-1, "lots", NOTHING, 2.5)
HOUR = dt.timedelta(hours=1)
TEXTS = {"container_image", "deprecated", "cache_version", "pod_template_name", "name", "node_name"}
"""Options that take any text."""


def double(x: int) -> int:
    return 2 * x


async def doubled(x: int) -> int:
    return 2 * x


def base(x: int = 1, word: str = "a") -> int:
    return doubling(x=x)


doubling = task(double)
flow = workflow(base)


def options(known: type, *, without: str = "task_config") -> list[Any]:
    """Give each option with each value that it cannot take."""
    return [
        pytest.param(name, value, id=f"{name}-{value!r:.9}")
        for name in known.__annotations__
        for value in WRONG
        if name != without and not (isinstance(value, str) and name in TEXTS)
    ]


def refuse(name: str, make: Callable[[], object]) -> None:
    """See that an option is named by the error; none of ours is an accident inside Python."""
    with pytest.raises((InvalidInput, CompileError), match=name):
        make()


@pytest.mark.parametrize(("name", "value"), options(TaskSettings))
def test_of_a_task(name: str, value: object) -> None:
    more = {"cache": True} if name.startswith("cache_") else {}
    for decorate in (task, dynamic):
        refuse(name, lambda decorate=decorate: decorate(**{**more, name: value})(double))
    if name != "execution_mode":
        refuse(name, lambda: eager(**{**more, name: value})(doubled))


@pytest.mark.parametrize(("name", "value"), options(WorkflowSettings))
def test_of_a_workflow(name: str, value: object) -> None:
    refuse(name, lambda: workflow(**{name: value})(base))


@pytest.mark.parametrize(("name", "value"), options(LaunchPlanSettings))
def test_of_a_launch_plan(name: str, value: object) -> None:
    refuse(name, lambda: LaunchPlan.create("wrong", flow, **{name: value}))
    assert "wrong" not in LaunchPlan.CACHE


@pytest.mark.parametrize(("name", "value"), options(Overrides))
def test_of_one_call(name: str, value: object) -> None:
    def drawn(x: int) -> int:
        return doubling(x=x).with_overrides(**{name: value})

    refuse(name, lambda: workflow(drawn).graph)


@pytest.mark.parametrize("name", ["concurrency", "min_successes", "min_success_ratio"])
@pytest.mark.parametrize("value", [*WRONG, True])
def test_of_a_map_task(name: str, value: object) -> None:
    refuse(name, lambda: map_task(doubling, **{name: value}))


@pytest.mark.parametrize("name", ["project", "domain", "name", "version"])
@pytest.mark.parametrize("refer", [reference_task, reference_workflow, reference_launch_plan])
def test_of_a_reference(refer: Callable[..., object], name: str) -> None:
    refuse(name, lambda: refer(**{"project": "p", "domain": "d", "name": "n", "version": "v", name: 3}))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: task(cache=Cache(version="1", ignored_inputs="y"))(double), "no input is named 'y'"),
        (lambda: task(cache=True, cache_ignore_input_vars=("y",))(double), "no input is named 'y'"),
        (lambda: dynamic(node_dependency_hints=[double])(double), "takes tasks, workflows and launch plans, not <func"),
        (lambda: Cache(version=3), "Cache: `version` takes str, not 3"),
        (lambda: Cache(version="1", serialize=3), "Cache: `serialize` takes bool"),
        (lambda: Cache(salt=3), "Cache: `salt` takes str"),
        (lambda: Cache(ignored_inputs=3), "Cache: `ignored_inputs` takes str"),
        (lambda: Cache(policies=[3]), "Cache: `policies` takes cache policies, which have a get_version; 3 has not"),
        (lambda: HashMethod(3), "HashMethod takes a function"),
        (lambda: TaskPlugins.register_pythontask_plugin(int, 3), "a class that derives from PythonFunctionTask, not 3"),
        (lambda: TaskPlugins.register_pythontask_plugin(int, str), "PythonFunctionTask, not <class 'str'>"),
        (lambda: Environment(retries="x"), "`retries` counts further attempts"),
        (lambda: Environment(shared_memory="lots"), "`shared_memory` is 'lots', which is no quantity"),
        (lambda: Secret(group=3), "Secret: `group` takes str"),
        (lambda: Secret(group="g", mount_requirement=3), "Secret: `mount_requirement` takes MountRequirement"),
        (lambda: Secret(group="g", env_var=3), "Secret: `env_var` takes str"),
        (lambda: ImageSpec(packages="pandas"), "ImageSpec: `packages` takes a list, not 'pandas'"),
        (lambda: ImageSpec(name=3), "ImageSpec: `name` takes str"),
        (lambda: ImageSpec(tag_format="{digest}").tag, "`tag_format` is like 'v1-{spec_hash}'"),
        (lambda: PodTemplate(pod_spec=3), "`pod_spec` takes a V1PodSpec, or a mapping"),
        (lambda: Options(max_parallelism=-1), "`max_parallelism` is a number, 0 or more, not -1"),
        (lambda: Options(labels={"a": "b"}), "Options: `labels` takes Labels"),
        (lambda: Deck(3), "Deck: `name` takes str, not 3"),
        (lambda: CronSchedule(schedule=3), "CronSchedule: `schedule` takes str"),
        (lambda: Email(phases=4, recipients_email=["a@b"]), "Email: `phases` takes a list"),
        (lambda: LaunchPlan.create(3, flow), "A launch plan: `name` takes str, not 3"),
        (lambda: LaunchPlan.create("wrong", doubling), "LaunchPlan: `workflow` takes Workflow"),
        (lambda: LaunchPlan.create("wrong", flow, default_inputs=["x"]), "LaunchPlan: `default_inputs` takes dict"),
        (lambda: LaunchPlan.create("wrong", flow, notifications=[3]), "`notifications` takes what stands for"),
        (lambda: map_task(3), "map_task takes a task"),
        (lambda: task(3), "A task is made of a function"),
        (lambda: task(doubling), "@task takes a function, and .* is a Task already"),
        (lambda: workflow(doubling), "@workflow takes a function, and .* is a Task already"),
        (lambda: sleep(3), "sleep takes a length of time, a datetime.timedelta of 0 or more, not 3"),
        (lambda: sleep(-HOUR), "sleep takes a length of time"),
        (lambda: wait_for_input("n", 3, int), "n: `timeout` takes a length of time"),
        (lambda: wait_for_input(3, HOUR, int), "A gate: `name` takes str, not 3"),
        (lambda: wait_for_input("n", HOUR, 3), "wait_for_input `n`: `expected_type` takes a type, not 3"),
        (lambda: approve(1, "n", "soon"), "n: `timeout` takes a length of time"),
        (lambda: conditional(3), "conditional: `name` takes str, not 3"),
    ],
)
def test_of_everything_else(make: Callable[[], object], says: str) -> None:
    with pytest.raises((InvalidInput, CompileError, Unsupported), match=says):
        make()


@pytest.mark.parametrize("kind", ["default_inputs", "fixed_inputs"])
def test_inputs_of_a_launch_plan_that_do_not_fit(kind: str) -> None:
    with pytest.raises(TypeMismatch, match="Launch plan wrong, input x: expected int, got 'three'"):
        LaunchPlan.create("wrong", flow, **{kind: {"x": "three"}})


class Holder:
    def work(self, x: int) -> int:
        return x

    @staticmethod
    def alone(x: int) -> int:
        return x


@pytest.mark.parametrize("decorate", [task, dynamic, workflow])
@pytest.mark.parametrize("function", [Holder.work, Holder().work, Holder.alone])
def test_a_method_is_no_function_of_a_module(decorate: Callable[..., object], function: Callable[..., int]) -> None:
    with pytest.raises(InvalidInput, match=r"Holder\.(work|alone) is a method of the class Holder\. Make "):
        decorate(function)
