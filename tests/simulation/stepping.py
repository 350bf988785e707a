"""One execution driven by hand: events in, commands kept, and after each event the rows say all there is to know."""

from flyteidl.core import errors_pb2, execution_pb2

from flyweight.clock import Micros
from flyweight.engine import machine
from flyweight.engine.graph import index_closure
from flyweight.engine.items import stored_at
from flyweight.engine.jobs import Cancelled, Failed, Report, Started, Succeeded
from flyweight.engine.machine import (
    CancelAttempt,
    Changes,
    CompileDrawn,
    LetGo,
    LookUp,
    SetTimer,
    StartAttempt,
    StartChild,
    StopChild,
)
from flyweight.engine.model import Changed
from flyweight.engine.records import LoadedExecution
from flyweight.ids import NO_ITEM, item_name
from tests.simulation.workflows import closure, inputs_of, layout, new_execution

SECOND = 1_000_000


def everything(state):
    """Every row of an execution, without a trace left in its state."""
    kept, put_away = state.changed, {name: found.inputs_uri for name, found in state.nodes.items()}
    attempts = [attempt for found in state.nodes.values() for attempt in found.attempts]
    state.changed = Changed(
        execution=True,
        nodes=dict(state.nodes),
        attempts={attempt.id: attempt for attempt in attempts},
        signals=dict(state.signals),
        entries=dict(kept.entries),
        chunks={
            (name, number): found
            for name, found in state.nodes.items()
            if found.items is not None and not found.phase.terminal
            for number in found.items.chunks
        },
    )
    for found in state.nodes.values():
        found.inputs_uri = ""
    into = Changes(limit=1 << 20)
    machine.changes(state, into)
    state.changed = kept
    for name, found in state.nodes.items():
        found.inputs_uri = put_away[name]
    return into


class Run:
    """One execution, the commands not yet carried out, and the time."""

    queue_timeout = Micros(0)

    def __init__(
        self, template, *, tasks, subs=(), plans=(), inputs=None, past=None, queue_timeout=queue_timeout, **spec
    ):
        self.past, self.queue_timeout = past, queue_timeout
        self.begin(closure(template, tasks=tasks, subs=subs, plans=plans), inputs, **spec)

    @classmethod
    def of(cls, closed, inputs):
        """Begin to run a closure."""
        run = cls.__new__(cls)
        run.past = None
        run.begin(closed, inputs)
        return run

    def begin(self, closed, inputs, **spec):
        self.new = new_execution(closed, inputs=inputs, **spec)
        self.graph = index_closure("digest", closed)
        self.state = machine.begin(self.new, self.graph, layout(self.new), inputs or inputs_of(), self.past)
        self.now = Micros(5 * SECOND)
        self.jobs, self.cancelled, self.timers = {}, [], []
        self.questions, self.released = {}, []
        self.compiling = {}
        self.children, self.launched, self.stopping, self.unwanted = {}, {}, [], set()
        self.tell(machine.Created())

    def tell(self, event):
        event = machine.Reported(reports=(event,)) if isinstance(event, Report) else event
        commands = machine.step(self.state, event, self.now, queue_timeout=self.queue_timeout)
        while machine.unsettled(self.state):
            self.check()
            commands += machine.step(self.state, machine.Continued(), self.now, queue_timeout=self.queue_timeout)
        for command in commands:
            match command:
                case StartAttempt():
                    self.jobs[command.job.attempt.place, command.job.attempt.attempt] = command.job
                case CancelAttempt():
                    self.cancelled.append((command.attempt.place, command.attempt.attempt))
                case SetTimer():
                    self.timers.append(command)
                case StartChild():
                    self.children[command.child.node] = self.launched[command.child.name] = command.child
                case StopChild():
                    self.stopping.append((command.child.node, command.cause))
                    self.unwanted.add(command.child.name)
                case LookUp():
                    asked = command.question
                    place = asked.node if asked.item == NO_ITEM else item_name(asked.node, asked.item)
                    self.questions[place] = asked
                case CompileDrawn():
                    self.compiling[command.attempt] = command
                case LetGo():
                    self.released.append(
                        command.node if command.item == NO_ITEM else item_name(command.node, command.item)
                    )
        self.check()
        return commands

    def loaded(self, into=None):
        """Give the rows."""
        into = into or everything(self.state)
        return LoadedExecution(
            new=self.new,
            execution=into.executions[0],
            nodes=tuple(into.nodes),
            attempts=tuple(into.attempts),
            items=tuple(into.items),
            signals=tuple(into.signals),
        )

    def restored(self):
        """Give the state as the rows tell it."""
        into = everything(self.state)
        rows = self.loaded(into)
        blobs = dict(into.uploads)
        for found in self.state.nodes.values():
            blobs[found.outputs_uri] = found.outputs_data
            for item, data in found.items.large.items() if found.items is not None else ():
                chunk, _ = found.items.find(item)
                blobs[stored_at(layout(self.new), found.id, item, chunk)] = data
        drawn = {name: node.drawn for name, node in self.state.nodes.items() if node.drawn is not None}
        return machine.restore(rows, self.graph, layout(self.new), blobs, drawn, self.past)

    def check(self):
        """The rows say all there is to know."""
        restored = self.restored()
        restored.held.sort()
        self.state.held.sort()
        assert restored == self.state

    def restart(self):
        """Die, and come back with nothing but the rows; what was with a worker may still be heard of."""
        self.state = self.restored()
        self.timers.clear()
        return self.tell(machine.Restarted())

    def attempt(self, name, number=0):
        return self.jobs[name, number].attempt

    def start(self, name, number=0):
        self.tell(Started(attempt=self.attempt(name, number), at=self.now))

    def succeed(self, name, number=0, **outputs):
        return self.tell(Succeeded(attempt=self.attempt(name, number), outputs=inputs_of(**(outputs or {"o0": 1}))))

    def draw(self, name, number=0):
        """Say that a dynamic task has left something in futures.pb."""
        attempt = self.attempt(name, number)
        return self.tell(Succeeded(attempt=attempt, outputs=inputs_of(), drew=True, started_at=self.now))

    def compiled(self, name, template, number=0, **scope):
        """Say that what a dynamic task drew is compiled, and may run."""
        graph = index_closure("drawn", closure(template, **scope))
        return self.tell(machine.Compiled(attempt=self.attempt(name, number), graph=graph))

    def fail(self, name, number=0, kind="NON_RECOVERABLE", origin="USER"):
        error = errors_pb2.ContainerError(
            code="Oops",
            message="broken",
            kind=errors_pb2.ContainerError.Kind.Value(kind),
            origin=execution_pb2.ExecutionError.ErrorKind.Value(origin),
        )
        return self.tell(Failed(attempt=self.attempt(name, number), error=error))

    def stopped(self, name, number=0, killed_after=0.0):
        attempt = self.attempt(name, number)
        return self.tell(Cancelled(attempt=attempt, ended_at=self.now, killed_after=killed_after))

    def fire(self, timer):
        command = next(command for command in self.timers if command.event.timer is timer)
        self.now = max(self.now, command.at)
        self.timers.remove(command)
        return self.tell(command.event)

    def phase(self, name):
        return self.state.nodes[name].phase
