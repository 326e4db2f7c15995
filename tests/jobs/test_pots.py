"""A team's pot: who may do what, and that it is paid back by whoever sees it past its time."""

import asyncio
import itertools

import pytest

from bot.errors import TeamBusy, TeamExists
from bot.jobs.payers import PaidBy
from bot.jobs.person import Person
from bot.jobs.pots import NAME_LIMIT, ClosedPot, Pot
from bot.quotas.limit import Who
from bot.sharing import BotsHaveNoCredits, NoTeam, NotYourTeam, ServerOnly, TooFewCredits

THREAD, CHANNEL = 51, 50
HERE = (CHANNEL,)
ANN, BOB = Who(1, 9), Who(2, 9)
DAY = 24 * 3600 * 1_000_000


@pytest.fixture
def numbers():
    """Ids of interactions, each another."""
    return itertools.count(1000)


@pytest.fixture
def create(treasury, numbers):
    """create(amount, who=..., channels=..., ...) opens a team."""

    async def created(amount=40, *, who=ANN, channels=HERE, **changes):
        given = {"name": "art", "per_member": None, "lasts": None, "interaction_id": next(numbers)}
        return await treasury.pots.create(who, channels, credits_in=amount, **(given | changes))

    return created


@pytest.fixture
def top_up(treasury, numbers):
    async def topped_up(who, amount, *, channels=HERE):
        return await treasury.pots.top_up(who, channels, amount, interaction_id=next(numbers))

    return topped_up


@pytest.fixture
def close(treasury, numbers):
    async def closed(who, *, manages=False):
        return await treasury.pots.close(who, HERE, manages=manages, interaction_id=next(numbers))

    return closed


async def test_a_team_is_shown_with_its_pot_its_members_and_ones_own_part(treasury, create):
    await create(40, per_member=10)
    await treasury.reserve(BOB, HERE, 7)

    seen = await treasury.pots.show(BOB, HERE)

    assert (seen.available, seen.held, seen.over) == (33, 7, False)
    assert [(each.member_id, each.paid_in, each.spent) for each in seen.members] == [
        (1, 40, 0),
        (2, 0, 7),
    ]
    assert (seen.me.member_id, seen.team.per_member) == (2, 10)


async def test_a_thread_uses_its_channels_team_unless_it_has_its_own(treasury, create, top_up):
    await create(10, name="channel's")
    inside = (THREAD, CHANNEL)
    assert (await treasury.pots.show(BOB, inside)).team.name == "channel's"
    await top_up(BOB, 5, channels=inside)
    await create(20, who=BOB, channels=inside, name="thread's")
    assert (await treasury.pots.show(ANN, inside)).team.name == "thread's"
    assert (await treasury.pots.show(ANN, HERE)).available == 15


async def test_who_leaves_pays_alone_until_they_are_added(treasury, create):
    await create(40)
    await treasury.pots.leave(BOB, HERE)
    assert (await treasury.reserve(BOB, HERE, 1)).paid_by is PaidBy.MEMBER
    await treasury.pots.add(ANN, HERE, Person(2, bot=False, here=True))
    assert (await treasury.reserve(BOB, HERE, 1)).paid_by is PaidBy.TEAM


async def test_a_bot_is_not_added(treasury, create):
    await create()
    with pytest.raises(BotsHaveNoCredits):
        await treasury.pots.add(ANN, HERE, Person(3, bot=True, here=True))


async def test_a_team_is_not_closed_while_it_pays_for_a_picture(treasury, create, close):
    await create(40)
    promise = await treasury.reserve(BOB, HERE, 30)
    with pytest.raises(TeamBusy):
        await close(ANN)
    await treasury.release(promise, 30)
    assert (await close(ANN)).returned == {1: 40}


async def test_the_maker_and_managers_close_it_nobody_else(treasury, create, top_up, close):
    await create(40)
    await top_up(BOB, 20)
    with pytest.raises(NotYourTeam):
        await close(BOB)
    assert (await close(ANN)).returned == {1: 40, 2: 20}
    await create(40)
    assert (await close(BOB, manages=True)).returned == {1: 40}
    assert await treasury.available(1) == await treasury.available(2) == 100
    assert await treasury.check() == []


