"""Limits hold to the credit, in every order of things; and these tests would notice if not."""

import asyncio
import itertools
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from bot.db import engine
from bot.errors import LimitReached
from bot.ledger.ledger import Ledger
from bot.quotas.calendar import Calendar
from bot.quotas.limit import Limit, Measure, Who, Whose
from bot.quotas.quotas import Quotas

SECOND = 1_000_000
HOUR = 3600 * SECOND
NOON = 1_795_262_400 * SECOND
"""2026-11-21 12:00 UTC."""
ANN, BOB = Who(1, 9), Who(2, 9)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@dataclass
class Books:
    """A ledger with limits on a real file."""

    database: engine.Engine
    ledger: Ledger
    quotas: Quotas
    clock: Clock

    async def reserve(self, who, amount):
        async def work(tx):
            account = f"member:{who.member_id}"
            await self.ledger.open(tx, account)
            reservation = await self.ledger.reserve(tx, account, amount)
            wait = await self.quotas.take(tx, who, reservation, amount)
            return reservation, wait

        return await self.database.write(work)

    async def settle(self, reservation, reserved, amount):
        async def work(tx):
            await self.ledger.settle(tx, reservation, amount)
            await self.quotas.give_back(tx, reservation, unused=reserved - amount)

        await self.database.write(work)

    async def release(self, reservation, reserved):
        async def work(tx):
            await self.ledger.release(tx, reservation)
            await self.quotas.give_back(tx, reservation, unused=reserved)

        await self.database.write(work)

    async def limit(self, whose, owner_id, measure, amount, guild_id=9):
        limit = Limit(whose, guild_id, owner_id, measure, amount)
        await self.database.write(lambda tx: self.quotas.set(tx, limit, by=5))

    async def used(self, who):
        found = await self.database.read(lambda tx: self.quotas.uses(tx, who))
        return {(use.whose, use.measure): use.used for use in found}


@pytest.fixture
async def books(address):
    clock, numbers = Clock(), itertools.count(1)
    async with engine.opened(address) as database:
        ledger = Ledger(now=clock, new_id=lambda: f"{next(numbers):09d}", welcome=1000)
        quotas = Quotas(now=clock, calendar=Calendar(ZoneInfo("Asia/Shanghai")), defaults={})
        yield Books(database, ledger, quotas, clock)


CREDITS = [Measure.HOUR, Measure.DAY, Measure.MONTH, Measure.TOTAL]
OWNERS = [(Whose.MEMBER, 1), (Whose.SERVER, 9), (Whose.BOT, 0)]


async def test_without_limits_nobody_is_refused(books):
    for _ in range(20):
        _, wait = await books.reserve(ANN, 7)
        assert wait == 0
    assert await books.used(ANN) == {}


@pytest.mark.parametrize("measure", CREDITS)
@pytest.mark.parametrize(("whose", "owner"), OWNERS)
async def test_credits_are_refused_beyond_the_limit_and_not_before(books, whose, owner, measure):
    await books.limit(whose, owner, measure, 10, guild_id=9 if owner else 0)
    await books.reserve(ANN, 4)
    await books.reserve(ANN, 6)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 1)
    refused = caught.value
    assert (refused.measure, refused.whose) == (measure, whose)
    assert (refused.limit, refused.used, refused.needed) == (10, 10, 1)
    assert (refused.opens_at is None) == (measure is Measure.TOTAL)
    assert await books.used(ANN) == {(whose, measure): 10}
    account = await books.database.read(lambda tx: books.ledger.account(tx, "member:1"))
    assert (account.available, account.held) == (990, 10)


async def test_a_limit_of_nothing_allows_nothing_and_no_limit_allows_all(books):
    await books.limit(Whose.ROLE, 9, Measure.DAY, 0)
    with pytest.raises(LimitReached):
        await books.reserve(ANN, 1)
    await books.limit(Whose.MEMBER, 1, Measure.DAY, None)
    await books.reserve(ANN, 500)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(BOB, 1)
    assert caught.value.whose is Whose.ROLE


async def test_the_highest_role_decides_and_a_members_own_limit_over_it(books):
    high, low = 70, 60
    ann = Who(1, 9, (high, low))
    await books.limit(Whose.ROLE, low, Measure.DAY, 5)
    await books.limit(Whose.ROLE, high, Measure.DAY, 20)
    await books.limit(Whose.ROLE, 9, Measure.HOUR, 15)
    await books.reserve(ann, 12)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ann, 4)
    assert caught.value.measure is Measure.HOUR
    await books.limit(Whose.MEMBER, 1, Measure.HOUR, 100)
    await books.reserve(ann, 8)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ann, 1)
    assert (caught.value.measure, caught.value.limit) == (Measure.DAY, 20)


async def test_a_limit_can_be_changed_and_taken_back(books):
    await books.limit(Whose.SERVER, 9, Measure.MONTH, 5)
    await books.reserve(ANN, 5)
    await books.limit(Whose.SERVER, 9, Measure.MONTH, 8)
    await books.reserve(BOB, 3)
    limit = Limit(Whose.SERVER, 9, 9, Measure.MONTH, None)
    assert await books.database.write(lambda tx: books.quotas.clear(tx, limit))
    assert not await books.database.write(lambda tx: books.quotas.clear(tx, limit))
    await books.reserve(BOB, 300)


@pytest.mark.parametrize("amount", [-1, 10**13])
async def test_what_cannot_be_a_limit_is_our_mistake(books, amount):
    with pytest.raises(ValueError, match="no limit"):
        await books.limit(Whose.SERVER, 9, Measure.MONTH, amount)


