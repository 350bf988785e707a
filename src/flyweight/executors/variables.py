"""The environment variables that Flyte gives a task's container (flyteplugins, k8s_resource_adds.go)."""

from flyweight.engine.jobs import Job
from flyweight.ids import NO_ITEM
from flyweight.semantics.offloading import Limits

_ITEM_INDEX = "FLYTE_K8S_ARRAY_INDEX"
"""Names the item of a map; Flyte names this variable in another one, and flytekit looks there first."""


def task_variables(job: Job, offload: Limits, console_url: str = "") -> dict[str, str]:
    """Give the variables of one attempt: its container's own, the execution's, and Flyte's, the latter winning."""
    return {**shared_variables(job, offload), **attempt_variables(job, console_url)}


def shared_variables(job: Job, offload: Limits) -> dict[str, str]:
    """Give those that all attempts of one task in one execution have in common."""
    execution = job.execution
    task = job.task.id
    variables = offload.variables()  # a task or an execution may set limits of its own
    variables.update((pair.key, pair.value) for pair in job.task.container.env)
    variables.update(job.environment)
    variables.update(
        FLYTE_INTERNAL_EXECUTION_ID=execution.name,
        FLYTE_INTERNAL_EXECUTION_PROJECT=execution.project,
        FLYTE_INTERNAL_EXECUTION_DOMAIN=execution.domain,
        FLYTE_INTERNAL_EXECUTION_WORKFLOW=job.workflow,
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


def attempt_variables(job: Job, console_url: str = "") -> dict[str, str]:
    """Give those of this attempt alone."""
    variables = {"FLYTE_ATTEMPT_NUMBER": str(job.attempt.attempt)}
    if job.attempt.item != NO_ITEM:
        variables["BATCH_JOB_ARRAY_INDEX_VAR_NAME"] = _ITEM_INDEX
        variables[_ITEM_INDEX] = str(job.attempt.item)
    if console_url:
        execution = job.execution
        variables["FLYTE_EXECUTION_URL"] = (
            f"{console_url}/projects/{execution.project}/domains/{execution.domain}/executions/{execution.name}"
            f"/nodeId/{job.attempt.node}/nodes"
        )
    return variables
