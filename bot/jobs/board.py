"""Keeps what people see of a job's progress from getting in the way of its end.

Discord takes one change of a message after the other, and makes us wait when they are too many. So
a job's card changes once in a while, and never while it is being changed; of what comes meanwhile
only the last is shown, and nothing once the end is due.

Who is frozen between looking at the job and Discord taking the change lays old progress over what
another has shown since. So whoever has shown progress looks again, and has the card shown anew.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.db.database import Database
from bot.errors import PlantainError, StorageError
from bot.jobs import queue
from bot.jobs.delivery import Delivery, Picture
from bot.jobs.job import ENDED, Job, JobState, Receipt, Shortfall

PACE = 3.0
"""Seconds between two changes of a job's card, but for the last."""
GRACE = 1.0
"""Seconds that a change under way may hold up the end."""
KEPT = 1000
"""Cards that are remembered before those that rest are forgotten."""

OPEN = frozenset({JobState.QUEUED, JobState.RUNNING})
"""What ends such a job is shown later than what is shown now."""

Show = Callable[[], Awaitable[bool]]


@dataclass(slots=True, eq=False)
class _Card:
    """What is shown `next` of a job, by which task, and since when it shows what it does.

    The task `waits` for its time; `ends` are under way.
    """

    next: Show | None = None
    task: asyncio.Task[None] | None = None
    shown_at: float | None = None
    waits: bool = False
    ends: int = 0

    @property
    def open(self) -> bool:
        return not self.ends


class Board:
    """A Delivery before another: progress returns at once, and is shown when it may be.

    `monotonic` is in seconds, `now` in microseconds UTC.
    """

    def __init__(
        self,
        delivery: Delivery,
        *,
        database: Database,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._delivery = delivery
        self._database = database
        self._now = now
        self._monotonic = monotonic
        self._sleep = sleep
        self._cards: dict[str, _Card] = {}

    async def queued(self, job: Job, ahead: int, ready_at: int | None = None) -> bool:
        return self._offer(job, lambda: self._delivery.queued(job, ahead, ready_at))

    async def postponed(self, job: Job, begins_at: int) -> bool:
        return self._offer(job, lambda: self._delivery.postponed(job, begins_at))

    async def drawing(self, job: Job, ready_at: int | None = None) -> bool:
        return self._offer(job, lambda: self._delivery.drawing(job, ready_at))

    async def waiting(self, job: Job, wait: float) -> bool:
        return self._offer(job, lambda: self._delivery.waiting(job, wait))

    async def deliver(
        self, job: Job, pictures: Sequence[Picture], receipt: Receipt, shortfall: Shortfall | None
    ) -> int | None:
        async with self._end(job):
            return await self._delivery.deliver(job, pictures, receipt, shortfall)

    async def amend(self, job: Job, pictures: Sequence[Picture], receipt: Receipt) -> bool | None:
        async with self._end(job):
            return await self._delivery.amend(job, pictures, receipt)

    async def cancelled(self, job: Job) -> bool:
        async with self._end(job):
            return await self._delivery.cancelled(job)

    async def explain(self, job: Job, error: PlantainError) -> bool:
        async with self._end(job):
            return await self._delivery.explain(job, error)

    async def close(self) -> None:
        """Show no more progress."""
        tasks = [card.task for card in self._cards.values() if card.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _offer(self, job: Job, show: Show) -> bool:
        """Whether it may be shown."""
        if len(self._cards) >= KEPT:
            self._forget_old()
        card = self._cards.setdefault(job.id, _Card())
        if not card.open:
            return False
        card.next = show
        if card.task is None:
            card.task = asyncio.create_task(self._work(job, card), name=f"card-{job.id}")
        return True

    async def _work(self, job: Job, card: _Card) -> None:
        """Show what there is, as often as may be, until there is no more."""
        try:
            while card.next is not None:
                await self._wait(card)
                show, card.next = card.next, None
                if await self._is_so(job) and card.open:
                    seen = await show()
                    card.shown_at = self._monotonic()
                    if seen:
                        await self._look_back(job)
        except Exception:  # noqa: BLE001 - a card is not worth the pictures, which are paid for
            structlog.get_logger("jobs").exception("card not shown", job=job.id)
        finally:
            card.task = None

    async def _wait(self, card: _Card) -> None:
        left = 0.0 if card.shown_at is None else card.shown_at + PACE - self._monotonic()
        if left > 0:
            card.waits = True
            try:
                await self._sleep(left)
            finally:
                card.waits = False

    def _forget_old(self) -> None:
        """Of jobs that went on elsewhere, whose end is not shown here."""
        rests = self._monotonic() - PACE
        self._cards = {
            job_id: card
            for job_id, card in self._cards.items()
            if card.task or card.ends or (card.shown_at or 0.0) > rests
        }

    async def _is_so(self, job: Job) -> bool:
        """Whether whoever says so has the job still, as far as can be told."""
        try:
            current = await self._database.read(lambda tx: queue.get(tx, job.id))
        except StorageError:
            return True
        return current is not None and (current.state, current.claim) == (job.state, job.claim)

    async def _look_back(self, job: Job) -> None:
        """Have the card shown anew where another may have ended the job before this was seen."""

        current = await self._database.read(lambda tx: queue.get(tx, job.id))
        if current is None or current.state in OPEN:
            return
        if current.state in ENDED or current.claim != job.claim:
            structlog.get_logger("jobs").warning("progress shown after the end", job=job.id)
            await self._database.write(lambda tx: queue.owe_card(tx, job, now=self._now()))

    @asynccontextmanager
    async def _end(self, job: Job) -> AsyncIterator[None]:
        """Drop what waits, let what is under way be over or stop it, and show nothing meanwhile."""
        card = self._cards.setdefault(job.id, _Card())
        card.ends += 1
        card.next = None
        try:
            if (task := card.task) is not None:
                if not card.waits:
                    await asyncio.wait([task], timeout=GRACE)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            yield
        finally:
            card.ends -= 1
            if not card.ends:
                self._cards.pop(job.id, None)
