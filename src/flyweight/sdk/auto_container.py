"""``PythonAutoContainerTask``: a task whose Python code runs in a container that is made for it by its settings."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack

from flyteidl.core import tasks_pb2

from flyweight.errors import InvalidInput
from flyweight.sdk import containers
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.interface import Interface
from flyweight.sdk.options import ClassSettings, ExecutionBehavior
from flyweight.sdk.pod_template import PodTemplate, pod
from flyweight.sdk.resolvers import TaskResolverMixin, default_task_resolver
from flyweight.sdk.resources import Resources

if TYPE_CHECKING:
    from flyweight.compile.settings import SerializationSettings

C = TypeVar("C")

PICKLED_RESOLVER = "flyweight.runtime.resolver.pickled"
COMPILED_WITH = "FLYWEIGHT_COMPILED_WITH"
"""The environment variable that tells a dynamic or eager task what it was compiled with: images, variables, ..."""


class PythonAutoContainerTask(PythonTask[C], Generic[C]):
    """A task that a worker of ours runs: its container starts the worker, which finds the task by its resolver.

    Args:
        name: the task's name; must be unique.
        task_config: settings of the task type.
        task_type: what the platform chooses its plugin by.
        interface: inputs and outputs; none, when left out.
        settings: see ``ClassSettings``.

    Raises:
        InvalidInput: an unknown setting, or settings that contradict each other.

    """

    def __init__(
        self,
        name: str,
        task_config: C,
        task_type: str = "python-task",
        interface: Interface | None = None,
        **settings: Unpack[ClassSettings],
    ) -> None:
        # By names, and no interface where none is given: a SQLTask may be mixed in, whose arguments stand otherwise.
        given: dict[str, Any] = {} if interface is None else {"interface": interface}
        super().__init__(task_type=task_type, name=name, task_config=task_config, **given, **settings)
        resolver = self.options.task_resolver
        if resolver is not None and not isinstance(resolver, TaskResolverMixin):
            raise InvalidInput(f"`task_resolver` takes a TaskResolverMixin, not {resolver!r}.")
        self._task_resolver = resolver or default_task_resolver

    @property
    def task_resolver(self) -> TaskResolverMixin:
        """What a worker finds the task by."""
        return self._task_resolver

    def get_command(self, settings: "SerializationSettings") -> list[str]:
        """Give the arguments of the container: our entry point, the code bundle, and what the task is found by."""
        resolver = self.task_resolver
        if settings.interactive:
            found_by = ["--resolver", PICKLED_RESOLVER, "--", "entity-name", self.name]
        else:
            found_by = ["--resolver", resolver.location, "--", *resolver.loader_args(settings, self)]
        return [*containers.ENTRY_POINT, *containers.bundle_arguments(settings), *found_by]

    def get_container(self, settings: "SerializationSettings") -> tasks_pb2.Container | None:
        """Give the container; a task with a pod template has a pod instead."""
        return None if self.options.pod_template is not None else self._container(settings)

    def get_k8s_pod(self, settings: "SerializationSettings") -> tasks_pb2.K8sPod | None:
        """Give the pod of a task with a pod template: its primary container is the task's own."""
        if self.options.pod_template is None:
            return None
        return self.pod_from(self.options.pod_template, settings)

    def pod_from(self, template: PodTemplate, settings: "SerializationSettings") -> tasks_pb2.K8sPod:
        """Give a template's pod, with the task's own container as the primary one."""
        return pod(template, self._container(settings), settings.image_config.resolve)

    def get_config(self, settings: "SerializationSettings") -> Mapping[str, str] | None:
        """Tell which container of the pod is the task's own."""
        del settings
        if self.options.pod_template is None:
            return None
        return {"primary_container_name": self.options.pod_template.primary_container_name}

    def get_extended_resources(self, settings: "SerializationSettings") -> tasks_pb2.ExtendedResources | None:
        """Give the accelerator and shared memory among the settings."""
        del settings
        return containers.extended_resources(self.options.accelerator, self.options.shared_memory)

    def _container(self, settings: "SerializationSettings") -> tasks_pb2.Container:
        return containers.container(self.options, settings, self.get_command(settings), self._kept(settings))

    def _kept(self, settings: "SerializationSettings") -> Mapping[str, str]:
        """Give a dynamic or eager task what it needs when it runs, to compile the tasks that it calls."""
        if self.execution_mode is ExecutionBehavior.DEFAULT:
            return {}
        images = settings.image_config
        kept: dict[str, Any] = {
            "image": images.default,
            "images": dict(images.by_name),
            "env": dict(settings.env),
            "destination": settings.destination_dir,
            "digest": settings.code_digest,
            "requests": _amounts(settings.default_resources),
            "limits": _amounts(settings.default_limits),
        }
        return {COMPILED_WITH: json.dumps(kept, sort_keys=True)}


def _amounts(asked: Resources | None) -> dict[str, Any]:
    """Give what is set of resources, by the names of their arguments."""
    return {} if asked is None else {name: value for name, value in asdict(asked).items() if value is not None}


class PythonInstanceTask(PythonAutoContainerTask[C], Generic[C]):
    """A task without a user's function: a class that overrides ``execute``, and an instance in a module's variable.

    Example:
        >>> from flyweight.sdk.interface import Interface
        >>> class Repeat(PythonInstanceTask[None]):
        ...     def __init__(self, name, times):
        ...         self.times = times
        ...         super().__init__(name, None, interface=Interface(inputs={"text": str}, outputs={"o0": str}))
        ...     def execute(self, **inputs):
        ...         return inputs["text"] * self.times
        >>> twice = Repeat("examples.twice", 2)
        >>> twice(text="ha")
        'haha'

    """
