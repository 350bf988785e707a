"""Pointers to entities that are registered already: a name and a version here, the code on the platform."""

from collections.abc import Callable
from typing import ClassVar, Generic, ParamSpec, TypeVar

from flyteidl.core import identifier_pb2

from flyweight.ids import EntityKey, identifier
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface, interface_of
from flyweight.sdk.kinds import require_kinds

P = ParamSpec("P")
R = TypeVar("R")


class ReferenceEntity(Entity[P, R], Generic[P, R]):
    """A registered task, workflow or launch plan by its id; the function gives its interface, its body never runs.

    Args:
        key: project, domain, name and version.
        interface: inputs and outputs, as the function's signature says.

    """

    kind: ClassVar[str]
    """The word for it in messages."""
    resource_type: ClassVar[identifier_pb2.ResourceType]

    def __init__(self, key: EntityKey, interface: Interface) -> None:
        self.key = key
        self._interface = interface

    @property
    def name(self) -> str:
        """The name it is registered under."""
        return self.key.name

    @property
    def interface(self) -> Interface:
        """The interface as the user wrote it, defaults kept; the platform has the last word."""
        return self._interface

    @property
    def id(self) -> identifier_pb2.Identifier:
        """The identifier on the wire."""
        return identifier(self.resource_type, self.key)

    @property
    def run_hint(self) -> str:
        """What to do instead of running it here."""
        return (
            f"{self.name} is a reference to a registered {self.kind}: its code is on the platform, not here. "
            "Run it there with `flyweight run --remote` or FlyteRemote.execute, or replace it with a stand-in "
            "in your test."
        )


class ReferenceTask(ReferenceEntity[P, R], Generic[P, R]):
    """A registered task."""

    kind = "task"
    resource_type = identifier_pb2.TASK


class ReferenceWorkflow(ReferenceEntity[P, R], Generic[P, R]):
    """A registered workflow; run through its default launch plan."""

    kind = "workflow"
    resource_type = identifier_pb2.WORKFLOW


class ReferenceLaunchPlan(ReferenceEntity[P, R], Generic[P, R]):
    """A registered launch plan."""

    kind = "launch plan"
    resource_type = identifier_pb2.LAUNCH_PLAN


def reference_task(
    project: str, domain: str, name: str, version: str
) -> Callable[[Callable[P, R]], ReferenceTask[P, R]]:
    """Let a function's signature stand for a registered task; its body may be ``...``.

    Args:
        project: where it is registered.
        domain: where in the project, for instance ``development``.
        name: what it is registered under.
        version: which of its versions.

    Raises:
        InvalidInput: one of them is no text.

    """
    key = _key("reference_task", project=project, domain=domain, name=name, version=version)

    def decorate(function: Callable[P, R]) -> ReferenceTask[P, R]:
        return ReferenceTask(key, interface_of(function))

    return decorate


def reference_workflow(
    project: str, domain: str, name: str, version: str
) -> Callable[[Callable[P, R]], ReferenceWorkflow[P, R]]:
    """Let a function's signature stand for a registered workflow; its body may be ``...``.

    Args:
        project: where it is registered.
        domain: where in the project, for instance ``development``.
        name: what it is registered under.
        version: which of its versions.

    Raises:
        InvalidInput: one of them is no text.

    """
    key = _key("reference_workflow", project=project, domain=domain, name=name, version=version)

    def decorate(function: Callable[P, R]) -> ReferenceWorkflow[P, R]:
        return ReferenceWorkflow(key, interface_of(function))

    return decorate


def reference_launch_plan(
    project: str, domain: str, name: str, version: str
) -> Callable[[Callable[P, R]], ReferenceLaunchPlan[P, R]]:
    """Let a function's signature stand for a registered launch plan; its body may be ``...``.

    Args:
        project: where it is registered.
        domain: where in the project, for instance ``development``.
        name: what it is registered under.
        version: which of its versions.

    Raises:
        InvalidInput: one of them is no text.

    """
    key = _key("reference_launch_plan", project=project, domain=domain, name=name, version=version)

    def decorate(function: Callable[P, R]) -> ReferenceLaunchPlan[P, R]:
        return ReferenceLaunchPlan(key, interface_of(function))

    return decorate


def _key(where: str, **parts: str) -> EntityKey:
    require_kinds(where, parts, dict.fromkeys(parts, (str,)))
    return EntityKey(**parts)