async def test_servers_and_members_are_counted_apart(books):
    await books.limit(Whose.SERVER, 9, Measure.DAY, 10)
    await books.limit(Whose.MEMBER, 1, Measure.DAY, 6)
    await books.reserve(ANN, 6)
    await books.reserve(BOB, 4)
    await books.reserve(Who(1, 8), 6)
    await books.reserve(Who(1), 6)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(BOB, 1)
    assert caught.value.whose is Whose.SERVER


async def test_what_a_job_did_not_use_goes_back_to_the_window_it_came_from(books):
    await books.limit(Whose.MEMBER, 1, Measure.HOUR, 10)
    await books.limit(Whose.MEMBER, 1, Measure.MONTH, 100)
    first, _ = await books.reserve(ANN, 8)
    await books.settle(first, 8, 3)
    assert await books.used(ANN) == {
        (Whose.MEMBER, Measure.HOUR): 3,
        (Whose.MEMBER, Measure.MONTH): 3,
    }
    second, _ = await books.reserve(ANN, 7)
    books.clock.now += HOUR
    third, _ = await books.reserve(ANN, 9)
    await books.release(second, 7)
    # The hour it was counted in is over; the month is not.
    assert await books.used(ANN) == {
        (Whose.MEMBER, Measure.HOUR): 9,
        (Whose.MEMBER, Measure.MONTH): 12,
    }
    await books.release(third, 9)
    assert await books.used(ANN) == {
        (Whose.MEMBER, Measure.HOUR): 0,
        (Whose.MEMBER, Measure.MONTH): 3,
    }


async def test_a_day_ends_at_midnight_of_the_configured_zone(books):
    """Noon UTC is 20:00 in Shanghai: four hours to go."""
    await books.limit(Whose.MEMBER, 1, Measure.DAY, 5)
    await books.reserve(ANN, 5)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 1)
    assert caught.value.opens_at == NOON + 4 * HOUR
    books.clock.now += 4 * HOUR - 1
    with pytest.raises(LimitReached):
        await books.reserve(ANN, 1)
    books.clock.now += 1
    await books.reserve(ANN, 5)


async def test_a_clock_that_goes_back_opens_nothing(books):
    await books.limit(Whose.MEMBER, 1, Measure.HOUR, 5)
    books.clock.now += HOUR
    await books.reserve(ANN, 5)
    books.clock.now -= HOUR
    with pytest.raises(LimitReached):
        await books.reserve(ANN, 1)


async def test_jobs_at_a_time_are_counted_until_they_end(books):
    await books.limit(Whose.ROLE, 9, Measure.JOBS, 2)
    first, _ = await books.reserve(ANN, 1)
    second, _ = await books.reserve(ANN, 1)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 1)
    assert (caught.value.measure, caught.value.opens_at) == (Measure.JOBS, None)
    await books.reserve(BOB, 1)
    await books.settle(first, 1, 1)
    await books.reserve(ANN, 1)
    await books.release(second, 1)
    await books.reserve(ANN, 1)


async def test_a_request_that_comes_a_little_early_waits_and_a_much_too_early_one_is_refused(books):
    """Six a minute: one every ten seconds, and up to a minute ahead."""
    await books.limit(Whose.MEMBER, 1, Measure.RATE, 6)
    waits = [(await books.reserve(ANN, 1))[1] for _ in range(7)]
    assert waits == [10 * SECOND * n for n in range(7)]
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 1)
    assert caught.value.measure is Measure.RATE
    assert caught.value.opens_at == NOON + 70 * SECOND
    books.clock.now += 10 * SECOND
    assert (await books.reserve(ANN, 1))[1] == 60 * SECOND


async def test_no_request_a_minute_is_none(books):
    await books.limit(Whose.SERVER, 9, Measure.RATE, 0)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 1)
    assert caught.value.opens_at is None


async def test_of_several_limits_the_one_that_opens_last_is_named(books):
    await books.limit(Whose.MEMBER, 1, Measure.HOUR, 5)
    await books.limit(Whose.MEMBER, 1, Measure.MONTH, 5)
    await books.reserve(ANN, 5)
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 5)
    assert caught.value.measure is Measure.MONTH


async def test_many_at_once_never_take_more_than_there_is(books):
    """A hundred requests of three for a limit of fifty; the rest of the crowd is refused."""
    await books.limit(Whose.SERVER, 9, Measure.DAY, 50)
    asked = [books.reserve(Who(member, 9), 3) for member in range(100)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    refused = [outcome for outcome in done if isinstance(outcome, LimitReached)]
    assert len(done) - len(refused) == 16
    assert all(isinstance(outcome, tuple | LimitReached) for outcome in done)
    assert (await books.used(ANN))[Whose.SERVER, Measure.DAY] == 48
    assert await books.database.read(books.ledger.check) == []


async def test_a_clock_that_goes_back_makes_nobody_wait_for_longer_than_a_minute(books):
    """Not the hour that it went back; and no more come at once than the limit says."""
    await books.limit(Whose.MEMBER, 1, Measure.RATE, 6)
    await books.reserve(ANN, 1)
    books.clock.now -= HOUR
    _, wait = await books.reserve(ANN, 1)
    assert wait == 60 * SECOND
    with pytest.raises(LimitReached) as caught:
        await books.reserve(ANN, 1)
    assert caught.value.opens_at == books.clock.now + 70 * SECOND
    books.clock.now += 60 * SECOND
    assert (await books.reserve(ANN, 1))[1] == 10 * SECOND
