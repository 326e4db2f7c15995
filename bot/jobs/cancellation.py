"""Taking a request back: while it waits and while it is drawn, in whichever process that is.

The job is taken from whoever has it and ended, in the transaction that gives back what is held. The
run that had it finds its lease gone: here at once, elsewhere at its next beat, and at the latest
when it wants to write. What a call that has left may cost stays on record in doubt.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.db.database import Database, Transaction
from bot.errors import JobUnknown
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.calls import LOOK_AFTER
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.job import Job, JobState
from bot.jobs.lease import Leases
from bot.jobs.payers import Payers
from bot.jobs.question import LASTS
from bot.pressing import Cancelled, TooLateToCancel


class Cancellations:
    """`tell` tells what a job came to; `dispatcher` knows what this process is at."""

    def __init__(
        self,
        *,
        database: Database,
        payers: Payers,
        leases: Leases,
        store: ImageStore,
        tell: Callable[[Job], Awaitable[None]],
        dispatcher: InProcessDispatcher,
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._payers = payers
        self._leases = leases
        self._store = store
        self._tell = tell
        self._dispatcher = dispatcher
        self._new_id = new_id
        self._log = structlog.get_logger("jobs")

    async def find(self, job_id: str, member_id: int) -> Job:
        """The job that a button names, for the one who presses it; raises JobUnknown."""
        job = await self._database.read(lambda tx: queue.get(tx, job_id))
        if job is None or not job.place.visible_to(member_id):
            raise JobUnknown
        return job

    async def cancel(self, job: Job, *, reply_token: str) -> None:
        """End a queued or running job: nothing is charged, nothing more is asked for or shown.

        `reply_token` is of the press, and outlives that of the card. One that somebody has just
        cancelled is left alone. Raises TooLateToCancel where the pictures are there, or it came to
        nothing meanwhile.
        """
        token, now = self._new_id(), self._leases.now()

        async def end(tx: Transaction) -> Job | None:
            until = self._leases.until()
            ended = await queue.cancel(tx, job.id, token=token, now=now, until=until)
            if ended is None:
                return None
            await tx.run("abandon_attempts", job_id=job.id, now=now, look_at=now + LOOK_AFTER)
            await tx.run("forget_turns", job_id=job.id)
            await self._payers.release(tx, ended.reservation_id, reserved=ended.reserved)
            return ended

        ended = await self._database.write(end)
        if ended is None:
            await self._check(job)
            return
        self._log.info("job cancelled", job=job.id, was=job.state)
        await self._dispatcher.stop(job.id)
        place = replace(ended.place, reply_token=reply_token)
        await self._tell(ended.evolve(place=place, created_at=now))
        if ended.forgotten:
            await self._clear(ended)

    async def _check(self, job: Job) -> None:
        current = await self._database.read(lambda tx: queue.get(tx, job.id))
        cancelled = current is not None and current.state is JobState.CANCELLED
        if current is None or not cancelled or current.failure != Cancelled.key:
            raise TooLateToCancel

    async def _clear(self, job: Job) -> None:
        """Remove what was drawn of it, as far as nobody else has it."""
        after = self._leases.now() - LASTS
        rows = await self._database.read(
            lambda tx: tx.all("pictures_of_none", job_id=job.id, asked_after=after)
        )
        for row in rows:
            await self._store.remove(queue.image(row))
