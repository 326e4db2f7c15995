"""How fast upstreams have been, from the record of real calls."""

import itertools

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import StorageError
from bot.generation.pricing import Price
from bot.generation.request import GenerationRequest, Resolution
from bot.jobs import queue
from bot.jobs.job import Job, JobKind, JobState, Place
from bot.ledger.ledger import Ledger
from bot.providers.speed import Speeds

SECOND = 1_000_000
HOUR = 3600 * SECOND
NOW = 1_800_000_000 * SECOND
PRO = "gemini-3-pro-image"


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Counting:
    """A database that counts what is read, and fails when told to."""

    def __init__(self, database):
        self.database = database
        self.reads = 0
        self.is_broken = False

    async def read(self, work):
        self.reads += 1
        if self.is_broken:
            raise StorageError("the disk is gone")
        return await self.database.read(work)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def database(tmp_path):
    async with SqliteDatabase.open(tmp_path / "speed.db") as opened:
        yield Counting(opened)


@pytest.fixture
def speeds(database, clock):
    return Speeds(database=database, now=clock)


@pytest.fixture
def record(database):
    """Write down a call of a job of its own; `seconds` None for one that has not ended."""
    ids = map("{:04}".format, itertools.count())
    ledger = Ledger(now=lambda: NOW, new_id=lambda: next(ids), welcome=10_000)

    async def write(
        provider, seconds, *, ago=HOUR, model=PRO, resolution=Resolution.R1K, outcome="image"
    ):
        call_id = next(ids)

        async def work(tx):
            await ledger.open(tx, "member:7")
            reservation = await ledger.reserve(tx, "member:7", 1, reason="imagine")
            job = Job(
                id=f"job-{call_id}",
                kind=JobKind.IMAGINE,
                state=JobState.QUEUED,
                place=Place(7, None, 2, 3, 4, None, "en-US", False, 10_000_000),
                request=GenerationRequest("a fox", model, resolution=resolution),
                provider=provider,
                price=Price(1, 5000),
                account_id="member:7",
                reservation_id=reservation,
                created_at=NOW,
            )
            await queue.add(tx, job)
            await queue.claim(tx, job.id, token="me", now=NOW)
            await tx.run(
                "begin_attempt",
                id=call_id,
                job_id=job.id,
                picture=0,
                number=1,
                provider=provider,
                key="key",
                model=model,
                usd_micros=5000,
                now=NOW - ago,
            )
            if seconds is not None:
                end = NOW - ago + round(seconds * SECOND)
                ending = {"id": call_id, "outcome": outcome, "billed": "yes", "now": end}
                await tx.run("end_attempt", tokens=None, look_at=None, claim="me", **ending)

        await database.database.write(work)

    return write


async def test_the_median_of_the_pictures_of_the_last_day(speeds, record):
    """What failed, has not ended or is older tells nothing."""
    await record("google", 10)
    await record("google", 20.5)
    await record("google", 1, outcome="overloaded")
    await record("google", None)
    await record("google", 999, ago=24 * HOUR + SECOND)

    await speeds.refresh()

    assert speeds.seconds("google", PRO, Resolution.R1K) == 15.25


async def test_one_picture_that_took_very_long_does_not_change_what_is_usual(speeds, record):
    for seconds in (12, 10, 600):
        await record("google", seconds)

    await speeds.refresh()

    assert speeds.seconds("google", PRO, Resolution.R1K) == 12


async def test_each_upstream_model_and_resolution_has_its_own(speeds, record):
    await record("google", 10)
    await record("google", 40, resolution=Resolution.R4K)
    await record("google", 5, model="gemini-2.5-flash-image")
    await record("apiyi", 30)

    await speeds.refresh()

    assert speeds.seconds("google", PRO, Resolution.R1K) == 10
    assert speeds.seconds("google", PRO, Resolution.R4K) == 40
    assert speeds.seconds("google", "gemini-2.5-flash-image", Resolution.R1K) == 5
    assert speeds.seconds("apiyi", PRO, Resolution.R1K) == 30
    assert speeds.seconds("apiyi", PRO, Resolution.R2K) is None
    assert speeds.seconds("toapis", PRO, Resolution.R1K) is None


async def test_nothing_is_known_before_the_first_look(speeds, record):
    await record("google", 10)

    assert speeds.seconds("google", PRO, Resolution.R1K) is None


async def test_the_record_is_read_once_a_minute(speeds, record, database, clock):
    await record("google", 10)
    await speeds.refresh()
    await record("google", 30)

    clock.now += 59 * SECOND
    await speeds.refresh()
    assert (database.reads, speeds.seconds("google", PRO, Resolution.R1K)) == (1, 10)
    clock.now += SECOND
    await speeds.refresh()
    assert (database.reads, speeds.seconds("google", PRO, Resolution.R1K)) == (2, 20)


async def test_what_was_known_stays_while_the_record_cannot_be_read(
    speeds, record, database, clock
):
    """And is read again when the minute is over."""
    await record("google", 10)
    await speeds.refresh()
    database.is_broken = True
    clock.now += 60 * SECOND
    await speeds.refresh()
    assert speeds.seconds("google", PRO, Resolution.R1K) == 10

    database.is_broken = False
    await record("google", 30)
    clock.now += 60 * SECOND
    await speeds.refresh()
    assert speeds.seconds("google", PRO, Resolution.R1K) == 20


async def test_who_was_measured_long_ago_is_measured_anew(speeds, record, clock):
    await record("google", 10)
    await speeds.refresh()
    clock.now += 24 * HOUR

    await speeds.refresh()

    assert speeds.seconds("google", PRO, Resolution.R1K) is None
