"""What failed is looked into and started again from the command line: debug, recover, rerun."""

import re
from pathlib import Path

import pytest

from tests.acceptance.killing import rows
from tests.live import FLYWEIGHT, LivePlatform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PROGRAMS = Path(__file__).parent / "programs"


def started(printed: str) -> str:
    found = re.search(r"/executions/([a-z0-9-]+)", printed)
    assert found, printed
    return found[1]


@pytest.fixture(scope="module")
def failed(platform: LivePlatform, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An execution whose second node fails as long as a file is missing."""
    file = tmp_path_factory.mktemp("again") / "file"
    flags = ("--x", "41", "--file", str(file))
    done = platform.call(
        [*FLYWEIGHT, "run", "--remote", "--wait", "debugged.py", "wf", *flags], cwd=PROGRAMS, check=False
    )
    assert "is not there yet" in done.stderr
    return started(done.stdout + done.stderr), file


def test_a_node_runs_here_with_its_inputs_in_its_own_code(
    platform: LivePlatform, failed: tuple[str, Path], tmp_path: Path
) -> None:
    name, _ = failed
    done = platform.run("debug", "--no-debugger", name, "n0", cwd=tmp_path)
    assert done.stdout.split() == ["ran", "42"]


def test_under_the_debugger_it_stops_where_the_function_begins(
    platform: LivePlatform, failed: tuple[str, Path]
) -> None:
    name, _ = failed
    done = platform.call([*FLYWEIGHT, "debug", name, "n0"], typed="p x\nn\np result\nc\n")
    assert "-> result = x + 1" in done.stdout
    assert re.search(r"\(Pdb\) 41\n", done.stdout)
    assert re.search(r"\(Pdb\) 42\n", done.stdout)
    assert done.stdout.rstrip().endswith("42")


def test_the_debugger_shows_where_it_failed(platform: LivePlatform, failed: tuple[str, Path]) -> None:
    name, file = failed
    file.unlink(missing_ok=True)
    done = platform.call([*FLYWEIGHT, "debug", name, "n1"], typed="c\np file\nq\n", check=False)
    assert "-> raise ValueError" in done.stdout
    assert done.returncode == 1


def test_it_is_recovered_and_a_node_runs_again(platform: LivePlatform, failed: tuple[str, Path]) -> None:
    name, file = failed
    file.write_text("")
    shown = platform.run("execution", "--execution-id", name, "recover", "--wait").stdout
    recovered = started(shown)
    assert f"taken over from {name}: n0 (plus)\n" in shown
    assert "n0 (plus) recovered" in shown
    assert shown.rstrip().endswith("42")
    again = started(platform.run("execution", recovered, "rerun", "--node", "n0").stdout)
    shown = platform.run("execution", again, "wait").stdout
    assert "recovered" not in shown
    assert "SUCCEEDED" in shown
    refused = platform.call([*FLYWEIGHT, "execution", again, "rerun"], check=False)
    assert "--node" in refused.stderr


def remote(platform: LivePlatform, *words: str, folder: Path = PROGRAMS) -> str:
    """Start something of a program and wait for its end; gives the execution's name."""
    done = platform.call([*FLYWEIGHT, "run", "--remote", "--wait", *words], cwd=folder, check=False)
    return started(done.stdout + done.stderr)


def test_what_a_dynamic_task_drew_goes_on_where_it_failed(platform: LivePlatform, tmp_path: Path) -> None:
    name = remote(platform, "deep.py", "drawn", "--x", "3", "--file", str(tmp_path / "file"))
    done = platform.run("debug", "--no-debugger", name, "n0-0-dn0", cwd=tmp_path)
    assert done.stdout.split() == ["4"], "a task that was drawn is found in its drawing"
    (tmp_path / "file").write_text("")
    again = started(platform.run("execution", name, "recover").stdout)
    shown = platform.run("execution", again, "wait").stdout
    assert shown.rstrip().endswith("5")
    query = f"select node, worker from attempts join executions on execution = key where name = '{again}'"
    ran = {node: bool(worker) for node, worker in rows(platform, query)}
    assert ran == {"n0": False, "n0-0-dn1": True, "n1": True}


def test_an_item_runs_again_alone_in_newer_code_that_fits(platform: LivePlatform, tmp_path: Path) -> None:
    name = remote(platform, "deep.py", "listed")
    assert platform.run("debug", "--no-debugger", name, "n0[1]", cwd=tmp_path).stdout.split() == ["21"]
    source = (PROGRAMS / "deep.py").read_text().replace("return x + 1", "return x + 100")
    (tmp_path / "deep.py").write_text(source)
    platform.run("register", "--version", "newer", "deep.py", cwd=tmp_path)
    again = started(platform.run("execution", name, "rerun", "--node", "n0[1]", "--version", "newer").stdout)
    assert platform.run("execution", again, "wait").stdout.rstrip().endswith("[11, 120, 31]")

    (tmp_path / "deep.py").write_text(source.replace("def listed()", "def listed(more: int)"))
    platform.run("register", "--version", "wider", "deep.py", cwd=tmp_path)
    rerun = [*FLYWEIGHT, "execution", name, "rerun", "--node", "n0[1]", "--version", "wider"]
    refused = platform.call(rerun, check=False).stderr
    assert f"newer code than execution {name} ran, cannot be started with these inputs" in refused
    assert "more" in refused


def test_a_node_tells_why_it_was_tried_again_what_its_map_lost_and_why_it_was_not_cached(
    platform: LivePlatform,
) -> None:
    name = remote(platform, "losing.py", "wf")
    nodes = {
        line.split(")")[0].split("(")[1]: line.split()[0]
        for line in platform.run("execution", name).stdout.splitlines()
        if ") " in line
    }
    half = platform.run("execution", name, "--node", nodes["half"]).stdout
    first, cache, error, *_ = half.splitlines()
    assert first.startswith(f"{nodes['half']}, attempt 1: retryable failed, on worker-")
    assert cache == "    the cache has nothing of this task yet"
    assert error.startswith("    USER:Recoverable: ")
    assert error.endswith(": not at the first attempt")
    assert "attempt 2: succeeded" in half
    lost = platform.run("execution", name, "--node", nodes["map_odd"]).stdout.splitlines()
    assert lost[0].endswith("attempt 1: succeeded, 3 of 15 items succeeded, 12 failed")
    assert lost[2] == f"  {nodes['map_odd']}[4] failed, attempt 1: ValueError: 4 is too much"
    assert lost[11] == "  and 2 more"
    assert 'raise ValueError(f"{x} is too much")' in platform.run("execution", name, "--node", "n1[4]").stdout
    unknown = platform.call([*FLYWEIGHT, "execution", name, "--node", "n7"], check=False)
    assert "has no node 'n7'" in unknown.stderr
    assert " slots busy, 0 queued.\n" in platform.run("status", "--data-dir", str(platform.data_dir)).stdout
