"""``PythonTask``: what every task has, and what a task type of one's own may say and do differently."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack

from flyteidl.core import tasks_pb2

from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface
from flyweight.sdk.naming import FunctionName, module_path, variable_of
from flyweight.sdk.options import ClassSettings, ExecutionBehavior, TaskOptions, class_options
from flyweight.sdk.task_metadata import TaskMetadata
from flyweight.sdk.tracking import module_being_run

if TYPE_CHECKING:
    from flyweight.compile.settings import SerializationSettings
    from flyweight.sdk.execution import ExecutionParameters

C = TypeVar("C")


class IgnoreOutputs(Exception):  # noqa: N818 - flytekit's name
    """Raised by ``execute`` or ``post_execute``: this process's outputs do not count, another one writes them."""


class PythonTask(Entity[..., Any], Generic[C]):
    """A task with an interface in Python's types, and a type that tells a platform who runs it.

    A task type of one's own derives from this class when the platform runs it by its ``custom`` settings, from
    ``PythonInstanceTask`` when its ``execute`` runs in a container, and from ``PythonFunctionTask`` when users write a
    function. It may override any of the methods below; ``get_...`` say what goes into the task's template.

    Args:
        task_type: what the platform chooses its plugin by, for instance ``"python-task"``.
        name: the task's name; must be unique.
        task_config: settings of the task type.
        interface: inputs and outputs; none, when left out.
        settings: see ``ClassSettings``.

    Raises:
        InvalidInput: an unknown setting, or settings that contradict each other.

    """

    ExecutionBehavior = ExecutionBehavior
    execution_mode = ExecutionBehavior.DEFAULT

    def __init__(
        self,
        task_type: str,
        name: str,
        task_config: C | None = None,
        interface: Interface | None = None,
        **settings: Unpack[ClassSettings],
    ) -> None:
        self.task_type = task_type
        self.task_type_version = settings.get("task_type_version", 0)
        self.task_config = task_config
        self.metadata = settings.get("metadata") or TaskMetadata()
        self.options: TaskOptions = class_options(settings)
        self.instantiated_in = module_being_run()
        """The module whose variable holds it."""
        self._name = name
        self._interface = interface or Interface()

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    @property
    def interface(self) -> Interface:
        """Inputs and outputs."""
        return self._interface

    @property
    def python_interface(self) -> Interface:
        """The same, by flytekit's name."""
        return self.interface

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables that it runs with."""
        return self.options.environment

    @property
    def location(self) -> FunctionName:
        """The module that holds it, and the variable there."""
        module, root = module_path(self.instantiated_in)
        variable = variable_of(self, self.instantiated_in)
        return FunctionName(module=module, function=variable or self.short_name, root=root)

    def get_custom(self, settings: "SerializationSettings") -> Mapping[str, Any] | None:
        """Give what the platform's plugin for this task type reads; of JSON's types."""
        del settings
        return None

    def get_config(self, settings: "SerializationSettings") -> Mapping[str, str] | None:
        """Give further settings for the platform, as text."""
        del settings
        return None

    def get_container(self, settings: "SerializationSettings") -> tasks_pb2.Container | None:
        """Give the container it runs in, if it runs in one."""
        del settings
        return None

    def get_k8s_pod(self, settings: "SerializationSettings") -> tasks_pb2.K8sPod | None:
        """Give the Kubernetes pod it runs in, in place of a container."""
        del settings
        return None

    def get_sql(self, settings: "SerializationSettings") -> tasks_pb2.Sql | None:
        """Give the SQL statement it runs, in place of a container."""
        del settings
        return None

    def get_extended_resources(self, settings: "SerializationSettings") -> tasks_pb2.ExtendedResources | None:
        """Give accelerators and shared memory that it asks for."""
        del settings
        return None

    def pre_execute(self, user_params: "ExecutionParameters") -> "ExecutionParameters":
        """Prepare for a run, before inputs are converted; gives what ``current_context()`` is to give."""
        return user_params

    def execute(self, **inputs: Any) -> Any:
        """Run on Python values; gives the output, or a tuple of several.

        Raises:
            NotImplementedError: the task type says nothing about running here.

        """
        raise NotImplementedError(
            f"{self.name}: a task of type {self.task_type} runs on its platform only. Replace it with a stand-in here."
        )

    def post_execute(self, user_params: "ExecutionParameters", rval: Any) -> Any:
        """Look at what ``execute`` gave, and give it or something in its place."""
        del user_params
        return rval
