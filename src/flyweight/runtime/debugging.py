"""Runs one task here with the inputs that it had on a platform, in the code that it ran in; under pdb, if wanted."""

import inspect
import pdb
import sys
from collections.abc import Callable
from typing import Any

from flyteidl.core import literals_pb2, tasks_pb2

from flyweight.errors import Unsupported
from flyweight.protocol.arguments import is_ours, parse_container
from flyweight.runtime.code import Codebase
from flyweight.runtime.local import run_literals
from flyweight.runtime.resolver import inputs_of_attempt, load_task
from flyweight.sdk.node import Overrides
from flyweight.settings import apply_environment

_ONCE = Overrides(retries=0, cache=False)
_ELEMENT = "FLYTE_K8S_ARRAY_INDEX"


def run_recorded(
    template: tasks_pb2.TaskTemplate, inputs: literals_pb2.LiteralMap, *, element: int | None, debugger: bool
) -> literals_pb2.LiteralMap:
    """Load a task as a worker would, and run it once on these inputs, uncached.

    Args:
        template: of the task, as registered.
        inputs: of the node; of one that maps over lists, all of them.
        element: which element of a map to run.
        debugger: whether to stop in the first line of the task's function, under pdb, on this terminal.

    Raises:
        Unsupported: it is no task of ours.
        NotFound: its code bundle cannot be reached from here.
        Exception: whatever the task's code raises; under the debugger it has been shown there.

    """
    words = [*template.container.command, *template.container.args]
    if not is_ours(words):
        raise Unsupported(
            f"{template.id.name} was not registered by Flyweight (but by flytekit, say): only its own command can run "
            "it, on a platform. To debug it, call it in Python with the inputs of its node, or register its code with "
            "`flyweight register` and run that: `flyweight debug` takes what Flyweight has registered."
        )
    told = parse_container(words)
    task = load_task(told.resolver, told.loader_args, Codebase().load(told.bundle_uri))
    index = {} if element is None else {_ELEMENT: str(element), "BATCH_JOB_ARRAY_INDEX_VAR_NAME": _ELEMENT}
    with apply_environment({pair.key: pair.value for pair in template.container.env} | index):
        given = inputs_of_attempt(told.resolver, told.loader_args, inputs)
        if not debugger:
            return run_literals(task, given, _ONCE)
        function: Callable[..., Any] = getattr(task, "task_function", task.execute)
        return _under_pdb(function, lambda: run_literals(task, given, _ONCE))


def _under_pdb(function: Callable[..., Any], run: Callable[[], literals_pb2.LiteralMap]) -> literals_pb2.LiteralMap:
    """Run something, and stop where the function begins; an exception is looked at where it was raised."""
    code = inspect.unwrap(function).__code__
    debugger = pdb.Pdb()
    debugger.reset()
    debugger.set_break(code.co_filename, code.co_firstlineno, funcname=code.co_name)
    # All but the function runs as if nobody watched.
    debugger.botframe = inspect.currentframe()
    debugger.set_continue()
    sys.settrace(debugger.trace_dispatch)
    try:
        return run()
    except Exception:
        sys.settrace(None)
        debugger.reset()
        debugger.interaction(None, sys.exc_info()[2])
        raise
    finally:
        sys.settrace(None)
