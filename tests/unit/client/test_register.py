"""Registration: everything once, nothing twice, and a version never changes its meaning."""

import grpc
import pytest
from flyteidl.admin import execution_pb2, launch_plan_pb2
from flyteidl.core import execution_pb2 as phases_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import LaunchPlan, literals, reference_launch_plan, reference_task, reference_workflow, task, workflow
from flyweight.client import rpcs
from flyweight.client.remote import FlyteRemote
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import CODE_DIGEST_TAG
from flyweight.errors import CompileError, InvalidInput, NotFound, TypeMismatch
from flyweight.protocol import watch_pb2
from tests.unit.client.registry import Registry
from tests.unit.client.scripted import Refusal, ScriptedServer


@task
def add_up(xs: list[int]) -> int:
    return sum(xs)


@task
def scale(total: int, factor: int = 2) -> int:
    return total * factor


@task
def note(x: int, text: str | None = None) -> str:
    return text or str(x)


@workflow
def lists(xs: list[int], factor: int = 3) -> int:
    return scale(total=add_up(xs=xs), factor=factor)


plan = LaunchPlan.get_or_create(lists, name="lists_plan", default_inputs={"factor": 5})
active = LaunchPlan.get_or_create(lists, name="lists_active", auto_activate=True)
fixed = LaunchPlan.get_or_create(lists, name="lists_fixed", fixed_inputs={"factor": 7})


def test_a_workflow_brings_its_tasks_its_plan_and_its_code(registry: Registry, remote: FlyteRemote) -> None:
    done = remote.register(lists)
    assert done.sent
    assert sorted(kind for kind, _, _ in registry.things) == ["plan", "task", "task", "workflow"]
    assert {version for _, _, version in registry.things} == {done.id.version}
    (path,) = registry.uploads
    assert path.endswith(".tar.gz")
    tasks = [made.spec.template for (kind, _, _), made in registry.things.items() if kind == "task"]
    assert all(path.lstrip("/") in " ".join(one.container.args) for one in tasks)


def test_the_same_again_asks_once_and_sends_nothing(
    server: ScriptedServer, registry: Registry, remote: FlyteRemote
) -> None:
    first = remote.register(lists)
    server.calls.clear()
    registry.uploads.clear()
    remote.forget_registered()
    again = remote.register(lists)
    assert again.id == first.id
    assert not again.sent
    assert server.names() == ["GetLaunchPlan"]
    assert not registry.uploads


def test_one_process_does_not_even_ask_again(server: ScriptedServer, registry: Registry, remote: FlyteRemote) -> None:
    remote.register(lists)
    server.calls.clear()
    remote.register(lists)
    assert server.calls == []


def test_a_users_version_is_kept_and_never_changes(registry: Registry, remote: FlyteRemote) -> None:
    assert remote.register(lists, version="v1").id.version == "v1"
    remote.forget_registered()
    assert not remote.register(lists, version="v1").sent
    with pytest.raises(InvalidInput, match="version 'v1' with other code or settings"):
        remote.register(lists, version="v1", env={"MODE": "other"})


def test_of_what_is_compiled_at_run_time_only_what_is_not_there_is_sent(
    server: ScriptedServer, registry: Registry, remote: FlyteRemote
) -> None:
    remote.register(add_up, version="v1")
    plan = SerializationSettings(version="v1", env={"MODE": "other"})
    assert remote.register_compiled(lists, plan).sent
    server.calls.clear()
    assert not remote.register_compiled(add_up, plan).sent
    assert server.names() == ["GetTask"]


def test_settings_are_part_of_the_version(registry: Registry, remote: FlyteRemote) -> None:
    assert remote.register(lists).id.version != remote.register(lists, env={"MODE": "other"}).id.version


def test_a_launch_plan_is_activated_only_if_it_asks_for_it(registry: Registry, remote: FlyteRemote) -> None:
    remote.register(plan)
    remote.register(active)
    assert registry.states == {"lists_active": launch_plan_pb2.ACTIVE}


