"""Tells in which module an object is being made, so that a worker finds it again by the variable that holds it."""

import inspect
from typing import TYPE_CHECKING, Self

from flyweight.errors import InvalidInput
from flyweight.sdk.naming import module_path, variable_of


def module_being_run() -> str:
    """Give the module whose top level is running now: the one that makes an object, or asks a function to make it."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>" and "__name__" in frame.f_globals:
            return frame.f_globals["__name__"]
        frame = frame.f_back
    return ""


class TrackedInstance:
    """Something that a module keeps in a variable, and a worker looks up there: a task resolver, an executor."""

    instantiated_in: str

    if not TYPE_CHECKING:  # to a checker, what makes an instance is the subclass's own __init__

        def __new__(cls, *_arguments: object, **_named: object) -> Self:
            """Note the module that makes it; subclasses need not call ``super().__init__``."""
            made = super().__new__(cls)
            made.instantiated_in = module_being_run()
            return made

    @property
    def lhs(self) -> str:
        """The variable that holds it.

        Raises:
            InvalidInput: no variable of its module does.

        """
        found = variable_of(self, self.instantiated_in)
        if found is None:
            raise InvalidInput(
                f"No variable of module {self.instantiated_in} holds {self!r}, so a worker could not find it. "
                "Keep it in a variable at the module's top level."
            )
        return found

    @property
    def location(self) -> str:
        """``module.variable``, as a worker imports it."""
        return f"{module_path(self.instantiated_in)[0]}.{self.lhs}"
