"""The pool with real worker processes: what becomes of an attempt, whatever its worker does."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, execution_pb2, literals_pb2

from flyweight.containers.environments import Environments
from flyweight.engine.jobs import Cancelled, DeckPublished, Failed, Started, Succeeded
from flyweight.executors import deck_page
from flyweight.settings import PlatformSecrets

from .jobs import alive, appears, integer, job, running_pool, template

pytestmark = pytest.mark.slow

RECOVERABLE = errors_pb2.ContainerError.RECOVERABLE
USER = execution_pb2.ExecutionError.USER
SYSTEM = execution_pb2.ExecutionError.SYSTEM


async def test_attempts_run_in_one_warm_process_and_each_is_reported_once(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        for number in range(20):
            pool.start(job(template("echo"), f"n{number}"))
            pool.start(job(template("echo"), f"n{number}"))
        assert pool.capacity().queued == 19
        ends = [await reports.end(f"n{number}") for number in range(20)]
        assert all(isinstance(end, Succeeded) for end in ends)
        assert {end.worker for end in ends} == {"worker-1"}
        assert ends[0].outputs == literals_pb2.LiteralMap(literals={"x": integer(7)})
        assert len(reports.ends()) == 20
        assert (pool.capacity().busy, pool.capacity().queued) == (0, 0)


async def test_an_error_that_the_runner_reports_is_passed_on_and_the_worker_goes_on(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("fail", "no such column"), "n0"))
        pool.start(job(template("raise"), "n1"))
        pool.start(job(template("leave"), "n2"))
        pool.start(job(template("echo"), "n3"))
        failed, raised, left, end = [await reports.end(f"n{number}") for number in range(4)]
        assert failed.error.message == "no such column"
        assert raised.error.code == "ZeroDivisionError"
        assert raised.error.origin == SYSTEM
        assert left.error.code == "USER:SystemExit"
        assert "sys.exit(3)" in left.error.message
        assert isinstance(end, Succeeded)
        assert end.worker == "worker-1"


async def test_a_worker_whose_process_was_stopped_is_found_and_its_attempt_is_lost(tmp_path: Path) -> None:
    async with running_pool(tmp_path, silence=0.3) as (pool, reports):
        pool.start(job(template("kill", "19"), "n0"))
        end = await reports.end()
        assert isinstance(end, Failed)
        assert (end.error.code, end.error.origin, end.error.kind) == ("WorkerSilent", SYSTEM, RECOVERABLE)
        pool.start(job(template("echo"), "n1"))
        assert isinstance(await reports.end("n1"), Succeeded)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (("die", "9"), "ended with exit code 9"),
        (("kill", "11"), "killed by signal 11 (SIGSEGV"),
        (("kill", "9"), "by the kernel, probably out of memory"),
    ],
)
async def test_a_lost_worker_fails_its_attempt_and_no_other(
    tmp_path: Path, action: tuple[str, ...], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template(*action), "n0"))
        pool.start(job(template("echo"), "n1"))
        end = await reports.end("n0")
        assert isinstance(end, Failed)
        assert (end.error.code, end.error.kind, end.error.origin) == ("WorkerLost", RECOVERABLE, SYSTEM)
        assert message in end.error.message
        (told,) = caplog.messages
        assert "n0, attempt 1: WorkerLost: The worker process" in told
        assert message in told
        assert "last lines" not in told
        assert isinstance(await reports.end("n1"), Succeeded)
        assert len(reports.ends()) == 2


async def test_a_crash_leaves_pythons_stack_in_the_log_and_the_message(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("kill", "11")))
        end = await reports.end()
        assert "Fatal Python error: Segmentation fault" in end.error.message
        text = Path(end.log.path).read_bytes()[end.log.start : end.log.end]
        assert b"attempts_on_demand.py" in text


async def test_garbage_on_the_socket_costs_the_attempt_only(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("garble"), "n0"))
        pool.start(job(template("echo"), "n1"))
        end = await reports.end("n0")
        assert end.error.code == "WorkerLost"
        assert "bytes that are not its own messages" in end.error.message
        assert isinstance(await reports.end("n1"), Succeeded)


async def test_each_attempt_knows_its_part_of_the_log(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        for number in range(3):
            pool.start(job(template("say", f"<{number}>"), f"n{number}"))
        for number in range(3):
            log = (await reports.end(f"n{number}")).log
            lines = Path(log.path).read_bytes()[log.start : log.end].decode().splitlines()
            assert [line for line in lines if "logged" not in line] == [
                f"<{number}>",
                f"written <{number}>",
                f"child <{number}>",
            ]
            assert lines[1].endswith(f"INFO user: logged <{number}>")
        pool.start(job(template("fail", "ValueError: no"), "n3"))
        log = (await reports.end("n3")).log
        assert Path(log.path).read_bytes()[log.start : log.end] == b"ValueError: no\n"


async def test_started_is_reported_for_what_lasts(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        for number in range(10):
            pool.start(job(template("echo"), f"quick{number}"))
            await reports.end(f"quick{number}")
        pool.start(job(template("wait", str(tmp_path / "mark")), "long"))
        started = await reports.until(Started, "long")
        assert started.log.end == -1
        # The first waits for its worker, and the machine may keep others from theirs for a while.
        assert sum(isinstance(report, Started) for report in reports.all) < 10


async def test_a_cancelled_attempt_cleans_up_and_is_reported_as_cancelled(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    async with running_pool(tmp_path, grace=20) as (pool, reports):
        running = job(template("tidy", str(mark)))
        pool.start(running)
        await appears(mark)
        pool.cancel(running.attempt, "not wanted any more")
        pool.cancel(running.attempt, "not wanted any more")
        end = await reports.end()
        assert isinstance(end, Cancelled)
        assert (end.killed_after, mark.read_text()) == (0, "tidied")
        pool.start(job(template("echo"), "n1"))
        assert isinstance(await reports.end("n1"), Succeeded)
        assert len(reports.ends()) == 2


async def test_what_does_not_stop_within_the_grace_period_is_killed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "flyweight")
    mark = tmp_path / "mark"
    async with running_pool(tmp_path, grace=0.1) as (pool, reports):
        running = job(template("stubborn", str(mark)))
        pool.start(running)
        await appears(mark)
        pool.cancel(running.attempt, "timeout")
        end = await reports.end()
        assert isinstance(end, Cancelled)
        assert end.killed_after == 0.1
        assert "did not stop within the 0.1s of grace, and was killed" in caplog.text


async def test_a_waiting_attempt_is_cancelled_without_running(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("wait", str(mark)), "n0"))
        waiting = job(template("echo"), "n1")
        pool.start(waiting)
        pool.cancel(waiting.attempt, "not wanted")
        assert isinstance(await reports.end("n1"), Cancelled)
        assert pool.capacity().queued == 0
        pool.cancel(job(template("echo"), "unknown").attempt, "whatever")
        assert len(reports.ends()) == 1


async def test_a_broken_memory_limit_is_told_with_limit_and_peak(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("allocate", "300", str(mark), limit="200Mi")))
        end = await reports.end()
        assert (end.error.code, end.error.kind, end.error.origin) == ("OutOfMemory", RECOVERABLE, USER)
        assert "its limit is 200.0 MiB" in end.error.message
        assert end.error.HasField("timestamp")
        assert end.usage.peak_memory_bytes > 200 * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is shared")
async def test_what_processes_share_is_counted_once(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("share", "60", limit="180Mi")))
        end = await reports.end()
        assert isinstance(end, Succeeded)
        assert end.usage.peak_memory_bytes > 180 << 20, "each of them was seen with all of it"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process set its mark back")
async def test_its_peak_counts_neither_what_others_held_nor_what_the_platform_holds(tmp_path: Path) -> None:
    platforms_own = bytearray(200 << 20)
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("echo")))
        assert (await reports.end()).usage.peak_memory_bytes < len(platforms_own)


async def test_processes_that_an_attempt_leaves_behind_end_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("stray", str(mark)), "n0"))
        assert isinstance(await reports.end("n0"), Succeeded)
        pool.start(job(template("echo"), "n1"))
        assert (await reports.end("n1")).worker == "worker-2"
        async with asyncio.timeout(10):
            while alive(int(mark.read_text())):
                await asyncio.sleep(0.01)


async def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    environments = Environments({"flyweight": "/no/such/python"})
    async with running_pool(tmp_path, environments=environments) as (pool, reports):
        pool.start(job(template("echo")))
        end = await reports.end()
        assert end.error.code == "WorkerNotStarted"
        assert end.error.kind == errors_pb2.ContainerError.NON_RECOVERABLE
        assert "'/no/such/python': No such file or directory" in end.error.message


async def test_a_worker_that_the_machine_cannot_start_at_the_moment_is_to_be_tried_again(tmp_path: Path) -> None:
    python = tmp_path / "python"
    with python.open("wb") as being_installed:
        being_installed.write(Path("/bin/true").read_bytes())
        being_installed.flush()
        python.chmod(0o700)
        async with running_pool(tmp_path, environments=Environments({"flyweight": str(python)})) as (pool, reports):
            pool.start(job(template("echo")))
            end = await reports.end()
    assert (end.error.code, end.error.kind, end.error.origin) == ("WorkerNotStarted", RECOVERABLE, SYSTEM)
    assert "Text file busy" in end.error.message


async def test_an_environment_without_flyweight_is_told_with_the_workers_own_words(tmp_path: Path) -> None:
    async with running_pool(tmp_path, runner="no_such_module:run") as (pool, reports):
        pool.start(job(template("echo")))
        end = await reports.end()
        assert end.error.code == "WorkerNotStarted"
        assert "No module named 'no_such_module'" in end.error.message


async def test_a_container_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        task = template("echo")
        task.container.args[:] = ["pyflyte-execute"]
        pool.start(job(task))
        end = await reports.end()
        assert end.error.code == "BadContainer"
        assert pool.capacity().busy == 0


async def test_attempts_that_no_worker_can_be_hired_for_are_reported_and_free_their_slots(tmp_path: Path) -> None:
    taken = tmp_path / "logs"
    taken.write_text("a file where the folder of logs should be")
    async with running_pool(tmp_path, logs=taken) as (pool, reports):
        for number in range(3):
            pool.start(job(template("echo"), f"n{number}"))
        ends = [await reports.end(f"n{number}") for number in range(3)]
        assert [end.error.code for end in ends] == ["WorkerNotHired"] * 3
        assert (pool.capacity().busy, pool.capacity().queued) == (0, 0)
        taken.unlink()
        pool.start(job(template("echo"), "n0"))
        pool.start(job(template("echo"), "n9"))
        assert isinstance(await reports.end("n9"), Succeeded)


async def test_a_secret_that_cannot_be_read_fails_its_attempt_and_costs_no_worker(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff")
    async with running_pool(tmp_path, secrets=PlatformSecrets(tmp_path), processes=1) as (pool, reports):
        asking = template("echo")
        asking.security_context.secrets.add(key="key")
        pool.start(job(asking, "n0"))
        error = (await reports.end("n0")).error
        assert (error.code, "cannot be read" in error.message) == ("BadContainer", True)
        async with asyncio.timeout(30):
            while pool._crew.members:
                await asyncio.sleep(0)
        pool.start(job(template("echo"), "n1"))
        assert isinstance(await reports.end("n1"), Succeeded)
        assert len(pool._crew.members) == 1


async def test_outputs_past_the_frame_limit_fail_the_attempt_only(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        pool.start(job(template("large"), "n0"))
        assert (await reports.end("n0")).error.code == "OutputSizeExceeded"
        pool.start(job(template("echo"), "n1"))
        assert (await reports.end("n1")).worker == "worker-1"


async def test_large_outputs_are_read_from_where_the_worker_left_them(tmp_path: Path) -> None:
    outputs = literals_pb2.LiteralMap(literals={"y": integer(8)})
    (tmp_path / "outputs.pb").write_bytes(outputs.SerializeToString())
    uri = f"file://{tmp_path}/outputs.pb"
    async with running_pool(tmp_path, max_output_bytes=len(outputs.SerializeToString())) as (pool, reports):
        pool.start(job(template("stored", uri), "n0"))
        end = await reports.end("n0")
        assert (end.outputs, end.outputs_uri) == (outputs, uri)
        (tmp_path / "outputs.pb").write_bytes(bytes(1000))
        pool.start(job(template("stored", uri), "n1"))
        assert (await reports.end("n1")).error.code == "OutputSizeExceeded"


async def test_a_deck_has_a_page_from_the_start_and_its_publishing_is_told(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        plain = job(template("publish"), root=f"file://{tmp_path}")
        with_deck = plain._replace(template=replace(plain.template, deck=True))
        pool.start(with_deck)
        await reports.end()
        assert DeckPublished(attempt=with_deck.attempt, revision=1) in reports.all
        assert Path(with_deck.deck_uri.removeprefix("file://")).read_bytes() == deck_page.PAGE


async def test_an_attempt_works_in_an_empty_folder(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        for node in ("n0", "n1"):
            pool.start(job(template("surroundings", str(tmp_path / node)), node))
            assert isinstance(await reports.end(node), Succeeded)
            folder, process, found, *variables = (tmp_path / node).read_text().splitlines()
            assert found == "[]"
            assert int(process) > 0
            assert "FLYTE_INTERNAL_EXECUTION_ID" in variables
            assert list(Path(folder).iterdir()) == []


async def test_a_bundles_worker_is_kept_for_it(tmp_path: Path) -> None:
    async with running_pool(tmp_path) as (pool, reports):
        workers: dict[str, set[str]] = {"a": set(), "b": set()}
        for number in range(8):
            bundle = "ab"[number % 2]
            pool.start(job(template("echo", bundle=bundle), f"n{number}"))
            workers[bundle].add((await reports.end(f"n{number}")).worker)
        assert workers == {"a": {"worker-1"}, "b": {"worker-2"}}


async def test_a_worker_is_replaced_after_its_share_of_tasks_if_it_grows(tmp_path: Path) -> None:
    async with running_pool(tmp_path, tasks_per_worker=2) as (pool, reports):
        names = []
        for number, action in enumerate(["echo", "grow", *["echo"] * 21]):
            pool.start(job(template(action), f"n{number}"))
            names.append((await reports.end(f"n{number}")).worker)
        assert names == ["worker-1"] * 2 + ["worker-2"] * 20 + ["worker-3"]


async def test_spares_are_up_before_the_first_job(tmp_path: Path) -> None:
    async with running_pool(tmp_path, slots=2, spares=2) as (pool, reports):
        pool.start(job(template("surroundings", str(tmp_path / "mark"))))
        await reports.end()
        assert (await reports.end()).worker in {"worker-1", "worker-2"}


async def test_close_ends_every_process_and_reports_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    async with running_pool(tmp_path, slots=2) as (pool, reports):
        pool.start(job(template("surroundings", str(tmp_path / "idle")), "n0"))
        await reports.end("n0")
        pool.start(job(template("stubborn", str(mark)), "n1"))
        pool.start(job(template("tidy", str(tmp_path / "tidy")), "n2"))
        await appears(mark)
        await appears(tmp_path / "tidy")
    assert not alive(int((tmp_path / "idle").read_text().splitlines()[1]))
    assert (tmp_path / "tidy").read_text() == "tidied"
    assert len(reports.ends()) == 1
