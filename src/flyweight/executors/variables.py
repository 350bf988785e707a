"""The environment variables that Flyte gives a task's container (flyteplugins, k8s_resource_adds.go)."""

from flyweight.engine.jobs import Job, Template
from flyweight.semantics.offloading import Limits
from flyweight.semantics.variables import attempt_variables


def task_variables(job: Job, offload: Limits, console_url: str = "") -> dict[str, str]:
    """Give the variables of one attempt: its container's own, the execution's, and Flyte's, the latter winning."""
    node, attempt, item = job.attempt.node, job.attempt.attempt, job.attempt.item
    own = attempt_variables(node, attempt, item, execution_url(job.template, console_url))
    return {**shared_variables(job.template, offload), **own}


def shared_variables(template: Template, offload: Limits) -> dict[str, str]:
    """Give those that all attempts of one task in one execution have in common."""
    execution = template.execution
    task = template.task.id
    variables = offload.variables()  # a task or an execution may set limits of its own
    variables.update((pair.key, pair.value) for pair in template.task.container.env)
    variables.update(template.environment)
    variables.update(
        FLYTE_INTERNAL_EXECUTION_ID=execution.name,
        FLYTE_INTERNAL_EXECUTION_PROJECT=execution.project,
        FLYTE_INTERNAL_EXECUTION_DOMAIN=execution.domain,
        FLYTE_INTERNAL_EXECUTION_WORKFLOW=template.workflow,
        FLYTE_INTERNAL_TASK_PROJECT=task.project,
        FLYTE_INTERNAL_TASK_DOMAIN=task.domain,
        FLYTE_INTERNAL_TASK_NAME=task.name,
        FLYTE_INTERNAL_TASK_VERSION=task.version,
        # What these were called before there were TASK_ names; old code reads them.
        FLYTE_INTERNAL_PROJECT=task.project,
        FLYTE_INTERNAL_DOMAIN=task.domain,
        FLYTE_INTERNAL_NAME=task.name,
        FLYTE_INTERNAL_VERSION=task.version,
    )
    return variables


def execution_url(template: Template, console_url: str) -> str:
    """Give the address of an execution's page; empty where there is no console."""
    of = template.execution
    return f"{console_url}/projects/{of.project}/domains/{of.domain}/executions/{of.name}" if console_url else ""
