"""A Provider made of Providers: the best capable healthy one, then the next, never paid twice."""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.catalog import Catalog, Offer
from bot.generation.pricing import Ranking
from bot.generation.request import GenerationRequest
from bot.providers.base import Balance, Generation, Observer, OpenCall, Provider
from bot.providers.health import Closed, Health, Line
from bot.providers.openings import Obstacle, Openings, first
from bot.providers.pace import Gate

MICROS = 1_000_000

FAIL_OVER = frozenset(
    {
        ErrorKind.RATE_LIMITED,
        ErrorKind.QUOTA_DAILY,
        ErrorKind.BILLING_EXHAUSTED,
        ErrorKind.SPEND_LIMIT,
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM_ERROR,
        ErrorKind.CONNECT_FAILED,
        ErrorKind.AUTH_INVALID,
        ErrorKind.PERMISSION_DENIED,
        ErrorKind.REGION_BLOCKED,
        ErrorKind.ACCOUNT_SUSPENDED,
        ErrorKind.MODEL_UNAVAILABLE,
        ErrorKind.WRONG_ENDPOINT,
    }
)
"""Another upstream may do better after these, and only when the first is known not to bill."""


LONGEST_QUEUE = 10 * 60.0
"""Seconds; who would wait longer for a turn is told so at once."""
PATIENCE = 10.0
"""Seconds a call may wait for its turn at the upstream that comes first before others do."""


@dataclass(frozen=True, slots=True)
class Way:
    """One upstream with one key. `hasty` leaves to others what they may do; `patient` asks again.

    `gate` is what both wait at; `probe` asks one free question, raises ProviderError where the
    answer is no, and brings the balance where the upstream tells it.
    """

    name: str
    key: str
    hasty: Provider
    patient: Provider
    gate: Gate
    probe: Callable[[], Awaitable[Balance | None]]


class Router:
    """Asks `ways` in the order of `ranking`; a request goes only where exactly it can be done.

    Of an upstream's keys the one asked least lately comes first. `openings` say which may be asked,
    by `health` alone where there are none; `refresh` brings what the ranking goes by up to date.
    """

    name = "router"

    def __init__(
        self,
        *,
        ways: Sequence[Way],
        catalog: Catalog,
        health: Health,
        ranking: Ranking,
        now: Callable[[], int],
        today: Callable[[], date],
        refresh: Callable[[], Awaitable[None]] | None = None,
        openings: Openings | None = None,
    ) -> None:
        self._ways = ways
        self._catalog = catalog
        self._health = health
        self._openings = openings or Openings(health=health, now=now)
        self._ranking = ranking
        self._now = now
        self._today = today
        self._refresh = refresh
        self._calls = 0
        self._log = structlog.get_logger("providers")
        self._last_call: dict[Line, int] = {}

    async def generate(
        self, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """Draw one picture; raises the last ProviderError, or why nobody could be asked."""
        await self._openings.refresh()
        if self._refresh:
            await self._refresh()
        capable = self._capable(request, observer.party)
        failure: ProviderError | None = None
        for place, (way, line) in enumerate(capable):
            await self._health.settled(line)
            if self._obstacle(request, line):
                continue
            if (delay := way.gate.delay(observer.party)) > LONGEST_QUEUE:
                # Its turn would come when the reply can no longer be changed.
                seconds = math.ceil(delay)
                failure = ProviderError(ErrorKind.RATE_LIMITED, way.name, retry_after=seconds)
                continue
            others = any(not self._obstacle(request, other) for _, other in capable[place + 1 :])
            provider = way.hasty if others else way.patient
            self._calls += 1
            self._last_call[line] = self._calls
            try:
                async with self._health.call(line):
                    return await provider.generate(request, folder=folder, observer=observer)
            except ProviderError as error:
                asked = not isinstance(error, Closed)
                if asked and (error.kind not in FAIL_OVER or error.billed is not Billed.NO):
                    raise
                failure = error
                if asked and others:
                    self._log.info(
                        "another upstream is asked", after=way.name, key=way.key, kind=error.kind
                    )
        raise failure or self._nobody(request, capable)

    async def resume(
        self, call: OpenCall, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """Go on where that call was made; another way is asked as after any failure for nothing.

        Without the key it was made with nothing can be known: task_not_found, or timeout_unknown.
        """
        places = (way for way in self._ways if (way.name, way.key) == (call.provider, call.key))
        way = next(places, None)
        if way is None:
            kind = ErrorKind.TASK_NOT_FOUND if call.task_id else ErrorKind.TIMEOUT_UNKNOWN
            problem = "the key of this call is not set any more"
            raise ProviderError(kind, call.provider, Billed.UNKNOWN, detail=problem)
        if call.late:
            return await way.patient.resume(call, request, folder=folder, observer=observer)
        try:
            async with self._health.call(Line(way.name, way.key, request.model)):
                return await way.patient.resume(call, request, folder=folder, observer=observer)
        except ProviderError as error:
            if error.kind not in FAIL_OVER or error.billed is not Billed.NO:
                raise
        self._log.info("drawn anew", after=way.name, key=way.key)
        return await self.generate(request, folder=folder, observer=observer)

    def _capable(self, request: GenerationRequest, party: int) -> list[tuple[Way, Line]]:
        """Where exactly this can be drawn, the best first.

        One whose turn is long in coming stands behind those that are free, and one that is just
        being tried again behind all others.
        """
        found = []
        for way in self._ways:
            offer = self._offer(way, request)
            if offer is not None and offer.takes(request.reference_images):
                line = Line(way.name, way.key, request.model)
                delay = way.gate.delay(party)
                probed = self._health.probed(line)
                rank = self._ranking.rank(offer, request.resolution, request.thinking)
                turn = self._last_call.get(line, 0)
                place = (probed, int(delay // PATIENCE), rank, delay, turn)
                found.append((place, way, line))
        found.sort(key=lambda entry: entry[0])
        return [(way, line) for _, way, line in found]

    def _offer(self, way: Way, request: GenerationRequest) -> Offer | None:
        """What can do this there, whatever the size of the pictures it begins with."""
        offer = self._catalog.offer(way.name, request.model)
        if offer is None or offer.retired(self._today()):
            return None
        images = len(request.reference_images)
        return offer if offer.can(request, reference_images=images) else None

    def _nobody(
        self, request: GenerationRequest, capable: Sequence[tuple[Way, Line]]
    ) -> ProviderError:
        """Why no call was made: the way that opens first, or that nobody can do it."""
        obstacles = {
            found: line.provider for _, line in capable if (found := self._obstacle(request, line))
        }
        if not obstacles and capable:
            # The last of them opened just now.
            return ProviderError(ErrorKind.RATE_LIMITED, self.name, retry_after=1)
        if not obstacles:
            too_large = any(self._offer(way, request) for way in self._ways)
            kind = ErrorKind.PAYLOAD_TOO_LARGE if too_large else ErrorKind.MODEL_UNAVAILABLE
            return ProviderError(kind, self.name)
        soonest = first(list(obstacles))
        return self._openings.failure(obstacles[soonest], soonest)

    def _obstacle(self, request: GenerationRequest, line: Line) -> Obstacle | None:
        offer = self._catalog.offer(line.provider, request.model)
        cost = offer.cost(request.resolution, request.thinking) if offer else 0
        return self._openings.obstacle(line, cost)
