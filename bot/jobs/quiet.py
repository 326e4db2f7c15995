"""Keeps the lines of a batch from having cards of their own: they are shown together."""

from collections.abc import Callable, Sequence

from bot.errors import PlantainError
from bot.jobs.delivery import Delivery, Picture
from bot.jobs.job import Job, Receipt, Shortfall


class Quiet:
    """A Delivery before another. `nudge` has a batch looked at, by its id.

    What comes after a line's end, and is free, is shown as any other picture.
    """

    def __init__(self, delivery: Delivery, *, nudge: Callable[[str], None]) -> None:
        self._delivery = delivery
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
        return self._hushed(job) or await self._delivery.cancelled(job)

    async def explain(self, job: Job, error: PlantainError) -> bool:
        return self._hushed(job) or await self._delivery.explain(job, error)

    def _hushed(self, job: Job) -> bool:
        if job.batch_id is None:
            return False
        self._nudge(job.batch_id)
        return True
