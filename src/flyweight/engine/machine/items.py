"""The life of one item of a map: begun, reported on, timed out, stopped, tried again; each attempt as a task's is.

Whatever an item takes, it takes in the order in which plain nodes do: its share of ``concurrency``, what the catalog
has or lets it claim, and last its place of ``max_parallelism``. So who has a place waits for nobody.
"""

import heapq
from dataclasses import dataclass
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
    Chunk,
    Items,
    stored_at,
)
from flyweight.engine.jobs import Cancelled, Failed, Job, Lists, LogSpan, Started, Succeeded, Template
from flyweight.engine.machine.attempts import (
    CANCEL_GRACE,
    drop_timers,
    end_of_lost,
    end_of_stopped,
    may_interrupt,
    overtime,
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
from flyweight.ids import AttemptId
from flyweight.protocol.items_pb2 import Log, Lookup
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


@dataclass(slots=True)
class Item:
    """An item at hand: whose it is, and where what is known of it stands."""

    node: NodeState
    array: ArrayGraph
    items: Items
    number: int
    chunk: Chunk
    at: int
    """Its position in the chunk."""

    @property
    def has_place(self) -> bool:
        """Tell whether it has a place of ``max_parallelism``, if it is open."""
        array, chunk = self.array, self.chunk
        if array.item.task is None:
            return False
        return array.item.cache is None or self.at not in chunk.lookups or chunk.lookups[self.at].stage == PLACED

    @property
    def inputs(self) -> literals_pb2.LiteralMap:
        """What it runs with."""
        items = self.items
        if items.elements is None:
            items.elements = Elements(items.inputs, self.array.bound)
        return items.elements.element(self.number)

    @property
    def key(self) -> CacheKey:
        """Under which its outputs are kept, while it is open."""
        key = self.items.keys.get(self.number)
        if key is None:
            if self.array.item.cache is None:
                raise PlatformError(f"the items of node {self.node.id} are not cached")
            key = self.items.keys[self.number] = self.array.item.cache.key(self.inputs)
        return key

    @property
    def lookup(self) -> Lookup:
        """What its chunk says of the catalog; it is there from then on."""
        return self.chunk.lookups[self.at]

    @property
    def error(self) -> ExecutionError | None:
        """Of what its attempt failed, or why it is being stopped."""
        errors = self.chunk.errors
        return execution_pb2.ExecutionError.FromString(errors[self.at]) if self.at in errors else None


def at_hand(node: NodeState, number: int) -> Item:
    """Take an item that has begun in hand."""
    array, items = parts(node)
    return Item(node, array, items, number, *items.find(number))


def begin(turn: Turn, node: NodeState) -> Item:
    """Begin the next item: one that is to be tried again, else one that has not begun.

    One that is cached has no place yet.
    """
    array, items = parts(node)
    if items.again:
        number = heapq.heappop(items.again)
    else:
        number = items.begun
        items.begun += 1
    chunk, at = items.place(number)
    item = Item(node, array, items, number, chunk, at)
    if chunk.attempts[at]:
        _forget_attempt(item)
    chunk.attempts[at] += 1
    chunk.states[at] = _QUEUED
    chunk.queued_at[at] = chunk.queued_at[at] or turn.now
    if array.item.cache is not None:
        lookup = item.lookup
        lookup.stage = HELD if lookup.status else ASKS
    items.open.add(number)
    turn.state.open_attempts += item.has_place
    turn.touch_item(node, number)
    return item


def _forget_attempt(item: Item) -> None:
    """Make room for another attempt. One that waited for a slot when the platform died goes on with the same wait."""
    chunk, at = item.chunk, item.at
    error = item.error
    if error is None or error.code != budgets.PLATFORM_RESTARTED or chunk.started_at[at]:
        chunk.queued_at[at] = 0
    chunk.started_at[at] = chunk.ended_at[at] = chunk.log[at] = 0
    chunk.errors.pop(at, None)
    chunk.usage.pop(at, None)


def admit(turn: Turn, item: Item) -> None:
    """Start an item that was looked up, or hold it back until the execution has a place for it."""
    if turn.state.max_parallelism:
        item.lookup.stage = HELD
        heapq.heappush(item.items.held, item.number)
        turn.state.maps[item.node.id] = item.node
        turn.touch_item(item.node, item.number)
    else:
        let_in(turn, item)


def let_in(turn: Turn, item: Item) -> None:
    """Give an item that was looked up its place; it waits for a slot from now on."""
    item.lookup.stage = PLACED
    item.chunk.queued_at[item.at] = turn.now
    turn.state.open_attempts += 1
    turn.touch_item(item.node, item.number)
    start(turn, item)


def start(turn: Turn, item: Item) -> None:
    """Give an item that has begun to an executor."""
    job = _job(turn, item)
    turn.commands.append(StartAttempt(job=job))
    turn.commands += queue_timer(turn, job.attempt, Micros(item.chunk.queued_at[item.at]))


def attempt_of(turn: Turn, item: Item) -> AttemptId:
    """Name an item's latest attempt."""
    return AttemptId(turn.state.new.key, item.node.id, item.chunk.attempts[item.at] - 1, item.number)


def _job(turn: Turn, item: Item) -> Job:
    state, node = turn.state, item.node
    attempt = attempt_of(turn, item)
    earlier = _earlier_checkpoints(state, attempt) if attempt.attempt else ()
    past = node.past.item_checkpoints.get(item.number, "") if node.past is not None else ""
    return Job(
        attempt=attempt,
        template=item.items.template or _template(state, item),
        inputs_data=item.inputs.SerializeToString(),
        previous_checkpoint_prefix=earlier[0] if earlier else past,
        earlier_checkpoints=earlier,
        interruptible=may_interrupt(state, item.array.item, item.chunk.system_failures[item.at]),
    )


def _earlier_checkpoints(state: ExecutionState, attempt: AttemptId) -> tuple[str, ...]:
    return tuple(state.layout.checkpoint(attempt.place, number) for number in range(attempt.attempt - 1, -1, -1))


def _template(state: ExecutionState, item: Item) -> Template:
    node, array, items = item.node, item.array, item.items
    if array.item.task is None:
        raise PlatformError(f"the items of node {node.id} run no task")
    lists = Lists(inputs=items.inputs, uri=state.layout.inputs(node.id)) if array.takes_lists else None
    items.template = state.new_template(array.item.task, deck=array.item.deck, lists=lists)
    return items.template


def opened(node: NodeState, attempt: AttemptId) -> Item | None:
    """Give the item that an attempt is at; None if the attempt is over."""
    if node.items is None or attempt.item not in node.items.open:
        return None
    item = at_hand(node, attempt.item)
    return item if item.chunk.attempts[item.at] == attempt.attempt + 1 else None


def started(turn: Turn, item: Item, event: Started) -> None:
    """Note that an attempt runs."""
    chunk, at = item.chunk, item.at
    if chunk.states[at] == _RUNNING:
        return
    chunk.states[at] = _RUNNING
    _note_start(chunk, at, event.at or turn.now)
    _note_log(chunk, at, event.worker, event.log)
    turn.touch_item(item.node, item.number)
    since = Micros(chunk.started_at[at]), Micros(chunk.first_started_at[at])
    turn.commands += timers_of(event.attempt, item.array.item.timeout, *since)


def _note_start(chunk: Chunk, at: int, when: Micros) -> None:
    chunk.started_at[at] = chunk.started_at[at] or when
    chunk.first_started_at[at] = chunk.first_started_at[at] or when


def _note_log(chunk: Chunk, at: int, worker: str, log: LogSpan | None) -> None:
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


def take(turn: Turn, item: Item, event: Succeeded | Failed | Cancelled) -> None:
    """Take the report that ends an attempt."""
    chunk, at, usage = item.chunk, item.at, event.usage
    _note_log(chunk, at, event.worker, event.log)
    chunk.cpu_seconds[at] = usage.cpu_seconds
    chunk.peak_memory_bytes[at] = usage.peak_memory_bytes
    if usage.series:
        chunk.usage[at] = thinned(usage.series)
    chunk.ended_at[at] = event.ended_at or turn.now
    if not isinstance(event, Cancelled):
        _note_start(chunk, at, event.started_at or turn.now)
    error = item.error
    if error is not None:
        chunk.errors[at] = literals.to_bytes(end_of_stopped(error, event))
    if item.node.phase is NodePhase.FAILING or error is not None:
        stopped(turn, item)  # as it is to be stopped, that is what became of it, whatever it did meanwhile
        return
    match event:
        case Succeeded() if event.drew:
            name = item.node.graph.name
            message = f"{name} maps over a dynamic task: call it in a loop of another dynamic task instead"
            fail(turn, item, user_error("Unsupported", message), recoverable=False)
        case Succeeded():
            succeed(turn, item, event.outputs, event.outputs_uri)
        case Failed():
            recoverable = budgets.is_recoverable(event.error)
            fail(turn, item, budgets.execution_error(event.error), recoverable=recoverable)
        case Cancelled():
            lost = system_error("AttemptLost", "the executor stopped this attempt although nobody had asked for it")
            fail(turn, item, lost, recoverable=True)
        case _:
            assert_never(event)


def succeed(turn: Turn, item: Item, outputs: literals_pb2.LiteralMap, outputs_uri: str = "") -> None:
    """End an item well. One whose outputs were known before it was given to anybody could end so, too."""
    chunk, at = item.chunk, item.at
    data = outputs.SerializeToString()
    if outputs_uri or len(data) > INLINE:
        chunk.stored[at] = True
        item.items.large[item.number] = data
        place = _stored_at(turn, item)
        if place != outputs_uri:
            turn.state.changed.uploads.append((place, data))
    else:
        chunk.outputs[at] = data
    item.items.succeeded += 1
    if at in chunk.lookups and chunk.lookups[at].status in catalog.COMPUTED:
        chunk.lookups[at].status = catalog_pb2.CACHE_POPULATED
        turn.state.changed.item_entries.append(_entry(turn, item))
    close(turn, item, SUCCEEDED)


def _entry(turn: Turn, item: Item) -> CacheRecord:
    """Keep an item's outputs for others, where its own row has them."""
    task, chunk, at = item.array.item.task, item.chunk, item.at
    if task is None:
        raise PlatformError(f"the items of node {item.node.id} run no task")
    attempt = attempt_of(turn, item)
    return CacheRecord(
        key=item.key,
        outputs=chunk.outputs[at],
        outputs_uri=_stored_at(turn, item) if chunk.stored[at] else "",
        source=catalog.source(task, turn.state.identifier, attempt.place, attempt.attempt),
        created_at=Micros(chunk.ended_at[at] or turn.now),
    )


def _stored_at(turn: Turn, item: Item) -> str:
    """Tell where its outputs stand, too large for a row."""
    return stored_at(turn.state.layout, item.node.id, item.number, item.chunk.message)


def fail(turn: Turn, item: Item, error: ExecutionError, *, recoverable: bool) -> None:
    """End an attempt badly: another one follows if the budgets allow it."""
    chunk, at = item.chunk, item.at
    payer = budgets.payer(error)
    chunk.user_failures[at] += payer is budgets.Payer.USER
    chunk.system_failures[at] += payer is budgets.Payer.SYSTEM
    failures = budgets.Failures(user=chunk.user_failures[at], system=chunk.system_failures[at])
    verdict = budgets.judge(error, recoverable=recoverable, retries=item.array.item.retries, failures=failures)
    chunk.errors[at] = literals.to_bytes(verdict.error)
    if verdict.retry:
        close(turn, item, TO_BE_RETRIED)
        # Its attempts are counted together from then on: what one took to stop is not theirs.
        began, ended = Micros(chunk.started_at[at]), Micros(chunk.ended_at[at])
        chunk.first_started_at[at] += overtime(item.array.item.timeout, began, ended)
        if payer is budgets.Payer.SYSTEM:
            _pause(turn, item)
        else:
            _retry(turn, item)
    else:
        item.items.failed += 1
        close(turn, item, FAILED)


def _retry(turn: Turn, item: Item) -> None:
    """Let an item have its turn again."""
    heapq.heappush(item.items.again, item.number)
    turn.state.maps[item.node.id] = item.node


def _pause(turn: Turn, item: Item) -> None:
    """Let some time pass before the next attempt, as plain nodes do, after a fault of ours."""
    chunk, at = item.chunk, item.at
    attempt = attempt_of(turn, item)
    pause = budgets.pause(f"{attempt.place}-{attempt.attempt}", chunk.system_failures[at])
    over = TimerFired(attempt=attempt, timer=Timer.RETRY)
    turn.commands.append(SetTimer(at=Micros(chunk.ended_at[at] + pause), event=over))


def pause_over(turn: Turn, node: NodeState, event: TimerFired) -> None:
    """Take it that an item has paused for long enough; one that was tried again meanwhile is left alone."""
    item = at_hand(node, event.attempt.item)
    pausing = item.chunk.states[item.at] == TO_BE_RETRIED and attempt_of(turn, item) == event.attempt
    if pausing and item.number not in item.items.again and node.phase is not NodePhase.FAILING:
        _retry(turn, item)


def close(turn: Turn, item: Item, state: int) -> None:
    """Note that an item is with no executor any more."""
    node, array, items, chunk, at = item.node, item.array, item.items, item.chunk, item.at
    if chunk.states[at] not in OPEN:
        raise PlatformError(f"item {item.number} of node {node.id} has ended already")
    had_place = item.has_place
    serialize = array.item.cache is not None and array.item.cache.serialize
    chunk.states[at] = state
    chunk.ended_at[at] = chunk.ended_at[at] or turn.now
    items.open.remove(item.number)
    items.keys.pop(item.number, None)
    items.aborted += state == ABORTED
    if serialize:
        due = CacheDue(node=node.id, item=item.number)
        turn.commands += [LetGo(node=node.id, item=item.number), DropTimers(of=due)]
    if state == TO_BE_RETRIED and serialize:  # whoever waited for it may compute meanwhile
        chunk.lookups.pop(at, None)
    turn.state.open_attempts -= had_place
    stopped = at in chunk.errors or node.phase is NodePhase.FAILING
    turn.commands += drop_timers(turn, attempt_of(turn, item), array.item.timeout, stopped=stopped)
    turn.touch_item(node, item.number)


def stop(turn: Turn, item: Item, reason: str) -> None:
    """Have an item's attempt stopped; why stands in its row, or in its node's if all are."""
    attempt = attempt_of(turn, item)
    turn.commands.append(CancelAttempt(attempt=attempt, reason=reason))
    given_up = TimerFired(attempt=attempt, timer=Timer.CANCEL)
    turn.commands.append(SetTimer(at=Micros(turn.now + CANCEL_GRACE), event=given_up))


def stopped(turn: Turn, item: Item) -> None:
    """Take it that an attempt which was to be stopped has been."""
    error = item.error
    if item.node.phase is NodePhase.FAILING or error is None:
        close(turn, item, ABORTED)
    else:
        fail(turn, item, error, recoverable=error.code in _TRIED_AGAIN)


def timer(turn: Turn, item: Item, event: TimerFired) -> None:
    """Take a timer of an attempt that is open."""
    node, chunk, at, current = item.node, item.chunk, item.at, item.error
    if event.timer is Timer.CANCEL:
        if current is not None or node.phase is NodePhase.FAILING:
            stopped(turn, item)
        return
    if event.timer is Timer.SLEEP or event.timer is Timer.RETRY:
        return  # no item sleeps, and one that is open pauses no longer
    if event.timer is Timer.QUEUE:
        waits = current is None and chunk.states[at] == _QUEUED
        error = queue_expired(turn) if waits else None
    else:
        error = timeout_expired(event.timer, item.array.item.timeout) if current is None else None
    if error is None or node.phase is NodePhase.FAILING:
        return
    chunk.errors[at] = literals.to_bytes(error)
    turn.touch_item(node, item.number)
    stop(turn, item, error.message)


def restarted(turn: Turn, node: NodeState) -> None:
    """Close what was open when the platform died, at nobody's cost; it begins anew under the next number."""
    _, items = parts(node)
    items.held.clear()
    again = [at_hand(node, number) for number in items.again]
    for item in again:
        if item.error is not None and budgets.payer(item.error) is budgets.Payer.SYSTEM:
            items.again.remove(item.number)
            _pause(turn, item)
    heapq.heapify(items.again)
    for item in [at_hand(node, number) for number in sorted(items.open)]:
        item.chunk.ended_at[item.at] = end_of_lost(turn.state, Micros(item.chunk.started_at[item.at]))
        if node.phase is NodePhase.FAILING or item.error is not None:
            stopped(turn, item)
        else:
            lost = system_error(budgets.PLATFORM_RESTARTED, "the platform was restarted while this attempt ran")
            fail(turn, item, lost, recoverable=True)
