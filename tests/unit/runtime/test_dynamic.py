"""A dynamic task run here runs what it draws; as a worker's attempt it leaves the graph for the engine."""

import json
from pathlib import Path

import pytest
from flyteidl.core import dynamic_job_pb2, errors_pb2, identifier_pb2, literals_pb2

from flyweight import blob, conditional, dynamic, map_task, task, workflow
from flyweight.compile.dynamic import settings_at_run
from flyweight.compile.settings import ImageConfig, SerializationSettings
from flyweight.compile.tasks import task_spec
from flyweight.errors import CompileError, RecoverableError
from flyweight.protocol import worker_pb2
from flyweight.runtime.assignment import Assignment
from flyweight.runtime.attempt import run_attempt
from flyweight.sdk.auto_container import COMPILED_WITH
from flyweight.sdk.resources import Resources
from flyweight.types.interface import to_literal_map

called: list[int] = []


@task
def double(x: int) -> int:
    called.append(x)
    return 2 * x


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@dynamic
def fan_out(n: int) -> int:
    return total(xs=[double(x=index) for index in range(n)])


@dynamic
def countdown(n: int) -> int:
    return double(x=n) if n == 0 else countdown(n=n - 1)


def test_the_body_sees_values_and_its_calls_run() -> None:
    assert fan_out(n=4) == 12

    @workflow
    def wf(n: int) -> int:
        return double(x=fan_out(n=n))

    assert wf(n=3) == 12


def test_it_may_draw_nothing_choose_map_and_call_itself() -> None:
    @dynamic
    def plain(n: int) -> tuple[int, list[int]]:
        return n + 1, [n, n]

    @dynamic
    def rich(n: int) -> int:
        made = map_task(double)(x=list(range(n)))
        return conditional("large?").if_(total(xs=made) > 5).then(total(xs=made)).else_().then(double(x=n))

    assert plain(n=1) == (2, [1, 1])
    assert (rich(n=3), rich(n=1)) == (6, 2)
    assert countdown(n=3) == 0


def test_its_own_retries_count() -> None:
    tries: list[int] = []

    @dynamic(retries=1)
    def again(n: int) -> int:
        tries.append(n)
        if len(tries) == 1:
            raise RecoverableError("not yet")
        return double(x=n)

    assert again(n=2) == 4


def test_a_missing_return_is_said() -> None:
    @dynamic
    def forgot(n: int) -> int:
        double(x=n)

    with pytest.raises(CompileError, match="declares an output and returns nothing"):
        forgot(n=1)


MODULE = """
from flyweight import dynamic, task, workflow

@task
def double(x: int) -> int:
    return 2 * x

@workflow
def inner(x: int) -> int:
    return double(x=x)

@dynamic
def drawn(n: int) -> int:
    if n < 0:
        raise ValueError("below zero")
    if n == 0:
        return 7
    if n == 1:
        return double(x="one")
    value = 1
    for _ in range(n):
        value = inner(x=double(x=value))
    return value
"""


def attempt(n: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> worker_pb2.Result:
    (folder / "drawn_probe.py").write_text(MODULE)
    monkeypatch.syspath_prepend(folder)
    inputs = to_literal_map({"n": n}, {"n": int})
    monkeypatch.setenv(COMPILED_WITH, json.dumps({"image": "ours:1", "env": {"A": "b"}}))
    start = worker_pb2.Start(
        resolver="flyweight.runtime.resolver.default",
        loader_args=["task-module", "drawn_probe", "task-name", "drawn"],
        task_id=identifier_pb2.Identifier(project="p", domain="d", name="drawn", version="v3").SerializeToString(),
        inputs=inputs.SerializeToString(),
        inline_limit=1 << 20,
        output_prefix=blob.file_uri(folder / "out"),
        bundle_uri="",
    )
    return run_attempt(Assignment(start), lambda _message: None)


def test_an_attempt_leaves_what_was_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = attempt(2, tmp_path, monkeypatch)
    assert result.futures_uri == blob.file_uri(tmp_path / "out" / "futures.pb")
    spec = dynamic_job_pb2.DynamicJobSpec.FromString(blob.get(result.futures_uri))
    assert [node.id for node in spec.nodes] == ["dn0", "dn1", "dn2", "dn3"]
    assert spec.min_successes == 4
    [template] = spec.tasks
    assert (template.id.project, template.id.version) == ("p", "v3")
    assert template.container.image == "ours:1"
    assert {pair.key: pair.value for pair in template.container.env} == {"A": "b"}
    assert [one.id.name for one in spec.subworkflows] == ["drawn_probe.inner"]
    assert spec.outputs[0].binding.promise.node_id == "dn3"
    assert result.started_at


def test_an_attempt_that_draws_nothing_gives_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = literals_pb2.LiteralMap.FromString(attempt(0, tmp_path, monkeypatch).outputs)
    assert outputs.literals["o0"].scalar.primitive.integer == 7


@pytest.mark.parametrize(("n", "says"), [(-1, "below zero"), (1, "input `x`")])
def test_an_attempt_fails_with_what_the_body_raised(
    n: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = errors_pb2.ContainerError.FromString(attempt(n, tmp_path, monkeypatch).error)
    assert says in error.message


def test_the_template_keeps_what_the_run_needs_to_know() -> None:
    settings = SerializationSettings(
        version="v",
        image_config=ImageConfig.from_images("main:1", {"gpu": "gpu:2"}),
        env={"A": "b"},
        code_digest="d1",
        default_resources=Resources(cpu=1, mem="1Gi"),
        default_limits=Resources(),
    )
    module_task = fan_out
    pairs = {pair.key: pair.value for pair in task_spec(module_task, settings).template.container.env}
    of = identifier_pb2.Identifier(project=settings.project, domain=settings.domain, version="v")
    found = settings_at_run(of, "flyweight.runtime.resolver.default", "", pairs)
    assert found == settings, "what the task calls is registered as it was itself"
