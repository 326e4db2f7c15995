"""How fast one key is used: calls a minute and calls open together, shared through the database.

Every process on one database sees the same row for a key, so all of them together stay within its
limits. Within a process members wait in rotation, so that a busy one starves nobody.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Protocol

from bot.db.database import Database, Transaction
from bot.db.whole import whole
from bot.errors import StorageError
from bot.rhythm import MINUTE, Rhythm
from bot.turns import Turns

MICROS = 1_000_000
LEASE_SECONDS = 15 * 60
"""A call that is not over by then was left by a process that is gone."""
USUAL_SECONDS = 20.0
"""A picture takes about so long, until a key's own calls have told."""
LOOK_SECONDS = 1.0
"""How often to look whether another process has ended a call."""


Check = Callable[[], None]
"""Raises ProviderError where a call must not be made any more, as was found out meanwhile."""


class Gate(Protocol):
    """Where a call waits until its key may be used."""

    def call(self, party: int, check: Check) -> AbstractAsyncContextManager[None]:
        """Wait on behalf of a member (0 for the operator), then hold the place for one call.

        `check` is made whenever the wait has come a step further; what it raises ends the wait.
        """

    def delay(self, party: int) -> float:
        """Seconds a member's call that came now would wait, as far as can be told."""


class OpenGate:
    """The gate of a key without limits."""

    @asynccontextmanager
    async def call(self, party: int, check: Check) -> AsyncIterator[None]:
        del party
        check()
        yield

    def delay(self, party: int) -> float:
        del party
        return 0.0


class PacedGate:
    """The gate of one key, known by its fingerprint.

    At most `rpm` calls begin in any minute, of which a tenth may come at once; at most
    `concurrency` are open. Raises StorageError where the database cannot be asked.
    """

    def __init__(
        self,
        *,
        key: str,
        rpm: int | None,
        concurrency: int | None,
        database: Database,
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[object]],
        new_id: Callable[[], str],
    ) -> None:
        self._key = key
        self._concurrency = concurrency
        self._database = database
        self._now = now
        self._sleep = sleep
        self._new_id = new_id
        self._rhythm = Rhythm.of(rpm) if rpm else Rhythm(0, 0)
        self._next_at = 0
        self._seconds = USUAL_SECONDS
        self._line = Turns(1)
        self._slots = Turns(concurrency) if concurrency else None

    def delay(self, party: int) -> float:
        ahead = self._line.ahead(party) + (self._slots.ahead(party) if self._slots else 0)
        due = self._rhythm.wait(self._next_at, self._now()) + ahead * self._rhythm.interval
        busy = 0.0
        if self._slots and self._concurrency and self._slots.full:
            busy = self._seconds * (1 + self._slots.ahead(party)) / self._concurrency
        return max(due / MICROS, busy)

    @asynccontextmanager
    async def call(self, party: int, check: Check) -> AsyncIterator[None]:
        call_id = self._new_id()
        check()
        async with self._slots.turn(party) if self._slots else nullcontext():
            try:
                async with self._line.turn(party):
                    check()
                    while wait := await self._asked(call_id):
                        await self._sleep(wait)
                        check()
                began = self._now()
                yield
                self._learn((self._now() - began) / MICROS)
            finally:
                if self._concurrency:
                    # What the call brought is worth more than its place, which ends by itself.
                    with suppress(StorageError):
                        await self._database.write(lambda tx: tx.run("end_call", id=call_id))

    def _learn(self, seconds: float) -> None:
        """How long a call takes, the last ones weighing most."""
        self._seconds += (max(0.0, seconds) - self._seconds) / 4

    async def _asked(self, call_id: str) -> float:
        return await whole(self._database.write(lambda tx: self._ask(tx, call_id)))

    async def _ask(self, tx: Transaction, call_id: str) -> float:
        """Seconds to wait before asking again; 0.0 when the call may begin, which is noted."""
        now = self._now()
        # The row is locked from here on, where an engine locks rows.
        row = await tx.one("touch_pace", key=self._key, now=now)
        next_at = int(row["next_at"]) if row else now
        if next_at > now + 2 * MINUTE:
            # No call is due so late: the clock was set back. One minute makes sure.
            next_at = now + MINUTE
            await tx.run("set_pace", key=self._key, next_at=next_at)
        if wait := self._rhythm.wait(next_at, now):
            self._next_at = next_at
            return wait / MICROS
        if self._concurrency:
            await tx.run("drop_dead_calls", key=self._key, now=now)
            begun = await tx.run(
                "begin_call",
                id=call_id,
                key=self._key,
                until=now + LEASE_SECONDS * MICROS,
                most=self._concurrency,
            )
            if not begun:
                return LOOK_SECONDS
        self._next_at = self._rhythm.after(next_at, now)
        await tx.run("set_pace", key=self._key, next_at=self._next_at)
        return 0.0
