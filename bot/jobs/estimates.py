"""When a job's pictures may be there: by what such pictures took of late, or not at all."""

import math
from collections.abc import Callable

from bot.jobs.job import Job
from bot.providers.speed import Speeds

MICROS = 1_000_000


class Estimates:
    """`slots` jobs are drawn at a time; `now` in microseconds UTC."""

    def __init__(self, *, speeds: Speeds, slots: int, now: Callable[[], int]) -> None:
        self._speeds = speeds
        self._slots = slots
        self._now = now

    async def ready_at(self, job: Job, ahead: int | None = None) -> int | None:
        """For a job that is drawn from now on, or after `ahead` others that take as long as it.

        In microseconds UTC; None where nothing like it has been drawn there lately. The pictures of
        one job are drawn beside each other.
        """
        await self._speeds.refresh()
        request = job.request
        seconds = self._speeds.seconds(job.provider, request.model, request.resolution)
        if seconds is None or not math.isfinite(seconds):
            return None
        # While all slots are taken, one comes free each time that a part of a picture is drawn.
        waits = 0.0 if ahead is None else seconds * (ahead + 1) / self._slots
        return self._now() + int((waits + seconds) * MICROS)
