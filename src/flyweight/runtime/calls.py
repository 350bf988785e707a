"""Calls a task's code: its preparations, its body on this thread (a coroutine to its end), its look at the result."""

from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from flyweight.errors import InvalidInput
from flyweight.sdk.base_task import IgnoreOutputs, PythonTask
from flyweight.sdk.context import use_parameters
from flyweight.sdk.execution import ExecutionParameters
from flyweight.sdk.workflow import Graph


@contextmanager
def prepared(task: PythonTask[Any], parameters: ExecutionParameters) -> Generator[ExecutionParameters]:
    """Let a task prepare for its run; inside the block ``current_context()`` gives what it made of the parameters."""
    with use_parameters(parameters):
        given = prepare(task, parameters)
        if given is parameters:
            yield parameters
        else:
            with use_parameters(given):
                yield given


def prepare(task: PythonTask[Any], parameters: ExecutionParameters) -> ExecutionParameters:
    """Let a task prepare for its run, inside of its parameters' own block; gives what it made of them."""
    # What is written after flytekit's own example may forget to give the parameters back.
    return task.pre_execute(parameters) or parameters


def call(task: PythonTask[Any], inputs: Mapping[str, object], parameters: ExecutionParameters) -> object:
    """Run the body on Python values; gives its result, or the graph that a dynamic task drew.

    Raises:
        InvalidInput: the task says that its outputs do not count, and it has some.
        Exception: whatever the task's code raises.

    """
    try:
        result = task.execute(**inputs)
        if isinstance(result, Coroutine):
            result = import_module("flyweight.runtime.coroutines").finish(result)
        return result if isinstance(result, Graph) else task.post_execute(parameters, result)
    except IgnoreOutputs as error:
        if not task.interface.outputs:
            return None
        names = ", ".join(task.interface.outputs)
        raise InvalidInput(
            f"{task.name} raised IgnoreOutputs, so its outputs ({names}) are not there: nobody else writes them here."
        ) from error