@pytest.mark.parametrize("what", ["show", "top up", "leave", "add", "close"])
async def test_whoever_looks_after_its_time_pays_it_back(treasury, create, top_up, close, what):
    await create(40, lasts=DAY)
    treasury.now += DAY
    ways = {
        "show": lambda: treasury.pots.show(BOB, HERE),
        "top up": lambda: top_up(BOB, 5),
        "leave": lambda: treasury.pots.leave(BOB, HERE),
        "add": lambda: treasury.pots.add(BOB, HERE, Person(1, bot=False, here=True)),
        "close": lambda: close(BOB),
    }

    ended = await ways[what]()

    assert isinstance(ended, ClosedPot)
    assert (ended.expired, ended.returned) == (True, {1: 40})
    assert await treasury.available(1) == 100
    with pytest.raises(NoTeam):
        await ways[what]()


async def test_a_team_past_its_time_makes_room_for_a_new_one(treasury, create):
    await create(40, lasts=DAY)
    with pytest.raises(TeamExists):
        await create(5, who=BOB)
    treasury.now += DAY

    opened = await create(5, who=BOB)

    assert opened.before.returned == {1: 40}
    assert opened.pot.available == 5
    assert await treasury.check() == []


async def test_a_picture_under_way_keeps_a_team_open_past_its_time(treasury, create, top_up):
    await create(40, lasts=DAY)
    promise = await treasury.reserve(BOB, HERE, 7)
    treasury.now += DAY
    seen = await treasury.pots.show(ANN, HERE)
    assert isinstance(seen, Pot)
    assert seen.over
    for attempt in (create(5), top_up(ANN, 5), treasury.pots.leave(ANN, HERE)):
        with pytest.raises(TeamBusy):
            await attempt
    await treasury.release(promise, 7)
    assert (await treasury.pots.show(ANN, HERE)).returned == {1: 40}


async def test_what_cannot_be_paid_opens_no_team_and_adds_nothing(treasury, create, top_up):
    with pytest.raises(TooFewCredits) as caught:
        await create(101)
    assert (caught.value.needed, caught.value.available) == (101, 100)
    with pytest.raises(NoTeam):
        await treasury.pots.show(ANN, HERE)
    await create(40)
    with pytest.raises(TooFewCredits):
        await top_up(ANN, 61)
    assert (await treasury.pots.show(ANN, HERE)).available == 40
    assert await treasury.check() == []


async def test_an_interaction_that_is_delivered_twice_pays_once(treasury, create):
    first = await asyncio.gather(*(create(10, interaction_id=1) for _ in range(3)))
    assert sorted(each is None for each in first) == [False, True, True]
    pay = lambda: treasury.pots.top_up(ANN, HERE, 10, interaction_id=2)  # noqa: E731
    again = await asyncio.gather(*(pay() for _ in range(3)))
    assert sorted(each is None for each in again) == [False, True, True]
    end = lambda: treasury.pots.close(ANN, HERE, manages=False, interaction_id=3)  # noqa: E731
    ended = [await end() for _ in range(2)]
    assert [each is None for each in ended] == [False, True]
    assert await treasury.available(1) == 100


async def test_what_was_refused_may_be_asked_again_by_the_same_interaction(treasury, create):
    with pytest.raises(TooFewCredits):
        await create(101, interaction_id=1)
    assert await create(10, interaction_id=1) is not None


async def test_there_are_no_teams_in_direct_messages(treasury, create, top_up, close):
    alone = Who(1)
    for attempt in (
        create(5, who=alone),
        top_up(alone, 5),
        close(alone),
        treasury.pots.show(alone, HERE),
        treasury.pots.leave(alone, HERE),
    ):
        with pytest.raises(ServerOnly):
            await attempt


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  a \n b\u2028c ", "a b c"),
        ("\ud800", "?"),
        (" \n ", "🍌"),
        ("x" * 4000, "x" * NAME_LIMIT),
    ],
)
async def test_a_name_is_one_line_that_can_be_stored(create, given, kept):
    assert (await create(name=given)).pot.team.name == kept
