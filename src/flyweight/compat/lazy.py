"""``flytekit.lazy_module``: a module that is imported when something of it is first needed, or not at all."""

import importlib
import sys
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """Stands for a module until its first attribute is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            module = importlib.import_module(self.__name__)
        except ImportError as error:
            raise ImportError(f"{self.__name__}.{name} is needed, and {self.__name__} is not installed.") from error
        return getattr(module, name)


def lazy_module(fullname: str) -> ModuleType:
    """Give a module, imported on use; whether it is installed shows then, too."""
    return sys.modules.get(fullname) or LazyModule(fullname)


def is_imported(module_name: str) -> bool:
    """Tell whether a module has been imported."""
    return module_name in sys.modules
