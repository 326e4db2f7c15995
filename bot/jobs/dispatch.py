"""What wakes a runner up. Correctness rests on the jobs table alone, never on a wake-up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

MICROS = 1_000_000
STOP_SECONDS = 1.0
"""For a run that is stopped; one that takes longer shows and writes nothing either."""


class Dispatcher(Protocol):
    def wake(self, job_id: str, *, wait: int = 0) -> None:
        """Have the job run in `wait` microseconds, here or elsewhere."""


class InProcessDispatcher:
    """A task per job in this process; the runner itself limits how many work at once.

    `run` sees a job to its end; `postpone` shows that it begins later, at a time in microseconds
    UTC, which `now` tells. A job that waits for its time takes no turn from another.
    """

    def __init__(
        self,
        run: Callable[[str], Awaitable[None]],
        *,
        postpone: Callable[[str, int], Awaitable[None]],
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._run = run
        self._postpone = postpone
        self._now = now
        self._sleep = sleep
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waits: dict[str, asyncio.Task[None]] = {}
        self._open = True
        self._log = structlog.get_logger("jobs")

    def has(self, job_id: str) -> bool:
        """Whether this process is at a job, or will be."""
        return job_id in self._tasks

    def wake(self, job_id: str, *, wait: int = 0) -> None:
        """As a Dispatcher; nothing for a job that is had already, or once closed."""
        if not self._open or job_id in self._tasks:
            return
        task = asyncio.create_task(self._work(job_id, wait), name=f"job-{job_id}")
        self._tasks[job_id] = task
        task.add_done_callback(lambda _task: self._tasks.pop(job_id, None))
        if wait:
            self._waits[job_id] = task

    async def stop(self, job_id: str) -> None:
        """Have this process no longer be at a job, as its row has been ended; nothing for others.

        What its run still writes is refused there.
        """
        task = self._tasks.get(job_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=STOP_SECONDS)

    async def rest(self) -> None:
        """Wait until this process is at no job."""
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def close(self, grace: float) -> int:
        """Let running jobs finish for `grace` seconds, then stop them; how many were stopped.

        Those whose time has not come are stopped at once. The next start goes on with them all.
        """
        self._open = False
        deadline = asyncio.get_running_loop().time() + grace
        early = tuple(self._waits.values())
        for task in early:
            task.cancel()
        await asyncio.gather(*early, return_exceptions=True)
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks.values(), timeout=left)
        late = tuple(self._tasks.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(early) + len(late)

    async def _work(self, job_id: str, wait: int) -> None:
        try:
            if wait:
                await self._wait(job_id, wait)
            await self._run(job_id)
        except Exception:  # noqa: BLE001 - the row says where it stands; the sweeper goes on
            self._log.exception("job left where it stands", job=job_id)

    async def _wait(self, job_id: str, wait: int) -> None:
        begins_at = self._now() + wait
        try:
            try:
                await self._postpone(job_id, begins_at)
            except Exception:  # noqa: BLE001 - only the card stays as it is
                self._log.exception("card not shown", job=job_id)
            # The clock may have been set back meanwhile.
            await self._sleep(min(wait, max(0, begins_at - self._now())) / MICROS)
        finally:
            self._waits.pop(job_id, None)
