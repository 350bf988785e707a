"""The life of attempts: started within the limit of parallelism, reported on, timed out, stopped, tried again."""

import heapq
from typing import Literal, assert_never

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine.graph import GraphNode
from flyweight.engine.jobs import (
    Cancelled,
    DeckPublished,
    Failed,
    Job,
    Report,
    Started,
    Succeeded,
)
from flyweight.engine.machine import dynamic, outcomes, sleeps, spending
from flyweight.engine.machine.commands import CancelAttempt, DropTimers, SetTimer, StartAttempt
from flyweight.engine.machine.events import Timer, TimerFired
from flyweight.engine.machine.turn import ExecutionError, Turn, system_error, user_error
from flyweight.engine.model import AttemptState, ExecutionState, NodeState
from flyweight.engine.phases import AttemptPhase, NodePhase
from flyweight.engine.records import NOT_YET
from flyweight.errors import InvalidInput, PlatformError
from flyweight.ids import AttemptId, NodeId
from flyweight.semantics import budgets

CANCEL_GRACE = Micros(120_000_000)
"""How long an executor may take to stop an attempt (it has a grace period of its own) before it is given up on."""
_QUEUE_HINT = (
    ": let more tasks run at once (`workers`), start fewer, or raise `queue_timeout` in the platform's config.yaml"
)
_ACTIVE_HINT = (
    ": each attempt may take the {0:g}s of @task(timeout=...), and all attempts together twice as long; "
    "their logs show how far they came. Give it a longer timeout"
)
_TOO_LONG = frozenset({budgets.TIMEOUT_EXPIRED, budgets.ACTIVE_DEADLINE})
_TIMEOUT_HINT = ": its log shows how far it came; @task(timeout=...) gives it longer"


def admit(turn: Turn, node: NodeState) -> None:
    """Start an attempt of a task, or hold it back until ``release`` lets it in, if the execution limits them.

    There is nothing to start where what a dynamic task drew is taken over.
    """
    if not node.attempts and node.past is not None and node.past.drawing:
        dynamic.take_over(turn, node, _new_attempt(turn, node))
    elif turn.state.max_parallelism and not _takes_no_time(node):
        heapq.heappush(turn.state.held, (node.created_at, node.id))
    else:
        _start(turn, node)


def release(turn: Turn) -> None:
    """Start what was held back, as far as there is room. Called last, when nothing is about to be stopped."""
    state = turn.state
    while state.held and state.open_attempts < state.max_parallelism:
        _, node = heapq.heappop(state.held)
        _start(turn, state.nodes[node])


def drop_held(state: ExecutionState) -> None:
    """Forget what was held back and has ended since."""
    state.held = [entry for entry in state.held if not state.nodes[entry[1]].phase.terminal]
    heapq.heapify(state.held)


def _new_attempt(turn: Turn, node: NodeState) -> AttemptState:
    state, number = turn.state, len(node.attempts)
    attempt = AttemptState(
        id=AttemptId(state.new.key, node.id, number),
        task=node.graph.target,
        output_prefix=state.layout.attempt(node.id, number),
        deck_uri=state.layout.deck(node.id, number) if node.graph.deck else "",
        queued_at=turn.now,
    )
    node.attempts.append(attempt)
    turn.touch(node)
    turn.touch_attempt(attempt)
    return attempt


def _start(turn: Turn, node: NodeState) -> None:
    state = turn.state
    attempt = _new_attempt(turn, node)
    state.open_attempts += 1
    if node.graph.sleeps:
        _sleep(turn, node, attempt)
    else:
        turn.commands.append(StartAttempt(job=_job(state, node, attempt)))
        turn.commands += queue_timer(turn, attempt.id, _queued_since(node))


def _queued_since(node: NodeState) -> Micros:
    """Tell since when a node has waited for a slot: a restart of the platform does not let the wait begin anew."""
    latest = node.attempts[-1]
    for attempt in reversed(node.attempts[:-1]):
        if attempt.started_at or attempt.error is None or attempt.error.code != budgets.PLATFORM_RESTARTED:
            break
        latest = attempt
    return latest.queued_at


