"""Who pays, and that every movement of credits, shares and limits adds up in any order."""

import asyncio
import itertools
import shutil
import tempfile
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.db import engine
from bot.errors import LimitReached, NotEnoughCredits, StorageError, TeamBusy, TeamExists
from bot.jobs.payers import PaidBy, Payers
from bot.ledger.ledger import Ledger
from bot.ledger.teams import Teams, divide
from bot.quotas.allowance import Allowance, Allowances
from bot.quotas.calendar import Calendar, Period
from bot.quotas.limit import Limit, Measure, Who, Whose
from bot.quotas.quotas import Quotas

SECOND = 1_000_000
HOUR = 3600 * SECOND
NOON = 1_795_262_400 * SECOND
GUILD, ROLE, CHANNEL, THREAD = 9, 90, 50, 51
ANN, BOB = Who(1, GUILD, (ROLE,)), Who(2, GUILD)
POOL = f"server:{GUILD}"


class House:
    """Everything that has to do with credits, on a real file, under a clock of its own."""

    def __init__(self, database, welcome=20):
        self.now = NOON
        numbers = itertools.count(1)
        calendar = Calendar(ZoneInfo("Europe/Berlin"))
        clock = lambda: self.now  # noqa: E731
        new_id = lambda: f"{next(numbers):09d}"  # noqa: E731
        self.database = database
        self.ledger = Ledger(now=clock, new_id=new_id, welcome=welcome)
        self.teams = Teams(ledger=self.ledger, now=clock, new_id=new_id)
        self.allowances = Allowances(now=clock, calendar=calendar)
        self.quotas = Quotas(now=clock, calendar=calendar, defaults={})
        self.payers = Payers(
            ledger=self.ledger, teams=self.teams, allowances=self.allowances, quotas=self.quotas
        )

    def write(self, work):
        return self.database.write(work)

    async def fill_pool(self, amount):
        async def work(tx):
            await self.ledger.open(tx, POOL, welcome=False)
            await self.ledger.grant(tx, POOL, amount, reason="")

        await self.write(work)

    async def allow(self, role, credits_, period=Period.DAY, carry=0):
        allowance = Allowance(GUILD, role, credits_, period, carry)
        await self.write(lambda tx: self.allowances.set(tx, allowance, by=5))

    async def reserve(self, who, amount, channels=(THREAD, CHANNEL)):
        return await self.write(
            lambda tx: self.payers.reserve(tx, who, channels, amount, reason="")
        )

    async def make_team(self, amount, **changes):
        given = {"guild_id": GUILD, "channel_id": CHANNEL, "name": "art", "made_by": 1}
        return await self.write(
            lambda tx: self.teams.create(tx, credits_in=amount, **(given | changes))
        )

    async def available(self, account):
        found = await self.database.read(lambda tx: self.ledger.account(tx, account))
        return found.available if found else None

    async def purse(self, who):
        return await self.database.read(lambda tx: self.allowances.purse(tx, who))

    async def check(self):
        return await self.database.read(self.payers.check)


@pytest.fixture
async def house(address):
    async with engine.opened(address) as database:
        yield House(database)


async def test_the_team_of_the_place_pays_first_then_the_server_then_the_member(house):
    await house.fill_pool(100)
    await house.allow(GUILD, 6)
    await house.make_team(5)
    paid = [(await house.reserve(ANN, 5)).paid_by for _ in range(3)]
    assert paid == [PaidBy.TEAM, PaidBy.SERVER, PaidBy.MEMBER]
    with pytest.raises(NotEnoughCredits) as caught:
        await house.reserve(ANN, 11)
    assert (caught.value.needed, caught.value.available) == (11, 10)
    assert await house.check() == []


async def test_nothing_is_paid_by_two(house):
    """Five in the pot and fifteen at hand are not enough for sixteen."""
    await house.make_team(5)
    with pytest.raises(NotEnoughCredits):
        await house.reserve(ANN, 16)
    assert await house.available("member:1") == 15


