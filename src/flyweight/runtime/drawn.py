"""Compiles what a dynamic task drew; loaded with the first such task, since it brings the whole compiler."""

from flyweight import literals
from flyweight.compile.dynamic import job_spec, settings_at_run
from flyweight.runtime.assignment import SharedPart
from flyweight.sdk.execution import ExecutionParameters
from flyweight.sdk.workflow import Graph
from flyweight.settings import task_environment


def job_bytes(graph: Graph, shared: SharedPart, parameters: ExecutionParameters) -> bytes:
    """Give the DynamicJobSpec of a graph, with the settings that the task itself was compiled with.

    Raises:
        CompileError: the graph does not hold together.
        Unsupported: it calls what cannot be called from a dynamic task.

    """
    settings = settings_at_run(parameters.task_id, shared.resolver, shared.bundle_uri, task_environment())
    return literals.to_bytes(job_spec(graph, settings))
