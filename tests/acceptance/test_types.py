"""Values of every family of types, through processes of their own and the platform's store, as in a run here."""

from pathlib import Path

import pytest

from tests.live import LivePlatform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PROGRAMS = Path(__file__).parent / "programs"

TOLD = (
    "3 3 in a box 2 4 v 20 5 1 p",
    "high Color.RED 2020-01-02T03:04:05+00:00 2020-01-02 0:01:00 text 21.5 2",
    "streamed b 1 6 (2, 3) 1",
    "[0, 1, 2] 2 [1, 2]",
    "more than 2",
)


def test_every_type_travels_here_and_there(platform: LivePlatform, tmp_path: Path) -> None:
    program = PROGRAMS / "every_type.py"
    here = platform.run("run", str(program), "every", cwd=tmp_path)
    there = platform.run("run", "--remote", "--wait", str(program), "every", cwd=tmp_path)
    apart = ["--remote", "--wait", "--env", "_F_L_MIN_SIZE_MB=0"]
    stored = platform.run("run", *apart, str(program), "every", cwd=tmp_path)
    for told in TOLD:
        assert told in here.stdout
        assert told in there.stdout
        assert told in stored.stdout
