"""The jobs table on a real file: lawful moves only, and only by the run that holds the job."""

import asyncio
from itertools import count, product

import pytest

from bot.db import engine
from bot.generation.pricing import Price
from bot.generation.request import (
    Appearance,
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
    Thinking,
)
from bot.jobs import queue
from bot.jobs.job import LAWFUL, Job, JobKind, JobState, Place
from bot.jobs.queue import Fenced, UnlawfulMove
from bot.ledger.ledger import Ledger
from bot.pressing import KeptNoLonger

NOW = 1_000_000
PLACE = Place(7, None, 2, 3, 4, "token", "zh-CN", True, 10_000_000)
IMAGE = ImageRef("ab" * 32, "image/png", 10, 20, 300)
REQUEST = GenerationRequest(
    prompt="a fox",
    model="gemini-3-pro-image",
    aspect_ratio=AspectRatio.W16_H9,
    resolution=Resolution.R2K,
    count=2,
    thinking=Thinking.HIGH,
    reference_images=(IMAGE,),
    characters=(Appearance("小明", 0, 1),),
)


@pytest.fixture
async def database(address):
    async with engine.opened(address) as opened:
        yield opened


@pytest.fixture
def add(database):
    """Store a queued job with a reservation of its own; returns it."""
    ids = count()
    ledger = Ledger(now=lambda: NOW, new_id=lambda: f"id{next(ids):04}", welcome=1000)

    async def add_job(**more) -> Job:
        async def work(tx):
            await ledger.open(tx, "member:7")
            reservation = await ledger.reserve(tx, "member:7", 54, reason="imagine")
            job = Job(
                id=f"job{next(ids):04}",
                kind=JobKind.EDIT,
                state=JobState.QUEUED,
                place=PLACE,
                request=REQUEST,
                provider="google",
                price=Price(27, 134_000),
                account_id="member:7",
                reservation_id=reservation,
                created_at=NOW,
            )
            await queue.add(tx, job, **more)
            return job

        return await database.write(work)

    return add_job


async def test_a_job_comes_back_as_it_was_added(database, add):
    job = await add()

    assert await database.read(lambda tx: queue.get(tx, job.id)) == job
    assert await database.read(queue.unfinished) == [job.id]
    assert job.reserved == 54


async def test_a_picture_that_was_kept_serves_one_job_of_two_at_once(database, add):
    """The other is not there at all, nor what was held for it."""

    async def keep(tx):
        await queue.remember(tx, IMAGE, now=NOW)
        await tx.run("keep_picture", member_id=7, digest=IMAGE.digest, now=NOW, expires_at=NOW)

    await database.write(keep)
    ends = await asyncio.gather(*(add(kept=[IMAGE]) for _ in range(2)), return_exceptions=True)

    [job] = [end for end in ends if isinstance(end, Job)]
    assert sum(isinstance(end, KeptNoLonger) for end in ends) == 1
    assert await database.read(queue.unfinished) == [job.id]
    held = await database.read(lambda tx: tx.query("SELECT held FROM accounts WHERE held > 0"))
    assert held == [{"held": 54}]


async def test_one_of_two_claims_wins(database, add):
    job = await add()

    first = await database.write(lambda tx: queue.claim(tx, job.id, token="a", now=NOW))
    second = await database.write(lambda tx: queue.claim(tx, job.id, token="b", now=NOW))

    assert (first.state, first.claim) == (JobState.RUNNING, "a")
    assert second is None


async def test_a_run_that_was_taken_over_writes_nothing(database, add):
    """Once its lease has gone to another run, the first one's every write is refused."""
    job = await add()
    stale = await database.write(lambda tx: queue.claim(tx, job.id, token="old", now=NOW))
    expire = {"id": job.id, "claim": "old", "lease_until": NOW}
    assert await database.write(lambda tx: tx.one("expire_lease", **expire))
    assert not await database.write(lambda tx: tx.one("expire_lease", **expire))
    assert await database.write(lambda tx: queue.claim(tx, job.id, token="new", now=NOW))

    moved = await database.write(lambda tx: queue.move(tx, stale, JobState.GENERATED))
    ended = await database.write(lambda tx: queue.end(tx, stale, JobState.FAILED, now=NOW))

    assert (moved, ended) == (False, False)
    assert not await database.write(lambda tx: queue.let_go(tx, stale))
    with pytest.raises(Fenced):
        await database.write(lambda tx: queue.renew(tx, stale, until=NOW + 9))
    stored = await database.read(lambda tx: queue.get(tx, job.id))
    assert (stored.state, stored.claim) == (JobState.RUNNING, "new")


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("was", "state"),
    [pair for pair in product(JobState, JobState) if pair[1] not in LAWFUL[pair[0]]],
)
async def test_unlawful_moves_are_our_bug(database, add, was, state):
    job = (await add()).evolve(state=was)

    with pytest.raises(UnlawfulMove):
        await database.write(lambda tx: queue.move(tx, job, state))


async def test_the_way_to_done_and_what_the_end_forgets(database, add):
    """queued, running, generated, delivered, done; then the reply's token is gone."""
    job = await add()
    job = await database.write(lambda tx: queue.claim(tx, job.id, token="a", now=NOW))
    for state in (JobState.GENERATED, JobState.DELIVERED):
        assert await database.write(lambda tx, job=job, state=state: queue.move(tx, job, state))
        job = job.evolve(state=state)

    async def end(tx):
        return await queue.end(tx, job, JobState.DONE, now=NOW + 5, credits_charged=27)

    assert await database.write(end)
    assert not await database.write(end)
    stored = await database.read(lambda tx: queue.get(tx, job.id))
    assert (stored.state, stored.place.reply_token) == (JobState.DONE, None)
    assert await database.read(queue.unfinished) == []


async def test_pictures_are_tied_once_and_in_order(database, add):
    job = await add()
    other = ImageRef("cd" * 32, "image/jpeg", 5, 6, 7)

    """By arrival: the third that was asked for may be the first to come."""
    for _ in range(2):
        for picture, image in ((2, other), (0, IMAGE)):
            tied = await database.write(
                lambda tx, image=image, picture=picture: queue.tie(
                    tx, job.id, image, picture=picture, now=NOW
                )
            )
            assert tied == (0 if picture else 1)

    assert await database.read(lambda tx: queue.results(tx, job.id)) == (other, IMAGE)
