"""What the engine bears: wide and long runs, a small run beside a big one, thousands at once, a restart amid work."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from flyteidl.core.execution_pb2 import TaskExecution

from bench.measure import Figure, resident_memory
from bench.runs import connect, shape
from tests.live import LivePlatform, until

WIDTH = 10_000
LENGTH = 500
AT_ONCE = 2_000
CALLERS = 8


def fan_out(remote: Any, platform: LivePlatform, shapes: Any) -> list[Figure]:
    """Run 10,000 no-op tasks at once; and weigh the engine while they stand in it."""
    assert platform.process is not None
    before, _ = resident_memory(platform.process.pid)
    seconds = shape(remote, platform, shapes.fan_out_10000, tasks=WIDTH + 1, result=WIDTH, rounds=2)
    _, most = resident_memory(platform.process.pid)
    return [
        Figure(name="fan-out of 10,000", unit="tasks/s", ours=(WIDTH + 1) / seconds, goal=2_500, higher_is_better=True),
        Figure(name="memory of the engine, a node", unit="KB", ours=(most - before) / WIDTH, goal=7),
    ]


def chain(remote: Any, platform: LivePlatform, shapes: Any) -> list[Figure]:
    """Run 500 tasks one after the other."""
    seconds = shape(remote, platform, shapes.chain_500, tasks=LENGTH, result=0, rounds=3)
    return [Figure(name="chain of 500", unit="ms a step", ours=seconds * 1000 / LENGTH, goal=2.5)]


def map_items(remote: Any, platform: LivePlatform, shapes: Any) -> list[Figure]:
    """Map a no-op task over 10,000 items; and weigh the engine while they stand in it."""
    assert platform.process is not None
    before, _ = resident_memory(platform.process.pid)
    timed = [_timed(remote, shapes.map_10000, WIDTH) for _ in range(3)]
    _, most = resident_memory(platform.process.pid)
    rate = WIDTH / (statistics.median(timed[1:]) / 1000)
    return [
        Figure(name="map of 10,000", unit="items/s", ours=rate, goal=4_000, higher_is_better=True),
        Figure(name="memory of the engine, a map item", unit="KB", ours=(most - before) / WIDTH, goal=4),
    ]


def beside(remote: Any, platform: LivePlatform, shapes: Any) -> list[Figure]:
    """Run one task after the other beside a map of 100,000 items that is under way."""
    del platform
    big = remote.execute(shapes.map_100000, inputs={})
    until(lambda: len(big.node_executions) > 1, "the map is under way", deadline=60)
    timed = [_timed(remote, shapes.one, 1, number=1) for _ in range(60)]
    assert not big.sync().is_done, "the map was over too soon to measure beside it"
    big.terminate("measured")
    big.wait()
    return [
        Figure(name="one task beside a map of 100,000, p50", unit="ms", ours=statistics.median(timed), goal=30),
    ]


def at_once(remote: Any, platform: LivePlatform, shapes: Any) -> list[Figure]:
    """Start 2,000 small executions as fast as eight callers can; all must end well."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        started = [callers.submit(remote.execute, shapes.one, {"number": number}) for number in range(AT_ONCE)]
        names = {execution.result().name for execution in started}
    until(lambda: _ended(platform, names) == AT_ONCE, "all executions have ended", deadline=300)
    return [Figure(name="2,000 executions at once, all ended", unit="s", ours=time.perf_counter() - begun)]


def restart(remote: Any, platform: LivePlatform, shapes: Any) -> list[Figure]:
    """Kill the platform while 10,000 tasks wait, and time it from its next start to the first task that ends."""
    big = remote.execute(shapes.slow_fan_out_10000, inputs={})
    until(lambda: _begun(platform, big.name) == WIDTH, "all tasks are queued", deadline=120)
    platform.kill()
    before = successes(platform, big.name)
    begun = time.perf_counter()
    platform.start()
    until(lambda: successes(platform, big.name) > before, "a task has ended after the restart", deadline=60)
    seconds = time.perf_counter() - begun
    big.terminate("measured")
    return [Figure(name="restart with 10,000 unfinished, to the first task's end", unit="s", ours=seconds, goal=5)]


LOADS: dict[str, Callable[[Any, LivePlatform, Any], list[Figure]]] = {
    "fanout": fan_out,
    "chain": chain,
    "map": map_items,
    "beside": beside,
    "atonce": at_once,
    "restart": restart,
}
"""Measurements that need a platform, by the name that runs one alone."""


def successes(platform: LivePlatform, execution: str) -> int:
    """Count the attempts of an execution that have succeeded."""
    query = """
        SELECT count(*) FROM attempts JOIN executions ON executions.key = attempts.execution
        WHERE executions.name = ? AND attempts.phase = ?
    """
    with closing(connect(platform)) as connection:
        return int(connection.execute(query, (execution, TaskExecution.SUCCEEDED)).fetchone()[0])


def _begun(platform: LivePlatform, execution: str) -> int:
    query = """
        SELECT count(*) FROM node_executions JOIN executions ON executions.key = node_executions.execution
        WHERE executions.name = ?
    """
    with closing(connect(platform)) as connection:
        return int(connection.execute(query, (execution,)).fetchone()[0])


def _ended(platform: LivePlatform, names: set[str]) -> int:
    with closing(connect(platform)) as connection:
        rows = connection.execute("SELECT name FROM executions WHERE ended AND outputs_uri = '' AND error = x''")
        return len(names & {name for (name,) in rows})


def _timed(remote: Any, entity: Any, result: object, **inputs: object) -> float:
    """Milliseconds from submit to the result in the client's hand."""
    begun = time.perf_counter()
    execution = remote.execute(entity, inputs=inputs, wait=True)
    assert execution.outputs["o0"] == result
    return (time.perf_counter() - begun) * 1000
