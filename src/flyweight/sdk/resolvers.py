"""How a worker finds a task: a resolver turns a task into arguments of its container, and those into the task again."""

import importlib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from flyweight.errors import InvalidInput, NotFound
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.naming import module_path, variable_of
from flyweight.sdk.tracking import TrackedInstance

if TYPE_CHECKING:
    from flyweight.compile.settings import SerializationSettings

AnyTask = PythonTask[Any]

DEFAULT_RESOLVER: Final = "flyweight.runtime.resolver.default"


class TaskResolverMixin:
    """What a task resolver of one's own says; mixed with ``TrackedInstance``, which gives its ``location``.

    An instance stands in a variable of a module, and tasks are given it as ``task_resolver``.
    """

    @property
    def location(self) -> str:
        """``module.variable`` of the resolver itself, as a worker imports it."""
        raise NotImplementedError(f"{type(self).__name__} does not say its `location`; mix in TrackedInstance.")

    def name(self) -> str:
        """Give the resolver's name."""
        return type(self).__name__

    def load_task(self, loader_args: list[str]) -> AnyTask:
        """Find the task that these arguments mean."""
        raise NotImplementedError

    def loader_args(self, settings: "SerializationSettings", t: AnyTask) -> list[str]:
        """Give the arguments that mean this task."""
        raise NotImplementedError

    def get_all_tasks(self) -> list[AnyTask]:
        """Give every task it knows."""
        raise NotImplementedError


class DefaultTaskResolver(TaskResolverMixin):
    """``task-module M task-name N``: the variable N of module M."""

    @property
    def location(self) -> str:
        """Where workers find it."""
        return DEFAULT_RESOLVER

    def load_task(self, loader_args: list[str]) -> AnyTask:
        """Import the module and take the variable.

        Raises:
            NotFound: the module has no such task; names those it has.
            Exception: whatever the module's own code raises on import.

        """
        named = dict(zip(loader_args[::2], loader_args[1::2], strict=True))
        module = importlib.import_module(named["task-module"])
        found: object = getattr(module, named["task-name"], None)
        if isinstance(found, PythonTask):
            return found
        tasks = [name for name, value in vars(module).items() if isinstance(value, PythonTask)]
        near = get_close_matches(named["task-name"], tasks, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else f" It has: {', '.join(tasks) or 'none'}."
        raise NotFound(f"Module {module.__name__} has no task `{named['task-name']}`.{hint}")

    def loader_args(self, settings: "SerializationSettings", t: AnyTask) -> list[str]:
        """Name the task by its module and variable.

        Raises:
            InvalidInput: no variable of the module holds the task.

        """
        del settings
        for module in (t.__module__, t.instantiated_in):
            variable = variable_of(t, module)
            if variable is not None:
                return ["task-module", module_path(module)[0], "task-name", variable]
        raise InvalidInput(
            f"No variable of module {t.location.module} holds the task {t.name}, so a worker could not find it. "
            "Define it at the module's top level."
        )


default_task_resolver: Final = DefaultTaskResolver()


class ClassStorageTaskResolver(TrackedInstance, TaskResolverMixin):
    """Keeps the tasks that it is given, by number; its module must make the same ones wherever it runs.

    Derive a class from it that makes tasks with ``task_resolver=self`` and ``add``s them, and keep an instance in a
    variable of the module.
    """

    def __init__(self) -> None:
        self.mapping: list[AnyTask] = []

    def add(self, t: AnyTask) -> None:
        """Keep a task."""
        self.mapping.append(t)

    def get_all_tasks(self) -> list[AnyTask]:
        """Give the tasks in the order they were added."""
        return self.mapping

    def load_task(self, loader_args: list[str]) -> AnyTask:
        """Give the task of that number.

        Raises:
            NotFound: there is none.

        """
        number = "".join(loader_args)
        if not number.isdecimal() or int(number) >= len(self.mapping):
            raise NotFound(f"{self.name()} has {len(self.mapping)} tasks, and no number {' '.join(loader_args)}.")
        return self.mapping[int(number)]

    def loader_args(self, settings: "SerializationSettings", t: AnyTask) -> list[str]:
        """Give the task's number.

        Raises:
            InvalidInput: it was never added.

        """
        del settings
        if t not in self.mapping:
            raise InvalidInput(f"{t.name} was not added to {self.name()}: call add(...) where the task is made.")
        return [str(self.mapping.index(t))]
