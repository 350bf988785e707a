"""What an attempt's processes use is measured, and those that hold too much are told of once."""

import asyncio
import os
import time

import pytest

from flyweight.engine.usage import points_of
from flyweight.executors.series import FIRST
from flyweight.executors.usage_watch import UsageGauge, UsageWatch


@pytest.mark.parametrize(("limit", "told", "readable"), [(1, True, True), (1 << 40, False, True), (1, True, False)])
async def test_memory_is_measured_against_a_limit_and_told_of_once(limit: int, told: bool, readable: bool) -> None:
    breaches: list[bool] = []
    began = asyncio.get_running_loop().time()
    watch = UsageWatch(readable=readable)
    watch.add(UsageGauge(limit=0, process=os.getpid, on_breach=lambda: None, began=began, closely=False))
    gauge = UsageGauge(
        limit=limit, process=os.getpid, on_breach=lambda: breaches.append(True), began=began, closely=True
    )
    watch.add(gauge)
    async with asyncio.timeout(30):
        while not gauge.peak:
            await asyncio.sleep(0.01)
    gauge.look(began + 60)
    watch.close()
    assert gauge.peak > 2**20
    assert breaches == [True] * told


def test_what_is_not_watched_closely_is_not_measured_in_the_first_second() -> None:
    gauge = UsageGauge(limit=0, process=os.getpid, on_breach=lambda: None, began=100.0, closely=False)
    gauge.look(100 + FIRST / 2)
    assert (gauge.peak, gauge.series.data(0)) == (0, b"")
    gauge.look(100 + FIRST)
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    gauge.look(103)
    points = points_of(gauge.series.data(0))
    assert [point.seconds for point in points] == [1, 3]
    assert 0.03 <= gauge.cpu == pytest.approx(2 * points[1].cpu, abs=0.01)


def test_a_process_that_is_gone_or_not_there_yet_adds_nothing() -> None:
    for pid in (0, 2**30):
        gauge = UsageGauge(limit=1, process=lambda pid=pid: pid, on_breach=lambda: None, began=0.0, closely=True)
        gauge.look(60)
        assert (gauge.peak, gauge.series.data(0)) == (0, b"")
