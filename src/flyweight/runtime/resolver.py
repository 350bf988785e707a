"""Finds a task by the arguments that stand in its container: by module and variable, or by name in a pickled bundle."""

import importlib
from collections.abc import Sequence
from pathlib import Path

from flyteidl.core import literals_pb2

from flyweight.compile.pickle_format import FILE_NAME, read_pickled
from flyweight.errors import InvalidInput, NotFound
from flyweight.runtime.elements import index_of
from flyweight.sdk.resolvers import AnyTask, TaskResolverMixin, default_task_resolver
from flyweight.semantics.elements import element
from flyweight.semantics.offloading import whole
from flyweight.settings import task_environment
from flyweight.types.registry import default_registry


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
        name = arguments[1]
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


default = default_task_resolver
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
    bound = arguments[1].split(",")
    lists = whole(inputs, default_registry().fetched, but=bound)
    return element(lists, bound, index_of(task_environment()))


def load_task(resolver: str, arguments: Sequence[str], folder: Path | None) -> AnyTask:
    """Find a task through the resolver that ``module.attribute`` names.

    Raises:
        InvalidInput: there is no such resolver.

    """
    module_name, _, attribute = resolver.rpartition(".")
    found: object = getattr(importlib.import_module(module_name), attribute, None)
    match found:
        case PickledResolver() | MappedResolver():
            return found.load(arguments, folder)
        case TaskResolverMixin():
            return found.load_task(list(arguments))
        case _:
            raise InvalidInput(f"{resolver} is not a task resolver: it is no TaskResolverMixin.")
