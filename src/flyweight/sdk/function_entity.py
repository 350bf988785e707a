"""What tasks and workflows that are functions have in common: a name, an interface, and the function's own face."""

import functools
from collections.abc import Callable
from typing import Any

from flyweight.sdk.interface import Interface, interface_of
from flyweight.sdk.naming import FunctionName, name_function


class FunctionEntity:
    """An entity that a function defines; mixed into the classes of such entities."""

    def define(self, function: Callable[..., object], *, pickle_untyped: bool = False) -> None:
        """Take name, interface and documentation from a function.

        Raises:
            InvalidInput: an annotation is missing or cannot be resolved.

        """
        self._by_name = function  # called with values, or with promises in their place
        self._location = name_function(function)
        self._interface = interface_of(function, pickle_untyped=pickle_untyped)
        face: Any = self
        functools.update_wrapper(face, function, updated=())
        # What is set on the function shows on the entity too, and takes nothing from it: a decorator that is a class
        # has attributes that are called as ours are.
        vars(face).update({**vars(function), **vars(face)})

    @property
    def location(self) -> FunctionName:
        """Where the function is defined."""
        return self._location

    @property
    def name(self) -> str:
        """``module.function``."""
        return self.location.full

    @property
    def short_name(self) -> str:
        """The function's name."""
        return self.location.function

    @property
    def interface(self) -> Interface:
        """Inputs and outputs as annotated."""
        return self._interface
