"""Addresses of things in the console."""

from flyteidl.core import identifier_pb2

_KINDS = {
    identifier_pb2.TASK: "task",
    identifier_pb2.WORKFLOW: "workflow",
    identifier_pb2.LAUNCH_PLAN: "launch_plan",
}


def execution_url(console: str, execution: identifier_pb2.WorkflowExecutionIdentifier) -> str:
    """Give the address of an execution's page."""
    place = f"projects/{execution.project}/domains/{execution.domain}"
    return f"{console}/console/{place}/executions/{execution.name}"


def entity_url(console: str, entity: identifier_pb2.Identifier) -> str:
    """Give the address of an entity's page."""
    place = f"projects/{entity.project}/domains/{entity.domain}"
    kind = _KINDS.get(entity.resource_type, "task")
    return f"{console}/console/{place}/{kind}/{entity.name}/version/{entity.version}"
