"""``kill -9`` of the platform and of workers in the middle of a run of 200 tasks: it ends, and nothing is lost or doubled.

``make chaos`` kills hundreds of times, while thousands of tasks run.
"""

import os
import random
import signal
from pathlib import Path

import pytest

from flyweight.clock import SystemClock
from flyweight.engine.items import CHUNK, SUCCEEDED
from flyweight.engine.phases import AttemptPhase
from flyweight.protocol.items_pb2 import ItemChunk
from tests.acceptance.killing import PROGRAMS, RESULT, check_end, ended, rows, start_grid, succeeded
from tests.live import LivePlatform, alive, descendants, live_platform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_platform_killed_again_and_again_in_one_run(tmp_path: Path) -> None:
    chance = random.Random(1)
    with live_platform(tmp_path) as platform:
        name, deaths = start_grid(platform), []
        for goal in sorted(chance.sample(range(5, 190), 2)):
            until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} tasks done", deadline=60)
            platform.kill()
            deaths.append(SystemClock().now())
            platform.start()
        check_end(platform, name)
        lost = (
            f"select started_at, ended_at from attempts where phase = {AttemptPhase.ABORTED.value} and started_at > 0"
        )
        for began, left in rows(platform, lost):
            assert began <= left <= next(death for death in deaths if death >= began), "it ran while nothing did"
        data = platform.get(f"/api/v1/data/executions/flytesnacks/development/{name}")
        assert data["fullOutputs"]["literals"]["o0"]["scalar"]["primitive"]["integer"] == str(RESULT)


ITEMS = 3000


def items(platform: LivePlatform) -> dict[int, tuple[int, int]]:
    """Give each item's state and the number of its attempts, as the rows say."""
    chunks = {number: ItemChunk.FromString(body) for number, body in rows(platform, "select chunk, body from items")}
    return {
        number * CHUNK + at: (state, attempts)
        for number, chunk in chunks.items()
        for at, (state, attempts) in enumerate(zip(chunk.states, chunk.attempts, strict=True))
    }


def ended_well(platform: LivePlatform) -> dict[int, tuple[int, int]]:
    return {item: found for item, found in items(platform).items() if found[0] == SUCCEEDED}


def test_a_map_of_thousands_killed_again_and_again_runs_nothing_twice_that_had_ended(tmp_path: Path) -> None:
    chance = random.Random(11)
    marks = tmp_path / "marks"
    marks.mkdir()
    with live_platform(tmp_path) as platform:
        started = platform.run(
            "run", "--remote", "--env", f"MARKS={marks}", "mapping.py", "squares", "--to", str(ITEMS), cwd=PROGRAMS
        )
        name = started.stdout.rpartition("/")[2].split()[0]
        for goal in sorted(chance.sample(range(20, ITEMS - 200), 2)):
            until(lambda goal=goal: len(ended_well(platform)) >= goal, f"{goal} items done", deadline=120)
            platform.kill()
            kept = ended_well(platform)
            platform.start()
            until(lambda kept=kept: len(ended_well(platform)) > len(kept), "it goes on", deadline=60)
            assert kept.items() <= ended_well(platform).items()
        until(lambda: ended(platform, name), "it has ended", deadline=120)
        data = platform.get(f"/api/v1/data/executions/flytesnacks/development/{name}")
        right = sum(number * number for number in range(ITEMS))
        assert data["fullOutputs"]["literals"]["o0"]["scalar"]["primitive"]["integer"] == str(right)
        assert len(ended_well(platform)) == ITEMS


def test_workers_killed_again_and_again_in_one_run(tmp_path: Path) -> None:
    chance = random.Random(7)
    with live_platform(tmp_path, flags=["--workers", "4"]) as platform:
        assert platform.process is not None
        name = start_grid(platform)
        for goal in sorted(chance.sample(range(5, 190), 2)):
            until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} tasks done", deadline=60)
            workers = [pid for pid in descendants(platform.process.pid) if alive(pid)]
            os.kill(chance.choice(workers), signal.SIGKILL)
        check_end(platform, name)
