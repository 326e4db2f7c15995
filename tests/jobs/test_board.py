"""Progress is shown at a measured pace, and never holds up the end."""

import asyncio

import pytest

from bot.jobs import board as module
from bot.jobs.board import PACE, Board
from bot.jobs.job import JobState
from tests.jobs.test_runner import until


class Slow:
    """A Delivery whose changes of a card take until they may be over."""

    def __init__(self):
        self.shown = []
        self.under_way = 0
        self.most = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def queued(self, job, ahead, ready_at=None):
        await self._show(("queued", job.id, ahead))

    async def drawing(self, job, ready_at=None):
        await self._show(("drawing", job.id))

    async def deliver(self, job, pictures, receipt, shortfall):
        assert self.under_way == 0
        self.shown.append(("picture", job.id))

    async def cancelled(self, job):
        self.shown.append(("cancelled", job.id))
        return True

    async def _show(self, what):
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.may_end.wait()
            self.shown.append(what)
        finally:
            self.under_way -= 1


class Time:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 0.0
        self.passed = asyncio.Condition()

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        end = self.now + seconds
        async with self.passed:
            await self.passed.wait_for(lambda: self.now >= end)

    async def pass_by(self, seconds):
        async with self.passed:
            self.now += seconds
            self.passed.notify_all()
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def stage(open_shop, key):
    """A queued job in a real database, its board, what it shows, and the time."""
    async with open_shop({"google": key()}, slots=1) as shop:
        await shop.dispatcher.close(0)
        job = await shop.order("on the board")
        slow, time = Slow(), Time()
        board = Board(slow, database=shop.database, monotonic=time, sleep=time.sleep)
        yield shop, job, board, slow, time
        await board.close()


async def test_a_card_changes_every_three_seconds_at_most_and_shows_the_last(stage):
    _, job, board, slow, time = stage
    for ahead in (5, 4):
        await board.queued(job, ahead)
    await until(lambda: slow.shown)
    for ahead in (3, 2, 1):
        await board.queued(job, ahead)
    await time.pass_by(PACE - 0.1)
    assert slow.shown == [("queued", job.id, 4)]

    await time.pass_by(0.2)
    await until(lambda: len(slow.shown) == 2)
    await time.pass_by(100)

    assert slow.shown == [("queued", job.id, 4), ("queued", job.id, 1)]
    assert slow.most == 1


async def test_the_end_waits_for_no_pace_and_nothing_comes_after_it(stage):
    _, job, board, slow, time = stage
    await board.queued(job, 1)
    await until(lambda: slow.shown)
    await board.queued(job, 0)

    await board.deliver(job, [], None, None)
    await time.pass_by(100)

    assert slow.shown == [("queued", job.id, 1), ("picture", job.id)]


async def test_a_change_under_way_holds_the_end_up_for_a_moment_only(stage, monkeypatch):
    """Discord has it wait, as when there were too many: it is given up, and the end is shown."""
    monkeypatch.setattr(module, "GRACE", 0.01)
    _, job, board, slow, _ = stage
    slow.may_end.clear()
    await board.queued(job, 1)
    await until(lambda: slow.under_way)

    await board.cancelled(job)

    assert slow.shown == [("cancelled", job.id)]
    assert slow.under_way == 0


async def test_who_no_longer_has_the_job_shows_nothing_of_it(stage):
    """It was taken over, or cancelled, by another process."""
    shop, job, board, slow, time = stage
    running = job.evolve(state=JobState.RUNNING, claim="lost")
    await board.drawing(running)
    await board.queued(job.evolve(id="f" * 32), 3)
    found = await shop.cancellations.find(job.id, 7)
    await shop.elsewhere.cancel(found, reply_token="new")
    await board.queued(job, 3)
    await time.pass_by(100)
    for _ in range(100):
        await asyncio.sleep(0.001)

    assert slow.shown == []
