"""Progress is shown at a measured pace, and never holds up the end."""

import asyncio
from functools import partial

import pytest

from bot.errors import DeliveryFailed
from bot.jobs import board as module
from bot.jobs import queue
from bot.jobs.board import PACE, Board
from bot.jobs.job import JobState
from tests.jobs.test_lease import take_away
from tests.jobs.test_runner import until

NOW = 1_700_000_000_000_000


class Slow:
    """A Delivery whose changes of a card take until they may be over."""

    def __init__(self):
        self.shown = []
        self.under_way = 0
        self.most = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def queued(self, job, ahead, ready_at=None):
        return await self._show(("queued", job.id, ahead))

    async def drawing(self, job, ready_at=None):
        return await self._show(("drawing", job.id))

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
            return True
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
        board = Board(
            slow, database=shop.database, now=lambda: NOW, monotonic=time, sleep=time.sleep
        )
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


async def test_progress_that_comes_after_the_end_is_covered_again_by_what_came_of_it(stage):
    """As when its process was frozen: another drew, delivered and charged in the meantime."""
    shop, job, board, slow, _ = stage
    slow.may_end.clear()
    await board.queued(job, 1)
    await until(lambda: slow.under_way)
    await shop.runner.run(job.id)
    assert (await shop.job(job))["reply_token"] is None

    slow.may_end.set()
    await until(lambda: slow.shown)
    await rest(board, job)

    owed = await shop.job(job)
    assert (owed["stale_at"], owed["deliver_at"], owed["reply_token"]) == (NOW, NOW, "token")
    await take_away(shop)
    await shop.runner.run(job.id)
    assert shop.told.amended == [(job.id, 1, job.reserved)]
    assert len(shop.told.delivered) == 1
    paid = await shop.job(job)
    assert (paid["stale_at"], paid["deliver_at"], paid["reply_token"]) == (None, None, None)
    await shop.assert_books_balance()


async def test_progress_that_comes_while_another_delivers_is_covered_when_that_has_ended(stage):
    """The picture may have been shown a moment ago; what is refused is not tried for ever."""
    shop, job, board, slow, _ = stage
    slow.may_end.clear()
    await board.queued(job, 1)
    await until(lambda: slow.under_way)
    deliver = shop.told.deliver

    async def meanwhile(*what):
        await deliver(*what)
        slow.may_end.set()
        await until(lambda: slow.shown)
        await rest(board, job)

    shop.told.deliver = meanwhile
    await shop.runner.run(job.id)

    done = await shop.job(job)
    assert (done["state"], done["reply_token"]) == ("done", "token")
    assert done["deliver_at"] == done["finished_at"]
    shop.told.refusal = DeliveryFailed("not any more")
    await take_away(shop)
    await shop.runner.run(job.id)
    assert shop.told.amended == [(job.id, 1, job.reserved)]
    assert (await shop.job(job))["deliver_at"] is None


async def test_progress_that_comes_twice_too_late_is_covered_after_the_last(stage):
    shop, job, _, _, _ = stage
    await shop.runner.run(job.id)
    late = partial(queue.owe_card, job=job, now=NOW)
    await shop.database.write(late)
    amend = shop.told.amend

    async def once_more(*what):
        await shop.database.write(partial(late, now=NOW + 1))
        shop.told.amend = amend
        return await amend(*what)

    shop.told.amend = once_more
    for amended in (1, 2):
        await take_away(shop)
        await shop.runner.run(job.id)
        assert len(shop.told.amended) == amended

    assert (await shop.job(job))["stale_at"] is None
    # Nothing is said anew of what has been erased since, and no token is kept for it.
    erase = "UPDATE jobs SET erased_at = 1 WHERE id = :id"
    await shop.database.write(lambda tx: tx.query(erase, id=job.id))
    await shop.database.write(late)
    erased = await shop.job(job)
    assert (erased["stale_at"], erased["deliver_at"], erased["reply_token"]) == (None, None, None)


async def test_a_picture_that_comes_late_leaves_the_card_owed(stage):
    """Progress was laid over what was shown first, which is shown anew all the same."""
    shop, job, _, _, _ = stage
    await shop.runner.run(job.id)

    async def come(tx):
        await queue.owe_card(tx, job, now=NOW)
        [first] = await queue.results(tx, job.id)
        await queue.tie(tx, job.id, first, picture=1, now=NOW)

    await shop.database.write(come)
    for _ in range(2):
        await take_away(shop)
        await shop.runner.run(job.id)

    assert [made for _, made, _ in shop.told.delivered] == [1, 1]
    assert shop.told.amended == [(job.id, 2, job.reserved)]
    assert (await shop.job(job))["stale_at"] is None


async def rest(board, job):
    """See what a card has under way to its end."""
    task = board._cards[job.id].task
    await asyncio.wait([task] if task else [asyncio.create_task(asyncio.sleep(0))])
