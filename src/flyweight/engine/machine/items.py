"""The life of one item of a map: begun, reported on, timed out, stopped, tried again; each attempt as a task's is.

Whatever an item takes, it takes in the order in which plain nodes do: its share of ``concurrency``, what the catalog
has or lets it claim, and last its place of ``max_parallelism``. So who has a place waits for nobody.
"""

import heapq
from typing import assert_never

from flyteidl.core import catalog_pb2, execution_pb2, literals_pb2

from flyweight import literals
from flyweight.clock import Micros
from flyweight.engine import catalog
from flyweight.engine.catalog import CacheDue
from flyweight.engine.graph import ArrayGraph
from flyweight.engine.items import (
    ABORTED,
    ASKS,
    FAILED,
    HELD,
    INLINE,
    OPEN,
    PLACED,
    SUCCEEDED,
    TO_BE_RETRIED,
    Items,
    stored_at,
)
from flyweight.engine.jobs import Cancelled, Failed, Job, Lists, LogSpan, Started, Succeeded, Template
from flyweight.engine.machine.attempts import (
    CANCEL_GRACE,
    drop_timers,
    may_interrupt,
    queue_expired,
    queue_timer,
    timeout_expired,
    timers_of,
)
from flyweight.engine.machine.commands import CancelAttempt, DropTimers, LetGo, SetTimer, StartAttempt
from flyweight.engine.machine.events import Timer, TimerFired
from flyweight.engine.machine.turn import ExecutionError, Turn, system_error, user_error
from flyweight.engine.model import ExecutionState, NodeState
from flyweight.engine.phases import AttemptPhase, NodePhase
from flyweight.engine.records import CacheRecord
from flyweight.engine.usage import thinned
from flyweight.errors import PlatformError
from flyweight.ids import AttemptId, item_name
from flyweight.protocol.items_pb2 import ItemChunk, Log
from flyweight.semantics import budgets
from flyweight.semantics.caching import CacheKey
from flyweight.semantics.elements import Elements

_QUEUED = AttemptPhase.QUEUED.value
_RUNNING = AttemptPhase.RUNNING.value
_TRIED_AGAIN = frozenset({budgets.TIMEOUT_EXPIRED, budgets.QUEUE_EXPIRED})
"""Why an attempt is stopped that another one may follow."""


def parts(node: NodeState) -> tuple[ArrayGraph, Items]:
    """Give what a node maps, and how far it has come."""
    if node.graph.array is None or node.items is None:
        raise PlatformError(f"node {node.id} has no items")
    return node.graph.array, node.items


def begin(turn: Turn, node: NodeState) -> int:
    """Begin the next item: one that is to be tried again, else one that has not begun. Gives which it is.

    One that is cached has no place yet.
    """
    array, items = parts(node)
    if items.again:
        item = heapq.heappop(items.again)
    else:
        item = items.begun
        items.begun += 1
    chunk, at = items.place(item)
    chunk.attempts[at] += 1
    chunk.states[at] = _QUEUED
    if not _lost_in_queue(chunk, at):
        chunk.queued_at[at] = turn.now
    chunk.started_at[at] = chunk.ended_at[at] = chunk.log[at] = 0
    chunk.errors.pop(at, None)
    chunk.usage.pop(at, None)
    if array.item.cache is not None:
        lookup = chunk.lookups[at]
        lookup.stage = HELD if lookup.status else ASKS
    items.open.add(item)
    turn.state.open_attempts += _has_place(array, chunk, at)
    turn.touch_item(node, item)
    return item


def _lost_in_queue(chunk: ItemChunk, at: int) -> bool:
    """Tell whether the attempt before waited for a slot when the platform died: then it is still the same wait."""
    if at not in chunk.errors or chunk.started_at[at]:
        return False
    return execution_pb2.ExecutionError.FromString(chunk.errors[at]).code == budgets.PLATFORM_RESTARTED


def placed(node: NodeState, item: int) -> bool:
    """Tell whether an open item has a place of ``max_parallelism``."""
    array, items = parts(node)
    return _has_place(array, *items.find(item))


def _has_place(array: ArrayGraph, chunk: ItemChunk, at: int) -> bool:
    if array.item.task is None:
        return False
    return array.item.cache is None or at not in chunk.lookups or chunk.lookups[at].stage == PLACED


def admit(turn: Turn, node: NodeState, item: int) -> None:
    """Start an item that was looked up, or hold it back until the execution has a place for it."""
    _, items = parts(node)
    if turn.state.max_parallelism:
        chunk, at = items.find(item)
        chunk.lookups[at].stage = HELD
        heapq.heappush(items.held, item)
        turn.state.maps[node.id] = node
        turn.touch_item(node, item)
    else:
        let_in(turn, node, item)