def queue_timer(turn: Turn, attempt: AttemptId, since: Micros) -> list[SetTimer]:
    """Set the timer of an attempt that waits for a slot, if the platform limits that."""
    if not turn.queue_timeout:
        return []
    return [SetTimer(at=Micros(since + turn.queue_timeout), event=TimerFired(attempt=attempt, timer=Timer.QUEUE))]


def queue_expired(turn: Turn) -> ExecutionError:
    """Say that an attempt has waited for a slot for too long."""
    seconds = turn.queue_timeout / 1_000_000
    return system_error(
        budgets.QUEUE_EXPIRED, f"task queue timeout [{seconds:g}s] expired: no slot was free{_QUEUE_HINT}"
    )


def _takes_no_time(node: NodeState) -> bool:
    """Tell whether an attempt would end in the step that it begins in, so that no limit need hold it back."""
    try:
        return node.graph.sleeps and sleeps.duration(node) == 0
    except InvalidInput:
        return True


def _sleep(turn: Turn, node: NodeState, attempt: AttemptState) -> None:
    """Let the attempt of a task that only sleeps begin, and end if it need not wait."""
    attempt.worker = sleeps.ENGINE
    _begun(turn, node, attempt, turn.now)
    try:
        wanted = sleeps.duration(node)
    except InvalidInput as error:
        _failed(turn, node, attempt, user_error(sleeps.BAD_SLEEP, error.message), recoverable=False)
        return
    if wanted:
        _set_alarm(turn, node, attempt, wanted)
    else:
        _slept(turn, node, attempt)


def _set_alarm(turn: Turn, node: NodeState, attempt: AttemptState, wanted: Micros) -> None:
    # The one that comes first, whenever the platform looks at the clock again.
    if not 0 < node.graph.timeout < wanted:
        alarm = TimerFired(attempt=attempt.id, timer=Timer.SLEEP)
        turn.commands.append(SetTimer(at=Micros(attempt.started_at + wanted), event=alarm))
    turn.commands += timers_of(attempt.id, node.graph.timeout, attempt.started_at, _counted_from(node))


def _slept(turn: Turn, node: NodeState, attempt: AttemptState) -> None:
    _close(turn, attempt, AttemptPhase.SUCCEEDED)
    outcomes.succeed(turn, node, b"")


def _job(state: ExecutionState, node: NodeState, attempt: AttemptState) -> Job:
    if node.graph.task is None:
        raise PlatformError(f"node {node.id} runs no task")
    layout, number = state.layout, attempt.id.attempt
    earlier = [layout.checkpoint(node.id, each.id.attempt) for each in node.attempts[:number] if each.started_at]
    return Job(
        attempt=attempt.id,
        template=state.template(node.graph.task, deck=node.graph.deck),
        inputs_data=node.inputs_data,
        previous_checkpoint_prefix=_previous_checkpoint(state, node, number),
        earlier_checkpoints=tuple(reversed(earlier)),
        interruptible=may_interrupt(state, node.graph, spending.failures(node).system),
    )


def may_interrupt(state: ExecutionState, runs: GraphNode, system_failures: int) -> bool:
    """Tell whether an attempt may run where it can be interrupted: its node decides, else whoever started it all."""
    wanted = state.interruptible if runs.interruptible is None else runs.interruptible
    return budgets.may_interrupt(wanted, system_failures)


def _previous_checkpoint(state: ExecutionState, node: NodeState, number: int) -> str:
    """Where the attempt before kept checkpoints, here or in the execution that is recovered."""
    if number:
        return state.layout.checkpoint(node.id, number - 1)
    return node.past.checkpoint if node.past is not None else ""