async def test_in_a_direct_message_the_member_pays(house):
    await house.fill_pool(100)
    await house.allow(GUILD, 50)
    assert (await house.reserve(Who(1), 5, channels=(CHANNEL,))).paid_by is PaidBy.MEMBER


async def test_the_highest_role_sets_the_allowance_and_it_is_renewed(house):
    await house.fill_pool(100)
    await house.allow(GUILD, 3)
    await house.allow(ROLE, 8)
    assert (await house.reserve(ANN, 8)).paid_by is PaidBy.SERVER
    assert (await house.reserve(ANN, 1)).paid_by is PaidBy.MEMBER
    assert (await house.reserve(BOB, 4)).paid_by is PaidBy.MEMBER
    purse = await house.purse(ANN)
    assert (purse.left, purse.renews_at) == (0, NOON + 11 * HOUR)
    house.now += 11 * HOUR
    assert (await house.reserve(ANN, 8)).paid_by is PaidBy.SERVER


@pytest.mark.parametrize(("carry", "left"), [(0, 10), (3, 13), (50, 18)])
async def test_unused_credits_are_carried_over_as_far_as_is_set(house, carry, left):
    await house.fill_pool(100)
    await house.allow(GUILD, 10, Period.WEEK, carry)
    await house.reserve(ANN, 2)
    house.now += 7 * 24 * HOUR
    assert (await house.purse(ANN)).left == left


ROOMS = {
    "own credits": ({}, 20),
    "a pool within the allowance": ({"pool": 100, "allowance": 33}, 33),
    "a pool that is nearly empty": ({"pool": 25, "allowance": 33}, 25),
    "a pool without allowance": ({"pool": 100}, 20),
    "a pot": ({"pot": 15, "to_bob": 40}, 40),
    "a pot within the share": ({"pot": 15, "to_bob": 40, "per_member": 31}, 31),
    "a limit below all of them": ({"pool": 100, "allowance": 33, "limit": 9}, 9),
    "nothing at a time": ({"jobs": 0}, 0),
}


@pytest.mark.parametrize(("given", "room"), ROOMS.values(), ids=ROOMS)
async def test_the_room_is_what_can_be_reserved_and_not_one_more(house, given, room):
    """Advice rests on it: what is offered must work."""
    if "pool" in given:
        await house.fill_pool(given["pool"])
    if "allowance" in given:
        await house.allow(GUILD, given["allowance"])
    if "pot" in given:
        team = await house.make_team(given["pot"], per_member=given.get("per_member"))

        async def top_up(tx):
            await house.ledger.grant(tx, team.account_id, given["to_bob"] - 15, reason="")

        await house.write(top_up)
    for name, measure in (("limit", Measure.DAY), ("jobs", Measure.JOBS)):
        if name in given:
            limit = Limit(Whose.SERVER, GUILD, GUILD, measure, given[name])
            await house.write(lambda tx, one=limit: house.quotas.set(tx, one, by=5))
    asked = (BOB, (THREAD, CHANNEL))

    assert await house.write(lambda tx: house.payers.room(tx, *asked)) == room
    with pytest.raises((LimitReached, NotEnoughCredits)):
        await house.reserve(BOB, room + 1)
    if room:
        await house.reserve(BOB, room)
    assert await house.check() == []


async def test_what_is_released_may_be_taken_again(house):
    await house.fill_pool(100)
    await house.allow(GUILD, 5)
    promise = await house.reserve(ANN, 5)
    released = house.payers.release
    assert await house.write(lambda tx: released(tx, promise.reservation_id, reserved=5))
    assert not await house.write(lambda tx: released(tx, promise.reservation_id, reserved=5))
    assert (await house.purse(ANN)).left == 5
    assert await house.check() == []


async def test_what_comes_back_late_is_not_taken_off_a_new_allowance(house):
    await house.fill_pool(100)
    await house.allow(GUILD, 5)
    promise = await house.reserve(ANN, 5)
    house.now += 24 * HOUR
    await house.reserve(ANN, 3)
    await house.write(lambda tx: house.payers.release(tx, promise.reservation_id, reserved=5))
    assert (await house.purse(ANN)).left == 2
    assert await house.check() == []


