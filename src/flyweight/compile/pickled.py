"""Code that exists only in a running kernel: an entity's tasks as a pickle, and a digest that tells if they changed.

Modules of the project are pickled by value, so that a worker needs nothing but the pickle and the installed packages.
The pickle's own bytes differ between kernels for equal code: versions come from ``entity_digest``.
"""

import gzip
import pickle
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType

import cloudpickle

from flyweight.compile.code_digest import CodeDigest, global_names, is_local_module
from flyweight.compile.graphs import workflow_template
from flyweight.compile.needs import needs, task_of
from flyweight.compile.pickle_format import FILE_NAME, AnyTask, python_version
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.sources import sources_of
from flyweight.errors import InvalidInput, TooLarge
from flyweight.literals import to_bytes
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.entity import AnyEntity, Entity
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.map_task import MapTask
from flyweight.sdk.options import ExecutionBehavior
from flyweight.sdk.task import PythonFunctionTask
from flyweight.sdk.workflow import FunctionWorkflow, Workflow

__all__ = ["FILE_NAME", "MAX_PICKLE", "entity_digest", "pickle_entity", "python_version"]

MAX_PICKLE = 150 * 1024 * 1024
"""Bytes, compressed: Flyte's limit. What a task's code captures travels with it; data should not."""


def pickle_entity(entity: AnyEntity, root: Path | None = None) -> bytes:
    """Pack every task that an entity needs; ``root`` is the project's folder (None: the current one).

    Raises:
        InvalidInput: a task's code holds something that cannot be pickled; names the task.
        TooLarge: the code captures too much data.

    """
    tasks = {task.name: task for task in _tasks(entity)}
    project = (root or Path.cwd()).resolve()
    with _by_value(project):
        packed = {name: _pickle(name, task) for name, task in tasks.items()}
    sources = sources_of(tasks.values(), project)
    content = pickle.dumps({"python": python_version(), "tasks": packed, "sources": sources})
    compressed = gzip.compress(content, mtime=0)
    if len(compressed) > MAX_PICKLE:
        raise TooLarge(
            f"The code of {entity.name} holds {len(compressed) >> 20} MB with what it uses; {MAX_PICKLE >> 20} MB fit. "
            "Give data to tasks as inputs, not as global variables."
        )
    return compressed


def entity_digest(entity: AnyEntity, root: Path | None = None) -> str:
    """Give a digest of an entity's code and of all it uses: the same in every kernel until something is edited."""
    digest = CodeDigest((root or Path.cwd()).resolve())
    parts: list[object] = []
    for needed in dict.fromkeys(needs(entity)):
        match needed:
            case PythonTask() | MapTask():
                task = needed.target if isinstance(needed, MapTask) else needed
                parts.append(("task", needed.name, *_code(task), _settled(task.options)))
            case FunctionWorkflow():
                settled = (needed.options.failure_policy, needed.options.interruptible, needed.options.default_options)
                parts.append(("workflow", needed.name, needed.workflow_function, settled))
            case Workflow():
                parts.append(("workflow", needed.name, to_bytes(workflow_template(needed, SerializationSettings()))))
            case LaunchPlan():
                parts.append(("launch plan", needed.name, _settled(needed.options)))
            case _:
                parts.append((type(needed).__name__, needed.name))
    return digest.of(parts)


def _tasks(entity: AnyEntity) -> list[AnyTask]:
    """Find the tasks that an entity needs; of a dynamic task also those that its body names, since it may call them."""
    found: dict[AnyTask, None] = {}
    waiting: list[AnyEntity] = [entity]
    while waiting:
        for needed in needs(waiting.pop()):
            task = task_of(needed)
            if task is None or task in found:
                continue
            found[task] = None
            if isinstance(task, PythonFunctionTask) and task.execution_mode is not ExecutionBehavior.DEFAULT:
                waiting += _named(task.task_function)
                waiting += task.node_dependency_hints
    return list(found)


def _named(function: object) -> list[AnyEntity]:
    """Find the entities that a function names, also in plain functions that it calls."""
    found: list[AnyEntity] = []
    waiting: list[object] = [function]
    seen: set[object] = {function}
    while waiting:
        each = waiting.pop()
        if isinstance(each, Entity):
            found.append(each)
        elif isinstance(each, FunctionType):
            named = [each.__globals__.get(name) for name in global_names(each.__code__)]
            new = [value for value in named if isinstance(value, Entity | FunctionType) and value not in seen]
            seen.update(new)
            waiting += new
    return found


def _code(task: AnyTask) -> tuple[object, ...]:
    """Give what a task runs: its function, or its class with the settings of its kind; and its configuration."""
    runs = task.task_function if isinstance(task, PythonFunctionTask) else type(task)
    return runs, task.task_type, task.task_config


def _settled(options: object) -> object:
    """Give the options of an entity as plain values."""
    return {name: getattr(options, name) for name in getattr(options, "__slots__", ())}


def _pickle(name: str, task: AnyTask) -> bytes:
    try:
        return cloudpickle.dumps(task)
    except Exception as error:
        raise InvalidInput(
            f"The code of {name} cannot be sent: {error}. It uses something that lives in this process only (a "
            "connection, a lock, an open file): make it inside the task."
        ) from error


@contextmanager
def _by_value(root: Path) -> Generator[None]:
    """Have cloudpickle take the project's own modules by value while inside the block."""
    registered = [
        module for name, module in list(sys.modules.items()) if name != "__main__" and is_local_module(name, root)
    ]
    for module in registered:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in registered:
            cloudpickle.unregister_pickle_by_value(module)
