"""Many requests held together: all on one account or none, each counted, and how many would fit."""

import pytest

from bot.db import engine
from bot.errors import LimitReached, NotEnoughCredits
from bot.jobs.payers import PaidBy
from bot.quotas.limit import Limit, Measure, Whose
from tests.jobs.test_payers import ANN, BOB, CHANNEL, GUILD, THREAD, House


@pytest.fixture
async def house(address):
    async with engine.opened(address) as database:
        yield House(database, welcome=100)


async def hold(house, who, amounts):
    return await house.write(
        lambda tx: house.payers.reserve_all(tx, who, (THREAD, CHANNEL), amounts, reason="")
    )


async def limit(house, measure, amount, whose=Whose.SERVER):
    found = Limit(whose, GUILD, GUILD, measure, amount)
    await house.write(lambda tx: house.quotas.set(tx, found, by=5))


async def test_the_first_who_can_bear_all_of_them_pays_for_all(house):
    """The team could pay some and the pool others, and neither is asked for a part."""
    await house.make_team(20)
    await house.fill_pool(200)
    await house.allow(GUILD, 40)
    for amounts, paid_by in (
        ([7, 7, 7], PaidBy.SERVER),
        ([7, 7], PaidBy.TEAM),
        ([5, 5], PaidBy.SERVER),
        ([11] * 5, PaidBy.MEMBER),
    ):
        promises = await hold(house, ANN, amounts)
        assert [one.paid_by for one in promises] == [paid_by] * len(amounts)
        assert len({one.account_id for one in promises}) == 1
        assert len({one.reservation_id for one in promises}) == len(amounts)
    assert await house.available("member:1") == 80 - 55
    assert await house.check() == []
    with pytest.raises(NotEnoughCredits) as caught:
        await hold(house, ANN, [10, 10, 10, 2])
    refusal = caught.value
    assert (refusal.needed, refusal.available, refusal.fit) == (32, 25, 2)
    assert await house.available("member:1") == 25
    assert await house.check() == []


async def test_each_counts_against_every_limit_and_the_tightest_says_how_many_fit(house):
    await limit(house, Measure.JOBS, 5)
    await limit(house, Measure.DAY, 40)
    with pytest.raises(LimitReached) as caught:
        await hold(house, ANN, [7] * 8)
    refusal = caught.value
    assert (refusal.measure, refusal.used, refusal.needed, refusal.fit) == (Measure.JOBS, 0, 8, 5)

    held = await hold(house, BOB, [7] * 4)
    with pytest.raises(LimitReached) as caught:
        await hold(house, ANN, [5, 5, 5])
    refusal = caught.value
    assert (refusal.measure, refusal.needed, refusal.fit) == (Measure.JOBS, 3, 1)
    for one in held[:3]:
        await house.write(
            lambda tx, one=one: house.payers.settle(tx, one.reservation_id, reserved=7, charged=7)
        )
    with pytest.raises(LimitReached) as caught:
        await hold(house, ANN, [7, 7])
    refusal = caught.value
    assert (refusal.measure, refusal.used, refusal.needed, refusal.fit) == (Measure.DAY, 28, 14, 1)
    assert await house.check() == []


async def test_what_is_early_for_a_rate_waits_its_turn_and_too_early_is_refused(house):
    """Twenty a minute: three at once, and the others one after the other within the minute."""
    await limit(house, Measure.RATE, 20)

    waits = [one.wait for one in await hold(house, ANN, [1] * 15)]

    assert waits[:3] == [0, 0, 0]
    assert waits[3:] == sorted(waits[3:])
    assert 0 < waits[3] < waits[-1] <= 60_000_000
    house.now += 600_000_000
    with pytest.raises(LimitReached) as caught:
        await hold(house, ANN, [1] * 50)
    assert caught.value.measure == Measure.RATE
    assert 15 < caught.value.fit < 50
    assert await house.available("member:1") == 100 - 15
    assert await house.check() == []
