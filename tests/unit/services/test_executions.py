"""Executions: started once, checked before they start, read, listed, stopped, and started again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from flyteidl.admin import execution_pb2, node_execution_pb2
from flyteidl.core import errors_pb2, identifier_pb2, literals_pb2, types_pb2
from flyteidl.core import execution_pb2 as core_execution_pb2

from flyweight.errors import AlreadyExists, InvalidInput, NotFound, PreconditionFailed, TooLarge
from flyweight.protocol import watch_pb2
from flyweight.semantics.rerun import RERUN_NODE
from tests.unit.services.conftest import INLINE_LIMIT, Platform
from tests.unit.services.entities import (
    D,
    P,
    execution_request,
    ident,
    inputs,
    launch_plan_request,
    task_request,
    versions_of,
    workflow_request,
)

PLAN = ident(identifier_pb2.LAUNCH_PLAN, "lib.wf")
TASK = ident(identifier_pb2.TASK, "lib.double")
Phase = core_execution_pb2.WorkflowExecution
NodePhase = core_execution_pb2.NodeExecution
BROKEN = errors_pb2.ContainerError(code="Oops", message="broken")


@pytest.fixture
async def ready(platform: Platform) -> Platform:
    await platform.tasks.create_task(task_request())
    await platform.workflows.create_workflow(workflow_request())
    await platform.launch_plans.create_launch_plan(launch_plan_request())
    await platform.launch_plans.create_launch_plan(launch_plan_request("five", default=5))
    return platform


async def start(
    platform: Platform, request: execution_pb2.ExecutionCreateRequest
) -> identifier_pb2.WorkflowExecutionIdentifier:
    return (await platform.executions.create_execution(request)).id


async def get(platform: Platform, of: identifier_pb2.WorkflowExecutionIdentifier) -> execution_pb2.Execution:
    return await platform.executions.get_execution(execution_pb2.WorkflowExecutionGetRequest(id=of))


async def ended(platform: Platform, of: identifier_pb2.WorkflowExecutionIdentifier) -> execution_pb2.Execution:
    """Wait until it has ended, by watching it."""
    async with asyncio.timeout(10):
        async for _ in platform.watch.watch(watch_pb2.WatchRequest(project=of.project, domain=of.domain, name=of.name)):
            pass
    return await get(platform, of)


async def data(
    platform: Platform, of: identifier_pb2.WorkflowExecutionIdentifier
) -> execution_pb2.WorkflowExecutionGetDataResponse:
    return await platform.executions.get_execution_data(execution_pb2.WorkflowExecutionGetDataRequest(id=of))


async def test_a_workflow_runs_from_request_to_outputs(ready: Platform) -> None:
    of = await start(ready, execution_request(PLAN, inputs(x=1)))
    running = await get(ready, of)
    assert running.spec.launch_plan == PLAN
    assert running.closure.workflow_id.name == "lib.wf"
    first = await ready.executor.next()
    assert first.inputs == inputs(x=1)
    ready.executor.succeed(first, inputs(o0=2))
    ready.executor.succeed(await ready.executor.next(), inputs(o0=4))
    assert (await ended(ready, of)).closure.phase == Phase.SUCCEEDED
    both = await data(ready, of)
    assert both.full_inputs == inputs(x=1)
    assert both.full_outputs == inputs(o0=4)


async def test_a_single_task_runs_without_a_workflow_of_its_own(ready: Platform) -> None:
    of = await start(ready, execution_request(TASK, inputs(x=3)))
    job = await ready.executor.next()
    assert job.task.id.name == "lib.double"
    ready.executor.succeed(job, inputs(o0=6))
    execution = await ended(ready, of)
    assert execution.closure.phase == Phase.SUCCEEDED
    assert execution.spec.launch_plan.resource_type == identifier_pb2.TASK
    assert (await data(ready, of)).full_outputs == inputs(o0=6)


async def test_a_drawn_name_follows_flytes_form_and_a_given_one_is_kept(ready: Platform) -> None:
    drawn = await start(ready, execution_request(PLAN, inputs(x=1)))
    assert len(drawn.name) == 20
    given = await start(ready, execution_request(PLAN, inputs(x=1), name="mine"))
    assert given.name == "mine"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "expected_inputs x missing"),
        ({"x": "text"}, "expected integer, got string"),
        ({"x": 1, "y": 2}, "invalid input y"),
    ],
)
async def test_wrong_inputs_are_refused_and_nothing_is_started(
    ready: Platform, given: dict[str, int | str], words: str
) -> None:
    for target in (PLAN, TASK):
        with pytest.raises(InvalidInput, match=words):
            await start(ready, execution_request(target, inputs(**given)))
    assert not (await ready.executions.list_executions(versions_of(""))).executions


async def test_a_launch_plans_default_fills_in_and_the_caller_goes_before_it(ready: Platform) -> None:
    five = ident(identifier_pb2.LAUNCH_PLAN, "five")
    default = await start(ready, execution_request(five, literals_pb2.LiteralMap()))
    assert (await data(ready, default)).full_inputs == inputs(x=5)
    given = await start(ready, execution_request(five, inputs(x=6)))
    assert (await data(ready, given)).full_inputs == inputs(x=6)


@pytest.mark.parametrize("name", ["1st", "Mine", "a" * 64, "a_b"])
async def test_a_name_that_flyte_would_refuse_is_refused(ready: Platform, name: str) -> None:
    with pytest.raises(InvalidInput, match="execution name"):
        await start(ready, execution_request(PLAN, inputs(x=1), name=name))


async def test_the_same_name_twice_starts_one_execution_even_at_once(ready: Platform) -> None:
    request = execution_request(PLAN, inputs(x=1), name="once")
    results = await asyncio.gather(*(start(ready, request) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, AlreadyExists) for result in results) == 4
    with pytest.raises(AlreadyExists):
        await start(ready, request)
    assert len((await ready.executions.list_executions(versions_of(""))).executions) == 1


async def test_a_name_that_is_taken_keeps_its_large_inputs(ready: Platform) -> None:
    large = inputs(x=1)
    large.literals["x"].hash = "first" * INLINE_LIMIT
    of = await start(ready, execution_request(PLAN, large, name="large"))
    other = inputs(x=2)
    other.literals["x"].hash = "other" * INLINE_LIMIT
    with pytest.raises(AlreadyExists):
        await start(ready, execution_request(PLAN, other, name="large"))
    assert (await data(ready, of)).full_inputs.literals["x"].scalar == large.literals["x"].scalar


async def test_a_caller_that_lost_the_answer_and_asks_again_gets_the_same_execution(ready: Platform) -> None:
    request = execution_request(PLAN, inputs(x=1))
    call = asyncio.ensure_future(start(ready, request))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    again = await start(ready, request)
    listed = (await ready.executions.list_executions(versions_of(""))).executions
    assert [execution.id.name for execution in listed] == [again.name]
    assert (await start(ready, request)).name != again.name, "a third request is a new wish"


async def test_a_lost_answer_is_forgotten_after_a_while(ready: Platform) -> None:
    request = execution_request(PLAN, inputs(x=1))
    call = asyncio.ensure_future(start(ready, request))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    ready.clock.advance(3600)
    await start(ready, request)
    async with asyncio.timeout(10):
        await ready.executor.next()
        await ready.executor.next()


async def test_large_inputs_stand_apart_and_are_served_like_small_ones(ready: Platform) -> None:
    request = task_request("lib.text")
    for side in (request.spec.template.interface.inputs, request.spec.template.interface.outputs):
        for variable in side.variables.values():
            variable.type.simple = types_pb2.STRING
    await ready.tasks.create_task(request)
    text = inputs(x="t" * 20_000)
    of = await start(ready, execution_request(ident(identifier_pb2.TASK, "lib.text"), text))
    job = await ready.executor.next()
    assert job.inputs == text
    ready.executor.succeed(job, inputs(o0="u" * 20_000))
    await ended(ready, of)
    both = await data(ready, of)
    assert both.full_inputs == text
    assert both.full_outputs == inputs(o0="u" * 20_000)
    assert both.inputs.bytes > 20_000
    path, query = both.outputs.url.removeprefix("http://localhost:30080").split("?")
    download = await ready.data.send("GET", path, query, {})
    body = b"".join([chunk async for chunk in download.body])
    assert literals_pb2.LiteralMap.FromString(body) == both.full_outputs


async def test_an_execution_is_stopped_with_the_cause_that_was_given(ready: Platform) -> None:
    of = await start(ready, execution_request(PLAN, inputs(x=1)))
    job = await ready.executor.next()
    ready.executor.begin(job)
    await ready.executions.terminate_execution(execution_pb2.ExecutionTerminateRequest(id=of, cause="enough"))
    execution = await ended(ready, of)
    assert execution.closure.phase == Phase.ABORTED
    assert execution.closure.abort_metadata.cause == "enough"
    with pytest.raises(PreconditionFailed, match="ended already"):
        await ready.executions.terminate_execution(execution_pb2.ExecutionTerminateRequest(id=of, cause="again"))


async def test_a_relaunch_takes_the_callers_inputs_and_names_where_it_came_from(ready: Platform) -> None:
    of = await start(ready, execution_request(ident(identifier_pb2.LAUNCH_PLAN, "five"), inputs(x=9), name="first"))
    again = await ready.executions.relaunch_execution(execution_pb2.ExecutionRelaunchRequest(id=of, name="second"))
    execution = await get(ready, again.id)
    assert execution.spec.metadata.mode == execution_pb2.ExecutionMetadata.RELAUNCH
    assert execution.spec.metadata.reference_execution == of
    assert (await data(ready, again.id)).full_inputs == inputs(x=9)


async def failed(platform: Platform, name: str = "first") -> identifier_pb2.WorkflowExecutionIdentifier:
    """Have an execution fail at its second node."""
    of = await start(platform, execution_request(PLAN, inputs(x=1), name=name))
    platform.executor.succeed(await platform.executor.next(), inputs(o0=2))
    platform.executor.fail(await platform.executor.next(), BROKEN)
    assert (await ended(platform, of)).closure.phase == Phase.FAILED
    return of


async def nodes_of(platform: Platform, of: identifier_pb2.WorkflowExecutionIdentifier) -> dict[str, int]:
    request = node_execution_pb2.NodeExecutionListRequest(workflow_execution_id=of, limit=100)
    found = await platform.nodes.list_node_executions(request)
    return {node.id.node_id: node.closure.phase for node in found.node_executions}


async def test_recovery_takes_over_what_succeeded_and_says_where_it_came_from(ready: Platform) -> None:
    of = await failed(ready)
    recovered = await ready.executions.recover_execution(execution_pb2.ExecutionRecoverRequest(id=of, name="second"))
    job = await ready.executor.next()
    assert (job.attempt.node, job.inputs) == ("n1", inputs(x=2))
    ready.executor.succeed(job, inputs(o0=4))
    execution = await ended(ready, recovered.id)
    assert execution.closure.phase == Phase.SUCCEEDED
    assert execution.spec.metadata.mode == execution_pb2.ExecutionMetadata.RECOVERED
    assert execution.spec.metadata.reference_execution == of
    assert await nodes_of(ready, recovered.id) == {"n0": NodePhase.RECOVERED, "n1": NodePhase.SUCCEEDED}


async def test_one_node_runs_again_and_what_follows_from_it(ready: Platform) -> None:
    of = await failed(ready)
    spec = execution_pb2.ExecutionSpec()
    spec.metadata.mode = execution_pb2.ExecutionMetadata.RECOVERED
    spec.metadata.reference_execution.CopyFrom(of)
    spec.annotations.values[RERUN_NODE] = "n0"
    request = execution_pb2.ExecutionCreateRequest(project=P, domain=D, name="second", spec=spec)
    again = await start(ready, request)
    job = await ready.executor.next()
    assert (job.attempt.node, job.inputs) == ("n0", inputs(x=1))
    assert (await data(ready, again)).full_inputs == inputs(x=1)
    request.spec.annotations.values[RERUN_NODE] = "n77"
    request.name = "third"
    with pytest.raises(NotFound, match="n77"):
        await start(ready, request)


async def test_newer_code_that_lacks_the_node_is_refused(ready: Platform) -> None:
    of = await failed(ready)
    shorter = workflow_request(version="v2")
    del shorter.spec.template.nodes[1]
    shorter.spec.template.outputs[0].binding.promise.node_id = "n0"
    await ready.workflows.create_workflow(shorter)
    newer = launch_plan_request(version="v2")
    newer.spec.workflow_id.version = "v2"
    await ready.launch_plans.create_launch_plan(newer)
    spec = execution_pb2.ExecutionSpec(launch_plan=identifier_pb2.Identifier(version="v2"))
    spec.metadata.mode = execution_pb2.ExecutionMetadata.RECOVERED
    spec.metadata.reference_execution.CopyFrom(of)
    spec.annotations.values[RERUN_NODE] = "n1"
    with pytest.raises(InvalidInput, match=r"ran, has no node 'n1'.*its nodes are n0\."):
        await start(ready, execution_pb2.ExecutionCreateRequest(project=P, domain=D, name="second", spec=spec))


async def test_a_projects_parallelism_holds_where_nobody_says_another(ready: Platform) -> None:
    ready.launcher._settings = replace(ready.launcher._settings, max_parallelism={P: 3, "*": 9})
    of = await start(ready, execution_request(PLAN, inputs(x=1), name="first"))
    assert (await get(ready, of)).spec.max_parallelism == 3
    request = execution_request(PLAN, inputs(x=1), name="second")
    request.spec.max_parallelism = 7
    assert (await get(ready, await start(ready, request))).spec.max_parallelism == 7


async def test_what_has_not_ended_cannot_be_recovered(ready: Platform) -> None:
    of = await start(ready, execution_request(PLAN, inputs(x=1)))
    with pytest.raises(PreconditionFailed, match="wait for its end"):
        await ready.executions.recover_execution(execution_pb2.ExecutionRecoverRequest(id=of))


async def test_an_archived_execution_is_listed_only_when_asked_for(ready: Platform) -> None:
    of = await start(ready, execution_request(PLAN, inputs(x=1)))
    await ready.executions.update_execution(
        execution_pb2.ExecutionUpdateRequest(id=of, state=execution_pb2.EXECUTION_ARCHIVED)
    )
    assert not (await ready.executions.list_executions(versions_of(""))).executions
    query = versions_of("")
    query.filters = "eq(state,1)"
    [archived] = (await ready.executions.list_executions(query)).executions
    assert archived.closure.state_change_details.state == execution_pb2.EXECUTION_ARCHIVED


async def test_an_unknown_execution_is_not_found(ready: Platform) -> None:
    with pytest.raises(NotFound, match="ghost"):
        await get(ready, identifier_pb2.WorkflowExecutionIdentifier(project=P, domain=D, name="ghost"))


async def test_the_metrics_of_an_execution_are_a_tree_of_its_nodes_and_attempts(ready: Platform) -> None:
    of = await start(ready, execution_request(TASK, inputs(x=3)))
    ready.executor.succeed(await ready.executor.next(), inputs(o0=6))
    await ended(ready, of)
    answer = await ready.executions.get_execution_metrics(execution_pb2.WorkflowExecutionGetMetricsRequest(id=of))
    assert answer.span.workflow_id == of
    node = next(span for span in answer.span.spans if span.HasField("node_id"))
    assert [span.task_id.retry_attempt for span in node.spans] == [0]


async def test_uploads_above_the_limit_leave_nothing(ready: Platform) -> None:
    async def much() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 600_000

    link = ready.links.upload("p/d/root/big", seconds=60, content_md5="")
    path, query = link.url.removeprefix("http://localhost:30080").split("?")
    with pytest.raises(TooLarge):
        await ready.data.receive(path, query, {}, much())
    with pytest.raises(NotFound):
        await ready.data.send("GET", *_read(ready, "p/d/root/big"), {})


def _read(platform: Platform, key: str) -> list[str]:
    return platform.links.download(platform.links.uri(key)).url.removeprefix("http://localhost:30080").split("?")
