"""Runs entities here, by the platform's rules: every value passes through its literal, retries have their budgets.

So what works here works there: a type that cannot travel, or an attribute path that leads nowhere, fails here too. A
workflow's own graph is walked by its failure policy; what a task's code raises comes out as it is. Timeouts are the
platform's alone: only a process of its own can be stopped in the middle of anything.
"""

import functools
import importlib
import itertools
import logging
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import blob, literals
from flyweight.clock import SystemClock, to_datetime
from flyweight.errors import InvalidInput, Unsupported
from flyweight.runtime import deck_fields, failures
from flyweight.runtime.calls import call, prepared
from flyweight.runtime.deck_page import DeckSnapshot, DeckState, render_page
from flyweight.runtime.gates import pass_gate
from flyweight.runtime.graph import GraphRun, located, run_drawn
from flyweight.runtime.local_cache import through_cache
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.checkpoint import Checkpoint
from flyweight.sdk.compilation import drawing
from flyweight.sdk.context import running_parameters
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.execution import ExecutionParameters
from flyweight.sdk.gate import Gate
from flyweight.sdk.launch_plan import LaunchPlan
from flyweight.sdk.map_task import MappedEntity, MapTask
from flyweight.sdk.naming import place_of
from flyweight.sdk.node import Overrides
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.secret import Secrets
from flyweight.sdk.stand_ins import stand_in_for
from flyweight.sdk.workflow import Graph, Workflow
from flyweight.semantics import budgets, elements
from flyweight.semantics.offloading import whole
from flyweight.settings import apply_environment
from flyweight.types.interface import to_literal_map, to_python_values
from flyweight.types.registry import default_registry

LOGGER = logging.getLogger("flyweight.local")
LOCAL = "local"
AnyTask = PythonTask[Any]
AnyWorkflow = Workflow[..., Any]


class LocalCaller:
    """Runs what is called, in this process."""

    def run(self, entity: AnyEntity, inputs: Mapping[str, object]) -> object:
        """Run an entity with Python values by name and give what its function would return.

        Raises:
            InvalidInput: the entity is only a reference, or inputs are missing or unknown.
            TypeMismatch: a value does not fit its type; names the entity and the place.
            Exception: whatever the task's own code raises.

        """
        interface = entity.interface
        with drawing(None):
            given = located(f"{entity.title}, inputs", lambda: to_literal_map(inputs, interface.inputs))
            outputs = run_literals(entity, given)
            values = located(f"{entity.title}, outputs", lambda: to_python_values(outputs, interface.outputs))
        return interface.pack(values)

    async def run_async(self, entity: AnyEntity, inputs: Mapping[str, object]) -> object:
        """Do the same on a thread of its own, with a loop of its own if its code needs one; raises the same."""
        return await importlib.import_module("flyweight.runtime.coroutines").on_a_thread(self.run, entity, inputs)

    def publish_decks(self, parameters: ExecutionParameters) -> None:
        """Write the page to a file and log where."""
        write_deck(parameters, DeckState.RUNNING)


def run_literals(
    entity: AnyEntity, inputs: literals_pb2.LiteralMap, overrides: Overrides | None = None
) -> literals_pb2.LiteralMap:
    """Run an entity on literals, as a platform would; ``overrides`` change its settings for this call.

    Raises:
        InvalidInput: the entity is only a reference.
        Exception: whatever the task's own code raises.

    """
    function = stand_in_for(entity)
    if function is not None:
        return _run_stand_in(entity, function, inputs)
    match entity:
        case ReferenceEntity():
            raise InvalidInput(entity.run_hint)
        case PythonTask():
            return _run_task(entity, inputs, overrides or {})
        case MapTask() | MappedEntity():
            return _run_elements(entity, inputs, overrides)
        case Workflow():
            return _run_workflow(entity, inputs)
        case Gate():
            return pass_gate(entity, inputs)
        case LaunchPlan():
            types = entity.workflow.interface.inputs
            fixed = to_literal_map(
                entity.options.fixed_inputs, {name: types[name] for name in entity.options.fixed_inputs}
            )
            merged = literals_pb2.LiteralMap(literals={**inputs.literals, **fixed.literals})
            return _run_workflow(entity.workflow, merged)
        case _:
            raise Unsupported(f"{entity!r} cannot be run here.")


def write_deck(parameters: ExecutionParameters, state: DeckState) -> Path:
    """Write a task's deck page to its working directory and log where."""
    decks = [(deck.name, deck.html) for deck in parameters.decks]
    snapshot = DeckSnapshot(
        state=state,
        decks=[(name, html) for name, html in decks if html],
        task=parameters.task_id.name,
        attempt=parameters.attempt,
    )
    path = Path(parameters.working_directory) / "deck.html"
    path.write_bytes(render_page(snapshot, 1, SystemClock().now()))
    LOGGER.info("The deck of %s is at %s", parameters.task_id.name, path.as_uri())
    return path


def _run_stand_in(
    entity: AnyEntity, function: Callable[..., Any], inputs: literals_pb2.LiteralMap
) -> literals_pb2.LiteralMap:
    """Call what a test put in an entity's place; its values pass through literals like the entity's own."""
    interface = entity.interface
    values = located(f"{entity.name}, inputs", lambda: to_python_values(inputs, interface.inputs))
    result = function(**values)
    returned = interface.unpack(entity.name, result) if interface.outputs else {}  # a mock always gives something
    return located(f"{entity.name}, outputs", lambda: to_literal_map(returned, interface.outputs))


