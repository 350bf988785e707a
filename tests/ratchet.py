"""The size and shape gate: no source file past 500 lines, each module says its sentence, names that say what is inside.

Run by ``make check``. A file listed in ``GRANDFATHERED`` may only shrink; the list is empty and should stay so.
"""

import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 500
GRANDFATHERED: dict[str, int] = {}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "base", "impl"}
LOADS_ON_USE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["flyweight"]["loads-on-use"]
"""Files that may call ``import_module``, below ``src/flyweight``, and why."""
SCRIPTS = ROOT / "src/flyweight/executors"
"""Python puts this folder first on the path of ``warm_entrypoint.py``, which is run there as a script."""


def faults(path: Path) -> list[str]:
    """Tell what is wrong with one module."""
    name = str(path.relative_to(ROOT))
    text = path.read_text()
    lines = text.count("\n")
    limit = GRANDFATHERED.get(name, LIMIT)
    found: list[str] = []
    if lines > limit:
        found.append(f"{name}: {lines} lines, the limit is {limit}: split it by subject")
    if name in GRANDFATHERED and lines < limit:
        found.append(f"{name}: shrank to {lines} lines: lower its number in tests/ratchet.py")
    if path.stem in DRAWERS or path.parent.name in DRAWERS:
        found.append(f"{name}: a module is named for what it is, not `{path.stem}`")
    if path.parent == SCRIPTS and path.stem in sys.stdlib_module_names:
        found.append(f"{name}: the warm processes would import it for the standard library's `{path.stem}`: rename it")
    if name.startswith("src/") and text.strip():
        tree = ast.parse(text)
        if ast.get_docstring(tree) is None:
            found.append(f"{name}: the module's sentence (its docstring) is missing")
        if loads_on_use(tree) != (name.removeprefix("src/flyweight/") in LOADS_ON_USE):
            found.append(
                f"{name}: imports stand at the top; loads-on-use in pyproject.toml lists which do not, and why"
            )
    return found


def loads_on_use(tree: ast.Module) -> bool:
    """Tell whether a module loads another one by ``import_module``."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return "import_module" in {getattr(function, "attr", getattr(function, "id", "")) for function in called}


def main() -> int:
    """Check every module that is ours and not generated."""
    modules = [
        path
        for folder in ("src", "tests", "bench", "examples")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "_pb2" not in path.name and "migrations" not in path.parts
    ]
    found = [fault for path in modules for fault in faults(path)]
    print("\n".join(found) or f"{len(modules)} modules, none over {LIMIT} lines")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