def find(state: ExecutionState, attempt: AttemptId) -> tuple[NodeState, AttemptState] | None:
    """Find an attempt that is open; None for one that is over or never was."""
    node = state.nodes.get(NodeId(attempt.node))
    current = node.attempt if node is not None else None
    if node is None or current is None or current.id != attempt:
        return None
    return node, current


def report(turn: Turn, event: Report) -> None:
    """Take a report; one about an attempt that is over changes nothing."""
    found = find(turn.state, event.attempt)
    if found is None:
        return
    node, attempt = found
    match event:
        case Started():
            _started(turn, node, attempt, event)
        case DeckPublished():
            attempt.deck_revision = max(attempt.deck_revision, event.revision)
        case Succeeded() | Failed() | Cancelled():
            _take(turn, node, attempt, event)
        case _:
            assert_never(event)


def _started(turn: Turn, node: NodeState, attempt: AttemptState, event: Started) -> None:
    if attempt.phase is AttemptPhase.RUNNING:
        return
    attempt.worker = event.worker
    attempt.log = event.log
    _begun(turn, node, attempt, event.at or turn.now)
    turn.commands += timers_of(attempt.id, node.graph.timeout, attempt.started_at, _counted_from(node))


def _counted_from(node: NodeState) -> Micros:
    """Tell from when on a node's attempts are counted together: what they took to stop is not theirs."""
    timeout = node.graph.timeout
    if not timeout:
        return node.started_at
    return Micros(node.started_at + sum(overtime(timeout, each.started_at, each.ended_at) for each in node.attempts))


def overtime(timeout: Micros, started_at: Micros, ended_at: Micros) -> int:
    """Tell how long an attempt ran past its timeout, if it has one: it cleaned up, or would not stop."""
    return max(ended_at - started_at - timeout, 0) if timeout and started_at and ended_at else 0


def _begun(turn: Turn, node: NodeState, attempt: AttemptState, when: Micros) -> None:
    attempt.phase = AttemptPhase.RUNNING
    attempt.started_at = when
    turn.touch_attempt(attempt)
    if not node.started_at:
        node.started_at = when
    if node.phase is NodePhase.QUEUED:
        node.phase = NodePhase.RUNNING
    turn.touch(node)


def timers_of(attempt: AttemptId, timeout: Micros, started_at: Micros, counted_from: Micros) -> list[SetTimer]:
    """Set an attempt's timers, if its task has a timeout.

    ``counted_from`` is when the first attempt started, later by what the ones before took to stop. All together may
    take twice the timeout: flytepropeller's active deadline (compiler/transformers/k8s/node.go).
    """
    if not timeout:
        return []
    execution = TimerFired(attempt=attempt, timer=Timer.EXECUTION)
    active = TimerFired(attempt=attempt, timer=Timer.ACTIVE)
    return [
        SetTimer(at=Micros(started_at + timeout), event=execution),
        SetTimer(at=Micros(counted_from + 2 * timeout), event=active),
    ]


def _take(turn: Turn, node: NodeState, attempt: AttemptState, event: Succeeded | Failed | Cancelled) -> None:
    """Take the report that ends an attempt."""
    attempt.worker = event.worker or attempt.worker
    attempt.log = event.log or attempt.log
    attempt.usage = event.usage
    attempt.ended_at = event.ended_at or turn.now
    if isinstance(event, Succeeded | Failed):
        attempt.started_at = attempt.started_at or event.started_at or turn.now
        if not node.started_at:
            node.started_at = attempt.started_at
            turn.touch(node)  # nothing else may do so, if it is tried again and held back
    if attempt.error is not None:
        # That it is to be stopped stands in its row already, so that is what became of it, whatever it did meanwhile.
        _stopped(turn, node, attempt, end_of_stopped(attempt.error, event))
        return
    match event:
        case Succeeded():
            _close(turn, attempt, AttemptPhase.SUCCEEDED)
            if event.drew:
                dynamic.compile_drawn(turn, node, attempt)
            else:
                outcomes.succeed(turn, node, literals.to_bytes(event.outputs), event.outputs_uri)
        case Failed():
            recoverable = budgets.is_recoverable(event.error)
            _failed(turn, node, attempt, budgets.execution_error(event.error), recoverable=recoverable)
        case Cancelled():
            lost = system_error("AttemptLost", "the executor stopped this attempt although nobody had asked for it")
            _failed(turn, node, attempt, lost, recoverable=True)
        case _:
            assert_never(event)


