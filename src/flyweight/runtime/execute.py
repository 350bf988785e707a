"""The entry point of our tasks' containers: ``python -m flyweight.runtime.execute --inputs URI ... -- LOADER ARGS``.

On a Flyte cluster propeller fills in the arguments and reads ``outputs.pb`` or ``error.pb`` at the output prefix. As
with flytekit, the exit code is 0 once one of them was written: error.pb says what failed, and whether to try again.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flyteidl.core import errors_pb2, execution_pb2, identifier_pb2

from flyweight import blob
from flyweight.clock import SystemClock, to_timestamp
from flyweight.errors import InvalidInput, PlatformError
from flyweight.protocol import worker_pb2
from flyweight.protocol.arguments import parse
from flyweight.runtime.assignment import Assignment
from flyweight.runtime.attempt import run_attempt
from flyweight.runtime.interruption import AttemptInterrupted, interrupted_by_sigterm
from flyweight.runtime.logs import capture
from flyweight.semantics.layout import ERROR, OUTPUTS
from flyweight.settings import task_environment

_USAGE = 2
_INTERRUPTED = 143
_NO_CHECKPOINT = '""'


def main(arguments: Sequence[str]) -> int:
    """Run the attempt that the arguments and the environment describe."""
    capture()
    try:
        start = read_start(arguments)
    except InvalidInput as error:
        sys.stderr.write(f"{error}\n")
        return _USAGE
    try:
        with interrupted_by_sigterm():
            result = run_attempt(Assignment(start, folder=str(Path.cwd())), _unheard)
    except AttemptInterrupted:
        return _INTERRUPTED
    except SystemExit as stop:
        result = worker_pb2.Result(error=_exited(stop).SerializeToString())
    write_result(result, start.output_prefix)
    return 0


def read_start(arguments: Sequence[str]) -> worker_pb2.Start:
    """Gather what a worker is told by a message from arguments and Flyte's environment variables.

    Raises:
        InvalidInput: an argument is unknown or missing.
    """
    given = parse(arguments)
    if not given.inputs or not given.output_prefix:
        raise InvalidInput("flyweight.runtime.execute: options --inputs and --output-prefix are needed")
    variables = task_environment()
    task_id = identifier_pb2.Identifier(
        resource_type=identifier_pb2.TASK,
        project=variables.get("FLYTE_INTERNAL_TASK_PROJECT", ""),
        domain=variables.get("FLYTE_INTERNAL_TASK_DOMAIN", ""),
        name=variables.get("FLYTE_INTERNAL_TASK_NAME", ""),
        version=variables.get("FLYTE_INTERNAL_TASK_VERSION", ""),
    )
    previous = given.previous_checkpoint_prefix
    return worker_pb2.Start(
        project=variables.get("FLYTE_INTERNAL_EXECUTION_PROJECT", ""),
        domain=variables.get("FLYTE_INTERNAL_EXECUTION_DOMAIN", ""),
        execution=variables.get("FLYTE_INTERNAL_EXECUTION_ID", ""),
        attempt=int(variables.get("FLYTE_ATTEMPT_NUMBER", "0")),
        task_id=task_id.SerializeToString(),
        inputs_uri=given.inputs,
        output_prefix=given.output_prefix,
        raw_output_prefix=given.raw_output_prefix,
        checkpoint_prefix=given.checkpoint_prefix,
        previous_checkpoint_prefix="" if previous == _NO_CHECKPOINT else previous,
        bundle_uri=given.bundle_uri,
        resolver=given.resolver,
        loader_args=given.loader_args,
        # Whether it makes decks, the task itself knows; here nobody else is asked.
        deck=True,
    )


def write_result(result: worker_pb2.Result, prefix: str) -> None:
    """Write ``outputs.pb`` or ``error.pb`` below the prefix, where Flyte looks for them.

    Raises:
        PlatformError: the result says neither.
    """
    match result.WhichOneof("outcome"):
        case "outputs":
            blob.put(f"{prefix}/{OUTPUTS}", result.outputs)
        case "outputs_uri" | "futures_uri":
            pass  # written where it belongs already
        case "error":
            error = errors_pb2.ContainerError.FromString(result.error)
            if not error.HasField("timestamp"):
                error.timestamp.CopyFrom(to_timestamp(SystemClock().now()))
            sys.stderr.write(f"{error.message}\n")
            blob.put(f"{prefix}/{ERROR}", errors_pb2.ErrorDocument(error=error).SerializeToString())
        case _:
            raise PlatformError("the attempt ended without outputs and without an error")


def _exited(stop: SystemExit) -> errors_pb2.ContainerError:
    return errors_pb2.ContainerError(
        code="USER:SystemExit",
        kind=errors_pb2.ContainerError.NON_RECOVERABLE,
        origin=execution_pb2.ExecutionError.USER,
        message=f"the task's code called sys.exit({stop.code!r}). A task ends by returning, or by raising an error.",
    )


def _unheard(_message: worker_pb2.FromWorker) -> None:
    """Take reports that only an executor of ours would hear."""


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # threads that user code left behind do not keep the container
