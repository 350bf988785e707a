"""Places where a workflow waits: for somebody's approval, for a value from outside, or for a time."""

import contextlib
import datetime as dt
from collections.abc import Generator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast, get_origin

from flyweight.errors import CompileError
from flyweight.sdk.compilation import current_compilation
from flyweight.sdk.entity import Entity
from flyweight.sdk.interface import Interface
from flyweight.sdk.kinds import require_kinds
from flyweight.sdk.node import Node, NodeOutputs
from flyweight.sdk.promise import Promise

T = TypeVar("T")
DEFAULT_TIMEOUT: Final = dt.timedelta(hours=1)
SLEEP_NAME: Final = "sleep-gate"
OUTPUT: Final = "o0"


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody must say yes; the value goes through as it is."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Somebody must give a value of this type."""

    python_type: Any


@dataclass(frozen=True, slots=True)
class Sleep:
    """A time must pass."""

    duration: dt.timedelta


class Gate(Entity[..., Any]):
    """What a gate node waits for, under which name, and for how long at most."""

    def __init__(
        self, name: str, awaited: Approval | Signal | Sleep, timeout: dt.timedelta, interface: Interface
    ) -> None:
        require_kinds("A gate", {"name": name}, {"name": (str,)})
        self._name = name
        self.awaited = awaited
        self.timeout = _time(f"{name}: `timeout`", timeout)
        self._interface = interface

    @property
    def name(self) -> str:
        """The name of the signal."""
        return self._name

    @property
    def short_name(self) -> str:
        """The same name."""
        return self._name

    @property
    def interface(self) -> Interface:
        """What goes through, or the value that is waited for."""
        return self._interface


def approve(upstream_item: T, name: str, timeout: dt.timedelta = DEFAULT_TIMEOUT) -> T:
    """Wait until somebody approves a value; gives the value.

    Args:
        upstream_item: the result of a call in the workflow.
        name: what the approval is asked for under.
        timeout: after this time without an answer the node fails.

    Raises:
        CompileError: in a workflow's body, what is to be approved is not one result of a call; or the timeout is none.
        TaskFailed: it was not approved, when run here.

    """
    if current_compilation() is None:
        interface = Interface(inputs={OUTPUT: type(upstream_item)}, outputs={OUTPUT: type(upstream_item)})
        return Gate(name, Approval(), timeout, interface)(**{OUTPUT: upstream_item})
    promise = upstream_item[0] if isinstance(upstream_item, NodeOutputs) and len(upstream_item) == 1 else upstream_item
    if not isinstance(promise, Promise) or promise.ref.node is None:
        what = "a call without an output" if isinstance(promise, Node) else repr(promise)
        raise CompileError(
            f"approve `{name}`: it takes one result of a call in the workflow, not {what}. "
            "To approve an input of the workflow, pass it through a task."
        )
    variable = {promise.ref.var: promise.python_type}
    gate = Gate(name, Approval(), timeout, Interface(inputs=variable, outputs=variable))
    return cast("T", gate(**{promise.ref.var: promise}))  # the value itself goes through


def wait_for_input(name: str, timeout: dt.timedelta, expected_type: type[T]) -> T:
    """Wait until somebody gives a value.

    Args:
        name: what the value is asked for under.
        timeout: after this time without an answer the node fails.
        expected_type: the value's type.

    Raises:
        CompileError: the timeout or type is none.
        InvalidInput: the name is no text.
        TypeMismatch: the answer is of another type, when run here.

    """
    if not _is_type(expected_type):
        raise CompileError(f"wait_for_input `{name}`: `expected_type` takes a type, not {expected_type!r}.")
    interface = Interface(outputs={OUTPUT: expected_type})
    return cast("T", Gate(name, Signal(expected_type), timeout, interface)())  # or the promise that stands for it


def sleep(duration: dt.timedelta) -> None:
    """Wait for a time; what must come later says so with ``>>``. Workflows that run here do not wait.

    Args:
        duration: how long, on a platform.

    Raises:
        CompileError: it is no length of time.

    """
    # In a workflow's body it is a node, which `>>` can order; a checker need not know.
    return cast("None", Gate(SLEEP_NAME, Sleep(_time("sleep", duration)), DEFAULT_TIMEOUT, Interface())())


def _is_type(given: object) -> bool:
    return isinstance(given, type) or get_origin(given) is not None


def _time(where: str, given: object) -> dt.timedelta:
    if not isinstance(given, dt.timedelta) or given < dt.timedelta(0):
        raise CompileError(f"{where} takes a length of time, a datetime.timedelta of 0 or more, not {given!r}.")
    return given


_answers: ContextVar[Mapping[str, object]] = ContextVar("flyweight_signals", default={})  # noqa: B039 - never changed


@contextlib.contextmanager
def signals(answers: Mapping[str, object]) -> Generator[None]:
    """Answer the gates of workflows that run here inside the block, by name: approvals by a bool, others by a value.

    Args:
        answers: by the gate's name: a bool for an approval, else the value.

    Example:
        >>> with signals({"release?": True, "threshold": 0.9}):
        ...     pass  # call a workflow here

    """
    token = _answers.set({**_answers.get(), **answers})
    try:
        yield
    finally:
        _answers.reset(token)


def current_signals() -> Mapping[str, object]:
    """Give the answers for gates that run here."""
    return _answers.get()
