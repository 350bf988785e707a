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
from functools import cached_property
from pathlib import Path
from typing import Any

from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import blob, literals
from flyweight.clock import SystemClock, to_datetime
from flyweight.ids import NO_ITEM
from flyweight.protocol import worker_pb2
from flyweight.runtime import deck_fields, failures
from flyweight.runtime.assignment import Assignment, SharedPart
from flyweight.runtime.calls import call, prepare, prepares
from flyweight.runtime.code import Codebase
from flyweight.runtime.deck_page import DeckSnapshot, DeckState
from flyweight.runtime.decks import DeckPublisher
from flyweight.runtime.graph import run_drawn
from flyweight.runtime.local import LocalCaller, run_literals
from flyweight.runtime.resolver import inputs_of_attempt, load_task
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.checkpoint import Checkpoint
from flyweight.sdk.context import Caller, EagerRun, Launcher, ProcessTask, launcher
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.execution import ExecutionParameters
from flyweight.sdk.naming import place_of
from flyweight.sdk.options import ExecutionBehavior
from flyweight.sdk.secret import Secrets
from flyweight.sdk.workflow import Graph
from flyweight.semantics import offloading
from flyweight.semantics.layout import DECK, FUTURES, OUTPUTS
from flyweight.settings import task_environment
from flyweight.types.data import serve_process
from flyweight.types.interface import to_literal_map, to_python_values
from flyweight.types.registry import default_registry
from flyweight.types.storage import BlobData

Report = Callable[[worker_pb2.FromWorker], None]
AnyTask = PythonTask[Any]

_codebase = Codebase()


def run_attempt(assignment: Assignment, report: Report) -> worker_pb2.Result:
    """Run one attempt and give its result; never raises for what user code or its data do wrong.

    What the task is told by environment variables stands in the process's already.
    """
    try:
        folder, task = _loaded.find(assignment.shared)
    except failures.AttemptFailed as failed:
        return _failed(failed)
    if folder is None:
        return _Attempt(assignment, task, report).run()
    if assignment.folder:
        link_data_files(folder, assignment.folder)
        return _Attempt(assignment, task, report).run()
    with contextlib.chdir(folder):  # as in a Flyte container: relative paths of data files lead into the code
        return _Attempt(assignment, task, report).run()


class _Loaded:
    """The task that ran last, mostly the one that runs next: to look it up anew costs as much as to call it."""

    def __init__(self) -> None:
        self._code: tuple[str, ...] = ()
        self._found: tuple[Path | None, AnyTask] | None = None

    def find(self, shared: SharedPart) -> tuple[Path | None, AnyTask]:
        """Give a task and the folder of its code; raises ``AttemptFailed``."""
        if self._found is None or shared.code != self._code:
            self._found = _load(shared)
            self._code = shared.code
        return self._found


_loaded = _Loaded()


def _load(shared: SharedPart) -> tuple[Path | None, AnyTask]:
    try:
        folder = _codebase.load(shared.bundle_uri)
    except Exception as error:
        raise failures.AttemptFailed(
            failures.failure(failures.BAD_CODE, "The task's code could not be fetched", error)
        ) from error
    try:
        return folder, load_task(shared.resolver, shared.loader_args, folder)
    except Exception as error:
        what = f"The task's code could not be loaded ({' '.join(shared.loader_args)})"
        raise failures.AttemptFailed(failures.failure(failures.BAD_CODE, what, error)) from error