def test_every_task_carries_the_digest(registry: Registry, remote: FlyteRemote) -> None:
    remote.register(lists)
    for (kind, _, version), made in registry.things.items():
        if kind == "task":
            assert made.spec.template.metadata.tags[CODE_DIGEST_TAG] == version
            assert not made.spec.template.container.env


@pytest.mark.slow
class TestReferences:
    """A reference meets what is registered."""

    @pytest.fixture(autouse=True)
    def registered(self, registry: Registry, remote: FlyteRemote, server: ScriptedServer) -> None:
        for entity in (lists, plan, fixed, add_up):
            remote.register(entity, version="v1")
        server.calls.clear()

    def test_nothing_is_compiled_or_uploaded(self, remote: FlyteRemote, server: ScriptedServer) -> None:
        @reference_task("flytesnacks", "development", add_up.name, "v1")
        def ref(xs: list[int]) -> int: ...

        remote.execute(ref, {"xs": [1, 2]})
        assert server.names() == ["GetTask", "CreateExecution"]

    def test_a_workflow_runs_through_its_plan(self, remote: FlyteRemote, server: ScriptedServer) -> None:
        @reference_workflow("flytesnacks", "development", lists.name, "v1")
        def ref(xs: list[int], factor: int) -> int: ...

        remote.execute(ref, {"xs": [1, 2]})
        assert server.names() == ["GetWorkflow", "GetLaunchPlan", "CreateExecution"]
        sent = server.calls[-1][1]
        assert set(sent.inputs.literals) == {"xs"}, "the platform fills in its own default"

    def test_who_wins(self, remote: FlyteRemote, server: ScriptedServer) -> None:
        @reference_launch_plan("flytesnacks", "development", "lists_plan", "v1")
        def ref(xs: list[int], factor: int = 11) -> int: ...

        remote.execute(ref, {"xs": [1]})
        assert server.calls[-1][1].inputs.literals["factor"].scalar.primitive.integer == 11
        remote.execute(ref, {"xs": [1], "factor": 12})
        assert server.calls[-1][1].inputs.literals["factor"].scalar.primitive.integer == 12

    def test_what_is_fixed_cannot_be_given(self, remote: FlyteRemote) -> None:
        @reference_launch_plan("flytesnacks", "development", "lists_fixed", "v1")
        def ref(xs: list[int]) -> int: ...

        with pytest.raises(InvalidInput, match="`factor` is fixed by launch plan lists_fixed"):
            remote.execute(ref, {"xs": [1], "factor": 1})

    def test_another_interface_is_refused_with_every_difference(self, remote: FlyteRemote) -> None:
        @reference_workflow("flytesnacks", "development", lists.name, "v1")
        def ref(xs: list[str], more: int) -> str: ...

        with pytest.raises(CompileError) as refused:
            remote.execute(ref, {})
        said = str(refused.value)
        for part in ("`xs` is", "list[str]", "`more` is not registered", "output `o0` is int"):
            assert part in said

    def test_what_is_not_registered_says_so(self, remote: FlyteRemote) -> None:
        @reference_task("flytesnacks", "development", "lists.nowhere", "v1")
        def ref(xs: list[int]) -> int: ...

        with pytest.raises(NotFound, match=r"lists.nowhere"):
            remote.execute(ref, {"xs": [1]})

    def test_a_missing_input_is_named(self, remote: FlyteRemote) -> None:
        @reference_task("flytesnacks", "development", add_up.name, "v1")
        def ref(xs: list[int]) -> int: ...

        with pytest.raises(InvalidInput, match="needs `xs`"):
            remote.execute(ref)


