"""Chunks of many answers, one for each time that the event loop comes round."""

import asyncio
from collections import deque


class Turnstile:
    """Lets one caller through per turn of the event loop, first come, first served.

    Whoever has passed may hold the loop for as long as one chunk takes. However many answers
    arrive at once, everything else on the loop then waits for one chunk, not for one of each.
    """

    def __init__(self) -> None:
        self._is_open = True
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Return in a turn of the loop that is the caller's alone; at once when nobody waits."""
        loop = asyncio.get_running_loop()
        if self._is_open:
            self._is_open = False
            loop.call_soon(self._admit, loop)
            return
        waiting = loop.create_future()
        self._waiting.append(waiting)
        await waiting

    def _admit(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the next one through, and come again in the turn after."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():  # as it is when its caller was cancelled
                waiting.set_result(None)
                loop.call_soon(self._admit, loop)
                return
        self._is_open = True
