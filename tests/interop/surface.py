"""Writes the page of names: ``python -m tests.interop.surface``; every public name of flytekit, and whether it is here.

What flytekit has stands in ``flytekit_names.json``, which ``programs/surface.py`` makes in the stock environment.
"""

import importlib
import json
from pathlib import Path

from flyweight import compat

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/flytekit-names.md"
STOCK: dict[str, list[str]] = json.loads((HERE / "flytekit_names.json").read_text())
REASONS = {
    "flytekit.configuration": "how flytekit reads its files; ours are read by the settings",
    "flytekit.core": "flytekit's own inner parts, or not yet",
    "flytekit.core.artifact": "artifacts are a service that open-source Flyte has not",
    "flytekit.exceptions": "nothing here raises it",
    "flytekit.extend.backend": "connectors are not here",
    "flytekit.extras": "not yet",
    "flytekit.image_spec": "builders of images; environments are made here",
    "flytekit.interaction": "the inner parts of pyflyte",
    "flytekit.interactive": "a container with VS Code in it: there is no container",
    "flytekit.loggers": "how flytekit sets up its own logs",
    "flytekit.models": "base classes of flytekit's models",
    "flytekit.remote": "the inner parts of flytekit's client, or not yet",
    "flytekit.sensor": "connectors are not here",
    "flytekit.tools": "the inner parts of pyflyte",
    "flytekit.types": "flytekit's own transformers, or not yet",
}
HEAD = """\
# Every public name of flytekit

Each public class and function of the stock flytekit 1.16.31, module by module, and whether the drop-in has it. A name
that is not here raises an ImportError that says so. Written by `python -m tests.interop.surface` and checked by tests;
what the names do is told in [what of flytekit is here](compatibility.md).

| module | here | not here | why |
|---|---|---|---|
"""


def missing() -> dict[str, list[str]]:
    """Give the names that the drop-in has not, by module."""
    compat.install()
    try:
        return {module: [name for name in names if not _is_here(module, name)] for module, names in STOCK.items()}
    finally:
        compat.uninstall()


def listed() -> dict[str, list[str]]:
    """Read which names the page says are not here."""
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {row[1].strip().strip("`"): [name.strip("` ") for name in row[3].split(",") if name.strip()] for row in rows}


def page() -> str:
    """Give the page's text."""
    rows: list[str] = []
    for module, absent in missing().items():
        here = len(STOCK[module]) - len(absent)
        names = ", ".join(f"`{name}`" for name in absent)
        rows.append(f"| `{module}` | {here or ''} | {names} | {_reason(module) if absent else ''} |\n")
    return HEAD + "".join(rows)


def _is_here(module: str, name: str) -> bool:
    try:
        getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return False
    return True


def _reason(module: str) -> str:
    while module not in REASONS and "." in module:
        module = module.rpartition(".")[0]
    return REASONS.get(module, "not yet")


if __name__ == "__main__":
    PAGE.write_text(page())
