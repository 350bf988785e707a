"""Under version 2 of control groups, as nearly every Linux has it: what a user starts holds his tasks to their limits."""

from pathlib import Path

import pytest

from flyweight.executors.cgroups import Version
from tests.live import FLYWEIGHT, LivePlatform
from tests.own_groups import AS_USER, USER, entering, left_to, own_groups

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PROGRAMS = Path(__file__).parent / "programs"


def test_the_kernel_holds_the_tasks_of_a_user_to_whom_a_group_is_left(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    platform = LivePlatform(tmp_path / "data")

    def flyweight(*words: str, within: tuple[str, ...] = (), check: bool = True) -> str:
        done = platform.call([*within, *AS_USER, *FLYWEIGHT, *words], cwd=PROGRAMS, check=check, timeout=200)
        return done.stdout + done.stderr

    with own_groups(Version.V2) as folders:
        own = folders["memory"]
        left_to(USER, own)
        # The command that waits for the platform is in the group too, and stands in the way at first.
        flyweight("up", "--detach", "--port", str(platform.port), within=entering(own))
        try:
            assert flyweight("status").count("by the kernel (cgroup v2") == 2
            said = flyweight("run", "--remote", "--wait", "limited.py", "greedy", check=False)
            assert "used all of its 150.0 MiB of memory" in said
            assert "so that the kernel ended it" in said
            flyweight("run", "--remote", "--wait", "limited.py", "busy")
            [counted] = own.glob("flyweight-*/*-worker-*/cpu.stat")
            assert int(dict(line.split() for line in counted.read_text().splitlines())["nr_throttled"]) > 0
        finally:
            flyweight("down")
        assert not list(own.glob("flyweight-*"))
