"""``ClassDecorator``: a decorator below ``@task`` that is a class, with settings, and more to tell a platform."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any


class ClassDecorator(ABC):
    """Derive from it, take settings in ``__init__`` and hand them on; used with or without parentheses below ``@task``.

    Args:
        task_function: the function that is decorated; None when the decorator is called with settings.
        kwargs: the settings.

    """

    LINK_TYPE_KEY = "link_type"
    """Key in the extra configuration of the kind of a link in the console."""
    PORT_KEY = "port"
    """Key of the port that the link leads to."""

    def __init__(self, task_function: Callable[..., Any] | None = None, **kwargs: Any) -> None:
        self.task_function = task_function
        self.decorator_kwargs = kwargs
        if task_function is not None:
            update_wrapper(self, task_function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the decorated function; before there is one, take it."""
        if self.task_function is not None:
            return self.execute(*args, **kwargs)
        return type(self)(args[0], **self.decorator_kwargs)

    @abstractmethod
    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Do what the decorator is for, and call ``self.task_function``."""

    @abstractmethod
    def get_extra_config(self) -> Mapping[str, str]:
        """Give settings for the platform, as text; they stand in the task's template."""
