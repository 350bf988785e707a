"""An execution that stands for its result: used like a value, it waits for the value and passes everything on to it.

The execution's own names (``wait``, ``phase``, ``outputs``, ...) stay its own; ``result()`` gives the plain value.
"""

import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final

from flyweight.client.executions import FlyteWorkflowExecution, Seconds

_BINARY: Final = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "xor")
_LOGICAL: Final = {"and": operator.and_, "or": operator.or_}
_COMPARISONS: Final = ("eq", "ne", "lt", "le", "gt", "ge")
_UNARY: Final = ("neg", "pos", "abs", "invert", "index")
_PROTOCOLS: Final = frozenset(
    {
        "__array__",
        "__array_interface__",
        "__array_struct__",
        "__array_priority__",
        "__dataframe__",
        "__arrow_c_stream__",
        "__arrow_c_array__",
        "__arrow_c_schema__",
        "__dlpack__",
        "__dlpack_device__",
        "__fspath__",
        "__html__",
    }
)
"""Protocols that libraries look for on the instance; they exist here exactly when the value has them."""


class ExecutionResult(FlyteWorkflowExecution):
    """An execution in the background that can be used in place of what it gives.

    With one output it stands for that output, with several for the tuple of them. An operation on it waits for the
    value, and raises ``TaskFailed`` with the task's own message if there will be none.
    """

    def result(self, timeout: Seconds = None) -> Any:
        """Wait for the value and give it.

        Args:
            timeout: seconds or a timedelta; for ever when left out.

        Raises:
            TaskFailed: the execution failed; the message is the task's.
            DeadlineExceeded: it has not ended within the time; it goes on.

        """
        cached = self.__dict__.get("_value", _NOTHING)
        if cached is _NOTHING:
            self.wait(timeout)
            cached = self.__dict__["_value"] = self.outputs.as_python_native()
        return cached

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _PROTOCOLS:
            raise AttributeError(name)  # what Python itself looks for (copy, pickle, ...) is about the handle
        if name.startswith(("_repr_", "_ipython_")):
            raise AttributeError(name)  # a notebook shows the handle while there is no value yet
        return getattr(self.result(), name)

    def __getattribute__(self, name: str) -> Any:
        # isinstance(handle, DataFrame) asks for __class__: the value's, so that code which looks before it acts works.
        if name == "__class__" and not _asked_by_the_notebook():
            return type(self.result())
        return super().__getattribute__(name)

    def __dir__(self) -> list[str]:
        own = set(object.__dir__(self))
        return sorted(own | set(dir(self.result()))) if self.is_done else sorted(own)

    def __repr__(self) -> str:
        return repr(self.result()) if self.is_done and self.is_successful else super().__repr__()

    def __str__(self) -> str:
        return str(self.result())

    def __format__(self, format_spec: str) -> str:
        return format(self.result(), format_spec)

    def _repr_html_(self) -> str:
        shown = super()._repr_html_()
        if not (self.is_done and self.is_successful):
            return shown
        value = self.result()
        render = getattr(value, "_repr_html_", None)
        return f"{shown}<br>{render()}" if callable(render) else shown

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Let numpy's functions see the value (and give its type back), not an array of one object."""
        return getattr(ufunc, method)(*(plain(one) for one in inputs), **options)

    def __bool__(self) -> bool:
        return bool(self.result())

    def __int__(self) -> int:
        return int(self.result())

    def __float__(self) -> float:
        return float(self.result())

    def __len__(self) -> int:
        return len(self.result())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.result())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self.result())

    def __contains__(self, item: object) -> bool:
        return item in self.result()

    def __getitem__(self, key: Any) -> Any:
        return self.result()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.result()[key] = value

    def __delitem__(self, key: Any) -> None:
        del self.result()[key]

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the value."""
        return self.result()(*arguments, **named)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.result(), digits)

    __hash__ = object.__hash__  # a handle is a key by itself; its value may not be hashable at all


_NOTHING: Final = object()


def plain(value: Any) -> Any:
    """Give the value that a result stands for; anything else as it is."""
    return value.result() if issubclass(type(value), ExecutionResult) else value


def _binary(function: Callable[[Any, Any], Any]) -> Callable[[ExecutionResult, Any], Any]:
    return lambda self, other: function(self.result(), plain(other))


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[ExecutionResult, Any], Any]:
    return lambda self, other: function(plain(other), self.result())


def _unary(function: Callable[[Any], Any]) -> Callable[[ExecutionResult], Any]:
    return lambda self: function(self.result())


def _forward_operators() -> None:
    """Give the class Python's operators; they are looked up on the class, so ``__getattr__`` cannot pass them on."""
    for name, function in {**{name: getattr(operator, name) for name in _BINARY}, **_LOGICAL}.items():
        setattr(ExecutionResult, f"__{name}__", _binary(function))
        setattr(ExecutionResult, f"__r{name}__", _reflected(function))
    for name in _COMPARISONS:
        setattr(ExecutionResult, f"__{name}__", _binary(getattr(operator, name)))
    for name in _UNARY:
        setattr(ExecutionResult, f"__{name}__", _unary(getattr(operator, name)))


_forward_operators()


def _asked_by_the_notebook() -> bool:
    """Tell whether the notebook itself asks (to display or complete a name), which must not wait for a task."""
    frame = inspect.currentframe()
    for _ in range(2):  # this function, and __getattribute__
        frame = frame.f_back if frame is not None else None
    while frame is not None and frame.f_globals.get("__name__") in {"inspect", "typing", "abc"}:
        frame = frame.f_back
    asker = "" if frame is None else str(frame.f_globals.get("__name__"))
    return asker.startswith(("IPython.", "ipykernel.", "jedi.", "flyweight.", "threading", "logging"))
