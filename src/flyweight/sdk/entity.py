"""What tasks, workflows, launch plans and references have in common: a name, an interface, and what a call does."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, ParamSpec, TypeVar, cast

from flyweight.sdk.compilation import current_compilation, results_of
from flyweight.sdk.context import current_caller
from flyweight.sdk.interface import Interface

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Entity(ABC, Generic[P, R_co]):
    """Something that can be called: in a workflow's body it becomes a node, elsewhere it runs."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The full name on a platform."""

    @property
    @abstractmethod
    def interface(self) -> Interface:
        """Inputs and outputs."""

    @property
    def short_name(self) -> str:
        """The name a node shows when it is given none."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def title(self) -> str:
        """What errors call it."""
        return self.name

    def input_title(self, name: str) -> str:
        """Name an input in errors."""
        return f"input `{name}`"

    @property
    def is_async(self) -> bool:
        """Whether a call that runs it must be awaited: its function is a coroutine function."""
        return False

    def bound_defaults(self) -> Mapping[str, object]:
        """Defaults that a node binds itself, as constants, when the caller gives no value."""
        return self.interface.defaults

    def optional_inputs(self) -> tuple[str, ...]:
        """Inputs that the platform has a value for, so that a node need not bind them."""
        return ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call it.

        Raises:
            InvalidInput: arguments do not match the inputs.
            TypeMismatch: a value does not fit its input's type.
            TaskFailed: a task's code raised, when run on a platform; run here, its own exception comes out.

        """
        arguments = self.interface.bind(self.title, args, kwargs)
        compilation = current_compilation()
        if compilation is not None:
            # What the user's annotations promise is a value; in a workflow's body a promise stands in its place.
            return cast("R_co", results_of(compilation.add(self, arguments)))
        given = {**self.interface.defaults, **arguments}
        self.interface.require_all(self.title, (*self.optional_inputs(), *given))
        # The caller turns outputs back into what the function's annotation promises.
        caller = current_caller()
        return cast("R_co", caller.run_async(self, given) if self.is_async else caller.run(self, given))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


AnyEntity = Entity[Any, Any]  # pyright's strictness ends here: a graph holds entities of every signature
