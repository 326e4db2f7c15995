"""What a stop does to running jobs."""

import asyncio

import structlog.testing

from bot.jobs.dispatch import InProcessDispatcher


async def test_closing_lets_running_jobs_finish():
    may_finish, finished = asyncio.Event(), []

    async def run(job_id):
        await may_finish.wait()
        finished.append(job_id)

    dispatcher = InProcessDispatcher(run)
    dispatcher.wake("a")
    dispatcher.wake("b")
    closing = asyncio.create_task(dispatcher.close(60))
    await asyncio.sleep(0)
    may_finish.set()

    assert await closing == 0
    assert sorted(finished) == ["a", "b"]


async def test_closing_stops_what_takes_longer_than_its_grace():
    started, cancelled = asyncio.Event(), []

    async def run(job_id):
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(job_id)
            raise

    dispatcher = InProcessDispatcher(run)
    dispatcher.wake("slow")
    await started.wait()

    assert await dispatcher.close(0.0) == 1
    assert cancelled == ["slow"]


async def test_a_run_that_raises_is_logged_and_harms_no_other():
    done = []

    async def run(job_id):
        if job_id == "bad":
            raise RuntimeError("our bug")
        done.append(job_id)

    with structlog.testing.capture_logs() as logs:
        dispatcher = InProcessDispatcher(run)
        dispatcher.wake("bad")
        dispatcher.wake("good")
        await dispatcher.close(10)

    assert done == ["good"]
    [line] = [line for line in logs if line["log_level"] == "error"]
    assert line["job"] == "bad"
