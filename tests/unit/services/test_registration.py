"""Registering tasks, workflows and launch plans: once, checked, and read back as Flyte's clients expect."""

import pytest
from flyteidl.admin import common_pb2, launch_plan_pb2, project_pb2
from flyteidl.core import identifier_pb2

from flyweight import literals
from flyweight.errors import AlreadyExists, CompileError, InvalidInput, NotFound
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import (
    D,
    P,
    execution_request,
    ident,
    inputs,
    launch_plan_request,
    object_request,
    task_request,
    versions_of,
    workflow_request,
)

TASK, WORKFLOW, LAUNCH_PLAN = identifier_pb2.TASK, identifier_pb2.WORKFLOW, identifier_pb2.LAUNCH_PLAN


async def register(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    await platform.workflows.create_workflow(workflow_request())
    await platform.launch_plans.create_launch_plan(launch_plan_request())


async def test_a_task_is_read_back_with_its_compiled_template(platform: Platform) -> None:
    request = task_request()
    await platform.tasks.create_task(request)
    task = await platform.tasks.get_task(object_request(TASK, "lib.double"))
    assert task.id == request.id
    assert task.closure.compiled_task.template == request.spec.template
    assert task.closure.HasField("created_at")


async def test_the_same_task_again_is_already_there_and_another_one_is_refused_with_the_difference(
    platform: Platform,
) -> None:
    await platform.tasks.create_task(task_request())
    with pytest.raises(AlreadyExists):
        await platform.tasks.create_task(task_request())
    with pytest.raises(InvalidInput, match=r"container.image: 'img' is registered, 'other' was given"):
        await platform.tasks.create_task(task_request(image="other"))
    stored = await platform.tasks.get_task(object_request(TASK, "lib.double"))
    assert stored.closure.compiled_task.template.container.image == "img"


async def test_a_typo_in_a_name_suggests_the_registered_one(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    with pytest.raises(NotFound, match=r"Did you mean 'lib.double'\?"):
        await platform.tasks.get_task(object_request(TASK, "lib.duoble"))


async def test_an_unknown_version_names_the_newest_ones(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    with pytest.raises(NotFound, match=r"no version 'v9'.*The newest are 'v1'"):
        await platform.tasks.get_task(object_request(TASK, "lib.double", "v9"))


async def test_an_unknown_project_is_refused_and_those_there_are_named(platform: Platform) -> None:
    request = task_request()
    request.id.project = "nowhere"
    with pytest.raises(InvalidInput, match="flytesnacks"):
        await platform.tasks.create_task(request)


async def test_versions_are_listed_in_pages_and_names_once(platform: Platform) -> None:
    for version in ("v1", "v2", "v3"):
        await platform.tasks.create_task(task_request(version=version))
        platform.clock.advance(1)
    first = await platform.tasks.list_tasks(versions_of("lib.double", limit=2))
    rest = await platform.tasks.list_tasks(versions_of("lib.double", limit=2, token=first.token))
    assert [task.id.version for task in (*first.tasks, *rest.tasks)] == ["v3", "v2", "v1"]
    assert rest.token == ""
    names = await platform.tasks.list_task_ids(
        common_pb2.NamedEntityIdentifierListRequest(project=P, domain=D, limit=10)
    )
    assert [entity.name for entity in names.entities] == ["lib.double"]


async def test_a_workflow_is_compiled_with_the_tasks_it_names(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    await platform.workflows.create_workflow(workflow_request(deep=True))
    workflow = await platform.workflows.get_workflow(object_request(WORKFLOW, "lib.wf"))
    compiled = workflow.closure.compiled_workflow
    assert compiled.primary.template.id == workflow.id
    assert [task.template.id.name for task in compiled.tasks] == ["lib.double"]
    assert [sub.template.id.name for sub in compiled.sub_workflows] == ["lib.sub"]
    assert "n1" in compiled.primary.connections.downstream["n0"].ids


async def test_a_workflow_whose_task_is_not_registered_is_refused_with_the_tasks_name(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    with pytest.raises(CompileError, match=r"no task 'lib.doubel'.*Did you mean 'lib.double'"):
        await platform.workflows.create_workflow(workflow_request(task="lib.doubel"))


async def test_the_same_workflow_again_is_already_there_and_another_one_is_refused(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    await platform.workflows.create_workflow(workflow_request())
    with pytest.raises(AlreadyExists):
        await platform.workflows.create_workflow(workflow_request())
    with pytest.raises(InvalidInput, match="different structure"):
        await platform.workflows.create_workflow(workflow_request(deep=True))


async def test_the_order_of_the_nodes_a_node_waits_for_is_not_a_difference(platform: Platform) -> None:
    await platform.tasks.create_task(task_request())
    request = workflow_request()
    last = request.spec.template.nodes.add()
    last.CopyFrom(request.spec.template.nodes[1])
    last.id = "n2"
    last.upstream_node_ids.extend(["n1", "n0"])
    await platform.workflows.create_workflow(request)
    last.upstream_node_ids.reverse()
    with pytest.raises(AlreadyExists):
        await platform.workflows.create_workflow(request)
    last.upstream_node_ids.pop()
    with pytest.raises(InvalidInput, match="different structure"):
        await platform.workflows.create_workflow(request)


async def test_a_launch_plans_expected_inputs_are_those_that_are_not_fixed(platform: Platform) -> None:
    await register(platform)
    plans = platform.launch_plans
    await plans.create_launch_plan(launch_plan_request("with-default", default=5))
    await plans.create_launch_plan(launch_plan_request("fixed", fixed=inputs(x=7)))
    required = await plans.get_launch_plan(object_request(LAUNCH_PLAN, "lib.wf"))
    assert required.closure.expected_inputs.parameters["x"].required
    default = await plans.get_launch_plan(object_request(LAUNCH_PLAN, "with-default"))
    assert literals.primitive_value(default.closure.expected_inputs.parameters["x"].default) == 5
    fixed = await plans.get_launch_plan(object_request(LAUNCH_PLAN, "fixed"))
    assert not fixed.closure.expected_inputs.parameters
    assert list(fixed.closure.expected_outputs.variables) == ["o0"]


@pytest.mark.parametrize(
    ("fixed", "words"), [({"x": "text"}, "fixed input 'x' has the wrong type"), ({"y": 1}, "no input 'y'")]
)
async def test_a_launch_plan_that_does_not_fit_its_workflow_is_refused(
    platform: Platform, fixed: dict[str, int | str], words: str
) -> None:
    await register(platform)
    with pytest.raises(InvalidInput, match=words):
        await platform.launch_plans.create_launch_plan(launch_plan_request("bad", fixed=inputs(**fixed)))


async def test_activating_a_version_deactivates_the_one_before(platform: Platform) -> None:
    await register(platform)
    plans = platform.launch_plans
    await plans.create_launch_plan(launch_plan_request(version="v2"))
    for version in ("v1", "v2"):
        await plans.update_launch_plan(
            launch_plan_pb2.LaunchPlanUpdateRequest(
                id=ident(LAUNCH_PLAN, "lib.wf", version), state=launch_plan_pb2.ACTIVE
            )
        )
    name = common_pb2.NamedEntityIdentifier(project=P, domain=D, name="lib.wf")
    active = await plans.get_active_launch_plan(launch_plan_pb2.ActiveLaunchPlanRequest(id=name))
    assert (active.id.version, active.closure.state) == ("v2", launch_plan_pb2.ACTIVE)
    listed = await plans.list_active_launch_plans(
        launch_plan_pb2.ActiveLaunchPlanListRequest(project=P, domain=D, limit=10)
    )
    assert [plan.id.version for plan in listed.launch_plans] == ["v2"]
    before = await plans.get_launch_plan(object_request(LAUNCH_PLAN, "lib.wf", "v1"))
    assert before.closure.state == launch_plan_pb2.INACTIVE


async def test_names_can_be_described_and_archived(platform: Platform) -> None:
    await register(platform)
    name = common_pb2.NamedEntityIdentifier(project=P, domain=D, name="lib.wf")
    await platform.names.update_named_entity(
        common_pb2.NamedEntityUpdateRequest(
            resource_type=WORKFLOW,
            id=name,
            metadata=common_pb2.NamedEntityMetadata(
                description="doubles twice", state=common_pb2.NAMED_ENTITY_ARCHIVED
            ),
        )
    )
    entity = await platform.names.get_named_entity(common_pb2.NamedEntityGetRequest(resource_type=WORKFLOW, id=name))
    assert entity.metadata.description == "doubles twice"
    assert entity.metadata.state == common_pb2.NAMED_ENTITY_ARCHIVED


async def test_projects_are_registered_once_listed_and_changed(platform: Platform) -> None:
    project = project_pb2.Project(id="models", name="Models")
    await platform.projects.register_project(project_pb2.ProjectRegisterRequest(project=project))
    with pytest.raises(AlreadyExists):
        await platform.projects.register_project(project_pb2.ProjectRegisterRequest(project=project))
    await platform.projects.update_project(project_pb2.Project(id="models", description="all of them"))
    changed = await platform.projects.get_project(project_pb2.ProjectGetRequest(id="models"))
    assert (changed.name, changed.description) == ("Models", "all of them")
    listed = await platform.projects.list_projects(project_pb2.ProjectListRequest(limit=10))
    assert [known.id for known in listed.projects] == ["flytesnacks", "models"]
    assert [domain.id for domain in listed.projects[0].domains] == ["development", "staging", "production"]


async def test_an_execution_of_something_unregistered_names_what_was_meant(platform: Platform) -> None:
    await register(platform)
    with pytest.raises(NotFound, match=r"no launch plan 'lib.fw'.*Did you mean 'lib.wf'"):
        await platform.executions.create_execution(execution_request(ident(LAUNCH_PLAN, "lib.fw"), inputs(x=1)))
