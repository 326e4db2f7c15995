"""Those who wait for a slot, and what their cards say of it as the queue moves."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass

import structlog

from bot.jobs.delivery import Delivery
from bot.jobs.estimates import Estimates
from bot.jobs.job import Job

PAUSE = 1.0
"""Seconds between two cards that are shown anew because others have gone in."""


@dataclass(slots=True, eq=False)
class _Guest:
    """A job that waits; `ahead` is what its card says, `turn` orders cards by when they said so."""

    job: Job
    ahead: int | None = None
    turn: int = 0


class Lobby:
    """`order` names the jobs that wait, the next one first; `tick` sleeps in real time."""

    def __init__(
        self,
        *,
        order: Callable[[], Sequence[str]],
        delivery: Delivery,
        estimates: Estimates | None,
        tick: Callable[[float], Awaitable[object]],
    ) -> None:
        self._order = order
        self._delivery = delivery
        self._estimates = estimates
        self._tick = tick
        self._guests: dict[str, _Guest] = {}
        self._shown = 0
        self._round: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def enter(self, job: Job) -> None:
        """A job begins to wait; its place is shown as soon as it has one."""
        guest = self._guests[job.id] = _Guest(job)
        self._start(self._show(guest))

    def leave(self, job_id: str) -> None:
        """It waits no longer; who waited behind it is shown so, one after the other."""
        self._guests.pop(job_id, None)
        if self._guests and self._round is None:
            self._round = self._start(self._go_round())
        elif not self._guests and self._round is not None:
            self._round.cancel()

    async def close(self) -> None:
        """Show nothing more."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name="lobby")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _go_round(self) -> None:
        """Show every card that is wrong by now, those first that were shown longest ago."""
        try:
            while True:
                await self._tick(PAUSE)
                places = self._places()
                wrong = [
                    guest
                    for job_id, guest in self._guests.items()
                    if job_id in places and guest.ahead != places[job_id]
                ]
                if not wrong:
                    return
                await self._show(min(wrong, key=lambda guest: guest.turn))
        finally:
            self._round = None

    async def _show(self, guest: _Guest) -> None:
        ahead = self._places().get(guest.job.id)
        if ahead is None:
            return
        guest.ahead = ahead
        self._shown += 1
        guest.turn = self._shown
        try:
            ready_at = None
            if self._estimates is not None:
                ready_at = await self._estimates.ready_at(guest.job, ahead)
            await self._delivery.queued(guest.job, ahead, ready_at)
        except Exception:  # noqa: BLE001 - only the card stays as it is; the job waits all the same
            structlog.get_logger("jobs").exception("card not shown", job=guest.job.id)

    def _places(self) -> dict[str, int]:
        return {job_id: place for place, job_id in enumerate(self._order())}
