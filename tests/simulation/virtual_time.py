"""An asyncio loop whose time jumps to the next timer, and the platform's clock on it: hours pass in milliseconds."""

import asyncio
import selectors

from flyweight.clock import Micros

START = 1_700_000_000_000_000


class _Jumping(selectors.SelectSelector):
    """Never waits: moves virtual time forward by what it should have waited."""

    def __init__(self):
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else: nothing will ever happen again")
        self.seconds += max(timeout, 0)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self):
        return self._jumping.seconds


class LoopClock:
    def __init__(self, loop):
        self._loop = loop

    def now(self):
        return Micros(START + round(self._loop.time() * 1e6))

    def monotonic(self):
        return self._loop.time()
