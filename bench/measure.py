"""Timings that can be trusted: pairs in turn, medians, and what a family of processes holds in memory."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured quantity: ours, the peer's where it has a counterpart, and what we promised."""

    name: str
    unit: str
    ours: float
    peer: float | None = None
    goal: float | None = None
    """The most that ours may be (or the least, for rates)."""
    ratio_goal: float | None = None
    """The most that ours/peer may be."""
    higher_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return self.ours / self.peer if self.peer else None

    @property
    def holds(self) -> bool:
        """Tell whether every promise on it is kept."""
        kept = True
        if self.goal is not None:
            kept = self.ours >= self.goal if self.higher_is_better else self.ours <= self.goal
        if self.ratio_goal is not None and self.ratio is not None:
            kept = kept and self.ratio <= self.ratio_goal
        return kept


def wall(command: Sequence[str], *, environment: dict[str, str], folder: Path) -> float:
    """Run a command to its end; seconds."""
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} left with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return taken


def alone(run: Callable[[], float], *, rounds: int) -> float:
    """Time one thing after a warm-up; median."""
    run()
    return statistics.median(run() for _ in range(rounds))


def pairs(ours: Callable[[], float], peer: Callable[[], float], *, rounds: int) -> tuple[float, float]:
    """Time two things in turn, after one warm-up of each; medians."""
    ours()
    peer()
    timed = [(ours(), peer()) for _ in range(rounds)]
    return statistics.median(t[0] for t in timed), statistics.median(t[1] for t in timed)


def proportional_memory(pids: Sequence[int]) -> float:
    """Megabytes that these processes hold together; shared pages are counted once (PSS)."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def resident_memory(pid: int) -> tuple[float, float]:
    """Kilobytes that a process holds now, and the most it ever held."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return float(lines["VmRSS"].split()[0]), float(lines["VmHWM"].split()[0])


def cores() -> int:
    """Tell how many processors this process may use."""
    return len(os.sched_getaffinity(0))
