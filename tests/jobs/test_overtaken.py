"""On a server others go on while a transaction looks: what it decides holds all the same."""

import asyncio
import itertools
import random
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import pytest

from bot.db import engine
from bot.errors import NotEnoughCredits
from bot.jobs.bank import Bank
from bot.jobs.payers import PaidBy
from bot.quotas.allowance import Allowance
from bot.quotas.calendar import Period
from bot.quotas.limit import Who
from bot.settings import Settings
from bot.sharing import NoTeam

GUILD, CHANNEL = 9, 50
ANN, BOB = Who(1, GUILD), Who(2, GUILD)
POOL = f"server:{GUILD}"
WAITING = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


class Town:
    """Both members have 100 credits, pool and pot 10 each; whoever is repeated has `slept`."""

    def __init__(self, address):
        ids = map("{:09}".format, itertools.count())
        self.address = address
        self.slept = []
        settings = Settings(_env_file=None, welcome_credits=110)
        self.bank = Bank.of(settings, now=lambda: 10**15, new_id=partial(next, ids))

    @asynccontextmanager
    async def opened(self):
        async def sleep(seconds):
            self.slept.append(seconds)

        async with engine.opened(self.address, sleep=sleep) as self.database:
            await self.database.write(self.settle_in)
            yield self
            assert await self.database.read(self.bank.payers.check) == []

    async def settle_in(self, tx):
        ledger = self.bank.ledger
        await ledger.open(tx, POOL, welcome=False)
        for member in ("member:1", "member:2"):
            await ledger.open(tx, member)
        await ledger.transfer(tx, "member:2", POOL, 10, reason="")
        await self.bank.allowances.set(tx, Allowance(GUILD, GUILD, 1000, Period.DAY), by=1)
        self.team = await self.bank.teams.create(
            tx, guild_id=GUILD, channel_id=CHANNEL, name="art", made_by=1, credits_in=10
        )

    async def reserve(self, who, amount, tx):
        return await self.bank.payers.reserve(tx, who, (CHANNEL,), amount, reason="")

    async def meanwhile(self, first, second):
        """The results of two works, of which the second begins while the first has not ended."""
        done, waiting = asyncio.Event(), asyncio.Event()

        async def held_up(tx):
            result = await first(tx)
            done.set()
            await waiting.wait()
            return result

        watcher = await asyncpg.connect(self.address.get_secret_value())
        one = asyncio.create_task(self.database.write(held_up))
        await done.wait()
        other = asyncio.create_task(self.database.write(second))
        while not await watcher.fetchval(WAITING):
            await asyncio.sleep(0)
        waiting.set()
        await watcher.close()
        return await asyncio.gather(one, other, return_exceptions=True)


@pytest.fixture
async def town(server):
    async with Town(server.fresh()).opened() as opened:
        yield opened


async def test_a_pot_that_is_emptied_meanwhile_passes_the_next_on_to_who_pays_then(town):
    """Not refused with what the pot lacks: the pool has enough."""
    both = await town.meanwhile(partial(town.reserve, ANN, 10), partial(town.reserve, BOB, 10))
    assert [held.paid_by for held in both] == [PaidBy.TEAM, PaidBy.SERVER]
    both = await town.meanwhile(partial(town.reserve, ANN, 60), partial(town.reserve, ANN, 60))
    assert both[0].paid_by is PaidBy.MEMBER
    assert isinstance(both[1], NotEnoughCredits)
    assert both[1].available == 40


async def test_nothing_is_paid_into_a_pot_that_is_being_closed(town):
    teams, team = town.bank.teams, town.team
    closed, paid = await town.meanwhile(
        lambda tx: teams.close(tx, team), lambda tx: teams.top_up(tx, team, 2, 5)
    )
    assert closed == {1: 10}
    assert isinstance(paid, NoTeam)
    ledger = town.bank.ledger
    assert (await town.database.read(lambda tx: ledger.account(tx, "member:2"))).available == 100


async def test_nobody_waits_in_a_circle(town):
    """Requests, their ends and gifts both ways, all at once: not one has to be repeated."""
    order = random.Random(5)  # noqa: S311 - an order, no secret
    payers, ledger = town.bank.payers, town.bank.ledger

    async def picture(who):
        held = await town.database.write(partial(town.reserve, who, 1))
        if order.random() < 0.5:
            end = partial(payers.settle, reserved=1, charged=1)
        else:
            end = partial(payers.release, reserved=1)
        await town.database.write(lambda tx: end(tx, held.reservation_id))

    async def gift(giver, taker):
        await town.database.write(lambda tx: ledger.transfer(tx, giver, taker, 1, reason=""))

    steps = [picture(who) for who in (ANN, BOB) for _ in range(25)]
    steps += [gift(*pair) for pair in (("member:1", "member:2"), ("member:2", "member:1")) * 10]
    order.shuffle(steps)
    await asyncio.gather(*steps)
    assert town.slept == []
