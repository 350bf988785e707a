"""Attempts that wait behind another one with the same worker: what becomes of them, whatever that one does."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from flyteidl.core import tasks_pb2

from flyweight.engine.jobs import Cancelled, Failed, Started, Succeeded
from flyweight.executors.attempts import SentAttempt
from flyweight.executors.limits import NO_LIMITS, TaskLimits
from flyweight.executors.pool import WorkerPool
from flyweight.executors.starts import Pace, Work
from flyweight.executors.window import CROWD, WORTH, Window
from flyweight.executors.worker_process import WorkerProcess, WorkerSpec

from .jobs import Reports, appears, job, running_pool, telling, template

QUICK = 0.001


async def proven(pool: WorkerPool, reports: Reports, task: tasks_pb2.TaskTemplate) -> None:
    """Let a worker end one attempt of the task: now its pace is known, and others may wait behind one of it."""
    pool.start(telling(task, "first", "echo"))
    await reports.end("first")


@pytest.mark.slow
@pytest.mark.parametrize("action", [("kill", "9"), ("die", "7"), ("garble",), ("stray", "mark"), ("fork",)])
async def test_what_waited_for_a_worker_that_ends_goes_to_another_at_no_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        pool.start(telling(task, "n0", *action))
        for number in range(1, 6):
            pool.start(telling(task, f"n{number}", "echo"))
        assert pool.capacity().queued == 5
        ends = [await reports.end(f"n{number}") for number in range(6)]
        assert isinstance(ends[0], Succeeded if action[0] in {"stray", "fork"} else Failed)
        assert all(isinstance(end, Succeeded) and end.worker == "worker-2" for end in ends[1:])
        assert len(reports.ends()) == 7
        assert (pool.capacity().busy, pool.capacity().queued) == (0, 0)


@pytest.mark.slow
async def test_nothing_waits_behind_what_lasts(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path, slots=2) as (pool, reports):
        await proven(pool, reports, task)
        pool.start(telling(task, "long", "until", tmp_path / "a", tmp_path / "never"))
        pool.start(telling(task, "shorter", "until", tmp_path / "b", tmp_path / "go"))
        pool.start(telling(task, "quick", "echo"))
        assert pool.capacity().queued == 1
        assert (await reports.until(Started, "long")).worker == "worker-1"
        await reports.until(Started, "shorter")
        (tmp_path / "go").touch()
        assert (await reports.end("quick")).worker == "worker-2"


@pytest.mark.slow
@pytest.mark.parametrize("begun", [False, True])
async def test_what_has_not_begun_is_cancelled_without_harm_to_what_runs(tmp_path: Path, begun: bool) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        pool.start(telling(task, "running", "until", tmp_path / "mark", tmp_path / "go"))
        unwanted = telling(task, "unwanted", "die", "1")
        pool.start(unwanted)
        pool.start(telling(task, "next", "echo"))
        if begun:
            await appears(tmp_path / "mark")
        pool.cancel(unwanted.attempt, "not wanted")
        pool.cancel(unwanted.attempt, "not wanted")
        assert isinstance(await reports.end("unwanted"), Cancelled)
        (tmp_path / "go").touch()
        for node in ("running", "next"):
            end = await reports.end(node)
            assert isinstance(end, Succeeded)
            assert end.worker == "worker-1"
        assert len(reports.ends()) == 4


@pytest.mark.slow
async def test_what_waits_behind_a_cancelled_attempt_goes_to_another_worker(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path, grace=20) as (pool, reports):
        await proven(pool, reports, task)
        unwanted = telling(task, "unwanted", "tidy", tmp_path / "mark")
        pool.start(unwanted)
        pool.start(telling(task, "next", "echo"))
        await appears(tmp_path / "mark")
        pool.cancel(unwanted.attempt, "not wanted")
        assert isinstance(await reports.end("unwanted"), Cancelled)
        assert isinstance(await reports.end("next"), Succeeded)
        assert (tmp_path / "mark").read_text() == "tidied"
        assert len(reports.ends()) == 3


def waiting(pool: WorkerPool) -> list[str]:
    return [str(sent.job.attempt.node) for window in pool._windows._of.values() for sent in window]


@pytest.mark.slow
async def test_the_only_attempt_of_an_execution_goes_before_a_crowd_that_waits(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        crowd = [f"n{number}" for number in range(9)]
        for node in crowd:
            pool.start(telling(task, node, "echo"))
        pool.start(telling(task, "small", "echo", execution=2))
        assert waiting(pool) == ["small"], "nothing had begun, so all of the crowd was taken back"
        ends = [await reports.end(node) for node in ("small", *crowd)]
        assert all(isinstance(end, Succeeded) and end.worker == "worker-1" for end in ends)
        assert all(one.ended_at <= next_.started_at for one, next_ in pairwise(ends)), "the crowd kept its order"
        assert len(reports.ends()) == 11
        assert (pool.capacity().busy, pool.capacity().queued) == (0, 0)


@pytest.mark.slow
async def test_what_runs_is_not_disturbed_by_what_goes_before_a_crowd(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        pool.start(telling(task, "running", "until", tmp_path / "mark", tmp_path / "go"))
        for number in range(6):
            pool.start(telling(task, f"n{number}", "echo"))
        await appears(tmp_path / "mark")
        for small in (2, 3, 4):
            pool.start(telling(task, f"small{small}", "echo", execution=small))
        (tmp_path / "go").touch()
        names = ["running", *(f"n{number}" for number in range(6)), *(f"small{small}" for small in (2, 3, 4))]
        ends = [await reports.end(name) for name in names]
        assert all(isinstance(end, Succeeded) for end in ends)
        assert len(reports.ends()) == 1 + len(names)
        assert (pool.capacity().busy, pool.capacity().queued) == (0, 0)


@pytest.mark.slow
async def test_small_executions_do_not_go_before_each_other(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        nodes = [f"n{number}" for number in range(9)]
        for number, node in enumerate(nodes):
            pool.start(telling(task, node, "echo", execution=number))
        ends = [await reports.end(node) for node in nodes]
        assert all(one.ended_at <= next_.started_at for one, next_ in pairwise(ends))


@pytest.mark.slow
async def test_many_that_are_cancelled_at_once_are_sent_once(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        pool.start(telling(task, "running", "until", tmp_path / "mark", tmp_path / "go"))
        unwanted = [telling(task, f"n{number}", "echo") for number in range(200)]
        for each in unwanted:
            pool.start(each)
        for each in unwanted:
            pool.cancel(each.attempt, "not wanted")
        (tmp_path / "go").touch()
        await reports.end("running")
        assert pool._last_number < 100, "what was taken back was sent again and again"
        assert sum(isinstance(end, Cancelled) for end in reports.ends()) == 200


@pytest.mark.slow
async def test_each_attempt_knows_its_part_of_the_log_and_when_it_began(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        for number in range(5):
            pool.start(telling(task, f"n{number}", "say", f"<{number}>"))
        ends = [await reports.end(f"n{number}") for number in range(5)]
        for number, end in enumerate(ends):
            text = Path(end.log.path).read_bytes()[end.log.start : end.log.end].decode()
            assert text.count(f"<{number}>") == text.count("<")
        assert all(one.ended_at <= next_.started_at for one, next_ in pairwise(ends))


@pytest.mark.slow
async def test_close_begins_nothing_that_waited(tmp_path: Path) -> None:
    task = template("told")
    async with running_pool(tmp_path) as (pool, reports):
        await proven(pool, reports, task)
        pool.start(telling(task, "n0", "tidy", tmp_path / "mark"))
        pool.start(telling(task, "n1", "until", tmp_path / "begun", tmp_path / "never"))
        await appears(tmp_path / "mark")
    assert not (tmp_path / "begun").exists()
    assert len(reports.ends()) == 1


async def window(tmp_path: Path, *, first: Work, seconds: float = QUICK) -> Window:
    """Make the window of a worker that is not started; ``first`` is what it runs."""
    spec = WorkerSpec(name="w", python="", runner="", log=tmp_path / "log", directory=tmp_path, environment={})
    worker = WorkerProcess(spec, lambda *_: None, lambda *_: None)
    worker.proven = True
    made = Window(worker)
    made.add(sent(first, worker, seconds))
    return made


def sent(work: Work, worker: WorkerProcess, seconds: float = QUICK, *, execution: int = 1) -> SentAttempt:
    made = job(template("echo"), execution=execution)
    return SentAttempt(job=made, work=work, number=1, cost=seconds, worker=worker)


def work(*, seconds: float = QUICK, bundle: str = "b", python: str = "p", limits: TaskLimits = NO_LIMITS) -> Work:
    task = template("echo")
    return Work(
        made_of=(task, task),
        number=1,
        frame=b"",
        python=python,
        bundle=bundle,
        limits=limits,
        alone=bool(limits),
        asks_secrets=False,
        pace=Pace(seconds=seconds),
    )


async def test_only_quick_work_of_the_same_code_waits_for_a_worker(tmp_path: Path) -> None:
    busy = await window(tmp_path, first=work())
    assert busy.takes(work())
    assert not busy.takes(replace(work(), pace=Pace()))
    assert not busy.takes(work(seconds=WORTH))
    assert not busy.takes(work(bundle="other"))
    assert not busy.takes(work(python="other"))
    assert not busy.takes(work(limits=TaskLimits(cpu=0.5)))
    assert not (await window(tmp_path, first=work(limits=TaskLimits(cpu=0.5)))).takes(work())
    busy.lasting = True
    assert not busy.takes(work())


async def test_nothing_is_sent_behind_a_cancelled_attempt_though_results_before_it_are_unread(tmp_path: Path) -> None:
    busy = await window(tmp_path, first=work())
    for _ in range(CROWD):
        busy.add(sent(work(), busy.worker))
    list(busy)[-1].cancelled = True
    assert not busy.takes(work())
    assert not busy.lets_in(work())


async def test_only_a_crowd_of_one_execution_lets_another_ones_attempt_in(tmp_path: Path) -> None:
    busy = await window(tmp_path, first=work())
    for _ in range(CROWD - 1):
        busy.add(sent(work(), busy.worker))
    assert not busy.lets_in(work())
    busy.add(sent(work(), busy.worker))
    assert busy.lets_in(work())
    assert not busy.lets_in(work(bundle="other"))
    assert not busy.lets_in(replace(work(), pace=Pace()))
    busy.add(sent(work(), busy.worker, execution=2))
    assert not busy.lets_in(work())


async def test_a_window_is_filled_up_when_it_is_half_empty(tmp_path: Path) -> None:
    busy = await window(tmp_path, first=work())
    while busy.takes(work()):
        busy.add(sent(work(), busy.worker))
    full = len(busy)
    assert full * QUICK <= WORTH + 1e-9
    while not busy.takes(work()):
        busy.end()
    assert full / 2 - 1 <= len(busy) <= full / 2


async def test_a_worker_without_a_finished_attempt_is_asked_for_no_more(tmp_path: Path) -> None:
    fresh = await window(tmp_path, first=work())
    fresh.worker.proven = False
    assert not fresh.takes(work())
