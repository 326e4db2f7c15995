"""The back room's queue: whoever has many jobs waiting holds nobody else's back."""

import asyncio
from collections import Counter

import pytest

from bot.errors import ErrorKind, ProviderError

ANN, BOB, CAT = 7, 8, 9


async def until(ready):
    async with asyncio.timeout(10):
        while not ready():
            await asyncio.sleep(0)


class Easel:
    """In place of the upstreams: notes whose job it is asked for, and fails when told it may."""

    name = "easel"

    def __init__(self):
        self.order = []
        self.may_end = asyncio.Semaphore(0)
        self.working = self.most = 0

    async def generate(self, request, *, folder, observer):
        self.order.append(observer.party)
        self.working += 1
        self.most = max(self.most, self.working)
        await self.may_end.acquire()
        self.working -= 1
        raise ProviderError(ErrorKind.CONTENT_BLOCKED, self.name)

    async def began(self, times):
        await until(lambda: len(self.order) >= times)

    def end(self, times):
        for _ in range(times):
            self.may_end.release()


@pytest.fixture
def easel():
    return Easel()


@pytest.fixture
def open_easel(open_shop, easel):
    return lambda slots: open_shop({"google": "k"}, slots=slots, dress=lambda _router: easel)


async def test_twenty_jobs_of_one_member_do_not_hold_back_another_s_one(open_easel, easel):
    """One at a time: at most one of Ann's is drawn between Bob's order and his picture."""
    async with open_easel(1) as shop:
        for _ in range(20):
            await shop.order("mine", member=ANN)
        await easel.began(1)
        bobs = await shop.order("just one", member=BOB)
        await until(lambda: bobs.id in shop.told.queued_jobs)

        easel.end(21)
        await shop.finish()

        assert easel.order.index(BOB) <= 2
        assert Counter(easel.order) == {ANN: 20, BOB: 1}
        assert easel.most == 1


async def test_members_take_turns_over_several_slots(open_easel, easel):
    async with open_easel(2) as shop:
        for member in (ANN,) * 8 + (BOB,) * 3 + (CAT,) * 3:
            await shop.order("a lot", member=member)
        await until(lambda: len(shop.told.queued_jobs) == 12)
        for ended in range(2, 14, 2):
            easel.end(2)
            await easel.began(ended + 2)

        easel.end(2)
        await shop.finish()

        assert easel.most == 2
        # Whoever waits has had a turn in each three; Ann's last ones are alone.
        assert Counter(easel.order[2:11]) == {ANN: 3, BOB: 3, CAT: 3}
        assert easel.order[11:] == [ANN] * 3


async def test_a_job_that_is_stopped_while_it_waits_frees_the_way(open_easel, easel):
    """And leaves its promise where the next start finds it."""
    async with open_easel(1) as shop:
        await shop.order("first", member=ANN)
        await easel.began(1)
        waiting = await shop.order("second", member=BOB)
        await until(lambda: waiting.id in shop.told.queued_jobs)
        [task] = [task for task in asyncio.all_tasks() if task.get_name() == f"job-{waiting.id}"]
        task.cancel()
        third = await shop.order("third", member=CAT)

        easel.end(2)
        await shop.finish()

        assert easel.order == [ANN, CAT]
        assert (await shop.job(third))["state"] == "failed"
        assert (await shop.job(waiting))["state"] == "queued"
        assert (await shop.account(BOB)).held == waiting.reserved
