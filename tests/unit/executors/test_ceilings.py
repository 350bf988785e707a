"""No project runs more at once than its ceiling; executions, maps and everything else take turns below it."""

import asyncio
from dataclasses import replace

import pytest
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight.clock import SystemClock
from flyweight.engine.jobs import Cancelled, Failed, Job, Succeeded
from flyweight.engine.machine import CANCEL_GRACE
from flyweight.engine.ports import Capacity
from flyweight.executors.ceilings import CeilingExecutor, below_ceilings
from flyweight.ids import AttemptId, ExecutionKey, NodeId
from tests.simulation.virtual_time import LoopClock, VirtualTimeLoop
from tests.unit.executors.jobs import Reports, job, template


class Inner:
    """Runs whatever it is given, until a test ends it."""

    def __init__(self) -> None:
        self.running: list[AttemptId] = []
        self.cancelled: list[AttemptId] = []
        self.refuse: set[str] = set()

    async def open(self, report) -> None:
        self.report = report

    def start(self, job: Job) -> None:
        if job.attempt.node in self.refuse:
            raise RuntimeError("no room at all")
        self.running.append(job.attempt)

    def cancel(self, attempt: AttemptId, reason: str) -> None:
        self.cancelled.append(attempt)

    def capacity(self) -> Capacity:
        return Capacity(slots=9, busy=len(self.running), queued=0)

    async def close(self) -> None: ...

    def end(self, attempt: AttemptId) -> None:
        self.running.remove(attempt)
        self.report(Succeeded(attempt=attempt, outputs=literals_pb2.LiteralMap()))


def opened(ceilings: dict[str, int], clock=None) -> tuple[CeilingExecutor, Inner, Reports]:
    inner, reports = Inner(), Reports()
    executor = CeilingExecutor(inner, ceilings, clock or SystemClock())
    asyncio.run(executor.open(reports))
    return executor, inner, reports


def job_of(node: str, execution: int = 1, project: str = "p", item: int | None = None) -> Job:
    made = job(template(), node, execution=execution)
    attempt = made.attempt if item is None else AttemptId(ExecutionKey(execution), NodeId(node), 0, item)
    of = identifier_pb2.WorkflowExecutionIdentifier(project=project, domain="d", name=f"e{execution}")
    return made._replace(attempt=attempt, template=replace(made.template, execution=of))


def places(inner: Inner) -> list[str]:
    return [f"{attempt.execution}/{attempt.place}" for attempt in inner.running]


def test_a_project_runs_as_much_as_its_ceiling_over_all_of_its_executions() -> None:
    executor, inner, reports = opened({"p": 2, "*": 1})
    for execution in (1, 2, 3):
        executor.start(job_of("n0", execution))
        executor.start(job_of("n0", execution))  # twice does nothing
        executor.start(job_of("n0", execution + 10, "q"))
    assert places(inner) == ["1/n0", "11/n0", "2/n0"]
    assert executor.capacity() == Capacity(slots=9, busy=3, queued=3)
    inner.end(inner.running[0])
    inner.report(reports.all[0])  # nor does an end that is told twice
    assert places(inner) == ["11/n0", "2/n0", "3/n0"]


def test_executions_and_maps_take_turns_and_plain_nodes_do_not_wait_behind_items() -> None:
    executor, inner, _ = opened({"*": 1})
    for item in range(4):
        executor.start(job_of("map", 1, item=item))
    for node in ("n1", "n2"):
        executor.start(job_of(node, 1))
    executor.start(job_of("n0", 2))
    order: list[str] = []
    while inner.running:
        order += places(inner)
        inner.end(inner.running[0])
    assert order == ["1/map-n0", "1/map-n1", "2/n0", "1/n1", "1/map-n2", "1/n2", "1/map-n3"]


def test_what_is_held_is_cancelled_here_and_what_was_handed_on_there() -> None:
    executor, inner, reports = opened({"*": 1})
    for node in ("n0", "n1", "n2"):
        executor.start(job_of(node))
    executor.cancel(job_of("n1").attempt, "enough")
    assert [(type(report), report.attempt.node) for report in reports.all] == [(Cancelled, "n1")]
    executor.cancel(AttemptId(ExecutionKey(9), NodeId("nobody's"), 0), "enough")
    inner.end(inner.running[0])
    assert places(inner) == ["1/n2"]


def test_a_place_is_given_back_by_an_executor_that_never_says_it_has_cancelled() -> None:
    loop = VirtualTimeLoop()
    try:
        executor, inner, _ = opened({"*": 1}, LoopClock(loop))

        async def scenario() -> None:
            executor.start(job_of("n0"))
            executor.start(job_of("n1"))
            executor.cancel(job_of("n0").attempt, "enough")
            executor.cancel(job_of("n0").attempt, "enough")
            assert places(inner) == ["1/n0"]
            await asyncio.sleep(CANCEL_GRACE / 1_000_000 + 1)
            assert places(inner) == ["1/n0", "1/n1"]
            await executor.close()

        loop.run_until_complete(scenario())
    finally:
        loop.close()


def test_a_held_job_that_the_other_refuses_has_failed_and_holds_up_nobody() -> None:
    executor, inner, reports = opened({"*": 1})
    inner.refuse = {"n1"}
    for node in ("n0", "n1", "n2"):
        executor.start(job_of(node))
    inner.end(inner.running[0])
    assert [type(report) for report in reports.all] == [Succeeded, Failed]
    assert reports.all[1].error.code == "ExecutorRefused"
    assert places(inner) == ["1/n2"]


def test_eager_tasks_hold_no_place_while_they_wait_for_what_they_launch() -> None:
    executor, inner, _ = opened({"*": 1})
    eager = job_of("eager")
    eager.task.metadata.is_eager = True
    executor.start(eager)
    executor.start(job_of("n0"))
    assert places(inner) == ["1/eager", "1/n0"]


@pytest.mark.parametrize("ceilings", [{}, {"p": 0}])
def test_without_a_ceiling_nothing_stands_between(ceilings) -> None:
    inner = Inner()
    assert below_ceilings(inner, ceilings, SystemClock()) is inner


def test_after_close_nothing_that_was_held_is_started() -> None:
    executor, inner, _ = opened({"*": 1})
    for node in ("n0", "n1"):
        executor.start(job_of(node))
    asyncio.run(executor.close())
    inner.end(inner.running[0])
    assert inner.running == []
