"""Turns a job whose container calls our entry point into the Start message for a worker, without private hints."""

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from google.protobuf.message import Message

from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Job, Template
from flyweight.errors import InvalidInput
from flyweight.executors.asked_secrets import secret_variables
from flyweight.executors.limits import TaskLimits, limits_of
from flyweight.executors.variables import execution_url, shared_variables
from flyweight.ids import NO_ITEM
from flyweight.protocol import worker_pb2
from flyweight.protocol.arguments import ExecuteArguments, parse_container
from flyweight.protocol.framing import encode
from flyweight.semantics.offloading import Limits
from flyweight.settings import OWN_FLAVOR, PlatformSecrets

KEPT = 1024
"""How many pairs of a task and an execution are remembered."""
LARGE_INPUTS = 1024 * 1024
"""Bytes of inputs past which a worker reads them from the blob store itself."""

_LEAST = 0.0002
"""Seconds that an attempt takes at least, with all that is around it."""
_SLOWING = 4
"""How slowly a task is believed to have become quicker; that it has become slower is believed at once."""


@lru_cache(maxsize=1024)
def _parsed(words: tuple[str, ...]) -> ExecuteArguments:
    return parse_container(words)


@dataclass(slots=True, kw_only=True, eq=False)
class Pace:
    """How long a worker is thought to be busy with an attempt of a task."""

    seconds: float = inf
    """Infinite while nothing is known."""

    def note(self, seconds: float) -> None:
        """Take one more attempt's time into account."""
        seconds = max(seconds, _LEAST)
        if self.seconds < seconds or self.seconds == inf:
            self.seconds = seconds
        else:
            self.seconds += (seconds - self.seconds) / _SLOWING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """What all attempts of one task in one execution have in common."""

    made_of: Template
    """Kept, so that its id cannot pass to another one while it stands for this."""
    number: int
    frame: bytes
    """The Shared message that tells a worker."""
    python: str
    bundle: str
    limits: TaskLimits
    alone: bool
    """Whether an attempt has limits, and is alone in its worker for that."""
    asks_secrets: bool
    pace: Pace


class StartMessages:
    """Makes Start messages; what the attempts of one task in one execution have in common is put together once."""

    def __init__(
        self,
        environments: Environments,
        *,
        secrets: PlatformSecrets,
        inline_limit: int,
        offload: Limits,
        console_url: str = "",
    ) -> None:
        self._environments = environments
        self._secrets = secrets
        self._inline_limit = inline_limit
        self._offload = offload
        self._console_url = console_url
        self._works: dict[int, Work] = {}
        self._paces: dict[int, tuple[Message, Pace]] = {}
        self._last_number = 0

    def work(self, job: Job) -> Work:
        """Give what the job has in common with others.

        Raises:
            InvalidInput: the job's container does not call our entry point in a form that it takes, its limits
                cannot be read, or no environment is configured for it.
        """
        place = id(job.template)
        known = self._works.get(place)
        if known is None:
            known = self._make(job.template)
            if len(self._works) >= KEPT:
                del self._works[next(iter(self._works))]
            self._works[place] = known
        return known

    def make(self, job: Job, work: Work, number: int) -> worker_pb2.ToWorker:
        """Say what a worker that knows the common part needs besides to run this job."""
        # Field by field: a message made of arguments, and put into another one, takes twice as long.
        message = worker_pb2.ToWorker()
        start, attempt = message.start, job.attempt
        start.id = number
        start.shared = work.number
        start.node_id = attempt.node
        start.attempt = attempt.attempt
        if attempt.item != NO_ITEM:
            start.item = attempt.item
        if len(job.inputs_data) > LARGE_INPUTS:
            start.inputs_uri = job.inputs_uri
        else:
            start.inputs = job.inputs_data
        if job.previous_checkpoint_prefix:
            start.previous_checkpoint_prefix = job.previous_checkpoint_prefix
        if work.asks_secrets:
            start.environment.update(secret_variables(job.task, self._secrets))
        return message

    def _make(self, template: Template) -> Work:
        execution, task = template.execution, template.task
        python = self._environments.for_worker(task)
        if python is None:
            raise InvalidInput(f"no environment is configured for {OWN_FLAVOR!r} (config.yaml, under `environments`)")
        container = task.container
        arguments = _parsed((*container.command, *container.args))
        self._last_number += 1
        part = worker_pb2.Start(
            project=execution.project,
            domain=execution.domain,
            execution=execution.name,
            task_id=task.id.SerializeToString(),
            bundle_uri=arguments.bundle_uri,
            resolver=arguments.resolver,
            loader_args=arguments.loader_args,
            environment=shared_variables(template, self._offload),
            inline_limit=self._inline_limit,
            deck=template.deck,
            metadata=template.layout.metadata,
            raw=template.layout.raw,
            execution_url=execution_url(template, self._console_url),
        )
        shared = worker_pb2.Shared(number=self._last_number, part=part)
        limits = limits_of(task)
        return Work(
            made_of=template,
            number=self._last_number,
            frame=encode(worker_pb2.ToWorker(shared=shared)),
            python=python,
            bundle=arguments.bundle_uri,
            limits=limits,
            alone=bool(limits),
            asks_secrets=bool(task.security_context.secrets),
            pace=self._pace(task),
        )

    def _pace(self, task: Message) -> Pace:
        if id(task) not in self._paces:
            if len(self._paces) >= KEPT:
                del self._paces[next(iter(self._paces))]
            self._paces[id(task)] = task, Pace()
        return self._paces[id(task)][-1]
