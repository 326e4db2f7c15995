"""Two runs and one job: the token decides, whoever was frozen and whatever the clocks say."""

import asyncio

import pytest

from bot.jobs import queue
from bot.jobs.lease import Leases
from bot.jobs.queue import Fenced
from bot.providers.base import Call

HOUR = 3600.0


class Frozen:
    """The real upstreams, whose first picture comes when `thaw` is set; `calls` are made before."""

    name = "frozen"

    def __init__(self, inner):
        self.inner = inner
        self.thaw, self.asked = asyncio.Event(), asyncio.Event()
        self.first = True

    async def generate(self, request, *, folder, observer):
        first, self.first = self.first, False
        if not first:
            return await self.inner.generate(request, folder=folder, observer=observer)
        drawn = await self.inner.generate(request, folder=folder, observer=observer)
        self.asked.set()
        await self.thaw.wait()
        return drawn


async def take_away(shop):
    return await shop.database.write(lambda tx: tx.run("expire_all_leases"))


async def everything(shop):
    tables = ("jobs", "attempts", "job_images", "movements", "turns")
    return [await shop.rows(f"SELECT * FROM {table}") for table in tables]  # noqa: S608


@pytest.fixture
def open_frozen(open_shop, key):
    made = []

    def dress(router):
        made.append(Frozen(router))
        return made[0]

    return lambda: (open_shop({"google": key()}, dress=dress), made)


async def test_a_run_that_was_frozen_past_its_lease_writes_and_shows_nothing(open_frozen):
    """Its job was released meanwhile; the picture it brings is nobody's any more."""
    opening, made = open_frozen()
    async with opening as shop:
        job = await shop.order("frozen with a call out")
        [frozen] = made
        await frozen.asked.wait()
        assert await take_away(shop) == 1
        await shop.runner.run(job.id)
        assert (await shop.job(job))["failure"] == "error-interrupted"
        before = await everything(shop)
        told = list(shop.told.delivered), len(shop.told.explained)

        frozen.thaw.set()
        await shop.finish()

        assert await everything(shop) == before
        assert (shop.told.delivered, len(shop.told.explained)) == told
        await shop.assert_books_balance()


async def test_a_stop_leaves_a_job_as_it_is_for_the_next_start(open_frozen):
    """Nothing is released only because we stop; what comes after is not begun any more."""
    opening, made = open_frozen()
    async with opening as shop:
        job = await shop.order("still out when we stop")
        await made[0].asked.wait()
        early = await shop.order("not begun")
        shop.dispatcher._tasks[early.id].cancel()

        assert await shop.dispatcher.close(0) >= 1
        shop.dispatcher.wake(early.id)

        row = await shop.job(job)
        assert (row["state"], row["claim"], row["lease_until"]) == ("running", None, None)
        [attempt] = await shop.attempts()
        assert (attempt["ended_at"], attempt["billed"]) == (None, "unknown")
        assert (await shop.job(early))["state"] == "queued"
        assert (await shop.account()).held == job.reserved + early.reserved
        assert shop.told.explained == []


async def test_a_run_that_was_frozen_before_it_showed_its_picture_shows_nothing(
    open_shop, key, monkeypatch
):
    """Stored, then taken over: whoever has the job delivers it, once."""
    async with open_shop({"google": key()}) as shop:
        handover = shop.runner._handover
        fit, took = type(handover)._fit, []

        async def taken_over_meanwhile(self, job, image, into, share):
            if not took:
                took.append(job.claim)
                await take_away(shop)
                await shop.runner.run(job.id)
            return await fit(self, job, image, into, share)

        monkeypatch.setattr(type(handover), "_fit", taken_over_meanwhile)
        job = await shop.run("frozen before it is shown")

        assert (await shop.job(job))["state"] == "done"
        assert shop.told.delivered == [(job.id, 1, job.reserved)]
        await shop.assert_books_balance()


async def test_a_run_that_lost_its_job_makes_no_call(open_shop, key):
    """Taken over before its upstream was asked: the next run draws, and pays once."""
    reached, thaw, runs = asyncio.Event(), asyncio.Event(), []

    class Slow:
        name = "slow"

        def __init__(self, inner):
            self.inner = inner

        async def generate(self, request, *, folder, observer):
            runs.append(observer)
            if len(runs) == 1:
                reached.set()
                await thaw.wait()
                await observer.calling(Call("google", "k", request.model, 1))
                raise AssertionError
            return await self.inner.generate(request, folder=folder, observer=observer)

    async with open_shop({"google": key()}, dress=Slow) as shop:
        job = await shop.order("taken over in time")
        await reached.wait()
        await take_away(shop)
        await shop.runner.run(job.id)
        thaw.set()
        await shop.finish()

        assert (await shop.job(job))["state"] == "done"
        assert [row["outcome"] for row in await shop.attempts()] == ["image"]
        assert len(shop.told.delivered) == 1
        await shop.assert_books_balance()


async def test_a_lease_is_renewed_until_it_is_lost_and_its_run_is_stopped(open_frozen):
    opening, made = open_frozen()
    async with opening as shop:
        order = await shop.order("renewed")
        await made[0].asked.wait()
        job = await shop.database.read(lambda tx: queue.get(tx, order.id))
        now, beat, waits = [5_000_000], asyncio.Event(), []

        async def tick(seconds):
            waits.append(seconds)
            await beat.wait()
            beat.clear()

        leases = Leases(shop.database, lambda: now[0], tick, 30)

        async def work():
            async with leases.hold(job):
                await asyncio.Event().wait()

        async def beaten(times):
            beat.set()
            while len(waits) <= times:
                await asyncio.sleep(0)

        working = asyncio.create_task(work())
        while not waits:
            await asyncio.sleep(0)
        await beaten(1)
        assert (await shop.job(order))["lease_until"] == 35_000_000
        assert waits == [10, 10]
        await take_away(shop)
        beat.set()
        with pytest.raises(Fenced):
            await working
        made[0].thaw.set()


async def test_a_lease_that_is_renewed_is_never_taken_and_one_that_is_not_always(open_frozen):
    """By our monotonic clock, while the wall clock jumps an hour either way."""
    opening, made = open_frozen()
    async with opening as shop:
        order = await shop.order("whose clock jumps")
        await made[0].asked.wait()
        shop.dispatcher.has = lambda _job_id: False  # as another process sees it
        job = await shop.database.read(lambda tx: queue.get(tx, order.id))

        async def renew(tx):
            await queue.renew(tx, job, until=shop.time.wall() + 30_000_000)

        for jump in (HOUR, -HOUR, HOUR, -HOUR):
            shop.time.ahead += jump
            await shop.database.write(renew)
            for _ in range(3):
                await shop.sweeper.sweep()
                shop.time.now += 9.0
            assert (await shop.job(order))["claim"] == job.claim
        shop.time.ahead -= HOUR
        await shop.sweeper.sweep()
        shop.time.now += 31
        await shop.sweeper.sweep()

        assert (await shop.job(order))["claim"] != job.claim
        assert shop.sweeper.found["expired"] == 1
        made[0].thaw.set()
