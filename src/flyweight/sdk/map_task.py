"""``map_task``: one task called for each element of its input lists, as one node."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flyweight.errors import InvalidInput, Unsupported
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.reference import ReferenceLaunchPlan, ReferenceTask


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOptions:
    """How many elements run at once, and how many must succeed."""

    concurrency: int | None = None
    min_successes: int | None = None
    min_success_ratio: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What is mapped: the task, and inputs that every element is given alike."""

    task: PythonTask[Any]
    bound: Mapping[str, object] = field(default_factory=dict)


class MapTask(Entity[..., Any]):
    """A task over lists. Two are equal when they are registered as one: same task, same settings, same bound inputs."""

    def __init__(self, mapped: Mapped, options: MapOptions) -> None:
        self.task = mapped.task
        self.options = options
        self.bound = tuple(sorted(mapped.bound))
        """Inputs that are not mapped over."""
        self._interface = _listed(mapped.task.interface, mapped.bound, options)

    @property
    def name(self) -> str:
        """``module.map_function_HASH-arraynode``, as flytekit derives it."""
        location = self.task.location
        parts = (",".join(self.bound), self.options.concurrency, self.options.min_successes)
        text = "".join(map(str, (*parts, self.options.min_success_ratio)))
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        prefix = f"{location.module}." if location.module else ""
        return f"{prefix}map_{location.function}_{digest}-arraynode"

    @property
    def target(self) -> PythonTask[Any]:
        """What is mapped: the task."""
        return self.task

    @property
    def title(self) -> str:
        """The task that is mapped."""
        return f"map_task({self.task.name})"

    @property
    def short_name(self) -> str:
        """The whole name, as flytekit shows it."""
        return self.name

    @property
    def interface(self) -> Interface:
        """The task's interface, with a list in place of each input that is mapped over, and of the output."""
        return self._interface

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MapTask):
            return NotImplemented
        return (self.task, self.bound, self.options) == (other.task, other.bound, other.options)

    def __hash__(self) -> int:
        return hash((self.task, self.bound, self.options))


class MappedEntity(Entity[..., Any]):
    """A launch plan, or something that is registered already, over lists: each element is a call of its own."""

    bound = ()
    """Every input is mapped over; those that a launch plan fixes are none."""

    def __init__(
        self, target: LaunchPlan | ReferenceLaunchPlan[..., Any] | ReferenceTask[..., Any], options: MapOptions
    ) -> None:
        self.target = target
        self.options = options
        own = target.interface
        self._interface = _listed(Interface(own.inputs, own.outputs), {}, options)

    @property
    def name(self) -> str:
        """The name of what is mapped."""
        return self.target.name

    @property
    def title(self) -> str:
        """What is mapped."""
        return f"map_task({self.target.name})"

    @property
    def short_name(self) -> str:
        """The whole name, as flytekit shows it."""
        return self.name

    @property
    def interface(self) -> Interface:
        """The interface with a list in place of each input and of the output."""
        return self._interface


def map_task(
    target: Callable[..., Any],
    concurrency: int | None = None,
    min_successes: int | None = None,
    min_success_ratio: float = 1.0,
) -> MapTask | MappedEntity:
    """Call a task for each element of its input lists; the result is the list of its outputs.

    Args:
        target: a task, or ``functools.partial(task, name=value)``: every element is given those inputs alike; or a
            launch plan, reference task or reference launch plan.
        concurrency: how many elements may run at once; 0 is no limit, None leaves it to the workflow.
        min_successes: how many elements must succeed; all, when left out.
        min_success_ratio: which part of them must, from 0 to 1. Below 1, elements of the output may be None.

    Example:
        >>> from flyweight.sdk.task import task
        >>> @task
        ... def power(base: int, exponent: int) -> int:
        ...     return base**exponent
        >>> map_task(functools.partial(power, exponent=2))(base=[1, 2, 3])
        [1, 4, 9]

    Raises:
        InvalidInput: the task has several outputs, no input is left to map over, or a setting is out of range.
        Unsupported: something else than a task is to be mapped.

    """
    options = MapOptions(concurrency=concurrency, min_successes=min_successes, min_success_ratio=min_success_ratio)
    if isinstance(target, LaunchPlan | ReferenceLaunchPlan | ReferenceTask):
        found: MapTask | MappedEntity = MappedEntity(target, options)
        own, bound = target, {}
    else:
        mapped = _mapped(target)
        found = MapTask(mapped, options)
        own, bound = mapped.task, mapped.bound
    name, interface = own.name, own.interface
    if len(interface.outputs) > 1:
        raise InvalidInput(f"{name} has {len(interface.outputs)} outputs; a task that is mapped has one or none.")
    unknown = [key for key in bound if key not in interface.inputs]
    if unknown:
        raise InvalidInput(f"{name} has no input `{unknown[0]}`. Its inputs are: {', '.join(interface.inputs)}.")
    if len(bound) == len(interface.inputs):
        raise InvalidInput(f"{name} has no input left to map over: leave at least one out of functools.partial.")
    if not 0 <= min_success_ratio <= 1:
        raise InvalidInput(f"`min_success_ratio` is a part of all elements, from 0 to 1, not {min_success_ratio}.")
    if any(number is not None and number < 0 for number in (concurrency, min_successes)):
        raise InvalidInput("`concurrency` and `min_successes` count elements: 0 or more.")
    return found


def _mapped(target: object) -> Mapped:
    if isinstance(target, PythonTask):
        return Mapped(task=target)
    if not isinstance(target, functools.partial) or not isinstance(target.func, PythonTask):
        raise Unsupported(
            f"map_task takes a task, functools.partial of one, a launch plan or a reference, not {target!r}."
        )
    if target.args:
        raise InvalidInput(f"Name the inputs of {target.func.name} in functools.partial: positions are not kept.")
    return Mapped(task=target.func, bound=target.keywords)


def _listed(own: Interface, bound: Mapping[str, object], options: MapOptions) -> Interface:
    optional = options.min_success_ratio < 1
    return Interface(
        inputs={name: kind if name in bound else list[kind] for name, kind in own.inputs.items()},
        outputs={name: list[kind | None] if optional else list[kind] for name, kind in own.outputs.items()},
        defaults=bound,  # a value at the call wins over one in functools.partial
        docstring=own.docstring,
    )
