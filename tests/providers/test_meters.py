"""Balances are asked for nothing, remembered with their age, and never waited for long."""

import asyncio
from decimal import Decimal

import pytest

from bot.errors import ErrorKind, ProviderError
from bot.providers.base import Balance
from bot.providers.meters import FRESH, Meters, Reading

NOON = 1_795_262_400_000_000
PLACE = ("evolink", "key")


class Desk:
    """An upstream that answers when it is let; `answers` are given in turn."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0
        self.open = asyncio.Event()
        self.open.set()

    async def ask(self):
        self.asked += 1
        await self.open.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    now = NOON


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def meters_of(clock):
    made = []

    def make(desk, **options):
        made.append(Meters(asks={PLACE: desk.ask}, now=lambda: clock.now, **options))
        return made[-1]

    yield make
    for meters in made:
        await meters.close()


def dollars(amount):
    return Balance(Decimal(amount), "USD")


async def test_an_answer_is_kept_for_a_minute_and_then_asked_for_anew(meters_of, clock):
    desk = Desk(dollars(7), dollars(6))
    meters = meters_of(desk)

    for _ in range(3):
        assert await meters.read() == {PLACE: Reading(dollars(7), NOON)}

    assert desk.asked == 1
    clock.now += FRESH
    assert await meters.read() == {PLACE: Reading(dollars(6), NOON + FRESH)}


async def test_who_looks_does_not_wait_for_a_slow_answer_which_is_there_for_the_next(meters_of):
    desk = Desk(dollars(7))
    desk.open.clear()
    meters = meters_of(desk, patience=0)

    assert await meters.read() == {}
    assert await meters.read() == {}

    assert desk.asked == 1, "one question at a time"
    desk.open.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert await meters.read() == {PLACE: Reading(dollars(7), NOON)}


@pytest.mark.parametrize(
    "answer", [None, ProviderError(ErrorKind.CONNECT_FAILED, "evolink")], ids=["nothing", "a no"]
)
async def test_what_was_told_stays_with_its_age_where_no_new_answer_comes(meters_of, clock, answer):
    meters = meters_of(Desk(dollars(7), answer))
    await meters.read()
    clock.now += FRESH

    assert await meters.read() == {PLACE: Reading(dollars(7), NOON)}
