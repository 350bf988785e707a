"""Maps as Flyte's clients see them: one task execution with an entry for each item, and items that are read as nodes."""

from pathlib import Path

import pytest
from flyteidl.admin import execution_pb2 as admin_execution_pb2
from flyteidl.admin import node_execution_pb2, task_execution_pb2
from flyteidl.core import errors_pb2, execution_pb2, identifier_pb2, literals_pb2, types_pb2
from flyteidl.service import dataproxy_pb2

from flyweight import literals
from flyweight.engine.jobs import LogSpan
from flyweight.errors import InvalidInput, NotFound
from flyweight.ids import NodeId
from flyweight.protocol import watch_pb2
from flyweight.semantics.rerun import RERUN_NODE
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import (
    INTEGER,
    D,
    P,
    execution_request,
    ident,
    inputs,
    launch_plan_request,
    task_request,
    variables,
    workflow_request,
)

OF = identifier_pb2.WorkflowExecutionIdentifier(project=P, domain=D, name="mapped")
LIST = types_pb2.LiteralType(collection_type=INTEGER)
Phase = execution_pb2.TaskExecution


def named(node: str) -> identifier_pb2.NodeExecutionIdentifier:
    return identifier_pb2.NodeExecutionIdentifier(node_id=node, execution_id=OF)


@pytest.fixture
async def mapping(platform: Platform) -> Platform:
    """A platform where a task is mapped over three numbers, two of which must succeed."""
    await platform.tasks.create_task(task_request(deck=True))
    request = workflow_request()
    template = request.spec.template
    template.interface.inputs.CopyFrom(variables(x=LIST))
    template.interface.outputs.CopyFrom(variables(o0=LIST))
    inner = template.nodes[0]
    mapped = template.nodes.add(id="n0", inputs=inner.inputs)
    mapped.array_node.node.CopyFrom(inner)
    mapped.array_node.is_original_sub_node_interface.value = True
    mapped.array_node.min_successes = 2
    del template.nodes[:2]
    template.outputs[0].binding.promise.node_id = "n0"
    await platform.workflows.create_workflow(request)
    plan = launch_plan_request()
    plan.spec.default_inputs.parameters["x"].var.type.CopyFrom(LIST)
    await platform.launch_plans.create_launch_plan(plan)
    given = literals_pb2.LiteralMap(literals={"x": literals.collection(map(literals.primitive, [5, 6, 7]))})
    await platform.executions.create_execution(
        execution_request(ident(identifier_pb2.LAUNCH_PLAN, "lib.wf"), given, name="mapped")
    )
    return platform


async def task_execution(platform: Platform, node: str) -> task_execution_pb2.TaskExecution:
    request = task_execution_pb2.TaskExecutionListRequest(node_execution_id=named(node), limit=10)
    [found] = (await platform.nodes.list_task_executions(request)).task_executions
    asked = task_execution_pb2.TaskExecutionGetRequest(id=found.id)
    assert await platform.nodes.get_task_execution(asked) == found
    return found


async def run(platform: Platform, log: Path) -> None:
    """Let item 1 fail and the others succeed; the first one writes a log."""
    first, second, third = [await platform.executor.next() for _ in range(3)]
    log.write_text("before\nmine\nafter\n")
    platform.executor.succeed(first, inputs(o0=10), LogSpan(path=str(log), start=7, end=12))
    platform.executor.fail(second, errors_pb2.ContainerError(code="Oops", message="six is no good"))
    platform.executor.succeed(third, inputs(o0=14))
    events = platform.watch.watch(watch_pb2.WatchRequest(project=P, domain=D, name="mapped"))
    reasons = [event.node.reason async for event in events if event.WhichOneof("event") == "node"]
    assert reasons[-1] == "2 of 3 items succeeded, 1 failed"


async def test_a_map_is_one_task_execution_whose_items_are_external_resources(
    mapping: Platform, tmp_path: Path
) -> None:
    assert (await task_execution(mapping, "n0")).closure.phase == Phase.RUNNING
    await run(mapping, tmp_path / "log")
    found = await task_execution(mapping, "n0")
    assert found.closure.phase == Phase.SUCCEEDED
    assert found.closure.reason == "2 of 3 items succeeded, 1 failed"
    items = [(each.index, each.phase) for each in found.closure.metadata.external_resources]
    assert items == [(1, Phase.FAILED), (0, Phase.SUCCEEDED), (2, Phase.SUCCEEDED)], "those that failed stand first"
    shown = await mapping.nodes.get_node_execution(node_execution_pb2.NodeExecutionGetRequest(id=named("n0")))
    assert shown.metadata.is_array
    data = await mapping.nodes.get_task_execution_data(task_execution_pb2.TaskExecutionGetDataRequest(id=found.id))
    assert len(data.full_outputs.literals["o0"].collection.literals) == 3


