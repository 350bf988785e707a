"""Executions that executions start: found again with all that they gave, and never taken for somebody else's."""

import asyncio
from dataclasses import replace

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight.engine.children import Child
from flyweight.engine.graph import NodeKind
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.records import Batch, NodeRecord
from flyweight.errors import AlreadyExists, InvalidInput
from flyweight.ids import ExecutionKey, NodeId
from flyweight.protocol import watch_pb2
from flyweight.services.children import ChildExecutions
from flyweight.services.lookup import INLINE_LIMIT
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import (
    D,
    P,
    execution_request,
    ident,
    inputs,
    launch_plan_request,
    task_request,
    workflow_request,
)

PLAN = ident(identifier_pb2.LAUNCH_PLAN, "lib.wf")


@pytest.fixture
async def children(platform: Platform) -> ChildExecutions:
    await platform.tasks.create_task(task_request())
    await platform.workflows.create_workflow(workflow_request())
    await platform.launch_plans.create_launch_plan(launch_plan_request())
    return ChildExecutions(
        store=platform.store, lookup=platform.lookup, launcher=platform.launcher, driver=platform.driver
    )


def child(name: str = "child", *, overwrite_cache: bool = False) -> Child:
    return Child(
        parent=ExecutionKey(99),
        node=NodeId("n0"),
        parent_id=identifier_pb2.WorkflowExecutionIdentifier(project=P, domain=D, name="parent"),
        parent_spec=b"",
        name=name,
        overwrite_cache=overwrite_cache,
        launch_plan=PLAN,
        inputs=inputs(x=1),
    )


async def ended(platform: Platform, name: str) -> None:
    key = await platform.store.key_of(P, D, name)
    assert key is not None
    async with asyncio.timeout(10):
        while platform.driver.live(key):
            await asyncio.sleep(0)


async def test_a_child_that_has_ended_gives_all_its_outputs_however_large(
    platform: Platform, children: ChildExecutions
) -> None:
    assert await children.start(child()) is None
    assert await children.start(child()) is None
    large = inputs(o0=1)
    large.literals["o0"].hash = "x" * (INLINE_LIMIT + 1)
    for _ in range(2):
        platform.executor.succeed(await platform.executor.next(), large)
    await ended(platform, "child")
    found = await children.start(child())
    assert found is not None
    assert found.phase is ExecutionPhase.SUCCEEDED
    assert isinstance(found.outputs, literals_pb2.LiteralMap)
    assert found.outputs == large
    assert await children.stop(child(), "too late") == found


async def test_a_child_that_is_to_run_again_overwrites_the_cache(platform: Platform, children: ChildExecutions) -> None:
    for name, wanted in (("child", False), ("again", True)):
        await children.start(child(name, overwrite_cache=wanted))
        found = await platform.store.get_by_key(await platform.store.key_of(P, D, name))
        assert execution_pb2.ExecutionSpec.FromString(found.new.spec).overwrite_cache is wanted


async def test_whose_logs_are_to_be_read_is_said(platform: Platform, children: ChildExecutions) -> None:
    await children.start(child("parent"))
    key = await platform.store.key_of(P, D, "parent")
    assert key is not None
    launches = NodeRecord(
        execution=key, node=NodeId("n7"), spec_node="n7", kind=NodeKind.LAUNCH_PLAN.value, phase=NodePhase.RUNNING
    )
    await platform.store.commit(Batch(nodes=(launches,)))
    request = watch_pb2.LogsRequest(project=P, domain=D, name="parent", node_id="n7")
    with pytest.raises(InvalidInput, match="node n7 of execution parent is execution f"):
        await anext(platform.logs.logs(request))


async def test_a_child_that_recovers_another_names_it(platform: Platform, children: ChildExecutions) -> None:
    await children.start(child("before"))
    await platform.executor.next()
    await children.stop(child("before"), "enough")
    await ended(platform, "before")
    await children.start(replace(child("after"), recovers="before"))
    key = await platform.store.key_of(P, D, "after")
    assert key is not None
    found = await platform.store.get_by_key(key)
    metadata = execution_pb2.ExecutionSpec.FromString(found.new.spec).metadata
    assert (metadata.mode, metadata.reference_execution.name) == (metadata.RECOVERED, "before")
    assert metadata.parent_node_execution.node_id == "n0"


async def test_a_child_that_was_never_started_is_stopped_at_once(children: ChildExecutions) -> None:
    ended = await children.stop(child(), "its parent was stopped")
    assert ended is not None
    assert ended.phase is ExecutionPhase.ABORTED


async def test_an_execution_of_the_same_name_that_a_user_started_is_no_child(
    platform: Platform, children: ChildExecutions
) -> None:
    await platform.executions.create_execution(execution_request(PLAN, inputs(x=1), name="taken"))
    with pytest.raises(AlreadyExists, match="taken"):
        await children.start(child("taken"))
    with pytest.raises(AlreadyExists, match="taken"):
        await children.stop(child("taken"), "its parent was stopped")