class TestExecute:
    """What is sent to start an execution."""

    def test_an_optional_input_of_a_registered_task_need_not_be_given(
        self, registry: Registry, remote: FlyteRemote
    ) -> None:
        remote.register(note, version="v1")
        fetched = remote.fetch_task(name=note.name, version="v1")
        remote.execute(fetched, {"x": 1})
        assert literals.is_none(remote_request(registry).inputs.literals["text"])
        with pytest.raises(InvalidInput, match="needs input `x`"):
            remote.execute(fetched)

    def test_a_tasks_own_defaults_are_sent(self, registry: Registry, remote: FlyteRemote) -> None:
        remote.execute(scale, {"total": 3})
        sent = remote_request(registry)
        assert sent.inputs.literals["factor"].scalar.primitive.integer == 2

    def test_a_workflows_defaults_are_the_platforms_business(self, registry: Registry, remote: FlyteRemote) -> None:
        remote.execute(lists, {"xs": [1]}, execution_name="mine", envs={"A": "b"}, tags=["t"], overwrite_cache=True)
        sent = remote_request(registry)
        assert set(sent.inputs.literals) == {"xs"}
        assert sent.name == "mine"
        assert sent.spec.envs.values[0].key == "A"
        assert list(sent.spec.tags) == ["t"]
        assert sent.spec.overwrite_cache

    def test_who_waits_has_it_created_and_told_in_one_call(
        self, server: ScriptedServer, registry: Registry, remote: FlyteRemote
    ) -> None:
        def run(request: watch_pb2.RunRequest) -> watch_pb2.RunReply:
            of = execution_pb2.ExecutionCreateRequest.FromString(request.execution)
            return watch_pb2.RunReply(events=[end(of.name)])

        server.answer(rpcs.RUN_EXECUTION, run)
        assert remote.execute(scale, {"total": 3}, wait=True).outputs["o0"] == 6
        assert not {"CreateExecution", "Watch"} & set(server.names())

    @pytest.mark.parametrize("speaks", ["nothing but Flyte's services", "of what ends later", "twice"])
    def test_what_that_call_does_not_tell_is_watched(
        self, server: ScriptedServer, registry: Registry, remote: FlyteRemote, speaks: str
    ) -> None:
        def run(_: watch_pb2.RunRequest) -> watch_pb2.RunReply:
            if speaks == "twice":
                raise Refusal(grpc.StatusCode.ALREADY_EXISTS, "its first answer was lost")
            return watch_pb2.RunReply()

        if speaks != "nothing but Flyte's services":
            server.answer(rpcs.RUN_EXECUTION, run)
        server.answer(rpcs.WATCH_EXECUTION, lambda request: iter([end(request.name)]), stream=True)
        assert remote.execute(scale, {"total": 3}, wait=True).outputs["o0"] == 6
        assert server.names().count("CreateExecution") == (speaks == "nothing but Flyte's services")

    def test_wrong_inputs_are_refused_here(self, registry: Registry, remote: FlyteRemote) -> None:
        with pytest.raises(InvalidInput, match="`xs`"):
            remote.execute(lists, {})
        with pytest.raises(InvalidInput, match="no input is named 'ys'"):
            remote.execute(lists, {"xs": [1], "ys": 2}).wait()
        with pytest.raises(TypeMismatch, match=r"xs\[1\]"):
            remote.execute(lists, {"xs": [1, "two"]})


def end(name: str) -> watch_pb2.WatchEvent:
    """Say that an execution has succeeded with 6."""
    ended = execution_pb2.Execution(
        id=identifier_pb2.WorkflowExecutionIdentifier(name=name),
        closure=execution_pb2.ExecutionClosure(phase=phases_pb2.WorkflowExecution.SUCCEEDED),
    )
    outputs = literals_pb2.LiteralMap(literals={"o0": literals.primitive(6)}).SerializeToString()
    update = watch_pb2.ExecutionUpdate(execution=ended.SerializeToString(), outputs=outputs)
    return watch_pb2.WatchEvent(execution=update)


def remote_request(registry: Registry):
    return next(request for name, request in reversed(registry.server.calls) if name == "CreateExecution")
