"""What wakes a runner up. Correctness rests on the jobs table alone, never on a wake-up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog


class Dispatcher(Protocol):
    def wake(self, job_id: str) -> None:
        """Have the job run soon, here or elsewhere."""


class InProcessDispatcher:
    """A task per job in this process; the runner itself limits how many work at once."""

    def __init__(self, run: Callable[[str], Awaitable[None]]) -> None:
        self._run = run
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("jobs")

    def wake(self, job_id: str) -> None:
        task = asyncio.create_task(self._work(job_id), name=f"job-{job_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, grace: float) -> int:
        """Let running jobs finish for `grace` seconds, then stop them; how many were stopped."""
        deadline = asyncio.get_running_loop().time() + grace
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        late = tuple(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def _work(self, job_id: str) -> None:
        try:
            await self._run(job_id)
        except Exception:  # noqa: BLE001 - the row says where it stands; the next start goes on
            self._log.exception("job left where it stands", job=job_id)