async def test_where_not_all_items_can_be_listed_those_that_failed_come_first(
    mapping: Platform, tmp_path: Path
) -> None:
    await run(mapping, tmp_path / "log")
    found = await mapping.lookup.of(OF)
    owner = await mapping.lookup.node(found, NodeId("n0"))
    pages = [await mapping.lookup.items(found, owner, limit=1, first=first) for first in range(3)]
    assert [item.index for [item] in pages] == [1, 0, 2]
    custom = (await task_execution(mapping, "n0")).closure.custom_info
    assert (custom["items"], custom["failed"], custom["listed"]) == (3, 1, 3)


async def test_an_item_is_read_as_a_node_is(mapping: Platform, tmp_path: Path) -> None:
    await run(mapping, tmp_path / "log")
    item = await mapping.nodes.get_node_execution(node_execution_pb2.NodeExecutionGetRequest(id=named("n0-n1")))
    assert item.closure.error.message == "six is no good"
    typed = await mapping.nodes.get_node_execution(node_execution_pb2.NodeExecutionGetRequest(id=named("n0[1]")))
    assert typed == item
    data = await mapping.nodes.get_node_execution_data(
        node_execution_pb2.NodeExecutionGetDataRequest(id=named("n0-n0"))
    )
    assert (data.full_inputs, data.full_outputs) == (inputs(x=5), inputs(o0=10))
    attempt = await task_execution(mapping, "n0-n0")
    assert (attempt.closure.phase, attempt.closure.reason) == (Phase.SUCCEEDED, "on worker 1")
    request = watch_pb2.LogsRequest(project=P, domain=D, name="mapped", node_id="n0-n0", follow=True)
    for request.node_id in ("n0-n0", "n0[0]"):
        assert b"".join([chunk.text async for chunk in mapping.logs.logs(request)]) == b"mine\n"
    request.node_id = "n0"
    with pytest.raises(InvalidInput, match=r"n0\[0\] to \[2\], each with a log .*\(failed: n0\[1\]\)"):
        await anext(mapping.logs.logs(request))
    address = f"flyte://v1/{P}/{D}/mapped/n0[{{}}]/{{}}"
    read = await mapping.data.get_data(dataproxy_pb2.GetDataRequest(flyte_url=address.format(0, "o")))
    assert read.literal_map == inputs(o0=10)
    assert await mapping.data.get_data(dataproxy_pb2.GetDataRequest(flyte_url=address.format(1, "i/x")))
    with pytest.raises(NotFound, match=r"'n0\[1\]' has no outputs: it is FAILED"):
        await mapping.data.get_data(dataproxy_pb2.GetDataRequest(flyte_url=address.format(1, "o")))
    assert (await mapping.decks.deck(OF, "n0-n0")).published is False


async def test_an_item_is_run_again_by_itself(mapping: Platform, tmp_path: Path) -> None:
    await run(mapping, tmp_path / "log")
    spec = admin_execution_pb2.ExecutionSpec()
    spec.metadata.mode = admin_execution_pb2.ExecutionMetadata.RECOVERED
    spec.metadata.reference_execution.CopyFrom(OF)
    spec.annotations.values[RERUN_NODE] = "n0-n2"
    request = admin_execution_pb2.ExecutionCreateRequest(project=P, domain=D, spec=spec)
    again = await mapping.executions.create_execution(request)
    jobs = [await mapping.executor.next() for _ in range(2)]
    assert {job.attempt.item for job in jobs} == {1, 2}, "the one that failed has no outputs to be taken over"
    request.spec.annotations.values[RERUN_NODE] = "n0-n7"
    with pytest.raises(NotFound, match=r"no item n0\[7\].*: the map n0 has 3 items, n0\[0\] to \[2\]"):
        await mapping.executions.create_execution(request)
    await mapping.executions.terminate_execution(admin_execution_pb2.ExecutionTerminateRequest(id=again.id))


@pytest.mark.parametrize(
    ("name", "told"), [("n0-n3", r"n0\[3\]"), ("n0-n300", r"n0\[300\]"), ("n1-n0", "n1-n0"), ("n0-nx", "n0-nx")]
)
async def test_what_is_no_item_is_not_found(mapping: Platform, name: str, told: str) -> None:
    with pytest.raises(NotFound, match=told):
        await mapping.nodes.get_node_execution(node_execution_pb2.NodeExecutionGetRequest(id=named(name)))
