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

    def ahead(self, party: int) -> int:
        """How many of those who wait would go before `party` if it came now."""
        own = len(self._waiting.get(party, ()))
        others = (len(line) for other, line in self._waiting.items() if other != party)
        return own + sum(min(length, own + 1) for length in others)

    @asynccontextmanager
    async def turn(self, party: int) -> AsyncIterator[None]:
        """Wait for a slot on behalf of `party`, and hold it."""
        await self._enter(party)
        try:
            yield
        finally:
            self._leave(party)

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
                self._leave(party)
            else:
                self._forget(party, turn)
            raise

    def _leave(self, party: int) -> None:
        """Hand a slot on; `party`, who just had it, comes after all who wait now."""
        if party in self._waiting:
            self._waiting.move_to_end(party)
        while self._waiting:
            other, line = self._waiting.popitem(last=False)
            turn = line.popleft()
            given_up = turn.done()
            if line:
                self._waiting[other] = line
                self._waiting.move_to_end(other, last=not given_up)
            if not given_up:
                turn.set_result(None)
                return
        self._free += 1

    def _forget(self, party: int, turn: asyncio.Future[None]) -> None:
        line = self._waiting.get(party, deque())
        # One who gave up and has not run since may have been passed over.
        if turn in line:
            line.remove(turn)
            if not line:
                del self._waiting[party]
