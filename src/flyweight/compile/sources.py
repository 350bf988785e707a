"""Finds the source text of what tasks of a kernel run, so that a traceback elsewhere shows the lines of the cell."""

import linecache
import types
from collections.abc import Iterable
from pathlib import Path

from flyweight.compile.code_digest import global_names, is_local_module
from flyweight.compile.pickle_format import AnyTask
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.task import PythonFunctionTask


def sources_of(tasks: Iterable[AnyTask], root: Path) -> dict[str, str]:
    """Give source texts by the file name that their code bears: of the tasks, and of the project's code they use."""
    found: dict[str, str] = {}
    waiting: list[object] = [*tasks]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        match value:
            case PythonFunctionTask():
                waiting.append(value.task_function)
            case PythonTask():
                waiting.append(type(value))
            case types.FunctionType() if _is_local(value.__module__, root):
                name = value.__code__.co_filename
                found[name] = "".join(linecache.getlines(name))
                scope = value.__globals__
                waiting += [scope[used] for used in global_names(value.__code__) if used in scope]
            case type() if _is_local(value.__module__, root):
                waiting += vars(value).values()
            case _:
                pass
    return {name: text for name, text in found.items() if text}


def _is_local(module: str | None, root: Path) -> bool:
    return is_local_module(module or "__main__", root)
