"""What is done about privacy beside it all: wishes gone on with, and what is kept for too long."""

from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import StorageError
from bot.privacy.eraser import DAY, Eraser
from bot.privacy.forgetting import Forgetting

SECONDS = 60.0
"""Between two looks; what is to be erased for its age is looked for once in an hour."""
HOUR_SECONDS = 3600.0


class Rounds:
    """`days` is how long prompts and pictures of ended jobs are kept; None for ever.

    `found` counts what was done, by name; `scrub` is the engine's. `now` is in microseconds UTC,
    `monotonic` in seconds, and `tick` sleeps in real time.
    """

    def __init__(
        self,
        *,
        forgetting: Forgetting,
        eraser: Eraser,
        scrub: Callable[[], Awaitable[bool]],
        days: int | None,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        tick: Callable[[float], Awaitable[object]],
    ) -> None:
        self._forgetting = forgetting
        self._eraser = eraser
        self._scrub = scrub
        self._days = days
        self._now = now
        self._monotonic = monotonic
        self._tick = tick
        self._erased: float | None = None
        self._dirty = False
        self._log = structlog.get_logger("privacy")
        self.found: Counter[str] = Counter()

    async def watch(self) -> None:
        """Go round for ever, until cancelled; never raises."""
        while True:
            await self.go_round()
            await self._tick(SECONDS)

    async def go_round(self) -> None:
        """Look once; never raises. What cannot be done now is found again the next time."""
        for work in (self._forget, self._retain):
            try:
                await work()
            except StorageError as error:
                self._log.warning("not done", what=work.__name__, error=str(error))
            except Exception:  # noqa: BLE001 - one part that breaks must not stop the other
                self._log.exception("a round crashed", what=work.__name__)

    async def _forget(self) -> None:
        self.found["forgotten"] += await self._forgetting.resume()

    async def _retain(self) -> None:
        """Erase what is older than it may be, and what belongs to nobody."""
        now = self._monotonic()
        if self._erased is not None and now - self._erased < HOUR_SECONDS:
            return
        self._erased = now
        if self._days is not None:
            before = self._now() - self._days * DAY
            self._dirty |= await self._count("erased", self._eraser.erase_before(before)) > 0
        await self._count("ownerless", self._eraser.sweep())
        await self._count("files", self._eraser.unlink())
        if self._dirty:
            self._dirty = not await self._scrub()

    async def _count(self, what: str, counting: Awaitable[int]) -> int:
        number = await counting
        self.found[what] += number
        if number:
            self._log.info("erased", what=what, number=number)
        return number
