"""flytekit's names on our client: the calls one by one, entities fetched lazily, and what is compiled already."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin import common_pb2, execution_pb2, launch_plan_pb2, node_execution_pb2, project_pb2
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2

from flyweight import task, workflow
from flyweight.client import rpcs
from flyweight.client.nodes import FlyteNodeExecution
from flyweight.client.progress import NodeState
from flyweight.client.remote import FlyteRemote
from flyweight.client.rpcs import Rpc
from flyweight.compat.filters import Equal
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.specs import compile_entity
from flyweight.errors import InvalidInput
from tests.unit.client.registry import Registry
from tests.unit.client.scripted import ScriptedServer

ID = identifier_pb2.Identifier(project="p", domain="d", name="n", version="v")
RUN = identifier_pb2.WorkflowExecutionIdentifier(project="p", domain="d", name="e")
NODE = identifier_pb2.NodeExecutionIdentifier(node_id="n0", execution_id=RUN)
TRY = identifier_pb2.TaskExecutionIdentifier(node_execution_id=NODE)
NAME = common_pb2.NamedEntityIdentifier(project="p", domain="d")


@task
def double(x: int) -> int:
    return 2 * x


@workflow
def twice(x: int = 1) -> int:
    return double(x=x)


@pytest.mark.parametrize(
    ("method", "arguments", "rpc"),
    [
        ("get_task", (ID,), rpcs.GET_TASK),
        ("list_task_ids_paginated", ("p", "d"), rpcs.LIST_TASK_IDS),
        ("list_tasks_paginated", (NAME,), rpcs.LIST_TASKS),
        ("get_workflow", (ID,), rpcs.GET_WORKFLOW),
        ("list_workflow_ids_paginated", ("p", "d"), rpcs.LIST_WORKFLOW_IDS),
        ("list_workflows_paginated", (NAME,), rpcs.LIST_WORKFLOWS),
        ("get_launch_plan", (ID,), rpcs.GET_LAUNCH_PLAN),
        ("get_active_launch_plan", (NAME,), rpcs.GET_ACTIVE_LAUNCH_PLAN),
        ("list_launch_plan_ids_paginated", ("p", "d"), rpcs.LIST_LAUNCH_PLAN_IDS),
        ("list_launch_plans_paginated", (NAME,), rpcs.LIST_LAUNCH_PLANS),
        ("list_active_launch_plans_paginated", ("p", "d"), rpcs.LIST_ACTIVE_LAUNCH_PLANS),
        ("update_launch_plan", (ID, launch_plan_pb2.ACTIVE), rpcs.UPDATE_LAUNCH_PLAN),
        (
            "update_named_entity",
            (identifier_pb2.TASK, NAME, common_pb2.NamedEntityMetadata(description="x")),
            rpcs.UPDATE_NAMED_ENTITY,
        ),
        ("register_project", (project_pb2.Project(id="p"),), rpcs.REGISTER_PROJECT),
        ("update_project", (project_pb2.Project(id="p"),), rpcs.UPDATE_PROJECT),
        ("list_projects_paginated", (), rpcs.LIST_PROJECTS),
        ("get_domains", (), rpcs.GET_DOMAINS),
        ("get_control_plane_version", (), rpcs.GET_VERSION),
        (
            "create_execution",
            ("p", "d", None, execution_pb2.ExecutionSpec(), literals_pb2.LiteralMap()),
            rpcs.CREATE_EXECUTION,
        ),
        ("recover_execution", (RUN,), rpcs.RECOVER_EXECUTION),
        ("relaunch_execution", (RUN, "again"), rpcs.RELAUNCH_EXECUTION),
        ("terminate_execution", (RUN, "why"), rpcs.TERMINATE_EXECUTION),
        ("get_execution", (RUN,), rpcs.GET_EXECUTION),
        ("get_execution_data", (RUN,), rpcs.GET_EXECUTION_DATA),
        ("get_execution_metrics", (RUN,), rpcs.GET_EXECUTION_METRICS),
        ("list_executions_paginated", ("p", "d"), rpcs.LIST_EXECUTIONS),
        ("get_node_execution", (NODE,), rpcs.GET_NODE_EXECUTION),
        ("get_node_execution_data", (NODE,), rpcs.GET_NODE_EXECUTION_DATA),
        ("list_node_executions", (RUN,), rpcs.LIST_NODE_EXECUTIONS),
        ("list_node_executions_for_task_paginated", (TRY,), rpcs.LIST_NODE_EXECUTIONS_FOR_TASK),
        ("get_task_execution", (TRY,), rpcs.GET_TASK_EXECUTION),
        ("get_task_execution_data", (TRY,), rpcs.GET_TASK_EXECUTION_DATA),
        ("list_task_executions_paginated", (NODE,), rpcs.LIST_TASK_EXECUTIONS),
        ("get_upload_signed_url", ("p", "d", b"", "f", dt.timedelta(1)), rpcs.CREATE_UPLOAD_LOCATION),
        ("get_download_signed_url", ("s3://x",), rpcs.CREATE_DOWNLOAD_LOCATION),
        ("get_data", ("flyte://v1/p/d/e/n0/i",), rpcs.GET_DATA),
    ],
)
def test_each_call_of_the_client_is_one_call_of_the_platform(
    remote: FlyteRemote, server: ScriptedServer, method: str, arguments: tuple[Any, ...], rpc: Rpc[Any, Any]
) -> None:
    server.answer(rpc, lambda _: rpc.reply())
    getattr(remote.client, method)(*arguments)
    assert server.names() == [rpc.name]


def test_a_page_has_its_filters_and_gives_the_next_ones_token(remote: FlyteRemote, server: ScriptedServer) -> None:
    run = execution_pb2.Execution(id=RUN)
    server.answer(rpcs.LIST_EXECUTIONS, lambda _: execution_pb2.ExecutionList(executions=[run], token="7"))
    filters = [Equal("phase", "FAILED"), "ne(name,x)"]
    assert remote.client.list_executions_paginated("p", "d", 1, "6", filters) == ([run], "7")
    asked = server.calls[-1][1]
    assert (asked.limit, asked.token, asked.filters) == (1, "6", "eq(phase,FAILED)+ne(name,x)")


def test_a_lazy_entity_is_fetched_when_it_is_needed(
    remote: FlyteRemote, server: ScriptedServer, registry: Registry
) -> None:
    version = remote.register(twice).id.version
    before = len(server.calls)
    lazy = remote.fetch_workflow_lazy(name=twice.name, version=version)
    assert (lazy.name, lazy.entity_fetched(), len(server.calls)) == (twice.name, False, before)
    assert [node.id for node in lazy.nodes] == ["n0"]
    assert lazy.entity_fetched()
    remote.execute_remote_wf(lazy, {"x": 3})
    assert server.names()[-1] == "CreateExecution"
    assert remote.fetch_task_lazy(name=double.name, version=version).container.args


def test_what_is_compiled_already_is_registered_as_it_stands(remote: FlyteRemote, registry: Registry) -> None:
    place = SerializationSettings(project="p", domain="d", version="v0")
    spec = next(one for one in compile_entity(twice, place) if type(one).__name__ == "WorkflowSpec")
    with pytest.raises(InvalidInput, match="give og_entity"):
        remote.raw_register(spec, place, "v1")
    assert remote.raw_register(spec, place, "v1", og_entity=twice).version == "v1"
    assert {(kind, version) for kind, _, version in registry.things} == {("workflow", "v1"), ("plan", "v1")}


def test_a_folder_is_packed_and_uploaded(remote: FlyteRemote, registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("x = 1\n")
    digest, address = remote.fast_package(tmp_path)
    assert len(digest) == 16
    assert address
    assert registry.uploads


def test_a_node_gives_its_attempts_and_what_is_inside_it(remote: FlyteRemote, server: ScriptedServer) -> None:
    server.answer(rpcs.GET_NODE_EXECUTION, lambda _: node_execution_pb2.NodeExecution(id=NODE))
    inner = node_execution_pb2.NodeExecution()
    inner.id.node_id = "n0-0-n1"
    server.answer(
        rpcs.LIST_NODE_EXECUTIONS,
        lambda request: node_execution_pb2.NodeExecutionList(
            node_executions=[inner] if request.unique_parent_id == "n0" else []
        ),
    )
    tries = rpcs.LIST_TASK_EXECUTIONS.reply()
    for number in (1, 0):
        tries.task_executions.add().id.retry_attempt = number
    server.answer(rpcs.LIST_TASK_EXECUTIONS, lambda _: tries)
    node = remote.sync_node_execution(
        FlyteNodeExecution(remote, NodeState(message=node_execution_pb2.NodeExecution(id=NODE)))
    )
    assert [each.id.retry_attempt for each in node.task_executions] == [0, 1]
    assert list(node.subworkflow_node_executions) == ["n0-0-n1"]
    assert not node.task_executions[0].is_done


def test_variables_of_what_is_fetched_are_the_messages(remote: FlyteRemote, registry: Registry) -> None:
    found = remote.register_task(double)
    assert isinstance(found.inputs["x"], interface_pb2.Variable)
    assert (found.type, found.entity_type_text, found.template.id.name) == ("python-task", "Task", double.name)
