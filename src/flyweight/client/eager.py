"""Launches what an eager task calls, as executions of the platform that runs it, and tells of them on its deck.

An execution's name follows from the eager task's own and from what is called with which inputs. So an attempt that is
made again finds what the last one launched: what went well or still runs is not run twice.
"""

import asyncio
import base64
import hashlib
import html
import itertools
import re
import threading
from collections.abc import Mapping
from typing import Any, Final

from flyweight import literals
from flyweight.client.config import Config
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.remote import FlyteRemote
from flyweight.compile.dynamic import settings_at_run
from flyweight.errors import AlreadyExists, FlyweightError
from flyweight.sdk.context import EagerRun
from flyweight.sdk.deck import Deck
from flyweight.sdk.entity import AnyEntity
from flyweight.sdk.reference import ReferenceEntity
from flyweight.sdk.run_options import Labels, Options
from flyweight.types.interface import to_literal_map

ROOT_VARIABLE: Final = "_F_EE_ROOT"
"""Flyte's variable that names the outermost eager task's execution."""
DECK: Final = "Eager Executions"
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


class EagerLauncher:
    """Starts and awaits the executions of one eager task; safe to use from several threads."""

    def __init__(self, run: EagerRun) -> None:
        self._parameters = run.parameters
        of = run.parameters.execution_id
        self._remote = FlyteRemote(
            config=Config.auto(),
            default_project=of.project,
            default_domain=of.domain,
            interactive_mode_enabled=False,
        )
        self._plan = settings_at_run(run.parameters.task_id, run.resolver, run.bundle_uri, run.variables)
        self._root = run.variables.get(ROOT_VARIABLE) or of.name
        self._lock = threading.Lock()
        self._registered: set[int] = set()
        self._calls: dict[str, int] = {}
        self._launched: list[tuple[AnyEntity, FlyteWorkflowExecution]] = []

    def run(self, entity: AnyEntity, inputs: Mapping[str, object]) -> object:
        """Start an execution, wait until it has ended, and give what the entity's function would return.

        Raises:
            TaskFailed: it failed; the message is the entity's own.

        """
        execution = self._start(entity, inputs)
        execution.wait()
        return self._result(entity, execution)

    async def run_async(self, entity: AnyEntity, inputs: Mapping[str, object]) -> object:
        """Do the same without holding up the loop: the platform tells when it has ended."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        execution = await asyncio.to_thread(self._start, entity, inputs)
        execution.add_done_callback(lambda _: loop.call_soon_threadsafe(ended.set))
        await ended.wait()
        return await asyncio.to_thread(self._result, entity, execution)

    def close(self, cause: str) -> None:
        """Terminate what still runs, for this reason, and end the connection."""
        for _, execution in self._launched:
            if not execution.is_done:
                try:
                    execution.terminate(cause)
                except FlyweightError as error:  # it has ended meanwhile, or the platform has: nothing more to do
                    self._parameters.logging.warning("%s could not be terminated: %s", execution.name, error)
        self._show()
        self._remote.close()

    def _start(self, entity: AnyEntity, inputs: Mapping[str, object]) -> FlyteWorkflowExecution:
        self._register(entity)
        base = self._name(entity, inputs)
        parent = self._parameters.execution_id.name
        for number in itertools.count():
            name = f"{base}-{number}" if number else base
            try:
                execution = self._remote.execute(
                    entity,
                    inputs,
                    version=self._plan.version,
                    execution_name=name,
                    options=Options(labels=Labels({"eager-exec": parent, "eager-root-exec": self._root})),
                    tags=[f"eager-exec:{parent}", f"eager-root-exec:{self._root}"],
                    envs={ROOT_VARIABLE: self._root},
                )
            except AlreadyExists:
                execution = self._remote.fetch_execution(name=name, output_types=entity.interface.outputs)
                if execution.is_done and not execution.is_successful:
                    continue  # an earlier attempt's, which failed or was terminated with it
            self._launched.append((entity, execution))
            execution.follow()
            self._show()
            return execution
        raise AssertionError  # the count has no end

    def _register(self, entity: AnyEntity) -> None:
        with self._lock:
            if id(entity) in self._registered or isinstance(entity, ReferenceEntity):
                return
            self._remote.register_compiled(entity, self._plan)
            self._registered.add(id(entity))

    def _name(self, entity: AnyEntity, inputs: Mapping[str, object]) -> str:
        """Give the name that follows from what is called; the same call made again has a number of its own."""
        try:
            given = literals.to_bytes(to_literal_map(inputs, entity.interface.inputs))
        except FlyweightError:
            given = repr(sorted(inputs)).encode()  # the execution's start says what is wrong
        key = hashlib.sha256(entity.name.encode() + b"\0" + given).hexdigest()
        with self._lock:
            count = self._calls[key] = self._calls.get(key, 0) + 1
        own = f"{self._parameters.execution_id.name}/{self._parameters.task_id.name}/{key}/{count}"
        digest = base64.b32encode(hashlib.sha256(own.encode()).digest()[:10]).decode().lower()
        short = _NO_NAME.sub("-", entity.short_name.lower()).strip("-")[:20]
        return f"e-{short}-{digest}"

    def _result(self, entity: AnyEntity, execution: FlyteWorkflowExecution) -> object:
        self._show()
        execution.check()
        outputs = execution.outputs
        return entity.interface.pack({name: outputs[name] for name in entity.interface.outputs})

    def _show(self) -> None:
        """Bring the deck up to date."""
        if not self._parameters.enable_deck:
            return
        with self._lock:
            rows = [_row(entity, execution) for entity, execution in self._launched]
        head = "<tr><th>called</th><th>execution</th><th>phase</th></tr>"
        page = f"<table>{head}{''.join(rows)}</table>"
        self._parameters.add_deck(Deck(DECK, page, auto_add_to_deck=False))
        self._parameters.publish_decks()


def _row(entity: AnyEntity, execution: FlyteWorkflowExecution) -> str:
    cells: list[Any] = [
        html.escape(entity.name),
        f'<a href="{html.escape(execution.console_url)}" target="_blank">{html.escape(execution.name)}</a>',
        html.escape(execution.phase),
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
