"""Registered entities as Flyte's clients see them: stored versions in, ``flyteidl.admin`` messages out. Pure."""

from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import compiler_pb2, identifier_pb2, interface_pb2, tasks_pb2

from flyweight.clock import to_timestamp
from flyweight.ids import identifier
from flyweight.store.registry import StoredLaunchPlan, StoredTask, StoredWorkflow


def task(stored: StoredTask) -> task_pb2.Task:
    """Show a task."""
    spec = task_pb2.TaskSpec.FromString(stored.spec)
    return task_pb2.Task(
        id=identifier(identifier_pb2.TASK, stored.key),
        closure=task_pb2.TaskClosure.FromString(stored.closure),
        short_description=spec.description.short_description,
    )


def task_template(stored: StoredTask) -> tasks_pb2.TaskTemplate:
    """Give the template that a task is run by."""
    return task_pb2.TaskSpec.FromString(stored.spec).template


def workflow(stored: StoredWorkflow) -> workflow_pb2.Workflow:
    """Show a workflow, with its compiled closure if that was read too (lists leave it out, as Flyte's do)."""
    spec = workflow_pb2.WorkflowSpec.FromString(stored.spec)
    closure = workflow_pb2.WorkflowClosure(created_at=to_timestamp(stored.created_at))
    if stored.closure:
        closure.compiled_workflow.CopyFrom(compiler_pb2.CompiledWorkflowClosure.FromString(stored.closure))
    return workflow_pb2.Workflow(
        id=identifier(identifier_pb2.WORKFLOW, stored.key),
        closure=closure,
        short_description=spec.description.short_description,
    )


def workflow_interface(stored: StoredWorkflow) -> interface_pb2.TypedInterface:
    """Give a workflow's inputs and outputs."""
    return workflow_pb2.WorkflowSpec.FromString(stored.spec).template.interface


def launch_plan(stored: StoredLaunchPlan) -> launch_plan_pb2.LaunchPlan:
    """Show a launch plan."""
    message = launch_plan_pb2.LaunchPlan(
        id=identifier(identifier_pb2.LAUNCH_PLAN, stored.key),
        spec=launch_plan_pb2.LaunchPlanSpec.FromString(stored.spec),
        closure=launch_plan_pb2.LaunchPlanClosure.FromString(stored.closure),
    )
    state = launch_plan_pb2.LaunchPlanState.Name(stored.state)
    message.closure.MergeFrom(launch_plan_pb2.LaunchPlanClosure(state=state))  # stored closures are inactive
    message.closure.updated_at.CopyFrom(to_timestamp(stored.updated_at or stored.created_at))
    return message
