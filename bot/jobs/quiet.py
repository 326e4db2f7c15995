"""Keeps the lines of a batch from having cards of their own: they are shown together."""

from collections.abc import Callable, Sequence

from bot.db.database import Database
from bot.errors import PlantainError
from bot.jobs.delivery import Delivery, Picture
from bot.jobs.job import Job, Receipt, Shortfall


class Quiet:
    """A Delivery before another. `nudge` has a batch looked at, by its id.

    What comes after a line's end, and is free, is shown as any other picture. What an operator has
    drawn again is no line: what it came to is told by itself.
    """

    def __init__(
        self, delivery: Delivery, *, database: Database, nudge: Callable[[str], None]
    ) -> None:
        self._delivery = delivery
        self._database = database
        self._nudge = nudge

    async def queued(self, job: Job, ahead: int, ready_at: int | None = None) -> bool:
        return self._hushed(job) or await self._delivery.queued(job, ahead, ready_at)

    async def postponed(self, job: Job, begins_at: int) -> bool:
        return self._hushed(job) or await self._delivery.postponed(job, begins_at)

    async def drawing(self, job: Job, ready_at: int | None = None) -> bool:
        return self._hushed(job) or await self._delivery.drawing(job, ready_at)

    async def waiting(self, job: Job, wait: float) -> bool:
        return self._hushed(job) or await self._delivery.waiting(job, wait)

    async def deliver(
        self, job: Job, pictures: Sequence[Picture], receipt: Receipt, shortfall: Shortfall | None
    ) -> int | None:
        return await self._delivery.deliver(job, pictures, receipt, shortfall)

    async def amend(self, job: Job, pictures: Sequence[Picture], receipt: Receipt) -> bool | None:
        return self._hushed(job) or await self._delivery.amend(job, pictures, receipt)

    async def cancelled(self, job: Job) -> bool:
        return await self._told(job) or await self._delivery.cancelled(job)

    async def explain(self, job: Job, error: PlantainError) -> bool:
        return await self._told(job) or await self._delivery.explain(job, error)

    async def _told(self, job: Job) -> bool:
        """Whether its batch says what became of it."""
        if job.batch_id is None:
            return False
        row = await self._database.read(lambda tx: tx.one("batch_line_of", job_id=job.id))
        return row is not None and self._hushed(job)

    def _hushed(self, job: Job) -> bool:
        if job.batch_id is None:
            return False
        self._nudge(job.batch_id)
        return True
