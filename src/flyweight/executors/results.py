"""Turns a worker's Result into the report that the engine gets; reads outputs that were too large to travel."""

from flyteidl.core import errors_pb2, literals_pb2
from google.protobuf.message import DecodeError

from flyweight import blob
from flyweight.clock import Clock, Micros
from flyweight.engine.jobs import Failed, Job, LogSpan, Succeeded, Usage
from flyweight.errors import FlyweightError
from flyweight.executors import faults
from flyweight.protocol import worker_pb2


class ResultReader:
    """Reads results; ``report`` blocks on the blob store when the result says ``outputs_uri``, and else does not."""

    def __init__(self, clock: Clock, max_output_bytes: int) -> None:
        self._clock = clock
        self._max_output_bytes = max_output_bytes

    def report(
        self, job: Job, result: worker_pb2.Result, worker: str, log: LogSpan, usage: Usage
    ) -> Succeeded | Failed:
        """Say how an attempt went."""
        started_at, ended_at = Micros(result.started_at), Micros(result.ended_at)
        outcome = self._outcome(result)
        if isinstance(outcome, errors_pb2.ContainerError):
            return Failed(
                attempt=job.attempt,
                error=outcome,
                started_at=started_at,
                ended_at=ended_at,
                worker=worker,
                log=log,
                usage=usage,
            )
        return Succeeded(
            attempt=job.attempt,
            outputs=outcome,
            outputs_uri=result.outputs_uri,
            drew=bool(result.futures_uri),
            started_at=started_at,
            ended_at=ended_at,
            worker=worker,
            log=log,
            usage=usage,
        )

    def _outcome(self, result: worker_pb2.Result) -> literals_pb2.LiteralMap | errors_pb2.ContainerError:
        try:
            match result.WhichOneof("outcome"):
                case "outputs":
                    return literals_pb2.LiteralMap.FromString(result.outputs)
                case "error":
                    return errors_pb2.ContainerError.FromString(result.error)
                case "outputs_uri":
                    return self.stored(result.outputs_uri, self._max_output_bytes)
                case "futures_uri":
                    return literals_pb2.LiteralMap()
                case _:
                    return faults.platform_fault("WorkerFault", "The worker sent a result without an outcome.")
        except DecodeError as error:
            return faults.platform_fault("WorkerFault", f"The worker sent a result that cannot be read: {error}")

    @staticmethod
    def stored(uri: str, limit: int) -> literals_pb2.LiteralMap | errors_pb2.ContainerError:
        """Read outputs from the blob store, unless they are too large."""
        try:
            size = blob.size(uri)
            if size > limit:
                return faults.outputs_too_large(size, limit)
            return literals_pb2.LiteralMap.FromString(blob.get(uri))
        except (DecodeError, FlyweightError, OSError) as error:
            return faults.platform_fault("OutputsNotRead", f"The task's outputs at {uri} could not be read: {error}")
