"""A gift is given once, by its giver, within a day, and never beyond the daily cap."""

import asyncio
import itertools

import pytest

from bot.jobs.gifts import LASTS, NOTE_LIMIT, GiftState
from bot.jobs.person import Person
from bot.quotas.limit import Who
from bot.sharing import (
    BotsHaveNoCredits,
    DailyGiftsReached,
    GiftOver,
    GiftToOneself,
    NotInThisServer,
    ServerOnly,
    TooFewCredits,
)

ANN, BOB = Who(1, 9), Person(2, bot=False, here=True)
HOUR = 3600 * 1_000_000


@pytest.fixture
def offer(treasury):
    """offer(amount, to=..., who=..., note=..., interaction_id=...) with an id of its own."""
    numbers = itertools.count(1000)

    async def offered(amount, *, to=BOB, who=ANN, note="", interaction_id=None):
        return await treasury.gifts.offer(
            who, to, amount, note, interaction_id=interaction_id or next(numbers)
        )

    return offered


async def test_nothing_moves_before_it_is_confirmed_and_then_it_does(treasury, offer):
    offered = await offer(20, note="for you")
    assert (offered.available, offered.left_today, offered.gift.note) == (100, 50, "for you")
    assert await treasury.available(2) is None

    given = await treasury.gifts.give(offered.gift.id, 1)

    assert (given.now, given.available, given.gift.state) == (True, 80, GiftState.GIVEN)
    assert await treasury.available(2) == 120, "a newcomer has their welcome as well"
    assert await treasury.check() == []


async def test_twenty_presses_give_once(treasury, offer):
    gift = (await offer(20)).gift

    given = await asyncio.gather(*(treasury.gifts.give(gift.id, 1) for _ in range(20)))

    assert sorted(each.now for each in given) == [False] * 19 + [True]
    assert {each.available for each in given} == {80}
    assert await treasury.available(2) == 120


async def test_a_command_that_is_delivered_twice_is_one_gift(offer):
    first = await offer(20, interaction_id=5)
    assert (await offer(20, interaction_id=5)).gift == first.gift


async def test_nobody_else_may_confirm_or_cancel(treasury, offer):
    gift = (await offer(20)).gift
    for stranger in (2, 3):
        with pytest.raises(GiftOver):
            await treasury.gifts.give(gift.id, stranger)
        with pytest.raises(GiftOver):
            await treasury.gifts.cancel(gift.id, stranger)
    assert (await treasury.gifts.give(gift.id, 1)).now


async def test_a_gift_that_nobody_offered_is_refused(treasury):
    with pytest.raises(GiftOver):
        await treasury.gifts.give("0" * 32, 1)


@pytest.mark.parametrize("age", [LASTS, 30 * LASTS])
async def test_a_gift_that_is_a_day_old_can_only_be_offered_anew(treasury, offer, age):
    gift = (await offer(20)).gift
    treasury.now += age
    with pytest.raises(GiftOver):
        await treasury.gifts.give(gift.id, 1)
    assert await treasury.available(1) == 100


async def test_a_gift_may_be_confirmed_until_its_day_is_over(treasury, offer):
    gift = (await offer(20)).gift
    treasury.now += LASTS - 1
    assert (await treasury.gifts.give(gift.id, 1)).now


async def test_what_was_cancelled_stays_so_and_what_was_given_too(treasury, offer):
    cancelled, given = (await offer(20)).gift, (await offer(20)).gift
    await treasury.gifts.cancel(cancelled.id, 1)
    await treasury.gifts.cancel(cancelled.id, 1)
    with pytest.raises(GiftOver):
        await treasury.gifts.give(cancelled.id, 1)
    await treasury.gifts.give(given.id, 1)
    with pytest.raises(GiftOver):
        await treasury.gifts.cancel(given.id, 1)
    assert await treasury.available(1) == 80


