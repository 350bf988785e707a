"""Hypothesis plays the world around one execution: any event, in any order, twice, too late, and with restarts between.

After each event the rows tell the whole state (``Run.check``). Whatever was played, the execution can be brought to an
end, and then nothing of it is left open.
"""

import pytest
from flyteidl.core import errors_pb2, execution_pb2, identifier_pb2
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flyweight import literals
from flyweight.engine import machine
from flyweight.engine.catalog import CacheClaimed, CacheHit, CacheMiss
from flyweight.engine.children import ChildEnded, ChildStarted
from flyweight.engine.drawing import BUILD_FAILED, drawn_workflow
from flyweight.engine.graph import index_closure
from flyweight.engine.jobs import Cancelled, Failed, Started, Succeeded
from flyweight.engine.phases import AttemptPhase, ExecutionPhase
from flyweight.errors import CompileError
from flyweight.ids import item_name
from tests.simulation.programs import DRAWS, DYNAMIC, PLANS, random_closure, random_drawing
from tests.simulation.stepping import Run
from tests.simulation.workflows import closure, inputs_of, plan

CHILD_ENDS = [ExecutionPhase.SUCCEEDED, ExecutionPhase.FAILED, ExecutionPhase.ABORTED]
ROUNDS = 200


class OneExecution(RuleBasedStateMachine):
    """What may happen to an execution."""

    @initialize(seed=st.integers(0, 500), draws=st.booleans())
    def begin(self, seed, draws):
        self.run = Run.of(DRAWS if draws else random_closure(seed), inputs_of(x=1))
        self.told = []

    def job(self, data):
        return data.draw(st.sampled_from(sorted(self.run.jobs)))

    def tell(self, event):
        self.told.append(event)
        self.run.tell(event)

    @precondition(lambda self: self.run.jobs)
    @rule(data=st.data())
    def starts(self, data):
        self.tell(Started(attempt=self.run.attempt(*self.job(data)), at=self.run.now))

    @precondition(lambda self: self.run.jobs)
    @rule(data=st.data(), value=st.integers(0, 5))
    def succeeds(self, data, value):
        self.tell(Succeeded(attempt=self.run.attempt(*self.job(data)), outputs=inputs_of(o0=value)))

    @precondition(lambda self: self.run.jobs)
    @rule(data=st.data(), kind=st.sampled_from([0, 1]), origin=st.sampled_from([1, 2]))
    def fails(self, data, kind, origin):
        assert origin in execution_pb2.ExecutionError.ErrorKind.values()
        error = errors_pb2.ContainerError(code="Oops", message="broken", kind=kind, origin=origin)
        self.tell(Failed(attempt=self.run.attempt(*self.job(data)), error=error))

    @precondition(lambda self: any(job.task.id == DYNAMIC.id for job in self.run.jobs.values()))
    @rule(data=st.data())
    def draws(self, data):
        names = sorted(name for name, job in self.run.jobs.items() if job.task.id == DYNAMIC.id)
        attempt = self.run.attempt(*data.draw(st.sampled_from(names)))
        self.tell(Succeeded(attempt=attempt, outputs=inputs_of(), drew=True))

    @precondition(lambda self: self.run.compiling)
    @rule(data=st.data(), seed=st.integers(0, 500))
    def is_compiled(self, data, seed):
        attempt = data.draw(st.sampled_from(sorted(self.run.compiling)))
        self.tell(compiled(attempt, seed))

    @precondition(lambda self: self.run.cancelled)
    @rule(data=st.data())
    def is_stopped(self, data):
        name = data.draw(st.sampled_from(sorted(set(self.run.cancelled))))
        self.tell(Cancelled(attempt=self.run.attempt(*name), ended_at=self.run.now))

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def is_told_again(self, data):
        self.tell(data.draw(st.sampled_from(self.told)))

    @precondition(lambda self: self.run.timers)
    @rule(data=st.data())
    def timer_fires(self, data):
        command = self.run.timers.pop(data.draw(st.integers(0, len(self.run.timers) - 1)))
        self.run.now = max(self.run.now, command.at)
        self.run.tell(command.event)

    @precondition(lambda self: self.run.launched)
    @rule(data=st.data(), phase=st.sampled_from([*CHILD_ENDS, None]))
    def child_moves(self, data, phase):
        child = self.run.launched[data.draw(st.sampled_from(sorted(self.run.launched)))]
        if phase is None:
            self.tell(ChildStarted(node=child.node, name=child.name))
        else:
            self.tell(child_ended(child, phase))

    @precondition(lambda self: self.run.state.signals)
    @rule(data=st.data(), value=st.integers(0, 1))
    def signal_is_given(self, data, value):
        signal = self.run.state.signals[data.draw(st.sampled_from(sorted(self.run.state.signals)))]
        given = bool(value) if signal.id.startswith("yes") else value
        self.tell(machine.SignalSet(signal=signal.id, value=literals.primitive(given)))

    @precondition(lambda self: self.run.questions)
    @rule(data=st.data(), kind=st.sampled_from(["hit", "miss", "failed", "claimed"]))
    def catalog_answers(self, data, kind):
        self.tell(answer(self.run.questions[data.draw(st.sampled_from(sorted(self.run.questions)))], kind))

    @rule()
    def platform_restarts(self):
        self.run.restart()

    @rule()
    def somebody_terminates(self):
        self.run.tell(machine.Terminate(cause="enough"))

    @invariant()
    def successes_are_those_that_were_told(self):
        told = {event.attempt for event in getattr(self, "told", ()) if isinstance(event, Succeeded)}
        for node in self.run.state.nodes.values() if hasattr(self, "run") else ():
            succeeded = [attempt.id for attempt in node.attempts if attempt.phase is AttemptPhase.SUCCEEDED]
            draws = node.graph.task is not None and node.graph.task.id == DYNAMIC.id
            assert draws or len(succeeded) <= 1
            assert node.graph.sleeps or told.issuperset(succeeded)  # the engine itself sleeps: nobody tells
            assert all(attempt.phase.terminal for attempt in node.attempts[:-1])
            if node.items is not None and node.graph.array.item.task is not None:
                done = {attempt.item for attempt in told if attempt.node == node.id}
                assert node.items.succeeded <= len(done)

    def teardown(self):
        if hasattr(self, "run"):
            bring_to_an_end(self.run)