async def test_a_member_draws_no_more_from_a_team_than_is_set_and_may_leave(house):
    team = await house.make_team(12, per_member=5)
    assert (await house.reserve(BOB, 5)).paid_by is PaidBy.TEAM
    assert (await house.reserve(BOB, 1)).paid_by is PaidBy.MEMBER
    await house.write(lambda tx: house.teams.leave(tx, team, 1))
    assert (await house.reserve(ANN, 1)).paid_by is PaidBy.MEMBER
    await house.write(lambda tx: house.teams.join(tx, team, 1))
    assert (await house.reserve(ANN, 1)).paid_by is PaidBy.TEAM


async def test_a_team_whose_time_is_over_pays_no_more(house):
    await house.make_team(12, expires_at=NOON + HOUR)
    house.now += HOUR
    assert (await house.reserve(ANN, 1)).paid_by is PaidBy.MEMBER


async def test_a_channel_has_one_team_and_one_that_is_busy_stays_open(house):
    team = await house.make_team(10)
    with pytest.raises(TeamExists):
        await house.make_team(1)
    promise = await house.reserve(BOB, 4)
    with pytest.raises(TeamBusy):
        await house.write(lambda tx: house.teams.close(tx, team))
    await house.write(
        lambda tx: house.payers.settle(tx, promise.reservation_id, reserved=4, charged=3)
    )
    await house.write(lambda tx: house.teams.top_up(tx, team, 2, 5))
    assert await house.write(lambda tx: house.teams.close(tx, team)) == {1: 8, 2: 4}
    assert await house.write(lambda tx: house.teams.close(tx, team)) == {}
    await house.make_team(1)
    assert await house.check() == []


async def test_a_team_without_its_channel_pays_its_last_job_and_then_everybody_back(house):
    """What is held settles first; nobody draws any more meanwhile."""
    team = await house.make_team(12)
    await house.write(lambda tx: house.teams.top_up(tx, team, 2, 4))
    promise = await house.reserve(BOB, 6)

    assert await house.write(lambda tx: house.teams.end(tx, team)) == {}

    assert (await house.reserve(BOB, 1)).paid_by is PaidBy.MEMBER
    await house.write(
        lambda tx: house.payers.settle(tx, promise.reservation_id, reserved=6, charged=4)
    )
    assert await house.available(team.account_id) == 0
    # Twelve are left of sixteen: three parts to Ann, one to Bob, who spent one of his own.
    assert await house.available("member:1") == 8 + 9
    assert await house.available("member:2") == 16 + 3 - 1
    assert await house.check() == []


async def test_a_refund_to_a_closed_team_goes_to_those_who_paid_in(house):
    team = await house.make_team(6)
    await house.write(lambda tx: house.teams.top_up(tx, team, 2, 3))
    promise = await house.reserve(BOB, 9)
    paid = {"reserved": 9, "charged": 9}
    await house.write(lambda tx: house.payers.settle(tx, promise.reservation_id, **paid))
    await house.write(lambda tx: house.teams.close(tx, team))

    def refund(amount):
        return house.write(
            lambda tx: house.payers.refund(tx, promise.reservation_id, amount, reason="")
        )

    assert await refund(5)

    assert not await refund(4)
    assert await house.available(team.account_id) == 0
    assert await house.available("member:1") == 14 + 3
    assert await house.available("member:2") == 17 + 2
    assert await house.check() == []


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [(0, [1, 2], [0, 0]), (10, [], []), (7, [1, 1, 1], [3, 2, 2]), (5, [0, 3, 1], [0, 4, 1])],
)
def test_what_is_left_is_divided_to_the_last_credit(amount, shares, parts):
    assert divide(amount, shares) == parts


@dataclass
class Held:
    """The model's idea of a reservation."""

    account: str
    amount: int
    open: bool = True
    charged: int = 0
    refunded: bool = False


people = st.sampled_from([ANN, BOB, Who(1), Who(2, 8)])
amounts = st.integers(1, 12)