def let_in(turn: Turn, node: NodeState, item: int) -> None:
    """Give an item that was looked up its place; it waits for a slot from now on."""
    chunk, at = parts(node)[1].find(item)
    chunk.lookups[at].stage = PLACED
    chunk.queued_at[at] = turn.now
    turn.state.open_attempts += 1
    turn.touch_item(node, item)
    start(turn, node, item)


def start(turn: Turn, node: NodeState, item: int) -> None:
    """Give an item that has begun to an executor."""
    job = _job(turn, node, item)
    turn.commands.append(StartAttempt(job=job))
    chunk, at = parts(node)[1].find(item)
    turn.commands += queue_timer(turn, job.attempt, Micros(chunk.queued_at[at]))


def inputs_of(node: NodeState, item: int) -> literals_pb2.LiteralMap:
    """Give what an item runs with."""
    array, items = parts(node)
    if items.elements is None:
        items.elements = Elements(items.inputs, array.bound)
    return items.elements.element(item)


def key_of(node: NodeState, item: int) -> CacheKey:
    """Give the key that an open item's outputs are kept under."""
    array, items = parts(node)
    key = items.keys.get(item)
    if key is None:
        if array.item.cache is None:
            raise PlatformError(f"the items of node {node.id} are not cached")
        key = items.keys[item] = array.item.cache.key(inputs_of(node, item))
    return key


def attempt_of(turn: Turn, node: NodeState, item: int) -> AttemptId:
    """Name an item's latest attempt."""
    chunk, at = parts(node)[1].find(item)
    return AttemptId(turn.state.new.key, node.id, chunk.attempts[at] - 1, item)


def _job(turn: Turn, node: NodeState, item: int) -> Job:
    state, (array, items) = turn.state, parts(node)
    chunk, at = items.find(item)
    number = chunk.attempts[at] - 1
    place = item_name(node.id, item)
    earlier = [state.layout.checkpoint(place, each) for each in range(number - 1, -1, -1)]
    past = node.past.item_checkpoints.get(item, "") if node.past is not None else ""
    return Job(
        attempt=AttemptId(state.new.key, node.id, number, item),
        template=items.template or _template(state, node),
        inputs_data=inputs_of(node, item).SerializeToString(),
        previous_checkpoint_prefix=earlier[0] if earlier else past,
        earlier_checkpoints=tuple(earlier),
        interruptible=may_interrupt(state, array.item, chunk.system_failures[at]),
    )


def _template(state: ExecutionState, node: NodeState) -> Template:
    array, items = parts(node)
    if array.item.task is None:
        raise PlatformError(f"the items of node {node.id} run no task")
    lists = Lists(inputs=items.inputs, uri=state.layout.inputs(node.id)) if array.takes_lists else None
    items.template = state.new_template(array.item.task, deck=array.item.deck, lists=lists)
    return items.template


def is_open(node: NodeState, attempt: AttemptId) -> bool:
    """Tell whether an attempt at an item is under way."""
    if node.items is None or attempt.item not in node.items.open:
        return False
    chunk, at = node.items.find(attempt.item)
    return chunk.attempts[at] == attempt.attempt + 1


def started(turn: Turn, node: NodeState, event: Started) -> None:
    """Note that an attempt runs."""
    array, items = parts(node)
    chunk, at = items.find(event.attempt.item)
    if chunk.states[at] == _RUNNING:
        return
    chunk.states[at] = _RUNNING
    _note_start(chunk, at, event.at or turn.now)
    _note_log(chunk, at, event.worker, event.log)
    turn.touch_item(node, event.attempt.item)
    since = Micros(chunk.started_at[at]), Micros(chunk.first_started_at[at])
    turn.commands += timers_of(event.attempt, array.item.timeout, *since)


def _note_start(chunk: ItemChunk, at: int, when: Micros) -> None:
    chunk.started_at[at] = chunk.started_at[at] or when
    chunk.first_started_at[at] = chunk.first_started_at[at] or when


def _note_log(chunk: ItemChunk, at: int, worker: str, log: LogSpan | None) -> None:
    if log is None and not worker:
        return
    path = log.path if log else ""
    for number, known in enumerate(chunk.logs, start=1):
        if known.worker == worker and known.path == path:
            chunk.log[at] = number
            break
    else:
        chunk.logs.append(Log(worker=worker, path=path))
        chunk.log[at] = len(chunk.logs)
    if log is not None:
        chunk.log_start[at], chunk.log_end[at] = log.start, log.end


