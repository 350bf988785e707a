"""``kill -9`` of the platform and of workers in the middle of a run of 200 tasks: it ends, and nothing is lost or doubled.

``python -m tests.acceptance.killing`` does the same for as long as one likes.
"""

import os
import random
import signal
from pathlib import Path

import pytest

from tests.acceptance.killing import RESULT, check_end, soak, start_grid, succeeded
from tests.live import alive, descendants, live_platform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_platform_killed_again_and_again_in_one_run(tmp_path: Path) -> None:
    chance = random.Random(1)
    with live_platform(tmp_path) as platform:
        name = start_grid(platform)
        for goal in sorted(chance.sample(range(5, 190), 4)):
            until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} tasks done", deadline=60)
            platform.kill()
            platform.start()
        check_end(platform, name)
        data = platform.get(f"/api/v1/data/executions/flytesnacks/development/{name}")
        assert data["fullOutputs"]["literals"]["o0"]["scalar"]["primitive"]["integer"] == str(RESULT)


def test_everything_killed_at_any_moment(tmp_path: Path) -> None:
    soak(tmp_path, kills=8, seed=3)


def test_workers_killed_again_and_again_in_one_run(tmp_path: Path) -> None:
    chance = random.Random(7)
    with live_platform(tmp_path, flags=["--workers", "4"]) as platform:
        assert platform.process is not None
        name = start_grid(platform)
        for goal in sorted(chance.sample(range(5, 190), 3)):
            until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} tasks done", deadline=60)
            workers = [pid for pid in descendants(platform.process.pid) if alive(pid)]
            os.kill(chance.choice(workers), signal.SIGKILL)
        check_end(platform, name)