def _run_workflow(workflow: AnyWorkflow, inputs: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
    graph = workflow.graph
    run = GraphRun(name=workflow.name, inputs=inputs, run=run_literals)
    failure = run.walk(graph.nodes, workflow.options.failure_policy)
    if failure is not None:
        if graph.failure_node is not None:
            run.handle(failure, graph.failure_node)
        raise failure.error
    return run.resolve(f"{workflow.name}, outputs", graph.outputs)


def _run_elements(
    mapped: MapTask | MappedEntity, inputs: literals_pb2.LiteralMap, overrides: Overrides | None
) -> literals_pb2.LiteralMap:
    """Run a task for each element, one after the other; fails once too few can succeed, or all have run."""
    inputs = whole(inputs, default_registry().fetched, but=mapped.bound)
    total = elements.count(mapped.title, inputs, mapped.bound)
    options = mapped.options
    may_fail = total - elements.required(
        total, min_successes=options.min_successes, min_success_ratio=options.min_success_ratio
    )
    made: list[literals_pb2.LiteralMap | None] = []
    decisive: Exception | None = None
    for index in range(total):
        try:
            made.append(run_literals(mapped.target, elements.element(inputs, mapped.bound, index), overrides))
        except Exception as error:
            if made.count(None) == may_fail:
                error.add_note(f"This was element {index} of {total} that {mapped.target.name} is mapped over.")
                if not options.run_all_sub_nodes:
                    raise
                decisive = error
            LOGGER.warning("Element %d of %s failed (%r); its output is None.", index, mapped.target.name, error)
            made.append(None)
    if decisive is not None:
        raise decisive
    return literals.literal_map(
        {
            name: literals.collection(literals.none() if one is None else one.literals[name] for one in made)
            for name in mapped.interface.outputs
        }
    )


def _run_task(task: AnyTask, inputs: literals_pb2.LiteralMap, overrides: Overrides) -> literals_pb2.LiteralMap:
    retries = overrides.get("retries", task.options.retries)
    running = running_parameters()
    if running is not None and running.execution_id.name != LOCAL:
        return _try(task, inputs, retries)  # called by a task of a platform, whose business caching is
    return through_cache(task, inputs, overrides, lambda: _try(task, inputs, retries))


def _try(task: AnyTask, inputs: literals_pb2.LiteralMap, retries: int) -> literals_pb2.LiteralMap:
    """Run a task until it succeeds, fails for good, or its budget is spent; the last error comes out."""
    folder = Path(tempfile.mkdtemp(prefix=f"{task.short_name}-", dir=_folder()))
    for attempt in itertools.count():
        parameters = _parameters(task, folder, attempt)
        try:
            return _attempt(task, inputs, parameters)
        except Exception as error:
            if not failures.asks_again(error):
                raise
            verdict = budgets.judge(
                budgets.execution_error(failures.user_failure(error)),
                recoverable=True,
                retries=retries,
                failures=budgets.Failures(user=attempt + 1),
            )
            if not verdict.retry:
                raise
            LOGGER.warning("%s asks for another attempt (%s): number %d starts.", task.name, error, attempt + 1)
    raise AssertionError  # the count has no end


def _attempt(
    task: AnyTask, inputs: literals_pb2.LiteralMap, parameters: ExecutionParameters
) -> literals_pb2.LiteralMap:
    interface = task.interface
    outermost = running_parameters() is None
    state = DeckState.FAILED
    try:
        with apply_environment(task.options.environment), prepared(task, parameters) as told:
            values = located(f"{task.name}, inputs", lambda: to_python_values(inputs, interface.inputs))
            deck_fields.before_call(task, values, told)
            result = call(task, values, lambda: told)
            if isinstance(result, Graph):
                outputs = run_drawn(task.name, result, run_literals)
            else:
                returned = interface.unpack(task.name, result)
                place = place_of(getattr(task, "task_function", None))
                outputs = located(f"{task.name}, outputs", lambda: to_literal_map(returned, interface.outputs), place)
                deck_fields.after_call(task, returned, told)
        state = DeckState.SUCCEEDED
    finally:
        if parameters.enable_deck and outermost:
            write_deck(parameters, state)
    return outputs


def _parameters(task: AnyTask, folder: Path, attempt: int) -> ExecutionParameters:
    place = blob.file_uri(folder)
    return ExecutionParameters(
        execution_id=identifier_pb2.WorkflowExecutionIdentifier(project=LOCAL, domain=LOCAL, name=LOCAL),
        task_id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK, project=LOCAL, domain=LOCAL, name=task.name, version=LOCAL
        ),
        execution_date=to_datetime(SystemClock().now()),
        working_directory=str(folder),
        raw_output_prefix=place,
        output_metadata_prefix=place,
        attempt=attempt,
        enable_deck=task.options.enable_deck,
        checkpoint=Checkpoint(blob.join(place, "checkpoints")),
        secrets=Secrets(task.options.secrets),
    )


@functools.cache
def _folder() -> Path:
    """Give the folder of this process's local runs."""
    return Path(tempfile.mkdtemp(prefix="flyweight-local-"))
