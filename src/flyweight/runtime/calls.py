"""Calls a task's code: its preparations, its body on this thread (a coroutine to its end), its look at the result."""

from collections.abc import Callable, Coroutine, Generator, Mapping
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


def prepares(task: PythonTask[Any]) -> bool:
    """Tell whether a task's class has preparations of its own."""
    return getattr(task.pre_execute, "__func__", None) is not PythonTask.pre_execute


def prepare(task: PythonTask[Any], parameters: ExecutionParameters) -> ExecutionParameters:
    """Let a task prepare for its run, inside of its parameters' own block; gives what it made of them."""
    # What is written after flytekit's own example may forget to give the parameters back.
    return task.pre_execute(parameters) or parameters


def call(task: PythonTask[Any], inputs: Mapping[str, object], told: Callable[[], ExecutionParameters]) -> object:
    """Run the body on Python values; gives its result, or the graph that a dynamic task drew.

    ``told`` gives the parameters of the run, for a class with a look of its own at results.

    Raises:
        InvalidInput: the task says that its outputs do not count, and it has some.
        Exception: whatever the task's code raises.

    """
    try:
        result = task.execute(**inputs)
        if isinstance(result, Coroutine):
            result = import_module("flyweight.runtime.coroutines").finish(result)
        if isinstance(result, Graph) or getattr(task.post_execute, "__func__", None) is PythonTask.post_execute:
            return result
        return task.post_execute(told(), result)
    except IgnoreOutputs as error:
        if not task.interface.outputs:
            return None
        names = ", ".join(task.interface.outputs)
        raise InvalidInput(
            f"{task.name} raised IgnoreOutputs, so its outputs ({names}) are not there: nobody else writes them here."
        ) from error
