"""Runs an attempt of a raw container as a command: its files laid out before, and its outputs read behind it."""

from pathlib import Path

from flyteidl.core import errors_pb2

from flyweight import blob, literals
from flyweight.containers.engines import ENGINE_FAILED, RunningContainer
from flyweight.containers.environments import Environments
from flyweight.containers.programs import NOTE, Place, Program, RawContainer
from flyweight.engine.jobs import Job
from flyweight.errors import FlyweightError, RecoverableError, TooLarge, UserError
from flyweight.executors import faults
from flyweight.executors.limits import limits_of
from flyweight.executors.outcomes import Outcome
from flyweight.executors.templates import variables
from flyweight.executors.warm_process import CommandCall
from flyweight.semantics.layout import OUTPUTS


def prepare(
    job: Job, directory: Path, environments: Environments, processes: dict[str, str], own: dict[str, str]
) -> Program:
    """Lay out an attempt's program; raises as ``RawContainer.prepare`` does. Blocks.

    ``processes`` is the environment that processes here are started with, ``own`` what the attempt has on top.
    """
    limits = limits_of(job.task)
    place = Place(
        environments=environments,
        folder=directory,
        variables=processes,
        raw_prefix=job.raw_output_prefix,
        memory=limits.memory,
        cpu=limits.cpu,
    )
    raw = RawContainer(template=job.task.container, inputs=job.inputs, own=own, known=variables(job))
    return raw.prepare(place)


def call(program: Program, log: str) -> CommandCall:
    """Give a program as a command."""
    return CommandCall(argv=program.argv, environment=program.environment, directory=program.directory, log=Path(log))


def failure(program: Program, returncode: int, *, out_of_memory: bool, tail: str) -> errors_pb2.ContainerError:
    """Say why a program has ended badly."""
    if program.container is not None and returncode == ENGINE_FAILED:
        return faults.platform_fault(
            "ImageNotStarted", f"{program.runs_in} could not start the image {program.image!r}. What it said:\n{tail}"
        )
    return faults.program_failed(returncode, out_of_memory=out_of_memory, tail=tail)


def read_outcome(program: Program, job: Job, failed: errors_pb2.ContainerError | None, limit: int) -> Outcome:
    """Give the outputs that a program has left, which then stand in outputs.pb too; or what went wrong. Blocks."""
    try:
        told = program.outputs.told_failure()
        if told is not None:
            return faults.program_told("UserError", f"Task {job.task.id.name}: {told}")
        if failed is not None:
            return failed
        container, declared = job.task.container, job.task.interface.outputs.variables
        outputs = program.outputs.collect(declared, container.data_config)
        data = literals.to_bytes(outputs)
        if len(data) > limit:
            return faults.outputs_too_large(len(data), limit)
        blob.put(f"{job.output_prefix}/{OUTPUTS}", data)
    except RecoverableError as error:
        return faults.program_told("OutputsNotFound", f"Task {job.task.id.name}: {error}")
    except TooLarge as error:
        return faults.refused("OutputSizeExceeded", f"Task {job.task.id.name}: {error}")
    except UserError as error:
        return faults.program_told("USER:BadOutput", f"Task {job.task.id.name}: {error}", recoverable=False)
    except (FlyweightError, OSError) as error:
        return faults.platform_fault("OutputsNotRead", f"What the task left could not be brought away: {error}")
    return outputs


def remove_container(directory: Path) -> None:
    """End the container that was noted in an attempt's folder, if one was. Blocks."""
    container = RunningContainer.noted_in(directory / NOTE)
    if container is not None:
        container.remove()