def take(turn: Turn, node: NodeState, event: Succeeded | Failed | Cancelled) -> None:
    """Take the report that ends an attempt."""
    item = event.attempt.item
    chunk, at = parts(node)[1].find(item)
    _note_log(chunk, at, event.worker, event.log)
    chunk.cpu_seconds[at] = event.usage.cpu_seconds
    chunk.peak_memory_bytes[at] = event.usage.peak_memory_bytes
    if event.usage.series:
        chunk.usage[at] = thinned(event.usage.series)
    chunk.ended_at[at] = event.ended_at or turn.now
    if isinstance(event, Succeeded | Failed):
        _note_start(chunk, at, event.started_at or turn.now)
    if node.phase is NodePhase.FAILING or at in chunk.errors:
        stopped(turn, node, item)  # as it is to be stopped, that is what became of it, whatever it did meanwhile
        return
    match event:
        case Succeeded() if event.drew:
            message = f"{node.graph.name} maps over a dynamic task: call it in a loop of another dynamic task instead"
            fail(turn, node, item, user_error("Unsupported", message), recoverable=False)
        case Succeeded():
            succeed(turn, node, item, event.outputs, event.outputs_uri)
        case Failed():
            recoverable = budgets.is_recoverable(event.error)
            fail(turn, node, item, budgets.execution_error(event.error), recoverable=recoverable)
        case Cancelled():
            lost = system_error("AttemptLost", "the executor stopped this attempt although nobody had asked for it")
            fail(turn, node, item, lost, recoverable=True)
        case _:
            assert_never(event)


def succeed(turn: Turn, node: NodeState, item: int, outputs: literals_pb2.LiteralMap, outputs_uri: str = "") -> None:
    """End an item well. One whose outputs were known before it was given to anybody could end so, too."""
    _, items = parts(node)
    chunk, at = items.find(item)
    data = outputs.SerializeToString()
    if outputs_uri or len(data) > INLINE:
        chunk.stored[at] = True
        items.large[item] = data
        place = stored_at(turn.state.layout, node.id, item, chunk)
        if place != outputs_uri:
            turn.state.changed.uploads.append((place, data))
    else:
        chunk.outputs[at] = data
    items.succeeded += 1
    if at in chunk.lookups and chunk.lookups[at].status in catalog.COMPUTED:
        chunk.lookups[at].status = catalog_pb2.CACHE_POPULATED
        turn.state.changed.item_entries.append(_entry(turn, node, item))
    close(turn, node, item, SUCCEEDED)


def _entry(turn: Turn, node: NodeState, item: int) -> CacheRecord:
    """Keep an item's outputs for others, where its own row has them."""
    array, items = parts(node)
    if array.item.task is None:
        raise PlatformError(f"the items of node {node.id} run no task")
    chunk, at = items.find(item)
    made = turn.state.identifier, item_name(node.id, item), chunk.attempts[at] - 1
    return CacheRecord(
        key=key_of(node, item),
        outputs=chunk.outputs[at],
        outputs_uri=stored_at(turn.state.layout, node.id, item, chunk) if chunk.stored[at] else "",
        source=catalog.source(array.item.task, *made),
        created_at=Micros(chunk.ended_at[at] or turn.now),
    )


def fail(turn: Turn, node: NodeState, item: int, error: ExecutionError, *, recoverable: bool) -> None:
    """End an attempt badly: another one follows if the budgets allow it."""
    array, items = parts(node)
    chunk, at = items.find(item)
    payer = budgets.payer(error)
    chunk.user_failures[at] += payer is budgets.Payer.USER
    chunk.system_failures[at] += payer is budgets.Payer.SYSTEM
    failures = budgets.Failures(user=chunk.user_failures[at], system=chunk.system_failures[at])
    verdict = budgets.judge(error, recoverable=recoverable, retries=array.item.retries, failures=failures)
    chunk.errors[at] = literals.to_bytes(verdict.error)
    if verdict.retry:
        close(turn, node, item, TO_BE_RETRIED)
        if payer is budgets.Payer.SYSTEM:
            _pause(turn, node, item)
        else:
            _retry(turn, node, item)
    else:
        items.failed += 1
        close(turn, node, item, FAILED)


def _retry(turn: Turn, node: NodeState, item: int) -> None:
    """Let an item have its turn again."""
    heapq.heappush(parts(node)[1].again, item)
    turn.state.maps[node.id] = node


def _pause(turn: Turn, node: NodeState, item: int) -> None:
    """Let some time pass before the next attempt, as plain nodes do, after a fault of ours."""
    chunk, at = parts(node)[1].find(item)
    attempt = attempt_of(turn, node, item)
    pause = budgets.pause(f"{attempt.place}-{attempt.attempt}", chunk.system_failures[at])
    over = TimerFired(attempt=attempt, timer=Timer.RETRY)
    turn.commands.append(SetTimer(at=Micros(chunk.ended_at[at] + pause), event=over))


