"""What an attempt's processes hold is measured, and those that hold too much are told of once."""

import asyncio
import os

import pytest

from flyweight.executors.memory_watch import MemoryGauge, MemoryWatch


@pytest.mark.parametrize(("limit", "told"), [(0, False), (1, True), (1 << 40, False)])
async def test_memory_is_measured_with_a_limit_and_without(limit: int, told: bool) -> None:
    breaches: list[bool] = []
    gauge = MemoryGauge(limit=limit, process=os.getpid, on_breach=lambda: breaches.append(True))
    watch = MemoryWatch()
    watch.add(gauge)
    async with asyncio.timeout(30):
        while not gauge.peak:
            await asyncio.sleep(0.01)
    gauge.look()
    watch.close()
    assert gauge.peak > 2**20
    assert breaches == [True] * told
