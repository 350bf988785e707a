"""Answers ``import flytekit`` with Flyweight: a finder whose modules take each name from where ours lives.

Stands here, below runtime, so that a worker can install it too; the places are written as strings, so nothing above is
imported until a program asks for it.
"""

import importlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

from flyweight.sdk.drop_in_names import NAMES, ROOT

FACE: Final = "flyweight"
VERSION: Final = "1.16.31"
"""The flytekit whose names are answered, as ``flytekit.__version__``: programs compare it."""
PLUGINS: Final = "flyweight.compat.plugins"
ADVICE: Final = "docs/compatibility.md lists what the drop-in has."


class DropInModule(ModuleType):
    """A module of the ``flytekit`` name whose attributes are looked up in ours when they are first asked for."""

    def __init__(self, name: str, places: Mapping[str, str], face: str | None = None) -> None:
        super().__init__(name, f"Flyweight, answering to the name {name}.")
        self._places = places
        self._face = face
        if face:
            self.__version__ = VERSION
        self.__all__ = sorted({*places, *(importlib.import_module(face).__all__ if face else ())})
        # Every module is a package: then `from module import missing` asks our finder, which can say what is missing.
        self.__path__ = []

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        place = self._places.get(name)
        below = f"{self.__name__}.{name}"
        if place is None and below in MODULES:
            # flytekit's own imports have loaded most of its modules by the time that a program looks for them so.
            value: object = importlib.import_module(below)
        elif place is None:
            value = self._from_face(name)
        else:
            module, _, attribute = place.partition(":")
            value = getattr(importlib.import_module(module), attribute)
        setattr(self, name, value)
        return value

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self.__all__})

    def _from_face(self, name: str) -> object:
        missing = AttributeError(f"Flyweight has no {self.__name__}.{name}. {ADVICE}", name=name, obj=self)
        if self._face is None:
            raise missing
        try:
            value = getattr(importlib.import_module(self._face), name)
        except AttributeError:
            raise missing from None
        if isinstance(value, ModuleType):  # our own modules are not flytekit's, though some share a name
            raise missing
        return value


class DropInFinder(MetaPathFinder, Loader):
    """A meta path finder for ``flytekit`` and everything below it; also the loader of what it finds."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the drop-in.

        Raises:
            ImportError: the name is flytekit's and Flyweight has nothing for it.

        """
        del path, target
        if fullname != ROOT and not fullname.startswith(f"{ROOT}."):
            return None
        if fullname not in MODULES:
            owner, _, name = fullname.rpartition(".")
            raise ImportError(f"cannot import {name!r} from {owner!r}: Flyweight has none. {ADVICE}", name=fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make the module; its names resolve later."""
        face = FACE if spec.name == ROOT else None
        return DropInModule(spec.name, NAMES.get(spec.name, {}), face)

    def exec_module(self, module: ModuleType) -> None:
        """Import the plugins that announce themselves, with the top module, as flytekit does; else run nothing."""
        if module.__name__ == ROOT:
            importlib.import_module(PLUGINS).load_implicit_plugins()


def _with_parents(names: Iterable[str]) -> frozenset[str]:
    found = {ROOT}
    for name in names:
        parts = name.split(".")
        found.update(".".join(parts[:size]) for size in range(1, len(parts) + 1))
    return frozenset(found)


MODULES: Final = _with_parents(NAMES)
"""Every module name the drop-in answers to."""

_finder: Final = DropInFinder()


def install() -> None:
    """Let ``import flytekit`` give Flyweight from now on, whether or not the real flytekit is installed.

    Raises:
        ImportError: the real flytekit is loaded already; two of them in one process would not know each other's tasks.

    """
    loaded = sys.modules.get(ROOT)
    if loaded is not None and not isinstance(loaded, DropInModule):
        raise ImportError(
            "flytekit is imported already, so Flyweight cannot answer to its name. Call flyweight.compat.install() "
            "before the first `import flytekit` (in a notebook: restart the kernel)."
        )
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Undo ``install``: forget the drop-in's modules and stop answering."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name, module in sys.modules.items() if isinstance(module, DropInModule)]:
        del sys.modules[name]
