"""Runs a program in the caller's own time: started, waited for, ended if the caller is, its outputs read."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2

from flyweight.containers.engines import ENGINE_FAILED
from flyweight.containers.exits import exit_words, log_tail
from flyweight.containers.programs import Program
from flyweight.errors import PreconditionFailed, RecoverableError, UserError


def run_here(
    name: str,
    program: Program,
    declared: Mapping[str, interface_pb2.Variable],
    loading: tasks_pb2.DataLoadingConfig,
    *,
    show: bool,
) -> literals_pb2.LiteralMap:
    """Run a program and give its outputs; with ``show``, what it writes goes where this process's own output goes.

    Raises:
        RecoverableError: it ended with another code than 0, says that it failed, or left no file for an output.
        PreconditionFailed: the engine could not start the image, or this machine not the program.
        UserError: what it left is not what its task declares.
    """
    log = program.directory.parent / "log"
    try:
        code = _ended(program, None if show else log)
    except OSError as error:
        raise PreconditionFailed(f"{name}: {program.argv[0]} cannot be started: {error.strerror}.") from error
    told = program.outputs.told_failure()
    if told is not None:
        raise RecoverableError(f"{name}: {told}")
    if code:
        said = "" if show else f" The last lines of what it wrote:\n{_tail(log)}"
        if program.container is not None and code == ENGINE_FAILED:
            raise PreconditionFailed(f"{name}: {program.runs_in} could not start the image {program.image!r}.{said}")
        raise RecoverableError(f"{name}: the program {exit_words(code)}.{said}")
    try:
        return program.outputs.collect(declared, loading)
    except UserError as error:
        error.add_note(f"This is about the outputs of {name}.")
        raise


def _ended(program: Program, log: Path | None) -> int:
    with (log or Path(os.devnull)).open("wb") as file:
        process = subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=None if log is None else file,
            stderr=None if log is None else subprocess.STDOUT,
            cwd=program.directory,
            env=program.environment,
            start_new_session=True,
        )
    try:
        return process.wait()
    finally:
        if process.returncode is None:  # the caller was interrupted
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        if process.wait() < 0 and program.container is not None:  # the client was killed, and not what it ran
            program.container.remove()


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        return log_tail(file.fileno(), 0)
