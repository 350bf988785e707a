"""``map_task``: one task called for each element of its input lists, as one node."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flyweight.errors import InvalidInput, Unsupported
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface
from flyweight.sdk.kinds import require_count, require_kinds
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.reference import ReferenceLaunchPlan, ReferenceTask

TargetT = TypeVar("TargetT", bound=Entity[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOptions:
    """How many elements run at once, and how many must succeed."""

    concurrency: int | None = None
    min_successes: int | None = None
    min_success_ratio: float = 1.0
    run_all_sub_nodes: bool = False
    """Whether all elements run, also when too many have failed already."""

    def __post_init__(self) -> None:
        require_count("concurrency", self.concurrency)
        require_count("min_successes", self.min_successes)
        _require_ratio(self.min_success_ratio)
        require_kinds("map_task", {"run_all_sub_nodes": self.run_all_sub_nodes}, {"run_all_sub_nodes": (bool,)})


class OverLists(Entity[..., Any], Generic[TargetT]):
    """Something over lists: each element is a call of the target."""

    def __init__(self, target: TargetT, bound: Mapping[str, object], options: MapOptions) -> None:
        self.target = target
        self.options = options
        self.bound = tuple(sorted(bound))
        """Inputs that are not mapped over: every element is given the same."""
        self._interface = _listed(target.interface, bound, options)

    @property
    def title(self) -> str:
        """What is mapped."""
        return f"map_task({self.target.name})"

    def input_title(self, name: str) -> str:
        """Say of an input that is mapped over that it is a list."""
        title = super().input_title(name)
        return title if name in self.bound else f"{title} (a list: each element is one call)"

    @property
    def short_name(self) -> str:
        """The whole name, as flytekit shows it."""
        return self.name

    @property
    def interface(self) -> Interface:
        """The target's interface, with a list in place of each input that is mapped over, and of the output."""
        return self._interface


class MapTask(OverLists[PythonTask[Any]]):
    """A task over lists. Two are equal when they are registered as one: same task, same settings, same bound inputs."""

    @property
    def name(self) -> str:
        """``module.map_function_HASH-arraynode``, as flytekit derives it."""
        location = self.target.location
        parts = (",".join(self.bound), self.options.concurrency, self.options.min_successes)
        text = "".join(map(str, (*parts, self.options.min_success_ratio)))
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        prefix = f"{location.module}." if location.module else ""
        return f"{prefix}map_{location.function}_{digest}-arraynode"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MapTask):
            return NotImplemented
        return (self.target, self.bound, self.options) == (other.target, other.bound, other.options)

    def __hash__(self) -> int:
        return hash((self.target, self.bound, self.options))


class MappedEntity(OverLists[LaunchPlan | ReferenceLaunchPlan[..., Any] | ReferenceTask[..., Any]]):
    """A launch plan, or something that is registered already, over lists; inputs that a launch plan fixes are none."""

    @property
    def name(self) -> str:
        """The name of what is mapped."""
        return self.target.name


def map_task(
    target: Callable[..., Any],
    concurrency: int | None = None,
    min_successes: int | None = None,
    min_success_ratio: float = 1.0,
    run_all_sub_nodes: bool = False,  # noqa: FBT001, FBT002 - flytekit's signature
) -> MapTask | MappedEntity:
    """Call a task for each element of its input lists; the result is the list of its outputs.

    Args:
        target: a task, or ``functools.partial(task, name=value)``: every element is given those inputs alike; or a
            launch plan, reference task or reference launch plan.
        concurrency: how many elements may run at once; 0 is no limit, None leaves it to the workflow.
        min_successes: how many elements must succeed; all, when left out.
        min_success_ratio: which part of them must, from 0 to 1. Below 1, elements of the output may be None.
        run_all_sub_nodes: run all elements, also when too many have failed already: the map fails once all have ended.

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
    options = MapOptions(
        concurrency=concurrency,
        min_successes=min_successes,
        min_success_ratio=min_success_ratio,
        run_all_sub_nodes=run_all_sub_nodes,
    )
    if isinstance(target, LaunchPlan | ReferenceLaunchPlan | ReferenceTask):
        found: MapTask | MappedEntity = MappedEntity(target, {}, options)
    else:
        found = MapTask(*_task(target), options)
    name, interface = found.target.name, found.target.interface
    if len(interface.outputs) > 1:
        raise InvalidInput(f"{name} has {len(interface.outputs)} outputs; a task that is mapped has one or none.")
    unknown = [key for key in found.bound if key not in interface.inputs]
    if unknown:
        raise InvalidInput(f"{name} has no input `{unknown[0]}`. Its inputs are: {', '.join(interface.inputs)}.")
    if len(found.bound) == len(interface.inputs):
        raise InvalidInput(f"{name} has no input left to map over: leave at least one out of functools.partial.")
    return found


def _task(target: object) -> tuple[PythonTask[Any], Mapping[str, object]]:
    """Give the task, and the inputs that every element is given alike."""
    if isinstance(target, PythonTask):
        return target, {}
    if not isinstance(target, functools.partial) or not isinstance(target.func, PythonTask):
        raise Unsupported(
            f"map_task takes a task, functools.partial of one, a launch plan or a reference, not {target!r}."
        )
    if target.args:
        raise InvalidInput(f"Name the inputs of {target.func.name} in functools.partial: positions are not kept.")
    return target.func, target.keywords


def _require_ratio(ratio: object) -> None:
    if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not 0 <= ratio <= 1:
        raise InvalidInput(f"`min_success_ratio` is a part of all elements, from 0 to 1, not {ratio!r}.")


def _listed(own: Interface, bound: Mapping[str, object], options: MapOptions) -> Interface:
    optional = options.min_success_ratio < 1
    return Interface(
        inputs={name: kind if name in bound else list[kind] for name, kind in own.inputs.items()},
        outputs={name: list[kind | None] if optional else list[kind] for name, kind in own.outputs.items()},
        defaults=bound,  # a value at the call wins over one in functools.partial
        docstring=own.docstring,
    )