def pause_over(turn: Turn, node: NodeState, event: TimerFired) -> None:
    """Take it that an item has paused for long enough; one that was tried again meanwhile is left alone."""
    _, items = parts(node)
    item = event.attempt.item
    chunk, at = items.find(item)
    pausing = chunk.states[at] == TO_BE_RETRIED and attempt_of(turn, node, item) == event.attempt
    if pausing and item not in items.again and node.phase is not NodePhase.FAILING:
        _retry(turn, node, item)


def close(turn: Turn, node: NodeState, item: int, state: int) -> None:
    """Note that an item is with no executor any more."""
    array, items = parts(node)
    chunk, at = items.find(item)
    if chunk.states[at] not in OPEN:
        raise PlatformError(f"item {item} of node {node.id} has ended already")
    had_place = _has_place(array, chunk, at)
    serialize = array.item.cache is not None and array.item.cache.serialize
    chunk.states[at] = state
    chunk.ended_at[at] = chunk.ended_at[at] or turn.now
    items.open.remove(item)
    items.keys.pop(item, None)
    items.aborted += state == ABORTED
    if serialize:
        turn.commands += [LetGo(node=node.id, item=item), DropTimers(of=CacheDue(node=node.id, item=item))]
    if state == TO_BE_RETRIED and serialize:  # whoever waited for it may compute meanwhile
        chunk.lookups.pop(at, None)
    turn.state.open_attempts -= had_place
    stopped = at in chunk.errors or node.phase is NodePhase.FAILING
    attempt = AttemptId(turn.state.new.key, node.id, chunk.attempts[at] - 1, item)
    turn.commands += drop_timers(turn, attempt, array.item.timeout, stopped=stopped)
    turn.touch_item(node, item)


def stop(turn: Turn, node: NodeState, item: int, reason: str) -> None:
    """Have an item's attempt stopped; why stands in its row, or in its node's if all are."""
    attempt = attempt_of(turn, node, item)
    turn.commands.append(CancelAttempt(attempt=attempt, reason=reason))
    given_up = TimerFired(attempt=attempt, timer=Timer.CANCEL)
    turn.commands.append(SetTimer(at=Micros(turn.now + CANCEL_GRACE), event=given_up))


def stopped(turn: Turn, node: NodeState, item: int) -> None:
    """Take it that an attempt which was to be stopped has been."""
    chunk, at = parts(node)[1].find(item)
    if node.phase is NodePhase.FAILING:
        close(turn, node, item, ABORTED)
        return
    error = execution_pb2.ExecutionError.FromString(chunk.errors[at])
    fail(turn, node, item, error, recoverable=error.code in _TRIED_AGAIN)


def timer(turn: Turn, node: NodeState, event: TimerFired) -> None:
    """Take a timer of an attempt that is open."""
    array, items = parts(node)
    item = event.attempt.item
    chunk, at = items.find(item)
    current = execution_pb2.ExecutionError.FromString(chunk.errors[at]) if at in chunk.errors else None
    if event.timer is Timer.CANCEL:
        if current is not None or node.phase is NodePhase.FAILING:
            stopped(turn, node, item)
        return
    if event.timer is Timer.SLEEP or event.timer is Timer.RETRY:
        return  # no item sleeps, and one that is open pauses no longer
    if event.timer is Timer.QUEUE:
        waits = current is None and chunk.states[at] == _QUEUED
        error = queue_expired(turn) if waits else None
    else:
        error = timeout_expired(event.timer, array.item.timeout, current)
    if error is None or node.phase is NodePhase.FAILING:
        return
    chunk.errors[at] = literals.to_bytes(error)
    turn.touch_item(node, item)
    if current is None:
        stop(turn, node, item, error.message)


def restarted(turn: Turn, node: NodeState) -> None:
    """Close what was open when the platform died, at nobody's cost; it begins anew under the next number."""
    _, items = parts(node)
    items.held.clear()
    for item in [each for each in items.again if _failed_of_ours(items, each)]:
        items.again.remove(item)
        _pause(turn, node, item)
    heapq.heapify(items.again)
    for item in sorted(items.open):
        chunk, at = items.find(item)
        if node.phase is NodePhase.FAILING or at in chunk.errors:
            stopped(turn, node, item)
        else:
            lost = system_error(budgets.PLATFORM_RESTARTED, "the platform was restarted while this attempt ran")
            fail(turn, node, item, lost, recoverable=True)


def _failed_of_ours(items: Items, item: int) -> bool:
    chunk, at = items.find(item)
    error = execution_pb2.ExecutionError.FromString(chunk.errors[at]) if at in chunk.errors else None
    return error is not None and budgets.payer(error) is budgets.Payer.SYSTEM
