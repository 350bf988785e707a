"""Turns a job whose container calls our entry point into the Start message for a worker, without private hints."""

from functools import lru_cache

from google.protobuf.message import Message

from flyweight.engine.jobs import Job
from flyweight.executors.variables import attempt_variables, shared_variables
from flyweight.ids import NO_ITEM
from flyweight.protocol import worker_pb2
from flyweight.protocol.arguments import ExecuteArguments, parse_container

KEPT = 256
"""How many pairs of a task and an execution are remembered."""


@lru_cache(maxsize=1024)
def _parsed(words: tuple[str, ...]) -> ExecuteArguments:
    return parse_container(words)


class StartMessages:
    """Makes Start messages; what the attempts of one task in one execution have in common is put together once."""

    def __init__(self, *, inline_limit: int, console_url: str = "") -> None:
        self._inline_limit = inline_limit
        self._console_url = console_url
        # With what it was made of, so that neither object's id can pass to another one while it stands here.
        self._common: dict[tuple[int, int], tuple[Message, Message, worker_pb2.Start]] = {}

    def make(self, job: Job, number: int) -> worker_pb2.Start:
        """Say what a worker needs to run this job, but for its inputs.

        Raises:
            InvalidInput: the job's container does not call our entry point in a form that it takes.
        """
        start = worker_pb2.Start()
        start.CopyFrom(self._common_to(job))
        start.id = number
        start.node_id = job.attempt.place
        start.attempt = job.attempt.attempt
        start.output_prefix = job.output_prefix
        start.raw_output_prefix = job.raw_output_prefix
        start.checkpoint_prefix = job.checkpoint_prefix
        start.previous_checkpoint_prefix = job.previous_checkpoint_prefix
        start.deck = bool(job.deck_uri)
        start.element = job.attempt.item != NO_ITEM
        for name, value in attempt_variables(job, self._console_url).items():
            start.environment[name] = value
        return start

    def _common_to(self, job: Job) -> worker_pb2.Start:
        place = id(job.task), id(job.execution)
        known = self._common.get(place)
        if known is not None:
            return known[-1]
        container = job.task.container
        arguments = _parsed((*container.command, *container.args))
        start = worker_pb2.Start(
            project=job.execution.project,
            domain=job.execution.domain,
            execution=job.execution.name,
            task_id=job.task.id.SerializeToString(),
            bundle_uri=arguments.bundle_uri,
            resolver=arguments.resolver,
            loader_args=arguments.loader_args,
            environment=shared_variables(job),
            inline_limit=self._inline_limit,
        )
        if len(self._common) >= KEPT:
            del self._common[next(iter(self._common))]
        self._common[place] = job.task, job.execution, start
        return start