STUCK = """
SELECT a.id FROM accounts a JOIN teams t ON a.id = 'team:' || t.id
 WHERE t.closed_at IS NOT NULL AND a.available + a.held > 0
    OR t.gone_at IS NOT NULL AND t.closed_at IS NULL AND a.held = 0
"""
"""Pots that nobody can get at: closed with something in them, or idle without a channel."""


class Everything(RuleBasedStateMachine):
    """Every operation in any order; after each the books and the limits are recomputed."""

    blank = None
    """A database to copy, as making one takes longer than what is done in it."""
    promises = Bundle("promises")

    @staticmethod
    def fresh(resources):
        """The address of an empty database."""
        folder = resources.enter_context(tempfile.TemporaryDirectory())
        return Path(shutil.copy(Everything.blank, Path(folder) / "plantain.db"))

    @initialize()
    def open_house(self):
        self.runner = asyncio.Runner()
        self.resources = AsyncExitStack()
        opening = engine.opened(type(self).fresh(self.resources))
        self.house = House(self.runner.run(self.resources.enter_async_context(opening)))
        self.held = {}
        self.do(self.house.fill_pool(30))

    def do(self, work):
        return self.runner.run(work)

    def teardown(self):
        if hasattr(self, "resources"):
            self.runner.run(self.resources.aclose())
            self.runner.close()

    @rule(target=promises, who=people, amount=amounts, twice=st.booleans())
    def reserve(self, who, amount, twice):
        async def together():
            asked = [self.house.reserve(who, amount) for _ in range(2 if twice else 1)]
            return await asyncio.gather(*asked, return_exceptions=True)

        made = []
        for outcome in self.do(together()):
            if isinstance(outcome, NotEnoughCredits | LimitReached):
                continue
            assert not isinstance(outcome, BaseException), outcome
            self.held[outcome.reservation_id] = Held(outcome.account_id, amount)
            made.append(outcome.reservation_id)
        if made:
            self.check_limits(who)
        return multiple(*made)

    def check_limits(self, who):
        """Whoever was let through has passed no limit that holds now."""
        for use in self.do(self.house.database.read(lambda tx: self.house.quotas.uses(tx, who))):
            assert use.measure is Measure.RATE or use.used <= use.limit, use

    @rule(promise=promises, part=st.integers(1, 12))
    def settle(self, promise, part):
        held = self.held[promise]
        charged = min(part, held.amount)
        payers = self.house.payers
        work = lambda tx: payers.settle(tx, promise, reserved=held.amount, charged=charged)  # noqa: E731
        assert self.do(self.house.write(work)) == held.open
        if held.open:
            held.open, held.charged = False, charged

    @rule(promise=promises)
    def release(self, promise):
        held = self.held[promise]
        payers = self.house.payers
        work = lambda tx: payers.release(tx, promise, reserved=held.amount)  # noqa: E731
        assert self.do(self.house.write(work)) == held.open
        held.open = False

    @rule(promise=promises, part=st.integers(1, 12))
    def refund(self, promise, part):
        """At most once, in part or whole; also to a team that is closed since."""
        held = self.held[promise]
        if held.charged:
            amount = min(part, held.charged)
            work = lambda tx: self.house.payers.refund(tx, promise, amount, reason="")  # noqa: E731
            assert self.do(self.house.write(work)) == (not held.refunded)
            held.refunded = True

    @rule(amount=amounts)
    def gift(self, amount):
        async def work(tx):
            for account in ("member:1", "member:2"):
                await self.house.ledger.open(tx, account)
            await self.house.ledger.transfer(tx, "member:1", "member:2", amount, reason="gift")

        try:
            self.do(self.house.write(work))
        except NotEnoughCredits as error:
            assert error.available < amount  # noqa: PT017

    @rule(amount=amounts)
    def grant(self, amount):
        self.do(self.house.fill_pool(amount))

    @rule(
        amount=amounts,
        per_member=st.none() | st.integers(0, 9),
        hours=st.none() | st.integers(1, 40),
    )
    def make_team(self, amount, per_member, hours):
        expires = None if hours is None else self.house.now + hours * HOUR
        with suppress(TeamExists, NotEnoughCredits):
            self.do(self.house.make_team(amount, per_member=per_member, expires_at=expires))

    @rule(member=st.sampled_from([1, 2]), away=st.booleans(), amount=st.integers(0, 5))
    def change_team(self, member, away, amount):
        async def work(tx):
            team = await self.house.teams.find(tx, CHANNEL)
            if team is not None:
                step = self.house.teams.leave if away else self.house.teams.join
                await step(tx, team, member)
                if amount:
                    await self.house.teams.top_up(tx, team, member, amount)

        with suppress(NotEnoughCredits):
            self.do(self.house.write(work))

    @rule()
    def close_team(self):
        async def work(tx):
            team = await self.house.teams.find(tx, CHANNEL)
            if team is None:
                return
            before = await self.house.ledger.account(tx, team.account_id)
            returned = await self.house.teams.close(tx, team)
            assert sum(returned.values()) == before.available

        with suppress(TeamBusy):
            self.do(self.house.write(work))

    @rule()
    def lose_channel(self):
        """Its team is closed at once, or with its last job."""

        async def work(tx):
            team = await self.house.teams.find(tx, CHANNEL)
            if team is not None:
                await self.house.teams.end(tx, team)
                left = await self.house.teams.find(tx, CHANNEL)
                assert left is None or self.house.teams.over(left)

        self.do(self.house.write(work))

    @rule(
        whose=st.sampled_from([(Whose.MEMBER, 1), (Whose.ROLE, ROLE), (Whose.SERVER, GUILD)]),
        measure=st.sampled_from(list(Measure)),
        amount=st.none() | st.integers(0, 25),
    )
    def limit(self, whose, measure, amount):
        limit = Limit(whose[0], GUILD, whose[1], measure, amount)
        self.do(self.house.write(lambda tx: self.house.quotas.set(tx, limit, by=5)))

    @rule(
        role=st.sampled_from([ROLE, GUILD]),
        amount=st.integers(0, 15),
        period=st.sampled_from(list(Period)),
        carry=st.integers(0, 5),
    )
    def allow(self, role, amount, period, carry):
        self.do(self.house.allow(role, amount, period, carry))

    @rule(hours=st.sampled_from([-2, 0, 1, 5, 24, 24 * 7, 24 * 31]))
    def pass_time(self, hours):
        self.house.now += hours * HOUR

    @invariant()
    def all_adds_up(self):
        if not hasattr(self, "house"):
            return

        async def look(tx):
            total = await tx.query("SELECT SUM(available + held) AS total FROM entries")
            low = await tx.query("SELECT id FROM accounts WHERE kind <> 'house' AND available < 0")
            stuck = await tx.query(STUCK)
            return total[0]["total"], low, stuck, await self.house.payers.check(tx)

        assert self.do(self.house.database.read(look)) == (0, [], [], [])


