"""What a stop does to running jobs."""

import asyncio

import pytest
import structlog.testing

from bot.jobs.dispatch import InProcessDispatcher


@pytest.fixture
def dispatcher_of():
    """A dispatcher whose waits last until `begin` is set; `shown` has what it postponed."""

    def make(run, *, begin=None, shown=None):
        begin = begin or asyncio.Event()

        async def sleep(_seconds):
            await begin.wait()

        async def postpone(job_id, begins_at):
            if shown is not None:
                shown.append((job_id, begins_at))

        return InProcessDispatcher(run, postpone=postpone, now=lambda: 1000, sleep=sleep)

    return make


async def test_closing_lets_running_jobs_finish(dispatcher_of):
    may_finish, finished = asyncio.Event(), []

    async def run(job_id):
        await may_finish.wait()
        finished.append(job_id)

    dispatcher = dispatcher_of(run)
    dispatcher.wake("a")
    dispatcher.wake("b")
    closing = asyncio.create_task(dispatcher.close(60))
    await asyncio.sleep(0)
    may_finish.set()

    assert await closing == 0
    assert sorted(finished) == ["a", "b"]


async def test_closing_stops_what_takes_longer_than_its_grace(dispatcher_of):
    started, cancelled = asyncio.Event(), []

    async def run(job_id):
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(job_id)
            raise

    dispatcher = dispatcher_of(run)
    dispatcher.wake("slow")
    await started.wait()

    assert await dispatcher.close(0.0) == 1
    assert cancelled == ["slow"]


async def test_a_run_that_raises_is_logged_and_harms_no_other(dispatcher_of):
    done = []

    async def run(job_id):
        if job_id == "bad":
            raise RuntimeError("our bug")
        done.append(job_id)

    with structlog.testing.capture_logs() as logs:
        dispatcher = dispatcher_of(run)
        dispatcher.wake("bad")
        dispatcher.wake("good")
        await dispatcher.close(10)

    assert done == ["good"]
    [line] = [line for line in logs if line["log_level"] == "error"]
    assert line["job"] == "bad"


async def test_a_job_that_is_early_says_when_it_begins_and_no_other_waits_for_it(dispatcher_of):
    begin, shown, ran = asyncio.Event(), [], []
    both = asyncio.Event()

    async def run(job_id):
        ran.append(job_id)
        both.set()

    dispatcher = dispatcher_of(run, begin=begin, shown=shown)
    dispatcher.wake("early", wait=38)
    dispatcher.wake("punctual")
    await both.wait()
    assert (ran, shown) == (["punctual"], [("early", 1038)])
    begin.set()
    while "early" not in ran:
        await asyncio.sleep(0)
    assert await dispatcher.close(10) == 0


async def test_closing_does_not_wait_for_jobs_whose_time_has_not_come(dispatcher_of):
    """They stay queued, for the next start."""
    ran = []

    async def run(job_id):
        ran.append(job_id)

    dispatcher = dispatcher_of(run)
    dispatcher.wake("early", wait=60_000_000)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await dispatcher.close(3600) == 1
    assert ran == []


async def test_a_clock_that_is_set_back_makes_no_job_wait_longer():
    """Set back by hours while its card says when it begins: it waits the minute that was said."""
    clock, slept, ran = [10**12], [], []

    async def run(job_id):
        ran.append(job_id)

    async def sleep(seconds):
        slept.append(seconds)

    async def postpone(_job_id, _begins_at):
        clock[0] -= 3 * 3600 * 1_000_000

    dispatcher = InProcessDispatcher(run, postpone=postpone, now=lambda: clock[0], sleep=sleep)
    dispatcher.wake("a", wait=60_000_000)
    await dispatcher.rest()

    assert (slept, ran) == ([60], ["a"])
