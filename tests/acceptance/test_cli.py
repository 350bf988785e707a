"""The command line against a real platform, each command as a process of its own."""

import json
import re
from pathlib import Path

import pytest

from tests.live import FLYWEIGHT, ROOT, LivePlatform, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
EXAMPLES = ROOT / "examples"


def started(printed: str) -> str:
    found = re.search(r"/executions/([a-z0-9-]+)", printed)
    assert found, printed
    return found[1]


def test_up_in_the_background_and_down(tmp_path: Path, platform: LivePlatform) -> None:
    folder, port = tmp_path / "data", free_port()
    flags = ("--data-dir", str(folder))
    up = platform.call([*FLYWEIGHT, "up", "--detach", "--port", str(port), *flags])
    assert f":{port}/console" in up.stdout
    try:
        again = platform.call([*FLYWEIGHT, "up", "--detach", *flags])
        assert "runs already" in again.stdout
        elsewhere = platform.call([*FLYWEIGHT, "up", "--detach", "--port", "1", *flags], check=False)
        assert (elsewhere.returncode, elsewhere.stderr[:8]) == (1, "--port 1")
        assert f":{port}" in platform.call([*FLYWEIGHT, "status", *flags]).stdout
    finally:
        platform.call([*FLYWEIGHT, "down", *flags])
    assert platform.call([*FLYWEIGHT, "status", *flags], check=False).returncode == 1


def test_a_failed_start_in_the_background_says_why(platform: LivePlatform, tmp_path: Path) -> None:
    done = platform.call(
        [*FLYWEIGHT, "up", "--detach", "--port", str(platform.port), "--data-dir", str(tmp_path / "other")], check=False
    )
    assert done.returncode == 1
    assert str(platform.port) in done.stderr


def test_run_shows_progress_and_the_result(platform: LivePlatform) -> None:
    done = platform.run("run", "--remote", "--wait", "hello.py", "greet_all", "--first", "Alan", cwd=EXAMPLES)
    assert done.stdout.endswith("Hello, Alan! Hello, Grace!\n")
    assert "n2 (join) succeeded" in done.stderr


def test_an_execution_is_found_listed_and_started_again(platform: LivePlatform) -> None:
    done = platform.run("run", "--remote", "--name", "mine", "hello.py", "greet", "--name", "you", cwd=EXAMPLES)
    name = started(done.stdout)
    assert name == "mine"
    shown = platform.run("execution", name, "wait").stdout
    assert "SUCCEEDED" in shown
    assert "Hello, you!" in shown
    assert name in platform.run("get", "executions").stdout
    assert "hello.greet" in platform.run("get", "tasks").stdout
    again = started(platform.run("execution", "--execution-id", name, "relaunch").stdout)
    assert again != name
    other = platform.run("execution", name, "relaunch", "--input", "name=them", "--wait").stdout
    assert f"taken over from {name}: all inputs but name" in other
    assert "Hello, them!" in other
    of_that_name = platform.run("get", "executions", name).stdout.splitlines()
    assert [line.split()[0] for line in of_that_name] == ["name", name]
    of_the_task = platform.run("get", "executions", "hello.greet").stdout.splitlines()
    assert {line.split()[2] for line in of_the_task[1:]} == {"hello.greet"}
    assert len(of_the_task) >= 3
    assert "Hello, you!" in platform.run("execution", again, "wait").stdout
    nobody = platform.run("get", "executions", "nobody", check=False)
    assert nobody.returncode
    assert "no executions of the name nobody" in nobody.stderr


def test_times_are_shown_as_a_tree_and_as_a_table(platform: LivePlatform) -> None:
    done = platform.run("run", "--remote", "--wait", "--dump-snippet", "hello.py", "greet_all", cwd=EXAMPLES)
    name = started(done.stdout)
    assert f'remote.fetch_execution(name="{name}")' in done.stdout
    lines = platform.run("metrics", "dump", name).stdout.splitlines()
    assert lines[0].startswith(f"{name}: ")
    assert any(line.strip().startswith("n0: ") for line in lines)
    assert "attempt 1" in platform.run("metrics", "explain", name).stdout


def test_build_says_what_stands_for_images(platform: LivePlatform) -> None:
    done = platform.run("build", "hello.py", "greet_all", "--fast", "-p", "any", cwd=EXAMPLES)
    assert "hello.greet: the default image runs in /" in done.stdout


def test_a_file_elsewhere_runs(platform: LivePlatform) -> None:
    done = platform.run("run", f"file://{EXAMPLES}/hello.py", "greet", "--name", "you")
    assert done.stdout == "Hello, you!\n"


