"""Finds a task by the arguments that stand in its container: by module and variable, or by name in a pickled bundle."""

import importlib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from flyteidl.core import literals_pb2

from flyweight.compile.pickle_format import FILE_NAME, read_pickled
from flyweight.errors import InvalidInput, NotFound
from flyweight.runtime.elements import index_of
from flyweight.sdk.task import Task
from flyweight.semantics.elements import element
from flyweight.settings import task_environment

AnyTask = Task[..., Any]


@runtime_checkable
class Resolver(Protocol):
    """Turns loader arguments into a task."""

    def load(self, arguments: Sequence[str], folder: Path | None) -> AnyTask:
        """Find the task; ``folder`` is where the bundle lies unpacked, if there is one."""
        ...


class ModuleResolver:
    """``task-module M task-name N``: the variable N of module M."""

    def load(self, arguments: Sequence[str], folder: Path | None) -> AnyTask:
        """Import the module and take the variable.

        Raises:
            NotFound: the module has no such task; names those it has.
            Exception: whatever the module's own code raises on import.

        """
        del folder
        named = _pairs(arguments)
        module = importlib.import_module(named["task-module"])
        found: object = getattr(module, named["task-name"], None)
        if isinstance(found, Task):
            return found
        tasks = [name for name, value in vars(module).items() if isinstance(value, Task)]
        near = get_close_matches(named["task-name"], tasks, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else f" It has: {', '.join(tasks) or 'none'}."
        raise NotFound(f"Module {module.__name__} has no task `{named['task-name']}`.{hint}")


class PickledResolver:
    """``entity-name N``: the task N of the pickle that a notebook sent."""

    def __init__(self) -> None:
        self._tasks: dict[Path, dict[str, AnyTask]] = {}

    def load(self, arguments: Sequence[str], folder: Path | None) -> AnyTask:
        """Read the pickle once and take the task.

        Raises:
            NotFound: the pickle has no such task.
            PreconditionFailed: it was made by another Python version.

        """
        place = (folder or Path.cwd()) / FILE_NAME
        if place not in self._tasks:
            self._tasks[place] = read_pickled(place.read_bytes())
        name = _pairs(arguments)["entity-name"]
        task = self._tasks[place].get(name)
        if task is None:
            raise NotFound(
                f"The code sent from the notebook has no task `{name}`. It has: {', '.join(self._tasks[place])}."
            )
        return task


class MappedResolver:
    """``vars A,B resolver R ...``: the task that is mapped; R finds it by the arguments that follow."""

    def load(self, arguments: Sequence[str], folder: Path | None) -> AnyTask:
        """Find the task itself.

        Raises:
            InvalidInput: there is no such resolver.

        """
        return load_task(arguments[3], arguments[4:], folder)


default = ModuleResolver()
pickled = PickledResolver()
mapped = MappedResolver()
MAPPED = f"{__name__}.mapped"


def inputs_of_attempt(
    resolver: str, arguments: Sequence[str], inputs: literals_pb2.LiteralMap
) -> literals_pb2.LiteralMap:
    """Give what an attempt takes of its node's inputs: all, or those of its element when the task is mapped.

    Raises:
        InvalidInput: nothing says which element, or there is none such.

    """
    if resolver != MAPPED:
        return inputs
    return element(inputs, arguments[1].split(","), index_of(task_environment()))


def load_task(resolver: str, arguments: Sequence[str], folder: Path | None) -> AnyTask:
    """Find a task through the resolver that ``module.attribute`` names.

    Raises:
        InvalidInput: there is no such resolver.

    """
    module_name, _, attribute = resolver.rpartition(".")
    found: object = getattr(importlib.import_module(module_name), attribute, None)
    # Our own first: a check against a protocol costs as much as the rest of this function.
    if not isinstance(found, (ModuleResolver, PickledResolver, MappedResolver, Resolver)):
        raise InvalidInput(f"{resolver} is not a task resolver: it has no method `load`.")
    return found.load(arguments, folder)


def _pairs(arguments: Sequence[str]) -> dict[str, str]:
    """Read ``name value name value``."""
    return dict(zip(arguments[::2], arguments[1::2], strict=True))