def _close(turn: Turn, attempt: AttemptState, phase: AttemptPhase) -> None:
    attempt.phase = phase
    attempt.ended_at = attempt.ended_at or turn.now
    turn.state.open_attempts -= 1
    turn.touch_attempt(attempt)
    timeout = turn.state.nodes[attempt.id.node].graph.timeout
    turn.commands += drop_timers(turn, attempt.id, timeout, stopped=attempt.error is not None)


def drop_timers(turn: Turn, attempt: AttemptId, timeout: Micros, *, stopped: bool) -> list[DropTimers]:
    """Take back the timers of an attempt that has ended, if it can have any."""
    return [DropTimers(of=attempt)] if timeout or turn.queue_timeout or stopped else []


def _failed(turn: Turn, node: NodeState, attempt: AttemptState, error: ExecutionError, *, recoverable: bool) -> None:
    attempt.error = error
    before, payer = spending.failures(node), budgets.payer(error)
    failures = budgets.Failures(
        user=before.user + (payer is budgets.Payer.USER), system=before.system + (payer is budgets.Payer.SYSTEM)
    )
    verdict = budgets.judge(error, recoverable=recoverable, retries=node.graph.retries, failures=failures)
    _close(turn, attempt, AttemptPhase.RETRYABLE_FAILED if verdict.retry else AttemptPhase.FAILED)
    if verdict.retry and payer is budgets.Payer.SYSTEM:
        node.phase = NodePhase.RUNNING
        turn.touch(node)
        _pause(turn, node, attempt)
    elif verdict.retry:
        admit(turn, node)
    else:
        outcomes.fail(turn, node, verdict.error)


def _pause(turn: Turn, node: NodeState, attempt: AttemptState) -> None:
    """Let some time pass before the next attempt: what failed of a fault of ours may fail of it again just now."""
    pause = budgets.pause(f"{node.id}-{attempt.id.attempt}", spending.failures(node).system)
    over = TimerFired(attempt=attempt.id, timer=Timer.RETRY)
    turn.commands.append(SetTimer(at=Micros(attempt.ended_at + pause), event=over))


def _paused(turn: Turn, event: TimerFired) -> None:
    node = turn.state.nodes.get(event.attempt.node)
    if node is not None and node.pausing and node.attempts[-1].id == event.attempt:
        node.phase = NodePhase.QUEUED
        turn.touch(node)
        admit(turn, node)


def drawing_failed(turn: Turn, node: NodeState, error: ExecutionError) -> None:
    """Take that what a dynamic task drew has failed: if its retries allow, it is drawn anew, else its node fails."""
    if spending.failures(node).user > node.graph.retries or node.frame.stop:
        outcomes.fail(turn, node, error)
        return
    dynamic.forget(turn.state, node)
    turn.touch(node)
    admit(turn, node)


def stop(turn: Turn, attempt: AttemptState, error: ExecutionError) -> None:
    """Have an attempt stopped; the error says why, and what becomes of its node once it has."""
    first = attempt.error is None
    attempt.error = error
    turn.touch_attempt(attempt)
    node = turn.state.nodes[attempt.id.node]
    if node.graph.sleeps:
        _stopped(turn, node, attempt, error)
    elif first:
        turn.commands.append(CancelAttempt(attempt=attempt.id, reason=error.message))
        given_up = TimerFired(attempt=attempt.id, timer=Timer.CANCEL)
        turn.commands.append(SetTimer(at=Micros(turn.now + CANCEL_GRACE), event=given_up))