def test_a_registered_task_runs_by_its_name(platform: LivePlatform) -> None:
    registered = platform.run("register", "--version", "cli1", "hello.py", cwd=EXAMPLES).stdout
    assert "workflow hello.greet_all cli1" in registered
    again = platform.run("register", "--version", "cli1", "hello.py", cwd=EXAMPLES).stdout
    assert again.count("(was there)") == registered.count("cli1")
    done = platform.run("run", "--remote", "--wait", "remote-task", "hello.greet:cli1", "--name", "you")
    assert "Hello, you!" in done.stdout
    done = platform.run("run", "--remote", "--wait", "remote-launchplan", "hello.greet_all:cli1", "--second", "Alan")
    assert "Hello, Ada! Hello, Alan!" in done.stdout


def test_logs_come_as_they_were_written(platform: LivePlatform, tmp_path: Path) -> None:
    (tmp_path / "talks.py").write_text(
        "from flyweight import task\n@task\ndef talk() -> int:\n    print('one line')\n    return 1\n"
    )
    name = started(platform.run("run", "--remote", "--wait", "talks.py", "talk", cwd=tmp_path).stdout)
    assert "one line" in platform.run("logs", name).stdout


def test_files_and_dataclasses_go_there_and_come_back(platform: LivePlatform, tmp_path: Path) -> None:
    (tmp_path / "files.py").write_text(
        "from dataclasses import dataclass\nfrom flytekit import task\nfrom flytekit.types.file import FlyteFile\n"
        "@dataclass\nclass Wanted:\n    word: str\n    least: int = 1\n"
        "@task\ndef count(text: FlyteFile, wanted: Wanted) -> bool:\n"
        "    with open(text) as lines:\n        return lines.read().count(wanted.word) >= wanted.least\n"
    )
    (tmp_path / "text.txt").write_text("tea and tea\n")
    wanted = json.dumps({"word": "tea", "least": 2})
    done = platform.run(
        "run", "--remote", "--wait", "files.py", "count", "--text", "text.txt", "--wanted", wanted, cwd=tmp_path
    )
    assert done.stdout.endswith("True\n")


@pytest.fixture(scope="module")
def registered(platform: LivePlatform) -> None:
    platform.run("register", "--version", "v1", "reference_lists.py", cwd=EXAMPLES)


@pytest.mark.usefixtures("registered")
class TestReferences:
    def test_one_line_says_where_inputs_come_from(self, platform: LivePlatform) -> None:
        done = platform.run("run", "--remote", "reference_usage.py", "ref_wf", "--xs", "[1]", cwd=EXAMPLES)
        assert "xs as given; factor by default of the reference's signature" in done.stderr

    def test_what_is_not_registered(self, platform: LivePlatform, tmp_path: Path) -> None:
        text = (EXAMPLES / "reference_usage.py").read_text().replace("lists.add_up", "lists.ad_up")
        (tmp_path / "usage.py").write_text(text)
        done = platform.run("run", "--remote", "usage.py", "ref_task", "--xs", "[1]", cwd=tmp_path, check=False)
        assert done.returncode == 1
        assert "reference_lists.ad_up" in done.stderr

    def test_another_interface_is_told_with_the_difference(self, platform: LivePlatform, tmp_path: Path) -> None:
        text = (EXAMPLES / "reference_usage.py").read_text().replace("xs: list[int]", "xs: list[str]")
        (tmp_path / "usage.py").write_text(text)
        done = platform.run("run", "--remote", "usage.py", "ref_task", "--xs", '["a"]', cwd=tmp_path, check=False)
        assert done.returncode == 1
        assert "`xs` is list[int], the reference says list[str]" in done.stderr


def test_activating_a_schedule_says_that_nothing_acts_on_it_yet(platform: LivePlatform, tmp_path: Path) -> None:
    (tmp_path / "nightly.py").write_text(
        "from flyweight import CronSchedule, LaunchPlan, workflow\n@workflow\ndef wf(x: int = 1) -> int:\n    return x\n"
        "plan = LaunchPlan.get_or_create(wf, name='nightly', schedule=CronSchedule(schedule='0 6 * * *'))\n"
    )
    platform.run("register", "--version", "v1", "nightly.py", cwd=tmp_path)
    assert "does not act on it yet" in platform.run("launchplan", "nightly", "--activate").stderr
    assert not platform.run("launchplan", "nightly.wf", "--activate").stderr
