"""Taking back what another process draws, what comes late, and what was drawn in part."""

import asyncio

import pytest

from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.job import JobState
from bot.pressing import TooLateToCancel
from tests.jobs.test_runner import until

PRO = "gemini-3-pro-image"


class Held:
    """The real upstreams, from the second picture on held back until they may go on."""

    name = "held"

    def __init__(self, inner, *, first=0):
        self.inner = inner
        self.first = first
        self.go = asyncio.Event()
        self.drawn = 0

    async def generate(self, request, *, folder, observer):
        generation = await self.inner.generate(request, folder=folder, observer=observer)
        self.first -= 1
        if self.first < 0:
            self.drawn += 1
            await self.go.wait()
        return generation


@pytest.fixture
def open_held(open_shop, key):
    held = []

    def dress(inner, first):
        held.append(Held(inner, first=first))
        return held[-1]

    def opened(first=0):
        return open_shop({"google": key()}, dress=lambda inner: dress(inner, first))

    return opened, held


async def test_a_run_elsewhere_keeps_and_shows_nothing_of_what_was_cancelled(open_held, calls):
    """It finds out when it wants to write at the latest; the picture it has is nobody's."""
    opened, held = open_held
    async with opened() as shop:
        job = await shop.order("drawn in another process")
        await until(lambda: held and held[0].drawn)
        found = await shop.elsewhere.find(job.id, 7)
        assert found.state is JobState.RUNNING

        await shop.elsewhere.cancel(found, reply_token="new")
        assert shop.told.cancelled_jobs == [job.id]
        held[0].go.set()
        await shop.finish()
        await shop.sweep(after=601)

        row = await shop.job(job)
        assert (row["state"], row["claim"], row["deliver_at"]) == ("cancelled", None, None)
        assert row["credits_charged"] is None
        assert shop.told.delivered == []
        assert shop.told.explained == []
        assert calls.count("drawn in another process") == 1
        [attempt] = await shop.attempts()
        assert (attempt["outcome"], attempt["billed"]) == ("abandoned", "unknown")
        account = await shop.account()
        assert (account.available, account.held) == (1000, 0)
        assert await shop.rows("SELECT * FROM job_images") == []
        await shop.assert_books_balance()


async def test_what_had_been_drawn_of_it_is_nobody_s(open_held):
    """Three of four are in the store: nobody pays for them, so nobody can have them."""
    opened, held = open_held
    async with opened(first=3) as shop:
        job = await shop.order("three of four", count=4)
        await until(lambda: held and held[0].drawn)
        async with asyncio.timeout(10):
            while len(await shop.rows("SELECT * FROM job_images")) < 3:
                await asyncio.sleep(0)
        found = await shop.cancellations.find(job.id, 7)

        await shop.cancellations.cancel(found, reply_token="new")

        assert not shop.dispatcher.has(job.id)
        assert await shop.studio.stored(job.id) is None
        assert (await shop.account()).available == 1000
        await shop.sweep()
        assert shop.told.delivered == []
        await shop.assert_books_balance()


async def test_a_task_that_ends_after_its_job_was_cancelled_is_a_bill_and_no_picture(
    open_shop, key, calls
):
    async with open_shop({"evolink": key()}, time_limit=100) as shop:
        job = await shop.order("late and unwanted", model=PRO)
        async with asyncio.timeout(10):
            while not (rows := await shop.attempts()) or not rows[0]["task_id"]:
                await asyncio.sleep(0)
        found = await shop.cancellations.find(job.id, 7)
        await shop.cancellations.cancel(found, reply_token="new")

        for _ in range(4):
            await shop.sweep(after=601)

        [attempt] = await shop.attempts()
        assert (attempt["outcome"], attempt["billed"]) == ("late_image", "yes")
        assert attempt["look_at"] is None
        assert shop.told.delivered == []
        assert (await shop.job(job))["deliver_at"] is None
        assert (await shop.account()).available == 1000
        await shop.assert_books_balance()


async def test_cancel_and_the_end_meet_in_any_order_with_one_outcome(open_held):
    """Both at once, again and again: charged and shown, or neither."""
    opened, held = open_held
    async with opened() as shop:
        for number in range(8):
            job = await shop.order(f"a race {number}")
            await until(lambda wanted=number + 1: held and held[0].drawn == wanted)
            found = await shop.cancellations.find(job.id, 7)
            held[0].go.set()
            for _ in range(number * 3):
                await asyncio.sleep(0)
            late = False
            try:
                await shop.cancellations.cancel(found, reply_token="new")
            except TooLateToCancel:
                late = True
            await shop.finish()
            held[0].go.clear()

            row = await shop.job(job)
            shown = job.id in {one for one, *_ in shop.told.delivered}
            charged = bool(row["credits_charged"])
            assert (row["state"] == "done") == late == shown == charged
            assert (row["state"] == "cancelled") == (job.id in shop.told.cancelled_jobs)
            assert row["claim"] is None
        await shop.assert_books_balance()


async def test_what_waits_for_its_time_is_cancelled_too(open_shop, key):
    """A job that came too early for a limit waits outside the queue."""
    async with open_shop({"google": key()}) as shop:
        waits = asyncio.Event()

        async def sleep(_seconds):
            waits.set()
            await asyncio.Event().wait()

        dispatcher = InProcessDispatcher(
            shop.runner.run, postpone=shop.runner.postpone, now=shop.time.wall, sleep=sleep
        )
        dispatcher.wake("0" * 32, wait=1_000_000)
        await waits.wait()
        await dispatcher.stop("0" * 32)
        assert not dispatcher.has("0" * 32)
