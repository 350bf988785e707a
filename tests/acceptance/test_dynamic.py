"""Dynamic tasks on a real platform: what they draw runs, is seen, is drawn anew, and outlives ``kill -9``."""

import re
import urllib.request
from pathlib import Path

import pytest

from flyweight.engine.phases import AttemptPhase
from tests.acceptance.killing import PROGRAMS, ended, rows, succeeded
from tests.live import LivePlatform, live_platform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PLACE = "flytesnacks/development"


def start(platform: LivePlatform, workflow: str, *inputs: str) -> str:
    """Start a workflow of the program; gives the execution's name."""
    done = platform.run("run", "--remote", "drawing.py", workflow, *inputs, cwd=PROGRAMS)
    return re.search(r"/executions/([a-z0-9-]+)", done.stdout)[1]


def node(platform: LivePlatform, name: str, node: str) -> dict:
    """Read a node."""
    return platform.get(f"/api/v1/node_executions/{PLACE}/{name}/{node}")


def test_what_dynamic_tasks_draw_outlives_a_killed_platform_and_can_be_looked_at(tmp_path: Path) -> None:
    size = 6
    with live_platform(tmp_path) as platform:
        name = start(platform, "drawn", "--n", str(size))
        for goal in (2, 10):
            until(lambda goal=goal: succeeded(platform) >= goal, f"{goal} attempts done", deadline=60)
            platform.kill()
            platform.start()
        until(lambda: ended(platform, name), f"{name} ends", deadline=90)
        expected = sum(sum(range(1, i + 1)) for i in range(1, size + 1)) + 3
        data = platform.get(f"/api/v1/data/executions/{PLACE}/{name}")
        assert data["fullOutputs"]["literals"]["o0"]["scalar"]["primitive"]["integer"] == str(expected)

        seen = node(platform, name, "n0")
        assert seen["metadata"]["isDynamic"]
        assert seen["metadata"]["isParentNode"]
        assert seen["closure"]["deckUri"].endswith("/deck.html")
        below = platform.get(f"/api/v1/data/node_executions/{PLACE}/{name}/n0")["dynamicWorkflow"]
        assert below["dynamicJobSpecUri"].endswith("/futures.pb")
        assert {"dn0", f"dn{size}"} <= {
            each["id"] for each in below["compiledWorkflow"]["primary"]["template"]["nodes"]
        }
        address = f"http://{platform.endpoint}/console/projects/flytesnacks/domains/development/executions/{name}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            page = answer.read().decode()
        attempt = seen["closure"]["deckUri"].split("/")[-2]
        assert f'data-node="n0-{attempt}-dn0" data-phase="succeeded"' in page


def test_what_failed_is_drawn_anew_by_the_tasks_retries_and_the_error_says_where(platform: LivePlatform) -> None:
    name = start(platform, "refused", "--x", "3")
    until(lambda: ended(platform, name), f"{name} ends", deadline=60)
    query = f"select attempt, attempts.phase from attempts join executions on execution = key where name = '{name}'"
    drawings = rows(platform, f"{query} and node = 'n0' order by attempt")
    assert drawings == [(0, AttemptPhase.SUCCEEDED.value), (1, AttemptPhase.SUCCEEDED.value)]
    error = platform.get(f"/api/v1/executions/{PLACE}/{name}")["closure"]["error"]
    assert "3 will not do" in error["message"]
    assert "n0-1-dn0" in error["message"]


def test_a_dynamic_task_draws_a_map_whose_items_are_cached(platform: LivePlatform) -> None:
    seen = []
    for n in ("2", "3"):
        name = start(platform, "mapped", "--n", n)
        until(lambda name=name: ended(platform, name), f"{name} ends", deadline=60)
        items = [node(platform, name, f"n0-0-dn0-n{item}")["closure"] for item in range(int(n))]
        seen.append([each["taskNodeMetadata"]["cacheStatus"] for each in items])
    assert seen == [["CACHE_POPULATED"] * 2, ["CACHE_HIT", "CACHE_HIT", "CACHE_POPULATED"]]
