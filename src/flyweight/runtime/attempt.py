"""Runs one attempt of a task for a platform: inputs from its message or store, the call, outputs or an error, decks.

A worker calls ``run_attempt`` on its main thread. What user code raises becomes a ContainerError; only what ends the
process (an interruption, ``sys.exit``) goes through, after the deck was published a last time.
"""

import contextlib
import functools
import importlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flyteidl.core import errors_pb2, identifier_pb2, literals_pb2

from flyweight import blob, literals
from flyweight.clock import Micros, SystemClock, to_datetime
from flyweight.protocol import worker_pb2
from flyweight.runtime import deck_fields, failures
from flyweight.runtime.calls import call, prepare
from flyweight.runtime.code import Codebase
from flyweight.runtime.deck_page import DeckSnapshot, DeckState
from flyweight.runtime.decks import DeckPublisher
from flyweight.runtime.graph import run_drawn
from flyweight.runtime.local import LocalCaller, run_literals
from flyweight.runtime.resolver import inputs_of_attempt, load_task
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.checkpoint import Checkpoint
from flyweight.sdk.context import EagerRun, Launcher, launcher, use_caller, use_parameters
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.execution import ExecutionParameters
from flyweight.sdk.naming import place_of
from flyweight.sdk.options import ExecutionBehavior
from flyweight.sdk.workflow import Graph
from flyweight.semantics import offloading
from flyweight.semantics.layout import DECK, FUTURES, OUTPUTS
from flyweight.settings import apply_environment, task_environment, variable
from flyweight.types.data import use_data
from flyweight.types.interface import to_literal_map, to_python_values
from flyweight.types.registry import default_registry
from flyweight.types.storage import BlobData

Report = Callable[[worker_pb2.FromWorker], None]
AnyTask = PythonTask[Any]

_codebase = Codebase()


def run_attempt(start: worker_pb2.Start, report: Report) -> worker_pb2.Result:
    """Run one attempt and give its result; never raises for what user code or its data do wrong.

    ``start.environment`` is what the process's environment lacks.
    """
    with apply_environment(dict(start.environment)) if start.environment else contextlib.nullcontext():
        try:
            folder, task = _loaded.find(start)
        except failures.AttemptFailed as failed:
            return _failed(start, failed.error)
        if folder is None:
            return _Attempt(start, task, report).run()
        if start.working_directory:
            link_data_files(folder, start.working_directory)
            return _Attempt(start, task, report).run()
        with contextlib.chdir(folder):  # as in a Flyte container: relative paths of data files lead into the code
            return _Attempt(start, task, report).run()


class _Loaded:
    """The task that ran last, mostly the one that runs next: to look it up anew costs as much as to call it."""

    def __init__(self) -> None:
        self._asked: tuple[str, ...] = ()
        self._found: tuple[Path | None, AnyTask] | None = None

    def find(self, start: worker_pb2.Start) -> tuple[Path | None, AnyTask]:
        """Give a task and the folder of its code; raises ``AttemptFailed``."""
        asked = (start.bundle_uri, start.resolver, *start.loader_args)
        if self._found is None or asked != self._asked:
            self._found = _load(start)
            self._asked = asked
        return self._found


_loaded = _Loaded()


def _load(start: worker_pb2.Start) -> tuple[Path | None, AnyTask]:
    try:
        folder = _codebase.load(start.bundle_uri)
    except Exception as error:
        raise failures.AttemptFailed(
            failures.failure(failures.BAD_CODE, "The task's code could not be fetched", error)
        ) from error
    try:
        return folder, load_task(start.resolver, start.loader_args, folder)
    except Exception as error:
        what = f"The task's code could not be loaded ({' '.join(start.loader_args)})"
        raise failures.AttemptFailed(failures.failure(failures.BAD_CODE, what, error)) from error


