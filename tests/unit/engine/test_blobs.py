"""Many large values are read a few at a time, each once."""

import asyncio

import pytest

from flyweight.engine.blobs import AT_ONCE, FewAtOnce
from flyweight.errors import NotFound


class Slow:
    """Blobs that count who reads at the same time."""

    def __init__(self):
        self.reading, self.most, self.read_by_name = 0, 0, []

    async def read(self, uri):
        if uri == "gone":
            raise NotFound(uri)
        self.reading += 1
        self.most = max(self.most, self.reading)
        await asyncio.sleep(0)
        self.reading -= 1
        self.read_by_name.append(uri)
        return uri.encode()


async def test_many_are_read_a_few_at_a_time():
    blobs, names = Slow(), [str(number) for number in range(5 * AT_ONCE)]
    assert await FewAtOnce(blobs).read_all(names * 2) == {name: name.encode() for name in names}
    assert blobs.most == AT_ONCE
    assert sorted(blobs.read_by_name) == sorted(names)
    with pytest.raises(NotFound):
        await FewAtOnce(blobs).read_all(["1", "gone"])
