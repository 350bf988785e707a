"""flytekit's tasks that are run by their template alone: what plugins for databases and the like derive from.

A ``PythonCustomizedContainerTask`` says in ``get_custom`` all that its ``ShimTaskExecutor`` needs; the executor gets
the template, and inputs as Python values. On a platform our worker runs it, found by its module and variable.
"""

import importlib
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from flyteidl.core import tasks_pb2

from flyweight import blob
from flyweight.compat.models import face
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import task_spec
from flyweight.errors import InvalidInput
from flyweight.protocol.arguments import TEMPLATE_PATH
from flyweight.sdk.auto_container import PythonAutoContainerTask
from flyweight.sdk.interface import Interface
from flyweight.sdk.naming import variable_of
from flyweight.sdk.resolvers import AnyTask, TaskResolverMixin, default_task_resolver
from flyweight.sdk.tracking import TrackedInstance
from flyweight.types.registry import default_registry

C = TypeVar("C")
T = TypeVar("T")
TaskTemplate: Any = face(tasks_pb2.TaskTemplate)
"""flytekit's model of a template: what executors are written against."""


class ShimTaskExecutor(TrackedInstance, Generic[T]):
    """Runs a task by its template; derive from it, and override ``execute_from_model``."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Give the task's output, or a tuple of several.

        Args:
            tt: the template; ``tt.custom`` is what ``get_custom`` gave.
            kwargs: the task's inputs.

        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it does: override execute_from_model.")


class ExecutableTemplateShimTask(PythonAutoContainerTask[C], Generic[C]):
    """A template and who runs it; of a template that is given, name, type and interface are the task's.

    Args:
        tt: the template, as flytekit's model; None when the task makes its own.
        executor_type: the class of its executor.
        settings: of the classes above.

    """

    def __init__(self, tt: Any, executor_type: type[ShimTaskExecutor[Any]], **settings: Any) -> None:
        self.executor_type = executor_type
        self.executor = executor_type()
        self._task_template = tt
        if tt is not None:
            settings = {"task_config": None, **_settings_of(tt.to_flyte_idl()), **settings}
        super().__init__(**settings)

    @property
    def task_template(self) -> Any:
        """The template."""
        return self._task_template

    def execute(self, **inputs: Any) -> Any:
        """Let the executor run; raises whatever it raises."""
        return self.executor.execute_from_model(self.task_template, **inputs)


class PythonCustomizedContainerTask(ExecutableTemplateShimTask[C], Generic[C]):
    """What a task type derives from whose work is done by a ``ShimTaskExecutor``; it overrides ``get_custom``.

    Args:
        name: the task's name; must be unique.
        task_config: settings of the task type.
        container_image: where the executor is installed.
        executor_type: the executor's class.
        task_resolver: what workers find the task by; by default its module and variable, or its template.
        task_type: what the platform chooses its plugin by.
        settings: see ``ClassSettings``, and what classes mixed in take.

    """

    def __init__(
        self,
        name: str,
        task_config: C,
        container_image: Any,
        executor_type: type[ShimTaskExecutor[Any]],
        task_resolver: TaskResolverMixin | None = None,
        task_type: str = "python-task",
        **settings: Any,
    ) -> None:
        super().__init__(
            None,
            executor_type,
            name=name,
            task_config=task_config,
            task_type=task_type,
            container_image=container_image,
            task_resolver=task_resolver,
            **settings,
        )

    @property
    def task_resolver(self) -> TaskResolverMixin:
        """What a worker finds the task by: its variable, and where it has none, its template."""
        given = super().task_resolver
        held = given is not default_task_resolver or variable_of(self, self.instantiated_in) is not None
        return given if held else default_task_template_resolver

    def get_custom(self, settings: SerializationSettings) -> Mapping[str, Any] | None:
        """Give what the executor reads from the template.

        Raises:
            NotImplementedError: always: a task type must say it.

        """
        raise NotImplementedError(f"{type(self).__name__} does not say what its executor reads: override get_custom.")

    @property
    def container_image(self) -> str | None:
        """The image's name."""
        return self.options.container_image

    @property
    def task_template(self) -> Any:
        """The template, made anew: an executor may change its own."""
        return self.serialize_to_model(SerializationSettings(project="local", domain="local", version="local"))

    def serialize_to_model(self, settings: SerializationSettings) -> Any:
        """Compile the task to flytekit's model of a template."""
        return TaskTemplate.from_flyte_idl(task_spec(self, settings).template)


class TaskTemplateResolver(TrackedInstance, TaskResolverMixin):
    """``{{.taskTemplatePath}} EXECUTOR``: what runs a template, wherever the task itself was made."""

    def name(self) -> str:
        """Give the resolver's name."""
        return "task template resolver"

    def load_task(self, loader_args: list[str]) -> AnyTask:
        """Read the template, and find the executor's class.

        Raises:
            NotFound: there is no template.
            InvalidInput: what is named is no executor.

        """
        place, executor = loader_args
        template = tasks_pb2.TaskTemplate.FromString(blob.get(place))
        module, _, variable = executor.rpartition(".")
        found: object = getattr(importlib.import_module(module), variable, None)
        if not isinstance(found, type) or not issubclass(found, ShimTaskExecutor):
            raise InvalidInput(f"{executor} is no class derived from ShimTaskExecutor.")
        return ExecutableTemplateShimTask(TaskTemplate.from_flyte_idl(template), found)

    def loader_args(self, settings: SerializationSettings, t: AnyTask) -> list[str]:
        """Give the template's place, which is filled in when the task runs, and the executor's class.

        Raises:
            InvalidInput: the task has no executor.

        """
        del settings
        if not isinstance(t, ExecutableTemplateShimTask):
            raise InvalidInput(f"{t.name} has no executor: the task template resolver is for those that have one.")
        executor: type = t.executor_type
        return [TEMPLATE_PATH, f"{executor.__module__}.{executor.__name__}"]

    def get_all_tasks(self) -> list[AnyTask]:
        """Give none: it knows them by their templates."""
        return []


default_task_template_resolver = TaskTemplateResolver()


def _settings_of(template: tasks_pb2.TaskTemplate) -> dict[str, Any]:
    guess = default_registry().guess
    inputs, outputs = (
        {name: guess(variable.type) for name, variable in variables.variables.items()}
        for variables in (template.interface.inputs, template.interface.outputs)
    )
    return {"task_type": template.type, "name": template.id.name, "interface": Interface(inputs, outputs)}