FAIR = settings(
    max_examples=35,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def copied(blank, monkeypatch):
    monkeypatch.setattr(Everything, "blank", blank)


def test_no_order_of_things_overruns_a_limit_or_loses_a_credit():
    run_state_machine_as_test(Everything, settings=FAIR)


def test_nor_does_any_on_a_server(server):
    town = type("OnServer", (Everything,), {"fresh": staticmethod(lambda _: server.fresh())})
    run_state_machine_as_test(town, settings=settings(FAIR, max_examples=3))


MUTATIONS = [
    ("use", "jobs = jobs + 1", "jobs = jobs"),
    ("give_back", "jobs = jobs - 1", "jobs = jobs"),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: ": ".join(mutation[:2]))
def test_a_broken_statement_is_caught(mutation):
    name, old, new = mutation

    class Mutant(Everything):
        @initialize()
        def open_house(self):
            super().open_house()
            named = self.house.database._statements
            assert old in named[name]
            self.house.database._statements = {**named, name: named[name].replace(old, new)}

    with pytest.raises((AssertionError, StorageError)):
        run_state_machine_as_test(
            Mutant,
            settings=settings(
                max_examples=400,
                stateful_step_count=30,
                deadline=None,
                database=None,
                derandomize=True,
                report_multiple_bugs=False,
                phases=[Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
