"""What tests of workflows need: ``task_mock`` and ``patch`` put a mock in place of an entity, references included."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Generator
from typing import Any, TypeVar
from unittest.mock import MagicMock

from flyweight.errors import InvalidInput
from flyweight.sdk.entity import Entity
from flyweight.sdk.stand_ins import stand_in

R = TypeVar("R")

__all__ = ["patch", "task_mock"]


@contextlib.contextmanager
def task_mock(t: object) -> Generator[MagicMock]:
    """Put a mock in place of a task, workflow, launch plan or reference inside the block.

    The mock is called with the inputs by name, as Python values; what it returns is converted and checked like the
    entity's own output, wherever the entity is called here: alone, in a workflow, in a dynamic task or mapped.

    Example:
        >>> from flyweight import task
        >>> @task
        ... def read(table: str) -> int:
        ...     raise RuntimeError("no database here")
        >>> with task_mock(read) as mock:
        ...     mock.return_value = 3
        ...     read(table="t")
        3

    Raises:
        InvalidInput: it is no entity.

    """
    if not isinstance(t, Entity):
        raise InvalidInput(f"{t!r} is no task, workflow, launch plan or reference, so it cannot be mocked here.")
    mock = MagicMock(name=t.name)
    with stand_in(t, mock):
        yield mock


def patch(target: object) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Decorate a test: its first argument is a mock that stands for the entity while the test runs.

    Raises:
        InvalidInput: it is no entity.

    """

    def decorate(test: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(test)
        def patched(*arguments: Any, **named: Any) -> R:
            with task_mock(target) as mock:
                return test(mock, *arguments, **named)

        # pytest must not look for a fixture in the mock's place.
        own = inspect.signature(test)
        setattr(patched, "__signature__", own.replace(parameters=list(own.parameters.values())[1:]))  # noqa: B010
        return patched

    return decorate
