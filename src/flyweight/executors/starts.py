"""Turns a job whose container calls our entry point into the Start message for a worker, without private hints."""

from functools import lru_cache

from flyweight.engine.jobs import Job
from flyweight.executors.variables import task_variables
from flyweight.protocol import worker_pb2
from flyweight.protocol.arguments import ExecuteArguments, parse_container


@lru_cache(maxsize=1024)
def _parsed(words: tuple[str, ...]) -> ExecuteArguments:
    return parse_container(words)


def start_message(job: Job, number: int, *, inline_limit: int, console_url: str = "") -> worker_pb2.Start:
    """Say what a worker needs to run this job, but for its inputs.

    Raises:
        InvalidInput: the job's container does not call our entry point in a form that it takes.
    """
    container = job.task.container
    arguments = _parsed((*container.command, *container.args))
    return worker_pb2.Start(
        id=number,
        project=job.execution.project,
        domain=job.execution.domain,
        execution=job.execution.name,
        node_id=job.attempt.node,
        attempt=job.attempt.attempt,
        task_id=job.task.id.SerializeToString(),
        output_prefix=job.output_prefix,
        raw_output_prefix=job.raw_output_prefix,
        checkpoint_prefix=job.checkpoint_prefix,
        previous_checkpoint_prefix=job.previous_checkpoint_prefix,
        bundle_uri=arguments.bundle_uri,
        resolver=arguments.resolver,
        loader_args=arguments.loader_args,
        environment=task_variables(job, console_url),
        deck=bool(job.deck_uri),
        inline_limit=inline_limit,
    )
