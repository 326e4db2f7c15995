"""Which upstreams may be asked right now: a breaker per provider, key and model, stored.

A breaker that opened is closed again when its time has come, by one call that is let through to
see; until then nobody else is. What is known survives a restart, so that a bot that comes back
does not hammer an upstream that has said no.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.db.database import Database, Row, Transaction
from bot.errors import NEEDS_OPERATOR, ErrorKind, ProviderError, Scope, StorageError

MICROS = 1_000_000
ANY_MODEL = "*"
PROBE_SECONDS = 600
"""How often an upstream that needs its operator is asked whether it does again; a no is free."""
MINUTE_SECONDS = 30
MODEL_SECONDS = 24 * 3600
PAUSE_SECONDS = 60
FAILURES_TO_PAUSE = 3
HOUR = 3600 * MICROS

_WHOLE_KEY = frozenset(
    {
        ErrorKind.BILLING_EXHAUSTED,
        ErrorKind.SPEND_LIMIT,
        ErrorKind.AUTH_INVALID,
        ErrorKind.PERMISSION_DENIED,
        ErrorKind.REGION_BLOCKED,
        ErrorKind.ACCOUNT_SUSPENDED,
    }
)
_ANSWERED = frozenset(
    {
        ErrorKind.CONTENT_BLOCKED,
        ErrorKind.RECITATION,
        ErrorKind.NO_IMAGE,
        ErrorKind.TEXT_ONLY,
        ErrorKind.TRUNCATED,
        ErrorKind.INVALID_IMAGE,
        ErrorKind.PAYLOAD_TOO_LARGE,
        ErrorKind.INVALID_REQUEST,
    }
)
"""Whoever answers like this works; it was the wish that could not be met."""
_PASSING = frozenset({ErrorKind.OVERLOADED, ErrorKind.UPSTREAM_ERROR, ErrorKind.CONNECT_FAILED})
CLOSING = _WHOLE_KEY.union(
    _PASSING, (ErrorKind.RATE_LIMITED, ErrorKind.QUOTA_DAILY, ErrorKind.MODEL_UNAVAILABLE)
)
"""After these a line is left alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way to an upstream. `key` is a short hash of the API key, never the key."""

    provider: str
    key: str
    model: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """Why a line is not used, and from when (microseconds UTC) it may be tried again.

    `scope` is the window that was used up, where the upstream told.
    """

    line: Line
    kind: ErrorKind
    opened_at: int
    retry_at: int
    scope: Scope | None = None


@dataclass(eq=False)
class Closed(ProviderError):
    """No call was made, because the line has been closed since; says nothing new about it."""


class Health:
    """Open breakers, in memory and in the database.

    `zones` names, by provider, the time zone whose midnight begins a new quota there. `patience`
    is the seconds after which an upstream that needs its operator is asked again; `longest` caps
    every pause, for a demo in which nobody should be locked out.
    """

    def __init__(
        self,
        *,
        database: Database,
        now: Callable[[], int],
        zones: Mapping[str, str] | None = None,
        patience: int = PROBE_SECONDS,
        longest: int | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._zones = {name: ZoneInfo(zone) for name, zone in (zones or {}).items()}
        self._patience = patience
        self._longest = longest
        self._open: dict[Line, Breaker] = {}
        self._failures: dict[Line, int] = {}
        self._probes: dict[Line, asyncio.Event] = {}
        self._changes = 0
        self._unstored: set[Line] = set()
        self._log = structlog.get_logger("providers")

    async def refresh(self) -> None:
        """Take over the breakers that are stored: an operator or another process may change them.

        What is known already stays when the database cannot be asked.
        """
        changes = self._changes
        try:
            rows = await self._database.read(lambda tx: tx.all("breakers"))
        except StorageError:
            return
        if changes == self._changes:
            stored = {breaker.line: breaker for breaker in map(_breaker, rows)}
            kept = {line: found for line, found in self._open.items() if line in self._unstored}
            gone = self._unstored - kept.keys()
            self._open = {line: stored[line] for line in stored.keys() - gone} | kept

    def breakers(self) -> list[Breaker]:
        """Every open breaker."""
        return list(self._open.values())

    def obstacle(self, line: Line) -> Breaker | None:
        """What keeps this line from being used now; None when it may be, if only to see."""
        known = (self._open.get(place) for place in _places(line))
        return next((found for found in known if found and found.retry_at > self._now()), None)

    def check(self, provider: str, key: str, model: str) -> None:
        """Raise Closed where a line may not be used now."""
        breaker = self.obstacle(Line(provider, key, model))
        if breaker is not None:
            wait = self.wait(breaker)
            raise Closed(breaker.kind, provider, retry_after=wait, scope=breaker.scope)

    def wait(self, breaker: Breaker) -> int:
        """Whole seconds until a closed line may be tried again, at least one."""
        return max(1, -(-(breaker.retry_at - self._now()) // MICROS))

    def probed(self, line: Line) -> bool:
        """Whether a call is just finding out if this line works again."""
        return any(place in self._probes for place in _places(line))

    async def settled(self, line: Line) -> None:
        """Wait while somebody else's call is finding out whether this line works again."""
        for place in _places(line):
            while probe := self._probes.get(place):
                await probe.wait()

    @asynccontextmanager
    async def call(self, line: Line) -> AsyncIterator[None]:
        """One call over this line; its end closes or opens breakers.

        It closes only what it was let through to see: a breaker that opened meanwhile knows better.
        """
        over = asyncio.Event()
        probed = [self._open[place] for place in _places(line) if place in self._open]
        self._probes.update(dict.fromkeys([breaker.line for breaker in probed], over))
        try:
            yield
        except Closed:
            raise
        except ProviderError as error:
            if error.kind in _ANSWERED:
                await self._succeeded(line, probed)
            else:
                await self._failed(line, error, probed)
            raise
        else:
            await self._succeeded(line, probed)
        finally:
            for breaker in probed:
                self._probes.pop(breaker.line, None)
            over.set()

    async def reset(self, provider: str) -> int:
        """Close every breaker of a provider, as its operator says it works; how many."""
        lines = [line for line in self._open if line.provider == provider]
        for line in lines:
            del self._open[line]
        await self._write(lambda tx: _forget(tx, lines))
        return len(lines)

    async def _keep(
        self, lines: Sequence[Line], work: Callable[[Transaction], Awaitable[None]]
    ) -> None:
        """As `_write`, but how a call ended matters more than that this could be stored."""
        self._unstored.update(lines)
        with suppress(StorageError):
            await self._write(work)
            self._unstored.difference_update(lines)

    async def _write(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        """Store what has just changed here; a refresh that began before it is over is stale."""
        self._changes += 1
        try:
            await self._database.write(work)
        finally:
            self._changes += 1

    async def _succeeded(self, line: Line, probed: Sequence[Breaker]) -> None:
        self._failures.pop(line, None)
        closed = [found.line for found in probed if self._open.get(found.line) == found]
        for place in closed:
            del self._open[place]
            self._log.info("upstream works again", **asdict(place))
        if closed:
            await self._keep(closed, lambda tx: _forget(tx, closed))

    async def _failed(self, line: Line, error: ProviderError, probed: Sequence[Breaker]) -> None:
        """Open the breaker that fits, if any: for the model, for the key, or for a while."""
        retry_at = self._retry_at(line, error)
        if retry_at is not None:
            place = Line(line.provider, line.key, ANY_MODEL) if error.kind in _WHOLE_KEY else line
            await self._close(place, error.kind, retry_at, _scope(error))
            return
        for found in probed:
            # The call was let through to see, and did not see that the line works.
            again_at = self._now() + PAUSE_SECONDS * MICROS
            await self._close(found.line, found.kind, again_at, found.scope)

    async def _close(
        self, place: Line, kind: ErrorKind, retry_at: int, scope: Scope | None
    ) -> None:
        if self._longest is not None:
            retry_at = min(retry_at, self._now() + self._longest * MICROS)
        breaker = Breaker(place, kind, self._now(), retry_at, scope)
        self._open[place] = breaker
        log = self._log.warning if kind in NEEDS_OPERATOR else self._log.info
        log("upstream left alone", **asdict(place), kind=kind, seconds=self.wait(breaker))
        await self._keep([place], lambda tx: _remember(tx, breaker))

    def _retry_at(self, line: Line, error: ProviderError) -> int | None:
        now = self._now()
        if error.kind is ErrorKind.RATE_LIMITED:
            return now + (error.retry_after or MINUTE_SECONDS) * MICROS
        scope = _scope(error)
        if scope not in (None, Scope.TOTAL):
            return self._next_window(line.provider, scope, now)
        if error.kind is ErrorKind.MODEL_UNAVAILABLE:
            return now + MODEL_SECONDS * MICROS
        if error.kind in _WHOLE_KEY:
            return now + max(error.retry_after or 0, self._patience) * MICROS
        if error.kind in _PASSING:
            self._failures[line] = self._failures.get(line, 0) + 1
            if self._failures[line] >= FAILURES_TO_PAUSE:
                return now + max(error.retry_after or 0, PAUSE_SECONDS) * MICROS
        return None

    def _next_window(self, provider: str, scope: Scope, now: int) -> int:
        """When a limit of this scope begins anew, by the upstream's own midnight."""
        if scope is Scope.HOUR:
            return (now // HOUR + 1) * HOUR
        zone = self._zones.get(provider, UTC)
        here = datetime.fromtimestamp(now / MICROS, UTC).astimezone(zone)
        today = here.replace(hour=0, minute=0, second=0, microsecond=0)
        if scope is Scope.DAY:
            first = today + timedelta(days=1)
        else:
            first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return int(first.timestamp()) * MICROS


def _scope(error: ProviderError) -> Scope | None:
    return Scope.DAY if error.kind is ErrorKind.QUOTA_DAILY else error.scope


def _places(line: Line) -> tuple[Line, Line]:
    return line, Line(line.provider, line.key, ANY_MODEL)


def _breaker(row: Row) -> Breaker:
    line = Line(row["provider"], row["key"], row["model"])
    scope = Scope(row["scope"]) if row["scope"] else None
    return Breaker(line, ErrorKind(row["kind"]), row["opened_at"], row["retry_at"], scope)


async def _remember(tx: Transaction, breaker: Breaker) -> None:
    await tx.run(
        "open_breaker",
        provider=breaker.line.provider,
        key=breaker.line.key,
        model=breaker.line.model,
        kind=breaker.kind,
        opened_at=breaker.opened_at,
        retry_at=breaker.retry_at,
        scope=breaker.scope,
    )


async def _forget(tx: Transaction, lines: list[Line]) -> None:
    for line in lines:
        await tx.run("close_breaker", provider=line.provider, key=line.key, model=line.model)