async def test_offers_together_never_pass_the_daily_cap(treasury, offer):
    """Six offers of 20 are each within 50; of their presses at once two come through."""
    gifts = [(await offer(20)).gift for _ in range(6)]

    outcomes = await asyncio.gather(
        *(treasury.gifts.give(gift.id, 1) for gift in gifts), return_exceptions=True
    )

    refusals = [each for each in outcomes if isinstance(each, DailyGiftsReached)]
    assert (len(outcomes) - len(refusals), len(refusals)) == (2, 4)
    assert (refusals[0].limit, refusals[0].left) == (50, 10)
    assert await treasury.available(1) == 60
    assert await treasury.check() == []


async def test_the_cap_begins_anew_at_midnight_of_the_time_zone(treasury, offer):
    late = (await offer(50)).gift
    await treasury.gifts.give((await offer(50)).gift.id, 1)
    with pytest.raises(DailyGiftsReached) as caught:
        await offer(1)
    assert caught.value.opens_at == treasury.now + 11 * HOUR
    treasury.now += 11 * HOUR - 1
    with pytest.raises(DailyGiftsReached):
        await treasury.gifts.give(late.id, 1)
    treasury.now += 1
    assert (await treasury.gifts.give(late.id, 1)).now


async def test_a_clock_that_goes_back_opens_no_second_cap(treasury, offer):
    gift = (await offer(1)).gift
    await treasury.gifts.give((await offer(50)).gift.id, 1)
    treasury.now -= 20 * HOUR
    with pytest.raises(DailyGiftsReached):
        await offer(1)
    with pytest.raises(DailyGiftsReached):
        await treasury.gifts.give(gift.id, 1)


async def test_what_was_given_under_a_clock_that_went_back_stays_counted(treasury, offer):
    gifts = [(await offer(20)).gift for _ in range(3)]
    await treasury.gifts.give(gifts[0].id, 1)
    treasury.now -= 20 * HOUR
    await treasury.gifts.give(gifts[1].id, 1)
    treasury.now += 20 * HOUR
    with pytest.raises(DailyGiftsReached):
        await treasury.gifts.give(gifts[2].id, 1)


async def test_a_cap_that_was_lowered_since_the_offer_holds(treasury, offer):
    gift = (await offer(20)).gift
    treasury.gifts._daily = 10
    with pytest.raises(DailyGiftsReached):
        await treasury.gifts.give(gift.id, 1)


async def test_more_than_the_cap_is_refused_also_as_the_first(treasury, offer):
    with pytest.raises(DailyGiftsReached):
        await offer(51)


async def test_credits_that_are_gone_by_the_press_are_not_given(treasury, offer):
    """Refused and undone: it does not count for the day, and may be pressed again later."""
    gift = (await offer(50)).gift
    promise = await treasury.reserve(Who(1), (), 80)
    with pytest.raises(TooFewCredits) as caught:
        await treasury.gifts.give(gift.id, 1)
    assert (caught.value.needed, caught.value.available) == (50, 20)
    with pytest.raises(TooFewCredits):
        await offer(21)
    await treasury.release(promise, 80)
    assert (await treasury.gifts.give(gift.id, 1)).now
    assert await treasury.check() == []


@pytest.mark.parametrize(
    ("to", "who", "refusal"),
    [
        (Person(1, bot=False, here=True), ANN, GiftToOneself),
        (Person(2, bot=True, here=True), ANN, BotsHaveNoCredits),
        (Person(2, bot=False, here=False), ANN, NotInThisServer),
        (BOB, Who(1), ServerOnly),
    ],
)
async def test_who_can_be_given_nothing(treasury, offer, to, who, refusal):
    with pytest.raises(refusal):
        await offer(1, to=to, who=who)
    assert await treasury.available(1) is None


async def test_a_note_is_stored_as_text_that_can_be_sent(offer):
    note = (await offer(1, note=" \ud800 " + "x" * 4000)).gift.note
    assert note.startswith("? x")
    assert len(note) == NOTE_LIMIT