def answer(question, kind):
    place = {"node": question.node, "item": question.item}
    match kind:
        case "hit":
            return CacheHit(**place, outputs=inputs_of(o0=2), source=identifier_pb2.TaskExecutionIdentifier())
        case "claimed":
            return CacheClaimed(**place, owner="somebody else")
        case _:
            return CacheMiss(**place, reason=kind, failed=kind == "failed")


def compiled(attempt, seed):
    """Compile what a seed draws; at times it does not hold together."""
    spec = random_drawing(seed)
    plans = [plan(closed.primary.template) for closed in PLANS.values()]
    try:
        closed = closure(drawn_workflow(DYNAMIC, spec), tasks=spec.tasks, subs=spec.subworkflows, plans=plans)
    except CompileError as error:
        reason = execution_pb2.ExecutionError(code=BUILD_FAILED, message=str(error))
        return machine.CompileFailed(attempt=attempt, error=reason)
    return machine.Compiled(attempt=attempt, graph=index_closure(f"drawn {seed}", closed))


def child_ended(child, phase):
    good = phase is ExecutionPhase.SUCCEEDED
    error = None if good else execution_pb2.ExecutionError(code="Oops", message="child broke")
    outputs = inputs_of(o0=1) if good else None
    return ChildEnded(node=child.node, name=child.name, phase=phase, outputs=outputs, error=error)


def bring_to_an_end(run):
    """Let everything succeed that still can, and stop what is to be stopped; then it has ended, and nothing is open."""
    for _ in range(ROUNDS):
        if run.state.phase.terminal:
            break
        for name in set(run.cancelled):
            run.stopped(*name)
        for node in list(run.state.nodes.values()):
            if node.attempt is not None and node.attempt.error is None and not node.graph.sleeps:
                run.succeed(node.id, node.attempt.id.attempt)
            for item in sorted(node.items.open) if node.items is not None else ():
                chunk, at = node.items.find(item)
                name = item_name(node.id, item), chunk.attempts[at] - 1
                if name in run.jobs and name not in run.cancelled:
                    run.succeed(*name)
        for name, child in list(run.launched.items()):
            stopping = name in run.unwanted
            run.tell(child_ended(child, ExecutionPhase.ABORTED if stopping else ExecutionPhase.SUCCEEDED))
        for attempt in list(run.compiling):
            run.tell(compiled(attempt, 0))
        for question in list(run.questions.values()):
            run.tell(answer(question, "miss"))
        for signal in list(run.state.signals.values()):
            given = True if signal.id.startswith("yes") else 3
            run.tell(machine.SignalSet(signal=signal.id, value=literals.primitive(given)))
        while run.timers:
            command = run.timers.pop(0)
            run.now = max(run.now, command.at)
            run.tell(command.event)
    assert run.state.phase.terminal
    assert all(node.phase.terminal for node in run.state.nodes.values())
    assert all(not attempt.open for node in run.state.nodes.values() for attempt in node.attempts)


@pytest.mark.slow
class TestOneExecution(OneExecution.TestCase):
    settings = settings(
        max_examples=60,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
