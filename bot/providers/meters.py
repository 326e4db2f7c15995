"""What is left at upstreams that tell: asked for nothing, remembered, and never waited for long."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.errors import ProviderError
from bot.providers.base import Balance

PATIENCE_SECONDS = 1.5
"""How long who looks waits for new answers; what is late is there for the next one."""
FRESH = 60 * 1_000_000
"""Microseconds for which an answer is not asked for again."""

Ask = Callable[[], Awaitable[Balance | None]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What an upstream told of one key at a time in microseconds UTC."""

    balance: Balance
    at: int


class Meters:
    """`asks` bring the balance of a key, by provider and fingerprint; `now` in microseconds."""

    def __init__(
        self,
        *,
        asks: Mapping[tuple[str, str], Ask],
        now: Callable[[], int],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._asks = asks
        self._now = now
        self._patience = patience
        self._readings: dict[tuple[str, str], Reading] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._asked_at: dict[tuple[str, str], int] = {}
        self._log = structlog.get_logger("providers")

    async def read(self) -> Mapping[tuple[str, str], Reading]:
        """What is known by now; a question that takes longer goes on for the next reader."""
        now = self._now()
        for place, ask in self._asks.items():
            if place not in self._under_way and now - self._asked_at.get(place, -FRESH) >= FRESH:
                self._asked_at[place] = now
                self._under_way[place] = asyncio.create_task(self._ask(place, ask))
        if self._under_way:
            await asyncio.wait(tuple(self._under_way.values()), timeout=self._patience)
        return dict(self._readings)

    async def close(self) -> None:
        """Wait for no answer any more."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, place: tuple[str, str], ask: Ask) -> None:
        try:
            balance = await ask()
        except ProviderError as error:
            # What was told before is shown with its age.
            self._log.info("balance not told", provider=place[0], key=place[1], kind=error.kind)
        else:
            if balance is not None:
                self._readings[place] = Reading(balance, self._now())
        finally:
            del self._under_way[place]
