"""How a run shows that it is alive, and learns that its job has been taken from it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.db.database import Database
from bot.errors import StorageError
from bot.jobs import queue
from bot.jobs.queue import Fenced

MICROS = 1_000_000
BEATS = 3
"""So often within a lease it is renewed."""


Renew = Callable[..., Awaitable[None]]
"""Writes a later end of a claim, as `queue.renew`; raises Fenced where it is no longer ours."""


class Held(Protocol):
    """What a claim can be on: a job, or a batch."""

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Leases:
    """Renews claims: `seconds` is how long one counts, `tick` sleeps that long in real time."""

    database: Database
    now: Callable[[], int]
    tick: Callable[[float], Awaitable[object]]
    seconds: float

    def until(self) -> int:
        """When a lease ends that is renewed now, in microseconds UTC."""
        return self.now() + int(self.seconds * MICROS)

    @asynccontextmanager
    async def hold(self, job: Held, *, renew: Renew = queue.renew) -> AsyncIterator[None]:
        """Renew a lease as long as this lasts; raises Fenced once the job has been taken over."""
        run = asyncio.current_task()
        lost = asyncio.Event()

        async def beat() -> None:
            while await self._renew(job, renew):
                await self.tick(self.seconds / BEATS)
            lost.set()
            if run is not None:
                run.cancel()

        heart = asyncio.create_task(self._begin(beat), name=f"lease-{job.id}")
        try:
            yield
        except asyncio.CancelledError:
            if run is not None and lost.is_set() and not run.uncancel():
                raise Fenced from None
            raise
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart

    async def _begin(self, beat: Callable[[], Awaitable[None]]) -> None:
        """The first beat comes later: the claim itself was one."""
        await self.tick(self.seconds / BEATS)
        await beat()

    async def _renew(self, job: Held, renew: Renew) -> bool:
        """Whether the job is still ours, as far as can be told."""
        try:
            await self.database.write(lambda tx: renew(tx, job, until=self.until()))
        except Fenced:
            return False
        except StorageError as error:
            # Who would take the job over could not write either; the next beat will show.
            structlog.get_logger("jobs").warning("lease not renewed", job=job.id, error=str(error))
        return True
