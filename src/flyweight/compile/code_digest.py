"""Tells whether code changed: a digest of a function and of all it uses, the same in every kernel until an edit.

What counts: bytecode and constants, defaults, closures, the globals that the code names (values, helper functions,
classes), and the source of project modules it names. What does not: line numbers, file names, memory addresses, the
order of dictionaries. Installed packages count by their names; their versions are the environment's business.
"""

import dis
import enum
import hashlib
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from flyweight.compile.bundle import is_project_file

_GLOBAL_LOADS = {"LOAD_GLOBAL", "LOAD_NAME"}
_CLASS_NOISE = {"__dict__", "__weakref__", "__module__", "__abstractmethods__", "_abc_impl", "__firstlineno__"}
_PLAIN = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis), range)


class CodeDigest:
    """Digests values; one instance for one question, since it remembers what it has seen."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._done: dict[int, str] = {}
        self._open: dict[int, int] = {}
        self._alive: list[object] = []  # ids are unique only while their objects live

    def of(self, value: object) -> str:
        """Give a value's digest in hexadecimal."""
        if isinstance(value, _PLAIN):
            return _hash(type(value).__name__, repr(value))
        known = self._done.get(id(value))
        if known is not None:
            return known
        if id(value) in self._open:
            return _hash("circle", str(len(self._open) - self._open[id(value)]))
        self._open[id(value)] = len(self._open)
        self._alive.append(value)
        try:
            found = self._composite(value)
        finally:
            del self._open[id(value)]
        if not self._open:
            self._done[id(value)] = found
        return found

    def _composite(self, value: object) -> str:
        match value:
            case types.CodeType():
                found = self._code(value)
            case types.FunctionType():
                found = self._function(value)
            case types.ModuleType():
                found = self._module(value)
            case types.MethodType():
                found = _hash("method", self.of(value.__func__), self.of(value.__self__))
            case enum.Enum():
                found = _hash("enum", self.of(type(value)), value.name)
            case type():
                found = self._class(value)
            case _:
                found = self._data(value)
        return found

    def _data(self, value: object) -> str:
        match value:
            case list() | tuple():
                items = cast("Iterable[object]", value)  # what is inside is asked next
                return _hash(type(value).__name__, *(self.of(item) for item in items))
            case set() | frozenset():
                members = cast("Iterable[object]", value)
                return _hash("set", *sorted(self.of(item) for item in members))
            case dict():
                return self._mapping(cast("Mapping[object, object]", value))
            case _:
                return self._object(value)

    def _mapping(self, value: Mapping[Any, object]) -> str:
        pairs = sorted(_hash(self.of(key), self.of(item)) for key, item in value.items())
        return _hash("dict", *pairs)

    def _code(self, code: types.CodeType) -> str:
        return _hash(
            "code",
            code.co_code.hex(),
            repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)),
            repr((code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags)),
            *(self.of(constant) for constant in code.co_consts),
        )

    def _function(self, function: types.FunctionType) -> str:
        if not self._is_local(function.__module__):
            return _hash("function", function.__module__, function.__qualname__)
        cells = [_contents(cell) for cell in function.__closure__ or ()]
        used = global_names(function.__code__)
        scope = {name: function.__globals__[name] for name in used if name in function.__globals__}
        return _hash(
            "function",
            function.__name__,
            self.of(function.__code__),
            self.of(function.__defaults__),
            self.of(function.__kwdefaults__),
            self.of(function.__annotations__),
            self.of(cells),
            self._mapping(scope),
        )

    def _class(self, value: type) -> str:
        if not self._is_local(value.__module__):
            return _hash("class", value.__module__, value.__qualname__)
        members = {name: member for name, member in vars(value).items() if name not in _CLASS_NOISE}
        return _hash("class", value.__name__, self.of(list(value.__bases__)), self._mapping(members))

    def _module(self, module: types.ModuleType) -> str:
        """Digest a module: a project's by its source, and by the project modules it names in turn."""
        if not self._is_local(module.__name__):
            return _hash("module", module.__name__)
        path = Path(str(module.__file__)) if getattr(module, "__file__", None) else None
        source = path.read_bytes().hex() if path is not None and path.is_file() else ""
        named = [value for value in vars(module).values() if isinstance(value, types.ModuleType)]
        homes = {str(getattr(value, "__module__", "")) for value in vars(module).values()}
        named += [sys.modules[home] for home in homes if home in sys.modules and sys.modules[home] is not module]
        local = {one.__name__: one for one in named if self._is_local(one.__name__)}
        return _hash("module", module.__name__, source, self._mapping(local))

    def _object(self, value: object) -> str:
        """Digest any other object by what pickle would keep of it; what cannot be pickled counts by its type."""
        try:
            reduced = cast("Callable[[int], Any]", value.__reduce_ex__)(4)
        except Exception:  # user-supplied code: any class may refuse in any way
            return _hash("object", self.of(type(value)))
        if isinstance(reduced, str):
            return _hash("global", reduced)
        make, arguments, *rest = reduced
        state = rest[0] if rest else None
        items = list(rest[1]) if len(rest) > 1 and rest[1] is not None else []
        pairs = dict(rest[2]) if len(rest) > 2 and rest[2] is not None else {}  # noqa: PLR2004 - pickle's fixed places
        return _hash("object", self.of(make), self.of(arguments), self.of(state), self.of(items), self._mapping(pairs))

    def _is_local(self, module_name: str | None) -> bool:
        """Tell whether a module is the user's own: a notebook's, a script's, or below the project's root."""
        return is_local_module(module_name or "__main__", self._root)


def is_local_module(name: str, root: Path) -> bool:
    """Tell whether a module belongs to the project below ``root``, or exists only in this process."""
    if name == "__main__":
        return True
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and is_project_file(Path(file), root)


def global_names(code: types.CodeType) -> list[str]:
    """List the globals that code names, functions inside it included, sorted."""
    names = {
        str(instruction.argval) for instruction in dis.get_instructions(code) if instruction.opname in _GLOBAL_LOADS
    }
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names.update(global_names(constant))
    return sorted(names)


def _contents(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _hash(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()
