"""Turns a function into the names it has on a platform: its module's dotted path, found by walking up packages.

Names equal flytekit's, so that the same file registers the same entities whichever of the two compiles it.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from flyweight.errors import InvalidInput

NOTEBOOK_MODULE = "__main__"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionName:
    """Where a function is defined."""

    module: str
    """Dotted path from the outermost package, a script's stem, or empty in a notebook."""
    function: str
    root: Path | None
    """The folder that must be on ``sys.path`` for ``module`` to import; None in a notebook."""

    @property
    def full(self) -> str:
        """The entity's name: ``package.module.function``, or the bare function name in a notebook."""
        return f"{self.module}.{self.function}" if self.module else self.function


def name_function(function: Callable[..., object]) -> FunctionName:
    """Name a function after the file that defines it, not after how that file was imported."""
    module, root = module_path(function.__module__)
    return FunctionName(module=module, function=function.__name__, root=root)


def module_path(imported_as: str) -> tuple[str, Path | None]:
    """Give a module's dotted path by its file, and the folder that it starts from; a notebook has neither."""
    path = _file_of(sys.modules.get(imported_as))
    if path is None:
        return "" if imported_as == NOTEBOOK_MODULE else imported_as, None
    return dotted_path(path)


def dotted_path(path: Path) -> tuple[str, Path]:
    """Give a file's dotted module path and the folder it starts from: the first one up without ``__init__.py``."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts)), folder


def place_of(function: object) -> str:
    """Say where a function is defined, as a line below an error: ``at FILE:LINE in NAME``; nothing if it is nowhere."""
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return f"\n  at {code.co_filename}:{code.co_firstlineno} in {code.co_name}" if code is not None else ""


def variable_of(entity: object, module_name: str) -> str | None:
    """Find the module-level variable that holds an entity, so that a worker finds it by that name."""
    module = sys.modules.get(module_name)
    if module is None:
        return None
    return next((name for name, value in vars(module).items() if value is entity), None)


def require_top_level(function: Callable[..., object], kind: str) -> None:
    """Refuse what is no function, and a function defined inside another one: no worker could import it.

    Raises:
        InvalidInput: the function is nested (test modules are exempt, they run where they are defined), has no name,
            or is none.

    """
    if isinstance(function, type) or not callable(function) or function.__name__ == "<lambda>":
        raise InvalidInput(f"A {kind.lower()} is made of a function that is defined with `def`; {function!r} is none.")
    _refuse_method(function, kind)
    module = function.__module__.rsplit(".", 1)[-1]
    in_notebook = _file_of(sys.modules.get(function.__module__)) is None
    if "<locals>" not in function.__qualname__ or in_notebook or module.startswith(("test_", "conftest")):
        return
    raise InvalidInput(
        f"{kind} {function.__qualname__} is defined inside another function, where no worker can import it. "
        "Move it to the top level of its module; if a decorator of yours wraps it, use functools.wraps in it."
    )


def refuse_entity(kind: str, function: object) -> None:
    """Refuse a task or a workflow in the place of a function: decorators of both kinds do not go together.

    Raises:
        InvalidInput: it is one.

    """
    if hasattr(function, "interface"):
        raise InvalidInput(
            f"@{kind} takes a function, and {function!r} is a {type(function).__name__} already: take one of the "
            "decorators away."
        )


def _refuse_method(function: Callable[..., object], kind: str) -> None:
    """Refuse a function that belongs to a class: a worker finds a function in its module, and has no object for it."""
    inner = function.__qualname__.rpartition("<locals>.")[2]
    if "." in inner:
        owner, name = inner.rsplit(".", 1)
        raise InvalidInput(
            f"{kind} {inner} is a method of the class {owner}. Make {name} a function of the module, which is given "
            f"what it needs of a {owner} as inputs; or derive a task type from PythonInstanceTask."
        )


def _file_of(module: ModuleType | None) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file).resolve() if file else None
