"""Which keys may be asked right now, and when the others open: breakers, and the operator's limits.

Asked twice: by the front door before anything is held, and by the router before a call.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.errors import ErrorKind, ProviderError, Scope
from bot.providers.health import MICROS, Breaker, Closed, Health, Line

_ON_TIME = frozenset({ErrorKind.RATE_LIMITED, ErrorKind.QUOTA_DAILY})


class Use(Protocol):
    """A limit on what a key may spend; `opens_at` as for an Obstacle."""

    @property
    def scope(self) -> Scope: ...

    @property
    def opens_at(self) -> int | None: ...


class Budget(Protocol):
    """What keys may spend."""

    async def refresh(self) -> None:
        """Read what they have spent."""

    def full(self, key: str, usd_micros: int) -> Use | None:
        """The limit that leaves a key no room for so much, as last read."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a key cannot be used, be it the upstream's word or the operator's limit.

    `opens_at`, in microseconds UTC, is when it opens, or where not `sure` when it is tried again;
    None where it never does by itself.
    """

    kind: ErrorKind
    scope: Scope | None
    opens_at: int | None
    sure: bool


class Openings:
    """`keys` are each provider's, by fingerprint; those of `budget` may be spent up."""

    def __init__(
        self,
        *,
        health: Health,
        now: Callable[[], int],
        budget: Budget | None = None,
        keys: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._health = health
        self._now = now
        self._budget = budget
        self._keys = keys or {}

    async def refresh(self) -> None:
        """Take over what other processes and the operator have written."""
        await self._health.refresh()
        if self._budget is not None:
            await self._budget.refresh()

    def obstacle(self, line: Line, usd_micros: int) -> Obstacle | None:
        """What keeps this line from being used for so much; None when it may be, if only to see."""
        breaker = self._health.obstacle(line)
        spent = self._budget.full(line.key, usd_micros) if self._budget else None
        if spent is None:
            return _of_breaker(breaker) if breaker else None
        found = Obstacle(ErrorKind.SPEND_LIMIT, spent.scope, spent.opens_at, sure=True)
        return last([found, _of_breaker(breaker)]) if breaker else found

    def closed(self, provider: str, model: str, usd_micros: int) -> Obstacle | None:
        """Why no key of a provider can be used for so much; of several that opens first."""
        lines = [Line(provider, key, model) for key in self._keys.get(provider, ())]
        obstacles = [found for line in lines if (found := self.obstacle(line, usd_micros))]
        return first(obstacles) if obstacles and len(obstacles) == len(lines) else None

    def failure(self, provider: str, obstacle: Obstacle) -> ProviderError:
        """As the upstream would say it; no call was made."""
        wait = None
        if obstacle.opens_at is not None:
            wait = max(1, -(-(obstacle.opens_at - self._now()) // MICROS))
        return Closed(obstacle.kind, provider, retry_after=wait, scope=obstacle.scope)


def first(obstacles: Sequence[Obstacle]) -> Obstacle:
    """The one that opens first; there must be one."""
    return min(obstacles, key=lambda found: (found.opens_at is None, found.opens_at or 0))


def last(obstacles: Sequence[Obstacle]) -> Obstacle:
    """The one that opens last; there must be one."""
    return max(obstacles, key=lambda found: (found.opens_at is None, found.opens_at or 0))


def _of_breaker(breaker: Breaker) -> Obstacle:
    on_time = breaker.kind in _ON_TIME or breaker.scope not in (None, Scope.TOTAL)
    return Obstacle(breaker.kind, breaker.scope, breaker.retry_at, sure=on_time)