def end_of_stopped(error: ExecutionError, event: Succeeded | Failed | Cancelled) -> ExecutionError:
    """Say also that what took too long did not stop when it was told to, if that is so."""
    if not (isinstance(event, Cancelled) and event.killed_after) or error.code not in _TOO_LONG:
        return error
    return user_error(
        error.code, f"{error.message}. It did not stop within the {event.killed_after:g}s of grace, and was killed"
    )


def _stopped(turn: Turn, node: NodeState, attempt: AttemptState, error: ExecutionError) -> None:
    attempt.error = error
    match error.code:
        case budgets.TIMEOUT_EXPIRED | budgets.QUEUE_EXPIRED:
            _failed(turn, node, attempt, error, recoverable=True)
        case budgets.ACTIVE_DEADLINE:
            _close(turn, attempt, AttemptPhase.FAILED)
            outcomes.fail(turn, node, error, NodePhase.TIMED_OUT)
        case _:
            _close(turn, attempt, AttemptPhase.ABORTED)
            outcomes.abort(turn, node, error.message)


def timer(turn: Turn, event: TimerFired) -> None:
    """Take a timer; one of an attempt that is over changes nothing."""
    if event.timer is Timer.RETRY:
        _paused(turn, event)
        return
    found = find(turn.state, event.attempt)
    if found is None:
        return
    node, attempt = found
    if event.timer is Timer.CANCEL:
        if attempt.error is not None:
            _stopped(turn, node, attempt, attempt.error)
        return
    if event.timer is Timer.SLEEP:
        _slept(turn, node, attempt)
        return
    if event.timer is Timer.QUEUE:
        if attempt.phase is AttemptPhase.QUEUED and attempt.error is None:
            stop(turn, attempt, queue_expired(turn))
        return
    if attempt.error is None:
        stop(turn, attempt, timeout_expired(event.timer, node.graph.timeout))


def timeout_expired(timer: Literal[Timer.EXECUTION, Timer.ACTIVE], timeout: Micros) -> ExecutionError:
    """Say why an attempt is to be stopped now. One that is being stopped already goes on being so, for what it was."""
    seconds = timeout / 1_000_000
    match timer:
        case Timer.EXECUTION:
            message = f"task execution timeout [{seconds:g}s] expired{_TIMEOUT_HINT}"
            return user_error(budgets.TIMEOUT_EXPIRED, message)
        case Timer.ACTIVE:
            message = f"task active timeout [{2 * seconds:g}s] expired{_ACTIVE_HINT.format(seconds)}"
            return user_error(budgets.ACTIVE_DEADLINE, message)
        case _:
            assert_never(timer)


def restarted(turn: Turn) -> None:
    """Take up what was open when the platform died. What an executor had is closed bit by bit, each in its turn."""
    for node in turn.state.nodes.values():
        attempt = node.attempt
        if node.pausing:
            _pause(turn, node, node.attempts[-1])
        if attempt is None:
            continue
        if node.graph.sleeps:
            _set_alarm(turn, node, attempt, sleeps.duration(node))  # nobody had it: it goes on sleeping
        else:
            turn.state.lost.append(attempt)


def end_of_lost(state: ExecutionState, started_at: Micros) -> Micros:
    """Tell when an attempt ended that was lost with the platform: with that, and not when it was back."""
    return max(started_at, state.lost_at) if started_at and state.lost_at else NOT_YET


def close_lost(turn: Turn, attempt: AttemptState) -> None:
    """Close an attempt that was lost with the platform, at nobody's cost, and begin it anew under the next number."""
    node = turn.state.nodes[attempt.id.node]
    if not attempt.open:
        return
    attempt.ended_at = end_of_lost(turn.state, attempt.started_at)
    if attempt.error is not None:
        _stopped(turn, node, attempt, attempt.error)
        return
    attempt.error = system_error(budgets.PLATFORM_RESTARTED, "the platform was restarted while this attempt ran")
    _close(turn, attempt, AttemptPhase.ABORTED)
    admit(turn, node)
