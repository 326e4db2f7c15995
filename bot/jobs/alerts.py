"""Tells that much of a pool, a limit or a key is used: one message for each part of a window.

It looks after a job has ended, when its credits are settled, and nobody waits for it. A row decides
who tells, so that two processes never do; it is claimed before the message and ended after it. What
a crash left in between is told again once the claim is over, under the same nonce, so that Discord
shows it once within minutes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Protocol

import structlog

from bot.db.database import Database, Transaction
from bot.errors import DeliveryFailed
from bot.jobs import levels
from bot.jobs.levels import Alert, Level
from bot.jobs.outlets import Outlet, outlet
from bot.quotas.quotas import Quotas

MICROS = 1_000_000
WAITS = (5.0, 15.0, 45.0, 120.0)
"""Seconds before a message is tried again, when Discord cannot be reached."""
CLAIM = 300 * MICROS
"""How long whoever raised an alert is left to tell it; longer than all WAITS."""


class Teller(Protocol):
    """Who knows how to reach people."""

    async def tell(self, alert: Alert, where: Outlet) -> None:
        """Tell a server, there or else by its owner, or the operators; raises DeliveryFailed.

        The same alert may be told again after a crash.
        """


class Alerts:
    """`now` in microseconds UTC. `more` reads other levels for operators, such as those of keys."""

    def __init__(
        self,
        *,
        database: Database,
        quotas: Quotas,
        teller: Teller,
        now: Callable[[], int],
        new_id: Callable[[], str],
        sleep: Callable[[float], Awaitable[None]],
        more: Callable[[], Awaitable[Sequence[Level]]] | None = None,
    ) -> None:
        self._database = database
        self._quotas = quotas
        self._teller = teller
        self._now = now
        self._new_id = new_id
        self._sleep = sleep
        self._more = more
        self._ended: set[str] = set()
        self._looking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("alerts")

    def after(self, run: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        """`run`, which sees a job to its end, with a look at what it used up; it waits for none."""

        async def run_and_look(job_id: str) -> None:
            await run(job_id)
            self._ended.add(job_id)
            if self._looking is None:
                self._looking = self._start(self._look())

        return run_and_look

    def reached(self, *found: Level) -> None:
        """Have levels told that are new; for who counts something of their own. Waits for none."""
        if any(level.percent for level in found):
            self._start(self._raise(found))

    def start(self) -> None:
        """Tell what a stopped process has left untold."""
        self._start(self._resume())

    async def close(self) -> None:
        """Stop; what is not told is told after the next start."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work), name="alerts")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - whatever it was, the next look may be better
            self._log.exception("an alert was not told")

    async def _look(self) -> None:
        """Once for all jobs that have ended meanwhile."""
        try:
            while self._ended:
                jobs, self._ended = self._ended, set()
                found = await self._database.read(partial(self._levels, jobs))
                await self._raise([*found, *(await self._more() if self._more else ())])
        finally:
            self._looking = None
        await self._resume(once=True)

    async def _levels(self, jobs: set[str], tx: Transaction) -> list[Level]:
        rows = [await tx.one("guild_of_job", id=job) for job in jobs]
        found: dict[Level, None] = {}
        for guild_id in {row["guild_id"] or 0 for row in rows if row}:
            found |= dict.fromkeys(await levels.levels(tx, self._quotas, guild_id))
        return list(found)

    async def _raise(self, found: Sequence[Level]) -> None:
        new = await self._database.read(lambda tx: levels.news(tx, found))
        for level in new:
            alert = await self._database.write(partial(self._put, level))
            if alert is not None:
                self._start(self._tell(alert))

    async def _put(self, level: Level, tx: Transaction) -> Alert | None:
        now = self._now()
        return await levels.put(tx, level, new_id=self._new_id, now=now, claimed_until=now + CLAIM)

    async def _resume(self, *, once: bool = False) -> None:
        """Take on what nobody is at work on; at a start also once those who may be had their time.

        A claim that is not over then is a living process's.
        """
        row = await self._database.read(lambda tx: tx.one("next_claim"))
        if row is None or row["at"] is None:
            return
        wait = row["at"] - self._now()
        if wait > 0:
            if once:
                return
            await self._sleep(wait / MICROS)
        for alert in await self._database.write(self._claim):
            self._start(self._tell(alert))

    async def _claim(self, tx: Transaction) -> list[Alert]:
        now = self._now()
        return await levels.claim(tx, now=now, claimed_until=now + CLAIM)

    async def _tell(self, alert: Alert) -> None:
        for wait in (*WAITS, None):
            try:
                await self._tell_now(alert)
                break
            except DeliveryFailed as error:
                facts = {"subject": alert.level.subject, "percent": alert.percent}
                self._log.warning("alert not told", problem=error.problem, **facts)
                if not error.unreachable:
                    break
                if wait is None:
                    return
                await self._sleep(wait)
        await self._database.write(lambda tx: tx.run("end_alert", id=alert.id, now=self._now()))

    async def _tell_now(self, alert: Alert) -> None:
        """Unless its window is over, or the server no longer wants to be told."""
        level = alert.level
        where = await self._database.read(lambda tx: outlet(tx, level.guild_id))
        over = level.opens_at is not None and level.opens_at <= self._now()
        if not over and not (level.guild_id and where.off):
            await self._teller.tell(alert, where)