class _Attempt:
    """One attempt, from inputs to a result; its decks go to the platform's store."""

    def __init__(self, assignment: Assignment, task: AnyTask, report: Report) -> None:
        self._assignment = assignment
        self._shared = assignment.shared
        self._task = task
        self._report = report
        self._clock = SystemClock()
        self._began = self._clock.now()
        self._shows_decks = task.options.enable_deck
        self._scratch = f"{assignment.folder or tempfile.gettempdir()}/.flyweight-{assignment.id}"
        self._publisher: DeckPublisher | None = None
        if self._shared.deck:
            uri = f"{assignment.output_prefix}/{DECK}"
            self._publisher = DeckPublisher(lambda page: blob.put(uri, page, "text/html"), self._tell_published)

    @cached_property
    def parameters(self) -> ExecutionParameters:
        """What the task is told; a class of its own may make something else of it before the run."""
        assignment, said = self._assignment, self._shared.message
        made = ExecutionParameters(
            execution_id=identifier_pb2.WorkflowExecutionIdentifier(
                project=said.project, domain=said.domain, name=said.execution
            ),
            task_id=identifier_pb2.Identifier.FromString(said.task_id),
            execution_date=to_datetime(self._began),
            working_directory=assignment.folder or os.getcwd(),  # noqa: PTH109 - text is wanted
            raw_output_prefix=assignment.raw_output_prefix,
            output_metadata_prefix=assignment.output_prefix,
            attempt=assignment.attempt,
            enable_deck=self._task.options.enable_deck,
            checkpoint=Checkpoint(assignment.checkpoint_prefix, assignment.start.previous_checkpoint_prefix),
            secrets=Secrets(self._task.options.secrets),
        )
        # Two threads may ask first at once: from Python 3.12 on nothing else keeps each from having its own, and the
        # decks of one of them from being lost.
        return self.__dict__.setdefault("parameters", made)

    @cached_property
    def caller(self) -> Caller:
        """Who serves the calls of the task's code."""
        return _AttemptCaller(self)

    @cached_property
    def data(self) -> BlobData:
        """Where files and dataframes go."""
        return BlobData(raw_prefix=self._assignment.raw_output_prefix, scratch=self._scratch)

    def run(self) -> worker_pb2.Result:
        """Take the attempt from inputs to a result."""
        state = DeckState.STOPPED  # what stays true if an interruption comes through
        data_before = serve_process(lambda: self.data)
        try:
            with ProcessTask(self):
                result = self._run()
        except failures.AttemptFailed as failed:
            state = DeckState.FAILED
            return _failed(failed)
        else:
            state = DeckState.SUCCEEDED
            return result
        finally:
            serve_process(data_before)
            self._close_decks(state)
            if not self._assignment.folder:  # that one is emptied by the worker
                shutil.rmtree(self._scratch, ignore_errors=True)

    def publish_decks(self, parameters: ExecutionParameters) -> None:
        """Publish the decks as they are now, soon and off this thread; those of tasks called inside do not count."""
        if self._publisher is not None and parameters is self.parameters:
            self._publisher.publish(self._snapshot(DeckState.RUNNING))

    def _run(self) -> worker_pb2.Result:
        try:
            if prepares(self._task):
                self.parameters = prepare(self._task, self.parameters)
        except Exception as error:
            raise failures.AttemptFailed(failures.user_failure(error, _codebase.folder)) from error
        began = self._clock.monotonic()
        inputs = self._inputs()
        self._note("Read inputs", began)
        if self._shows_decks:
            deck_fields.before_call(self._task, inputs, self.parameters)
        entered, began = self._clock.now(), self._clock.monotonic()
        try:
            returned = self._call(inputs)
        except Exception as error:
            raise failures.AttemptFailed(failures.user_failure(error, _codebase.folder)) from error
        finally:
            self._note("Run the task", began)
        result = self._drawn(returned) if isinstance(returned, Graph) else self._outputs(returned)
        result.started_at = entered
        return result

    def _call(self, inputs: Mapping[str, Any]) -> object:
        """Run the task's code; what an eager task has launched ends with it."""
        if self._task.execution_mode is not ExecutionBehavior.EAGER:
            return call(self._task, inputs, lambda: self.parameters)
        launched = launcher(
            EagerRun(
                parameters=self.parameters,
                resolver=self._shared.resolver,
                bundle_uri=self._shared.bundle_uri,
                variables=task_environment(),
            )
        )
        self.caller = _EagerCaller(self, launched)
        cause = "it was stopped"
        try:
            returned = call(self._task, inputs, lambda: self.parameters)
        except Exception as error:
            cause = f"it failed: {failures.summary(error)}"
            raise
        else:
            cause = "it has ended"
            return returned
        finally:
            launched.close(
                f"Launched by the eager task {self._task.name} of {self._shared.message.execution}, and {cause}"
            )

    def _inputs(self) -> dict[str, Any]:
        try:
            start = self._assignment.start
            data = blob.get(start.inputs_uri) if start.inputs_uri else start.inputs
            given = literals.map_from_bytes(data)
            if self._assignment.item == NO_ITEM:
                given = inputs_of_attempt(self._shared.resolver, self._shared.loader_args, given)
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
        if self._shows_decks:
            deck_fields.after_call(self._task, values, self.parameters)
        return result

    def _drawn(self, graph: Graph) -> worker_pb2.Result:
        """Leave what a dynamic task drew for the engine; without a node, its outputs are there already."""
        try:
            if not graph.nodes:
                return self._stored(run_drawn(self._task.name, graph, run_literals))
            compiler = importlib.import_module("flyweight.runtime.drawn")
            uri = f"{self._assignment.output_prefix}/{FUTURES}"
            blob.put(uri, compiler.job_bytes(graph, self._shared, self.parameters))
        except Exception as error:
            what = f"What {self._task.name} drew could not be compiled"
            raise failures.AttemptFailed(failures.failure(failures.BAD_GRAPH, what, error)) from error
        return worker_pb2.Result(futures_uri=uri)

    def _stored(self, found: literals_pb2.LiteralMap) -> worker_pb2.Result:
        """Send outputs along, or leave them in the store when they are large."""
        limits = self._shared.offload
        data = literals.to_bytes(found)
        if limits is not None and limits.concern(len(data)):
            data = literals.to_bytes(self._put_apart(found, limits))
        if len(data) <= self._shared.inline_limit:
            return worker_pb2.Result(outputs=data)
        uri = f"{self._assignment.output_prefix}/{OUTPUTS}"
        blob.put(uri, data)
        return worker_pb2.Result(outputs_uri=uri)

    def _put_apart(self, found: literals_pb2.LiteralMap, limits: offloading.Limits) -> literals_pb2.LiteralMap:
        """Write large values to files of their own; they are pointed at instead."""
        made = literals_pb2.LiteralMap()
        for name, literal in found.literals.items():
            size = literal.ByteSize()
            if limits.apart(name, size):
                uri = f"{self._assignment.output_prefix}/{offloading.file_name(name)}"
                kind = default_registry().literal_type(self._task.interface.outputs[name])
                blob.put(uri, literals.to_bytes(literal))
                made.literals[name].CopyFrom(offloading.pointer(literal, uri, size, kind))
            else:
                made.literals[name].CopyFrom(literal)
        return made

    def _snapshot(self, state: DeckState) -> DeckSnapshot:
        shown = [(deck.name, deck.html) for deck in self.parameters.decks]
        return DeckSnapshot(
            state=state,
            decks=[(name, html) for name, html in shown if html],
            task=self._task.name,
            attempt=self._assignment.attempt,
        )

    def _close_decks(self, state: DeckState) -> None:
        if self._publisher is not None:
            self._publisher.close(self._snapshot(state))

    def _tell_published(self, revision: int) -> None:
        told = worker_pb2.DeckPublished(id=self._assignment.id, revision=revision)
        self._report(worker_pb2.FromWorker(deck=told))

    def _note(self, what: str, began: float) -> None:
        if self._shows_decks:
            self.parameters.timeline_deck.add(what, self._clock.monotonic() - began)


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


def _failed(failed: failures.AttemptFailed) -> worker_pb2.Result:
    return worker_pb2.Result(error=failed.error.SerializeToString())
