"""Who goes next when more want in than there is room: one of each in rotation.

A queue in order of arrival lets whoever asks most have most. Here everyone who waits is served
once before anyone is served again, and each one's own calls in the order they came.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Lets `slots` in at a time."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def full(self) -> bool:
        """Whether somebody who came now would have to wait."""
        return self._free <= 0 or bool(self._waiting)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(line) for line in self._waiting.values())

    @asynccontextmanager
    async def turn(self, party: int) -> AsyncIterator[None]:
        """Wait for a slot on behalf of `party`, and hold it."""
        await self._enter(party)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, party: int) -> None:
        if not self.full:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(party, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # The slot came at the very moment its owner gave up: it is the next one's.
                self._leave()
            else:
                self._forget(party, turn)
            raise

    def _leave(self) -> None:
        if not self._waiting:
            self._free += 1
            return
        party, line = self._waiting.popitem(last=False)
        turn = line.popleft()
        if line:
            self._waiting[party] = line
        turn.set_result(None)

    def _forget(self, party: int, turn: asyncio.Future[None]) -> None:
        line = self._waiting[party]
        line.remove(turn)
        if not line:
            del self._waiting[party]
