"""The back room: nobody with many jobs holds another back, and no failure takes the rest along."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from bot.errors import Billed, ErrorKind, ProviderError
from bot.jobs.job import JobKind, Origin
from bot.jobs.lobby import PAUSE
from bot.providers.base import Call
from bot.providers.replay import ReplayRefused

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
    return lambda slots, **more: open_shop(
        {"google": "k"}, slots=slots, dress=lambda _router: easel, **more
    )


@pytest.mark.parametrize("server", [1, 2, None])
async def test_fifty_jobs_of_one_member_do_not_hold_back_another_s_one(open_easel, easel, server):
    """Of three workers each draws at most one of Ann's between Bob's order and his picture.

    Whether he asks in the same server, in another, or by direct message.
    """
    async with open_easel(3) as shop:
        for _ in range(50):
            await shop.order("mine", member=ANN)
        await easel.began(3)
        bobs = await shop.order("just one", member=BOB, server=server)
        await until(lambda: bobs.id in shop.told.queued_jobs)
        assert shop.told.ahead[bobs.id] == 0

        easel.end(1)
        await easel.began(4)
        assert easel.order == [ANN, ANN, ANN, BOB]
        easel.end(50)
        await shop.finish()

        assert Counter(easel.order) == {ANN: 50, BOB: 1}
        assert easel.most == 3


async def test_a_server_of_many_does_not_hold_back_one_of_few(open_easel, easel):
    """Thirty members of one server wait with a job each, and two of another have every other."""
    async with open_easel(1) as shop:
        for member in range(100, 130):
            await shop.order("one of many", member=member, server=1)
        await easel.began(1)
        for member in (ANN, BOB):
            await shop.order("one of few", member=member, server=2)
        await until(lambda: shop.runner.waiting == 31)

        easel.end(32)
        await shop.finish()

        assert easel.order.index(ANN) == 1
        assert easel.order.index(BOB) == 3


async def test_small_jobs_come_round_more_often_than_large_ones(open_easel, easel):
    """Four pictures at once count for four turns."""
    async with open_easel(1) as shop:
        for _ in range(3):
            await shop.order("all four", member=ANN, count=4)
        await easel.began(4)
        for _ in range(6):
            await shop.order("one", member=BOB)
        await until(lambda: shop.runner.waiting == 8)

        easel.end(100)
        await shop.finish()

        assert easel.order == [ANN] * 4 + [BOB] * 4 + [ANN] * 4 + [BOB] * 2 + [ANN] * 4


async def test_nobody_takes_more_slots_than_one_member_or_one_server_may(open_easel, easel):
    async with open_easel(4, each=1, together=2) as shop:
        for member in (ANN, ANN, BOB, CAT):
            await shop.order("here", member=member, server=1)
        await easel.began(2)
        await until(lambda: shop.runner.waiting == 2)
        assert easel.order == [ANN, BOB]
        await shop.order("there", member=ANN, server=2)
        await easel.began(3)

        easel.end(1)
        await easel.began(4)
        easel.end(4)
        await shop.finish()

        assert easel.most == 3
        assert Counter(easel.order) == {ANN: 3, BOB: 1, CAT: 1}


async def test_cards_of_those_who_wait_are_shown_anew_one_after_the_other(open_easel, easel):
    """As the queue moves; each second one card, whatever the length of the queue."""
    seconds = []

    async def tick(pause):
        if pause > PAUSE:
            await asyncio.sleep(36_000)
        seconds.append(pause)
        await asyncio.sleep(0)

    async with open_easel(1, tick=tick) as shop:
        jobs = [await shop.order("mine", member=ANN) for _ in range(6)]
        await easel.began(1)
        await until(lambda: len(shop.told.queued_jobs) == 5)
        assert [shop.told.ahead[job.id] for job in jobs[1:]] == [0, 1, 2, 3, 4]
        assert seconds == []

        easel.end(1)
        await easel.began(2)
        await until(lambda: [shop.told.ahead[job.id] for job in jobs[2:]] == [0, 1, 2, 3])
        assert len(shop.told.queued_jobs) == 9
        await until(lambda: len(seconds) == 5)

        easel.end(5)
        await shop.finish()


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
        # Whoever waits has a turn in each three, give or take one where two places end together.
        turns = Counter(easel.order[2:11])
        assert set(turns) == {ANN, BOB, CAT}
        assert all(2 <= times <= 4 for times in turns.values()), turns
        assert easel.order[-2:] == [ANN] * 2


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


class Dressed:
    """The real upstreams; `strange` is made of the first call, given its work and its witness."""

    name = "dressed"

    def __init__(self, inner, strange):
        self.inner = inner
        self.strange = strange

    async def generate(self, request, *, folder, observer):
        strange, self.strange = self.strange, None
        if strange is None:
            return await self.inner.generate(request, folder=folder, observer=observer)
        return await strange(
            self.inner.generate(request, folder=folder, observer=observer), observer
        )


def call():
    return Call("google", "", "gemini-nano-banana-2.1", 1)


async def crash_at_once(drawing, observer):
    drawing.close()
    raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")


async def crash_in_a_call(drawing, observer):
    drawing.close()
    await observer.calling(call())
    raise LookupError


async def lose_the_file(drawing, observer):
    generation = await drawing
    [image] = generation.images
    return replace(generation, images=(replace(image, digest="none of ours"),))


async def bring_no_file(drawing, observer):
    return replace(await drawing, images=())


async def run_late_while_it_is_written_down(drawing, observer):
    drawing.close()
    begun = asyncio.ensure_future(observer.calling(call()))
    await asyncio.sleep(0)
    begun.cancel()
    await asyncio.wait([begun])
    raise TimeoutError


async def run_late_in_a_call(drawing, observer):
    drawing.close()
    await observer.calling(call())
    raise TimeoutError


@pytest.mark.parametrize(
    ("strange", "rows"),
    [
        (crash_at_once, []),
        (crash_in_a_call, [("error-unexpected", "unknown")]),
        (lose_the_file, [("error-storage", "yes")]),
        (bring_no_file, [("error-unexpected", "yes")]),
        (run_late_while_it_is_written_down, [("overloaded", "no")]),
        (run_late_in_a_call, [("timeout_unknown", "unknown")]),
    ],
)
async def test_what_becomes_of_one_picture_does_not_take_the_others(open_shop, key, strange, rows):
    """Two of three are shown and charged for, and every call is on record with its bill."""
    dress = lambda router: Dressed(router, strange)  # noqa: E731
    async with open_shop({"google": key()}, dress=dress) as shop:
        job = await shop.run("three", count=3)

        assert (await shop.job(job))["state"] == "done"
        assert [pictures for _, pictures, _ in shop.told.delivered] == [2]
        assert (await shop.account()).held == 0
        ends = [(row["outcome"], row["billed"]) for row in await shop.attempts()]
        assert sorted(ends) == sorted([("image", "yes"), ("image", "yes"), *rows])
        await shop.assert_books_balance()


async def test_a_job_all_of_whose_pictures_crash_is_given_back(open_shop):
    class Broken:
        name = "broken"

        async def generate(self, request, *, folder, observer):
            raise LookupError

    async with open_shop({"google": "k"}, dress=lambda _router: Broken()) as shop:
        job = await shop.run("two", count=2)

        assert (await shop.job(job))["failure"] == "error-unexpected"
        [(_, error)] = shop.told.explained
        assert error.reference == job.id[-8:]
        assert (await shop.account()).held == 0


@pytest.mark.parametrize("column", ["ended_at", "task_id"])
async def test_a_picture_is_not_lost_over_what_cannot_be_written_of_its_call(
    open_shop, key, column
):
    """A task's id, or the end of a call: the row stays as it was, the picture is shown."""
    async with open_shop({"evolink": key()}) as shop:
        trigger = (
            f"CREATE TRIGGER full BEFORE UPDATE OF {column} ON attempts"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END;"
        )
        await shop.database.write(lambda tx: tx.execute(trigger))
        job = await shop.run("one all the same")

        assert (await shop.job(job))["state"] == "done"
        [row] = await shop.attempts()
        assert row[column] is None


