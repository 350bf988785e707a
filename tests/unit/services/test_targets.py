"""What executions start: found once, then at hand, as long as it is used."""

import asyncio

import pytest
from flyteidl.core import identifier_pb2

from flyweight import literals
from flyweight.errors import InvalidInput, NotFound
from flyweight.services.registration import Registration
from flyweight.services.targets import Targets
from flyweight.store.database import Database
from flyweight.store.projects import ProjectStore
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import ident, inputs, launch_plan_request, task_request, workflow_request

TASK, WORKFLOW, LAUNCH_PLAN = identifier_pb2.TASK, identifier_pb2.WORKFLOW, identifier_pb2.LAUNCH_PLAN


@pytest.fixture
def targets(platform: Platform, database: Database) -> Targets:
    return Targets(platform.registry, Registration(ProjectStore(database)))


async def test_a_launch_plan_brings_its_workflows_digest_its_inputs_and_what_is_fixed(
    platform: Platform, targets: Targets
) -> None:
    await platform.tasks.create_task(task_request())
    await platform.workflows.create_workflow(workflow_request())
    await platform.launch_plans.create_launch_plan(launch_plan_request("default", default=3))
    await platform.launch_plans.create_launch_plan(launch_plan_request("fixed", fixed=inputs(x=4)))
    named = await targets.find(ident(LAUNCH_PLAN, "default"))
    fixed = await targets.find(ident(LAUNCH_PLAN, "fixed"))
    assert named.expected.parameters["x"].default == literals.primitive(3)
    assert fixed.fixed == inputs(x=4)
    assert named.digest == fixed.digest == (await platform.registry.workflows.get(named.workflow)).closure_digest
    assert named.closure is None
    assert named.task == ""


async def test_a_task_brings_the_closure_that_runs_it_alone(platform: Platform, targets: Targets) -> None:
    await platform.tasks.create_task(task_request())
    target = await targets.find(ident(TASK, "lib.double"))
    assert target.closure is not None
    assert target.digest == literals.digest(target.closure)
    assert [task.template.id.name for task in target.closure.tasks] == ["lib.double"]
    assert target.expected.parameters["x"].required
    assert target.own is None


async def test_without_a_kind_a_launch_plan_is_meant_and_other_kinds_are_refused(targets: Targets) -> None:
    with pytest.raises(NotFound, match=r"launch plan 'lib\.wf'"):
        await targets.find(ident(0, "lib.wf"))
    with pytest.raises(InvalidInput, match="names a WORKFLOW"):
        await targets.find(ident(WORKFLOW, "lib.wf"))


async def test_what_was_not_there_is_found_once_it_is_registered(platform: Platform, targets: Targets) -> None:
    with pytest.raises(NotFound):
        await targets.find(ident(TASK, "lib.double"))
    await platform.tasks.create_task(task_request())
    assert (await targets.find(ident(TASK, "lib.double"))).task


async def test_the_one_used_longest_ago_gives_way(platform: Platform, database: Database) -> None:
    targets = Targets(platform.registry, Registration(ProjectStore(database)), most=3)
    versions = ["v0", "v1", "v2", "v3"]
    await asyncio.gather(*(platform.tasks.create_task(task_request(version=version)) for version in versions))

    async def find(version: str) -> object:
        return await targets.find(ident(TASK, "lib.double", version))

    first = [await find(version) for version in versions[:3]]
    assert await find("v0") is first[0]
    await find("v3")
    assert await find("v0") is first[0]
    assert await find("v2") is first[2]
    assert await find("v1") is not first[1]
