"""Measures what running attempts use: some of them a few times a second, and holds those with a memory limit to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flyweight.executors import faults
from flyweight.executors.process_table import ProcessTable
from flyweight.executors.series import FIRST, Series
from flyweight.executors.usage import READABLE, TreeUsage, held_memory, tree_usage

_CLOSELY = 0.15
"""Seconds between two looks while something is watched closely."""


@dataclass(slots=True, kw_only=True, eq=False)
class UsageGauge:
    """What one attempt has used so far, and what it may use."""

    limit: int
    """Bytes of memory; 0: none."""
    process: Callable[[], int]
    """Tells the process at the top; 0 while it is not started."""
    on_breach: Callable[[], None]
    began: float
    """When the attempt began, in the loop's time."""
    closely: bool
    """Whether it is measured often and from its first moment; else once a second, once it has run for one."""
    by_kernel: Callable[[], bool] = lambda: False
    """Tells whether the kernel holds it to its limit, so that nothing is to be done here."""
    peak: int = 0
    """Highest resident bytes seen."""
    broke_with: int = 0
    """Bytes that it held when it was found past its limit."""
    cpu: float = 0.0
    """Seconds of processor time since the first look."""
    series: Series = field(default_factory=Series)
    _before: float | None = None
    """Processor time that its process had used at the first look: a worker's earlier attempts."""

    @property
    def broken(self) -> bool:
        """Tell whether the limit was broken."""
        return self.broke_with > 0

    def out_of_memory(self, *, by_kernel: bool) -> faults.ContainerError | None:
        """Say that the limit was met, if there is one and it was: seen here, or told by the kernel."""
        if not self.limit or not (by_kernel or self.broken):
            return None
        return faults.out_of_memory(self.limit, self.broke_with or self.peak, by_kernel=by_kernel)

    def look(self, now: float, usage_of: Callable[[int], TreeUsage] = tree_usage) -> None:
        """Measure once; ``usage_of`` tells what a process and its descendants use."""
        pid, age = self.process(), now - self.began
        if not pid or self.broken or not (self.closely or age >= FIRST):
            return
        usage = usage_of(pid)
        if not usage.memory:
            return  # it has just ended
        self.peak = max(self.peak, usage.memory)
        self._before = usage.cpu if self._before is None else self._before
        self.cpu = max(self.cpu, usage.cpu - self._before)
        self.series.note(age, usage)
        if 0 < self.limit < usage.memory and not self.by_kernel():
            # Resident sizes count files that are only mapped, and what forked processes share once for each of them.
            held = held_memory(pid) or usage.memory
            if held > self.limit:
                self.broke_with = held
                self.on_breach()


class UsageWatch:
    """Looks at every gauge it was given, on the event loop; where ``ps`` must be asked, only once a second."""

    def __init__(self, *, readable: bool = READABLE) -> None:
        self._gauges: set[UsageGauge] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._closely = _CLOSELY if readable else FIRST
        self._readable = readable
        self._asking: asyncio.Task[None] | None = None

    def add(self, gauge: UsageGauge) -> None:
        """Watch an attempt."""
        self._gauges.add(gauge)
        if self._timer is None or (gauge.closely and self._timer.when() > gauge.began + self._closely):
            self._look_later(self._closely if gauge.closely else FIRST)

    def remove(self, gauge: UsageGauge) -> None:
        """Watch it no more."""
        self._gauges.discard(gauge)

    def close(self) -> None:
        """Stop looking."""
        self._gauges.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._asking is not None:
            self._asking.cancel()

    def _look_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._readable:
            self._measure(tree_usage)
        elif self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        table = await asyncio.to_thread(ProcessTable.now)
        self._measure(table.tree_usage)

    def _measure(self, usage_of: Callable[[int], TreeUsage]) -> None:
        now = asyncio.get_running_loop().time()
        for gauge in list(self._gauges):
            gauge.look(now, usage_of)
        if self._gauges:
            self._look_later(self._closely if any(gauge.closely for gauge in self._gauges) else FIRST)
