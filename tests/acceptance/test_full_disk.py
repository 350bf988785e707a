"""A disk that fills up in the middle of a run: clear words for whoever asks, and nothing is lost once there is room."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.killing import check_end, start_grid, succeeded
from tests.live import LivePlatform, live_platform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PROGRAMS = Path(__file__).parent / "programs"
SIZE = 24 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs leave to mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    path = folder / "filling"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return path


def refused(platform: LivePlatform, *arguments: str) -> str:
    done = platform.run(*arguments, cwd=PROGRAMS, check=False, timeout=60)
    assert done.returncode
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def asked_once(platform: LivePlatform) -> tuple[int, str]:
    """Start an execution as REST can; our own client would ask again for most of a minute."""
    task = {
        "resourceType": "TASK",
        "project": "flytesnacks",
        "domain": "development",
        "name": "faulty.healthy",
        "version": "v1",
    }
    body = {
        "project": "flytesnacks",
        "domain": "development",
        "spec": {"launchPlan": task},
        "inputs": {"literals": {"number": {"scalar": {"primitive": {"integer": "1"}}}}},
    }
    request = urllib.request.Request(
        f"http://{platform.endpoint}/api/v1/executions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    with refused.value as answer:
        return answer.code, answer.read().decode()


def test_nothing_is_lost_while_a_disk_is_full_and_an_output_that_finds_no_room_fails_its_attempt_in_clear_words(
    small_disk: Path,
) -> None:
    with live_platform(small_disk) as platform:
        platform.log = small_disk.parent / "platform.log"
        platform.run("register", "--version", "v1", "faulty.py", cwd=PROGRAMS)
        name = start_grid(platform)
        until(lambda: succeeded(platform) > 5, "the run is on its way")
        filling = fill(small_disk)
        assert (
            "no space left" in refused(platform, "run", "--remote", "heavy.py", "produce", "--megabytes", "1").lower()
        )
        status, printed = asked_once(platform)
        assert status == 503
        assert "nothing was started" in printed
        assert "free some space" in printed
        filling.unlink()
        check_end(platform, name)
        healthy = platform.run("run", "--remote", "--wait", "faulty.py", "healthy", cwd=PROGRAMS)
        assert healthy.stdout.endswith("1\n")

        # There is room for the file that the task writes, and none for its copy in the store.
        printed = refused(platform, "run", "--remote", "--wait", "heavy.py", "produce", "--megabytes", "12")
        assert "no space left on device" in printed.lower()
        done = platform.run("run", "--remote", "--wait", "heavy.py", "produce", "--megabytes", "1", cwd=PROGRAMS)
        assert "large.bin" in done.stdout
