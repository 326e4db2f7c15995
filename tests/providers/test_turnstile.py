"""Who wants the loop for a while gets a turn of it, and nobody else's."""

import asyncio

import pytest

from bot.providers.turnstile import Turnstile


@pytest.fixture
def passing(turns):
    """Pass a turnstile; the turn and a name go into a list."""
    turnstile = Turnstile()
    passed = []

    async def run(name):
        await turnstile.wait()
        passed.append((turns.now, name))

    run.passed = passed
    return run


async def test_each_turn_lets_one_through_in_the_order_they_came(passing):
    await asyncio.gather(*(passing(number) for number in range(10)))
    turns = [turn for turn, _ in passing.passed]
    assert len(set(turns)) == 10
    assert turns[-1] - turns[0] == 9 + 1  # the first one passes before the others are waiting
    assert [name for _, name in passing.passed] == list(range(10))


async def test_who_comes_alone_does_not_wait(passing, turns):
    for _ in range(3):
        before = turns.now
        await passing("alone")
        assert turns.now == before
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_who_comes_again_comes_after_those_who_wait(passing):
    async def twice(name):
        await passing(name)
        await passing(name)

    await asyncio.gather(passing("first"), twice("a"), twice("b"))
    assert [name for _, name in passing.passed] == ["first", "a", "b", "a", "b"]


async def test_who_is_cancelled_keeps_nobody_waiting(passing):
    waiting = [asyncio.ensure_future(passing(number)) for number in range(4)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    waiting[2].cancel()
    await asyncio.wait(waiting)
    await passing("later")
    assert [name for _, name in passing.passed] == [0, 3, "later"]


async def test_who_is_cancelled_when_admitted_keeps_nobody_waiting(passing):
    """Between the word that it may pass and its turn."""
    waiting = [asyncio.ensure_future(passing(number)) for number in range(3)]
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(waiting[1].cancel)
    await asyncio.wait(waiting)
    assert [name for _, name in passing.passed] == [0, 2]