async def test_a_card_that_cannot_be_shown_does_not_take_the_pictures(open_shop, key):
    async with open_shop({"google": key()}) as shop:

        async def drawing(job, ready_at=None):
            raise LookupError

        shop.told.drawing = drawing
        job = await shop.run("unseen while it is drawn")

        assert (await shop.job(job))["state"] == "done"


class Forgetful:
    """The real upstreams, that take no conversation; `told` is how many turns each call had."""

    name = "forgetful"

    def __init__(self, inner, told):
        self.inner = inner
        self.told = told

    async def generate(self, request, *, folder, observer):
        self.told.append(len(request.history))
        if not request.history:
            return await self.inner.generate(request, folder=folder, observer=observer)
        await observer.calling(call())
        error = ReplayRefused(ErrorKind.INVALID_REQUEST, self.name, Billed.UNKNOWN)
        await observer.failed(error, 1, None)
        raise error


async def test_a_conversation_that_is_not_taken_is_forgotten(open_shop, key):
    """The next try is drawn from the picture alone, and is a conversation again from there."""
    told = []
    async with open_shop({"google": key()}, dress=lambda router: Forgetful(router, told)) as shop:

        async def edit(job):
            """Of the job's picture; the new job."""
            stored = await shop.studio.stored(job.id)
            draft = shop.studio.draft(
                JobKind.EDIT, "go on", model=None, aspect_ratio=None, resolution=None, count=1,
                reference_images=1,
            )  # fmt: skip
            origin = Origin(job.id, 0)
            edited = await shop.studio.submit(
                draft, job.place, pictures=stored.results, origin=origin
            )
            await shop.finish()
            return edited

        first = await shop.order("a fox")
        await shop.finish()
        refused, taken = await edit(first), await edit(first)
        await edit(taken)

        assert told == [0, 1, 0, 1]
        states = [(await shop.job(job))["state"] for job in (first, refused, taken)]
        assert states == ["done", "failed", "done"]
        assert ("invalid_request", "unknown") in {
            (row["outcome"], row["billed"]) for row in await shop.attempts()
        }
