"""Kills a platform and its workers at random moments, and reads from its rows and folders that nothing was lost."""

import contextlib
import os
import random
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.semantics.budgets import SYSTEM_RETRIES
from tests.live import LivePlatform, alive, descendants, until

PROGRAMS = Path(__file__).parent / "programs"
TASKS = 201
RESULT = sum(chain + 10 for chain in range(20))
OPEN_ATTEMPTS = (AttemptPhase.QUEUED.value, AttemptPhase.RUNNING.value)
OPEN_NODES = (NodePhase.QUEUED.value, NodePhase.RUNNING.value)


def rows(platform: LivePlatform, query: str) -> list[tuple]:
    """Read the database beside the platform."""
    with contextlib.closing(
        sqlite3.connect(f"file:{platform.data_dir}/flyweight.db?mode=ro", uri=True, timeout=10)
    ) as database:
        return database.execute(query).fetchall()


def succeeded(platform: LivePlatform) -> int:
    """Count the attempts that succeeded."""
    return rows(platform, f"select count(*) from attempts where phase = {AttemptPhase.SUCCEEDED.value}")[0][0]


def start_grid(platform: LivePlatform) -> str:
    """Start 200 tasks; gives the execution's name."""
    done = platform.run("run", "--remote", "grid.py", "grid", cwd=PROGRAMS)
    name = re.search(r"/executions/([a-z0-9-]+)", done.stdout)
    assert name, done.stdout
    return name[1]


def ended(platform: LivePlatform, name: str) -> bool:
    """Tell whether an execution has ended."""
    return bool(rows(platform, f"select 1 from executions where name = '{name}' and ended_at > 0"))


def check_end(platform: LivePlatform, name: str) -> None:
    """Wait for an execution's end, and check that each task's success stands there once and nothing is left open."""
    until(lambda: ended(platform, name), f"{name} ends", deadline=90)
    key, phase, outputs, error = rows(
        platform, f"select key, phase, outputs, error from executions where name = '{name}'"
    )[0]
    assert phase == ExecutionPhase.SUCCEEDED.value, f"{name}: phase {phase}, error {error}"
    assert outputs
    successes = Counter(
        node
        for (node,) in rows(
            platform,
            f"select node from attempts where execution = {key} and phase = {AttemptPhase.SUCCEEDED.value}",
        )
    )
    assert len(successes) == TASKS
    assert set(successes.values()) == {1}, "a success is recorded once"
    assert not rows(platform, f"select * from attempts where execution = {key} and phase in {OPEN_ATTEMPTS}")
    assert not rows(platform, f"select * from node_executions where execution = {key} and phase in {OPEN_NODES}")


def family(platform: LivePlatform) -> set[int]:
    """Find every process that works below the platform's data folder, whoever its parent is."""
    mark = f"FLYWEIGHT_WORKER={platform.data_dir}/".encode()
    found = set[int]()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes() and alive(int(entry.name)):
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def leftovers(platform: LivePlatform) -> list[str]:
    """Find what a stopped platform should not have left in its folder or the temporary one."""
    scratch = [path for path in (platform.data_dir / "scratch").rglob("*") if path.is_file()]
    pending = [*platform.data_dir.glob("platform.json*"), *platform.data_dir.rglob(".part-*")]
    sockets = list((platform.data_dir / "run").iterdir())
    temporary = [path for path in platform.temporary.rglob("*") if path.name.startswith(("tmp", ".part-"))]
    return [str(path) for path in (*scratch, *pending, *sockets, *temporary)]


class OwnTemporary(LivePlatform):
    """A platform with a temporary folder of its own, so that what is left there can be told."""

    @property
    def temporary(self) -> Path:
        """Where it and its workers put what is temporary."""
        return self.data_dir.parent / "tmp"

    @property
    def environment(self) -> dict[str, str]:
        """A user's, with that temporary folder."""
        return {**super().environment, "TMPDIR": str(self.temporary)}


@dataclass(slots=True)
class Chaos:
    """Draws how and when the next kill happens, and carries it out. The platform runs (or starts) before and after."""

    platform: OwnTemporary
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _ways: list[Callable[[], None]] = field(default_factory=list)

    def strike(self) -> None:
        """Kill once: in each way before any way again."""
        if not self._ways:
            ways = (self.kill_running, self.kill_starting, self.kill_group, self.kill_all, self.kill_workers, self.stop)
            self._ways = self.chance.sample(ways, len(ways))
        way = self._ways.pop()
        self.done[way.__name__] += 1
        way()

    def kill_running(self) -> None:
        """The platform alone, a moment after it answered."""
        self._pause(1.5)
        self.platform.kill()
        self._again()

    def kill_starting(self) -> None:
        """The platform alone, a moment after it was launched: in the middle of imports, migration or recovery."""
        self.platform.kill()
        for _ in range(self.chance.randint(1, 3)):
            self.platform.launch()
            self._pause(1.2)
            self.platform.kill()
        self._again()

    def kill_group(self) -> None:
        """Everything in its process group."""
        self._pause(1.0)
        assert self.platform.process is not None
        os.killpg(self.platform.process.pid, signal.SIGKILL)
        self.platform.process.wait()
        self._again()

    def kill_all(self) -> None:
        """The platform and all its workers, in any order."""
        self._pause(1.0)
        if self._spent():
            self.platform.kill()
            self._again()
            return
        assert self.platform.process is not None
        victims = [self.platform.process.pid, *descendants(self.platform.process.pid)]
        self.chance.shuffle(victims)
        for victim in victims:
            _kill(victim)
        self.platform.process.wait()
        self._again()

    def kill_workers(self) -> None:
        """One worker, busy, idle or starting."""
        self._pause(0.6)
        if self._spent():
            return
        assert self.platform.process is not None
        workers = sorted(descendants(self.platform.process.pid))
        if workers:
            _kill(self.chance.choice(workers))

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if the dice say so while it stops."""
        self._pause(1.0)
        assert self.platform.process is not None
        if self.chance.random() < 0.5:
            self.platform.process.terminate()
            self._pause(0.2)
            self.platform.kill()
        else:
            self.platform.stop()
        self._again()

    def _spent(self) -> bool:
        """Tell whether a task would fail of one more lost worker, as it should: the system's retries have an end."""
        lost = f"phase = {AttemptPhase.RETRYABLE_FAILED.value}"
        query = (
            f"select max(losses) from (select count(*) as losses from attempts where {lost}"
            " and execution in (select key from executions where ended_at = 0) group by execution, node)"
        )
        return (rows(self.platform, query)[0][0] or 0) >= SYSTEM_RETRIES - 1

    def _again(self) -> None:
        until(lambda: not family(self.platform), f"workers end with it: {family(self.platform)}", deadline=10)
        self.platform.start()

    def _pause(self, most: float) -> None:
        time.sleep(self.chance.random() * most)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