class _Attempt:
    """One attempt, from inputs to a result; its decks go to the platform's store."""

    def __init__(self, start: worker_pb2.Start, task: AnyTask, report: Report) -> None:
        self._start = start
        self._task = task
        self._report = report
        self._clock = SystemClock()
        self._scratch = f"{start.working_directory or tempfile.gettempdir()}/.flyweight-{start.id}"
        self._data = BlobData(raw_prefix=start.raw_output_prefix, scratch=self._scratch)
        self._parameters = self._make_parameters()
        self._publisher: DeckPublisher | None = None
        if start.deck:
            uri = f"{start.output_prefix}/{DECK}"
            self._publisher = DeckPublisher(lambda page: blob.put(uri, page, "text/html"), self._tell_published)

    def run(self) -> worker_pb2.Result:
        """Take the attempt from inputs to a result."""
        state = DeckState.STOPPED  # what stays true if an interruption comes through
        try:
            with (
                use_data(self._data),
                use_caller(_AttemptCaller(self)),
                use_parameters(self._parameters, whole_process=True),
            ):
                result = self._prepared_run()
        except failures.AttemptFailed as failed:
            state = DeckState.FAILED
            return _failed(self._start, failed.error)
        else:
            state = DeckState.SUCCEEDED
            return result
        finally:
            self._close_decks(state)
            if not self._start.working_directory:  # that one is emptied by the worker
                shutil.rmtree(self._scratch, ignore_errors=True)

    def publish_decks(self, parameters: ExecutionParameters) -> None:
        """Publish the decks as they are now, soon and off this thread; those of tasks called inside do not count."""
        if self._publisher is not None and parameters is self._parameters:
            self._publisher.publish(self._snapshot(DeckState.RUNNING))

    def _prepared_run(self) -> worker_pb2.Result:
        """Let the task prepare; what it makes of the parameters is what ``current_context()`` gives from then on."""
        try:
            told = prepare(self._task, self._parameters)
        except Exception as error:
            raise failures.AttemptFailed(failures.user_failure(error, _codebase.folder)) from error
        if told is self._parameters:
            return self._run()
        self._parameters = told
        with use_parameters(told, whole_process=True):
            return self._run()

    def _run(self) -> worker_pb2.Result:
        began = self._clock.monotonic()
        inputs = self._inputs()
        self._note("Read inputs", began)
        deck_fields.before_call(self._task, inputs, self._parameters)
        entered, began = self._clock.now(), self._clock.monotonic()
        try:
            returned = self._call(inputs)
        except Exception as error:
            raise failures.AttemptFailed(failures.user_failure(error, _codebase.folder)) from error
        finally:
            self._note("Run the task", began)
        if isinstance(returned, Graph):
            return self._drawn(returned, entered)
        result = self._outputs(returned)
        result.started_at = entered
        return result

    def _call(self, inputs: Mapping[str, Any]) -> object:
        """Run the task's code; what an eager task has launched ends with it."""
        if self._task.execution_mode is not ExecutionBehavior.EAGER:
            return call(self._task, inputs, self._parameters)
        start = self._start
        launched = launcher(
            EagerRun(
                parameters=self._parameters,
                resolver=start.resolver,
                bundle_uri=start.bundle_uri,
                variables=task_environment(),
            )
        )
        cause = "it was stopped"
        try:
            with use_caller(_EagerCaller(self, launched)):
                returned = call(self._task, inputs, self._parameters)
        except Exception as error:
            cause = f"it failed: {failures.summary(error)}"
            raise
        else:
            cause = "it has ended"
            return returned
        finally:
            launched.close(f"Launched by the eager task {self._task.name} of {start.execution}, and {cause}")

    def _inputs(self) -> dict[str, Any]:
        try:
            data = blob.get(self._start.inputs_uri) if self._start.inputs_uri else self._start.inputs
            given = literals.map_from_bytes(data)
            if not self._start.HasField("item"):
                given = inputs_of_attempt(self._start.resolver, self._start.loader_args, given)
            return to_python_values(given, self._task.interface.inputs)
        except Exception as error:
            what = f"The inputs of {self._task.name} could not be read"
            raise failures.AttemptFailed(failures.failure(failures.BAD_INPUT, what, error)) from error

    def _outputs(self, returned: object) -> worker_pb2.Result:
        began = self._clock.monotonic()
        declared = self._task.interface.outputs
        try:
            values = self._task.interface.unpack(self._task.name, returned)
            found = to_literal_map(values, declared)
            result = self._stored(found)
        except Exception as error:
            what = f"The output of {self._task.name} could not be kept"
            place = place_of(getattr(self._task, "task_function", None)).replace(f"{_codebase.folder}/", "")
            raise failures.AttemptFailed(failures.failure(failures.BAD_OUTPUT, what, error, place)) from error
        self._note("Write outputs", began)
        deck_fields.after_call(self._task, values, self._parameters)
        return result

    def _drawn(self, graph: Graph, entered: Micros) -> worker_pb2.Result:
        """Leave what a dynamic task drew for the engine; without a node, its outputs are there already."""
        start = self._start
        try:
            if not graph.nodes:
                result = self._stored(run_drawn(self._task.name, graph, run_literals))
            else:
                compiler = importlib.import_module("flyweight.runtime.drawn")
                result = worker_pb2.Result(id=start.id, futures_uri=f"{start.output_prefix}/{FUTURES}")
                blob.put(result.futures_uri, compiler.job_bytes(graph, start, self._parameters))
        except Exception as error:
            what = f"What {self._task.name} drew could not be compiled"
            raise failures.AttemptFailed(failures.failure(failures.BAD_GRAPH, what, error)) from error
        result.started_at = entered
        return result

    def _stored(self, found: literals_pb2.LiteralMap) -> worker_pb2.Result:
        """Send outputs along, or leave them in the store when they are large."""
        data = literals.to_bytes(self._put_apart(found))
        if len(data) <= self._start.inline_limit:
            return worker_pb2.Result(id=self._start.id, outputs=data)
        uri = f"{self._start.output_prefix}/{OUTPUTS}"
        blob.put(uri, data)
        return worker_pb2.Result(id=self._start.id, outputs_uri=uri)

    def _put_apart(self, found: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
        """Write large values to files of their own, if the engine wants that; they are pointed at instead."""
        limits = offloading.limits_told(variable)
        if limits is None or not limits.concern(found.ByteSize()):
            return found
        made = literals_pb2.LiteralMap()
        for name, literal in found.literals.items():
            size = literal.ByteSize()
            if limits.apart(name, size):
                uri = f"{self._start.output_prefix}/{offloading.file_name(name)}"
                kind = default_registry().literal_type(self._task.interface.outputs[name])
                blob.put(uri, literals.to_bytes(literal))
                made.literals[name].CopyFrom(offloading.pointer(literal, uri, size, kind))
            else:
                made.literals[name].CopyFrom(literal)
        return made

    def _make_parameters(self) -> ExecutionParameters:
        start = self._start
        return ExecutionParameters(
            execution_id=identifier_pb2.WorkflowExecutionIdentifier(
                project=start.project, domain=start.domain, name=start.execution
            ),
            task_id=identifier_pb2.Identifier.FromString(start.task_id),
            execution_date=to_datetime(self._clock.now()),
            working_directory=os.getcwd(),  # noqa: PTH109 - text is wanted, once an attempt
            raw_output_prefix=start.raw_output_prefix,
            output_metadata_prefix=start.output_prefix,
            attempt=start.attempt,
            enable_deck=self._task.options.enable_deck,
            checkpoint=Checkpoint(start.checkpoint_prefix, start.previous_checkpoint_prefix),
        )

    def _snapshot(self, state: DeckState) -> DeckSnapshot:
        shown = [(deck.name, deck.html) for deck in self._parameters.decks]
        return DeckSnapshot(
            state=state,
            decks=[(name, html) for name, html in shown if html],
            task=self._task.name,
            attempt=self._start.attempt,
        )

    def _close_decks(self, state: DeckState) -> None:
        if self._publisher is not None:
            self._publisher.close(self._snapshot(state))

    def _tell_published(self, revision: int) -> None:
        self._report(worker_pb2.FromWorker(deck=worker_pb2.DeckPublished(id=self._start.id, revision=revision)))

    def _note(self, what: str, began: float) -> None:
        self._parameters.timeline_deck.add(what, self._clock.monotonic() - began)


class _AttemptCaller(LocalCaller):
    """Serves calls made in the task's body: other entities run here, decks are published by the attempt."""

    def __init__(self, attempt: _Attempt) -> None:
        self._attempt = attempt

    def publish_decks(self, parameters: ExecutionParameters) -> None:
        """Let the attempt publish."""
        self._attempt.publish_decks(parameters)


class _EagerCaller(_AttemptCaller):
    """Serves calls made in an eager task's body: each is an execution of its own."""

    def __init__(self, attempt: _Attempt, launcher: Launcher) -> None:
        super().__init__(attempt)
        self._launcher = launcher

    def run(self, entity: AnyEntity, inputs: Mapping[str, object]) -> object:
        """Launch an execution and wait for it."""
        return self._launcher.run(entity, inputs)

    async def run_async(self, entity: AnyEntity, inputs: Mapping[str, object]) -> object:
        """Launch an execution and await it."""
        return await self._launcher.run_async(entity, inputs)


def link_data_files(code: Path, folder: str) -> None:
    """Let relative paths of the bundle's data files work in the attempt's own folder, by links to them."""
    for entry in _data_files(code):
        Path(folder, entry.name).symlink_to(entry)


@functools.lru_cache(maxsize=4)
def _data_files(code: Path) -> tuple[Path, ...]:
    """List what a bundle has beside modules; once unpacked, it does not change."""
    return tuple(
        entry for entry in code.iterdir() if entry.suffix not in {".py", ".pyc"} and entry.name != "__pycache__"
    )


def _failed(start: worker_pb2.Start, error: errors_pb2.ContainerError) -> worker_pb2.Result:
    return worker_pb2.Result(id=start.id, error=error.SerializeToString())
