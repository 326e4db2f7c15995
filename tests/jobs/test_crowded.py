"""A hundred members at once against limits of every kind: exact counts, and never one over."""

import asyncio
import io
import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import count

import pytest
from PIL import Image

from bot.db import engine
from bot.errors import Billed, ErrorKind, LimitReached, NotEnoughCredits, ProviderError
from bot.generation.catalog import Catalog
from bot.generation.pricing import Ranking, Tariff
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.bank import Bank
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.job import JobKind, Place
from bot.jobs.lease import Leases
from bot.jobs.runner import Runner
from bot.jobs.service import Studio
from bot.jobs.uploads import Uploads
from bot.providers.base import Call, Generation, ImageFile
from bot.quotas.allowance import Allowance
from bot.quotas.budget import Budgets, Spend
from bot.quotas.calendar import Period
from bot.quotas.limit import Limit, Measure, Whose
from bot.settings import Settings

NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC in microseconds; the clock stands still."""
MEMBERS, ROUNDS, SERVERS, ROLES = 100, 5, 3, 5
PRICE = 7
AT_A_TIME = 4
ROLE_LIMITS = {
    0: (Measure.HOUR, 2 * PRICE + 6, 2),
    1: (Measure.DAY, 3 * PRICE, 3),
    2: (Measure.TOTAL, PRICE, 1),
    # Two a minute: one at once, one in half a minute, one in a minute; the fourth is refused.
    3: (Measure.RATE, 2, 3),
}
"""By role: what is limited, to how much, and how many requests that lets through."""
SERVER_LIMITS = {0: (Measure.MONTH, 50 * PRICE + 6, 50), 1: (Measure.JOBS, 40, 40)}
POOL, POT = 14 * PRICE + 2, 7 * PRICE + 1
RICH = 2
"""The server that has a pool, with a team in its channel."""


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Painter:
    """Draws at once, or fails as `mood` says; knows how many it draws for whom at a time."""

    mood: object
    name: str = "google"
    at_work: Counter = field(default_factory=Counter)
    most: int = 0
    drawn: int = 0

    async def generate(self, request, *, folder, observer):
        await observer.calling(Call("google", "key", request.model, 1))
        self.at_work[observer.party] += 1
        self.most = max(self.most, self.at_work[observer.party])
        try:
            await self.mood()
            content, path = png(), folder / "picture.png"
            path.write_bytes(content)
            self.drawn += 1
            picture = ImageFile(path, sha256(content).hexdigest(), "image/png", len(content))
            return Generation("google", (picture,))
        finally:
            self.at_work[observer.party] -= 1


class Silent:
    """A Delivery where nobody looks; it counts what it delivered."""

    def __init__(self):
        self.delivered = Counter()

    async def queued(self, job, ahead, ready_at=None):
        return True

    async def postponed(self, job, begins_at):
        return True

    async def drawing(self, job, ready_at=None):
        return True

    async def waiting(self, job, wait):
        return True

    async def deliver(self, job, pictures, receipt, shortfall):
        self.delivered[job.id] = len(pictures)

    async def cancelled(self, job):
        return True

    async def explain(self, job, error):
        return True


async def forever(_seconds):
    """No lease is renewed within this test."""
    await asyncio.sleep(36_000)


class Town:
    """The core over a file, three servers with their limits, and a gate before the runners."""

    def __init__(self, database, store, codec, numbers, mood, *, bot_limit=None, key_limit=None):
        defaults = f"member.concurrent_jobs={AT_A_TIME}"
        if bot_limit is not None:
            defaults += f", bot.credits_per_day={bot_limit}"
        settings = Settings.model_validate({"welcome_credits": 1000, "default_limits": defaults})
        clock, new_id = lambda: NOON, lambda: f"{next(numbers):032x}"
        self.database = database
        self.bank = Bank.of(settings, now=clock, new_id=new_id)
        self.gate = asyncio.Event()
        self.painter, self.delivery = Painter(mood), Silent()
        catalog = Catalog.load()
        self.runner = Runner(
            database=database,
            ledger=self.bank.ledger,
            payers=self.bank.payers,
            provider=self.painter,
            catalog=catalog,
            store=store,
            codec=codec,
            delivery=self.delivery,
            leases=Leases(database=database, now=clock, tick=forever, seconds=30),
            new_id=new_id,
            slots=16,
            budgets=Budgets(
                database=database,
                now=clock,
                calendar=self.bank.calendar,
                limits={} if key_limit is None else {"key": {Spend.DAY: key_limit}},
            ),
        )
        self.dispatcher = InProcessDispatcher(
            self.run, postpone=self.runner.postpone, now=clock, sleep=self.sleep
        )
        self.studio = Studio(
            catalog=catalog,
            providers=("google",),
            ranking=Ranking(preferred=(), known=("google",)),
            default_model=None,
            tariff=Tariff(5000),
            database=database,
            payers=self.bank.payers,
            uploads=Uploads(store=store, codec=codec),
            dispatcher=self.dispatcher,
            today=lambda: date(2026, 11, 21),
            now=clock,
            new_id=new_id,
        )

    @staticmethod
    async def sleep(_seconds):
        await asyncio.sleep(0)

    async def run(self, job_id):
        await self.gate.wait()
        await self.runner.run(job_id)

    async def take_up(self):
        """Whatever a town before this one left, as a start does."""
        await self.database.write(lambda tx: tx.run("expire_all_leases"))
        for job_id in await self.database.read(queue.unfinished):
            await self.runner.run(job_id)

    async def settle_in(self):
        """The limits of servers and roles, the pool, its allowance and the team."""
        bank = self.bank

        async def work(tx):
            for guild in range(SERVERS):
                for role, (measure, amount, _) in ROLE_LIMITS.items():
                    limit = Limit(
                        Whose.ROLE, guild_of(guild), role_of(guild, role), measure, amount
                    )
                    await bank.quotas.set(tx, limit, by=1)
            for guild, (measure, amount, _) in SERVER_LIMITS.items():
                limit = Limit(Whose.SERVER, guild_of(guild), guild_of(guild), measure, amount)
                await bank.quotas.set(tx, limit, by=1)
            rich = guild_of(RICH)
            await bank.ledger.open(tx, f"server:{rich}", welcome=False)
            await bank.ledger.grant(tx, f"server:{rich}", POOL, reason="")
            await bank.allowances.set(tx, Allowance(rich, rich, PRICE, Period.DAY), by=1)
            await bank.ledger.open(tx, "member:1")
            await bank.teams.create(
                tx,
                guild_id=rich,
                channel_id=rich,
                name="art",
                made_by=1,
                credits_in=POT,
                per_member=PRICE,
            )

        await self.database.write(work)

    async def ask(self, member, *, pictures=1):
        """One request of a member; what became of it."""
        guild = member % SERVERS
        place = Place(
            member_id=1000 + member,
            guild_id=guild_of(guild),
            channel_id=guild_of(guild),
            message_id=1,
            application_id=1,
            reply_token=None,
            locale="en-US",
            private=False,
            upload_limit=10_000_000,
            role_ids=(role_of(guild, member % ROLES),),
        )
        draft = self.studio.draft(
            JobKind.IMAGINE,
            "crowded",
            model=None,
            aspect_ratio=None,
            resolution=None,
            count=pictures,
            reference_images=0,
        )
        try:
            job = await self.studio.submit(draft, place)
        except (LimitReached, NotEnoughCredits) as refusal:
            return member, refusal
        return member, job

    async def rows(self, sql):
        return await self.database.read(lambda tx: tx.query(sql))

    async def assert_all_adds_up(self):
        assert await self.database.read(self.bank.payers.check) == []
        assert await self.rows("SELECT id FROM reservations WHERE state = 'open'") == []
        assert (
            await self.rows(
                "SELECT id FROM accounts WHERE held <> 0 OR kind <> 'house' AND available < 0"
            )
            == []
        )
        assert await self.rows("SELECT subject FROM usage WHERE jobs <> 0") == []


def guild_of(number):
    return 10 + number


def role_of(guild, number):
    return 100 + 10 * guild + number


def lets_through(member):
    """How many of a member's requests their own limits let through."""
    limited = ROLE_LIMITS.get(member % ROLES)
    return min(AT_A_TIME, limited[2]) if limited else AT_A_TIME


@pytest.fixture
async def town_of(tmp_path, address):
    """Towns on one database, of either engine."""
    async with AsyncExitStack() as resources:
        codec = await resources.enter_async_context(Codec(workers=1, time_limit=10))
        opening = engine.opened(address)
        database = await resources.enter_async_context(opening)
        store = ImageStore(tmp_path / "images", scratch_folder=tmp_path / "work")

        numbers = count(1)

        def make(mood, **options):
            return Town(database, store, codec, numbers, mood, **options)

        yield make


async def content():
    """Nothing goes wrong."""


def crowd(seed):
    asking = [member for member in range(MEMBERS) for _ in range(ROUNDS)]
    random.Random(seed).shuffle(asking)  # noqa: S311 - an order, no secret
    return asking


async def test_five_hundred_at_once_get_exactly_what_every_limit_allows(town_of):
    town = town_of(content)
    await town.settle_in()

    outcomes = await asyncio.gather(*(town.ask(member) for member in crowd(1)))

    taken = [member for member, outcome in outcomes if not isinstance(outcome, Exception)]
    per_member, per_server = Counter(taken), Counter(member % SERVERS for member in taken)
    expected = {
        guild: min(
            sum(lets_through(member) for member in range(guild, MEMBERS, SERVERS)),
            SERVER_LIMITS.get(guild, (None, None, MEMBERS * ROUNDS))[2],
        )
        for guild in range(SERVERS)
    }
    assert per_server == expected
    assert all(per_member[member] <= lets_through(member) for member in range(MEMBERS))
    for member in range(RICH, MEMBERS, SERVERS):
        assert per_member[member] == lets_through(member)
    assert {type(outcome) for _, outcome in outcomes if isinstance(outcome, Exception)} == {
        LimitReached
    }

    town.gate.set()
    assert await town.dispatcher.close(60) == 0
    states = Counter(row["state"] for row in await town.rows("SELECT state FROM jobs"))
    assert states == {"done": len(taken)}
    paid = Counter(
        row["account_id"].partition(":")[0]
        for row in await town.rows("SELECT account_id FROM jobs")
    )
    assert (paid["team"], paid["server"]) == (POT // PRICE, POOL // PRICE)
    assert town.painter.drawn == len(taken)
    await town.assert_all_adds_up()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_the_limit_of_the_whole_bot_is_met_to_the_credit(town_of):
    """150 of the 176 that all others would let through, whoever is first."""
    town = town_of(content, bot_limit=150 * PRICE + PRICE - 1)
    await town.settle_in()

    outcomes = await asyncio.gather(*(town.ask(member) for member in crowd(2)))

    assert sum(not isinstance(outcome, Exception) for _, outcome in outcomes) == 150
    [used] = await town.rows("SELECT day_used, jobs FROM usage WHERE subject = 'bot'")
    assert used == {"day_used": 150 * PRICE, "jobs": 150}
    town.gate.set()
    await town.dispatcher.close(60)
    await town.assert_all_adds_up()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_a_key_spends_its_limit_to_the_last_call_and_what_is_not_billed_is_spent_again(
    town_of,
):
    """Some fail for nothing: forty calls are billed, and none is made beyond."""
    chance = random.Random(5)  # noqa: S311 - as above
    free = 0

    async def moody():
        nonlocal free
        await asyncio.sleep(0)
        if chance.random() < 0.2:
            free += 1
            raise ProviderError(ErrorKind.OVERLOADED, "google", Billed.NO)

    usd_micros = 33_600
    town = town_of(moody, key_limit=40 * usd_micros + usd_micros - 1)
    town.gate.set()
    await town.settle_in()

    await asyncio.gather(*(town.ask(member) for member in crowd(5)))
    assert await town.dispatcher.close(60) == 0

    assert town.painter.drawn == 40
    billed = Counter(row["billed"] for row in await town.rows("SELECT billed FROM attempts"))
    assert billed == {"yes": 40, "no": free}
    assert free > 0
    [spent] = await town.rows("SELECT day_used, total_used FROM key_usage")
    assert spent == {"day_used": 40 * usd_micros, "total_used": 40 * usd_micros}
    states = Counter(row["state"] for row in await town.rows("SELECT state FROM jobs"))
    assert states["done"] == 40
    assert set(states) == {"done", "failed"}
    await town.assert_all_adds_up()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", [3, 4])
async def test_failures_timeouts_and_cancellations_leave_nothing_behind(town_of, seed):
    """Two pictures each while others fail, hang and are cancelled; then a stop and a restart."""
    chance = random.Random(seed)  # noqa: S311 - as above

    async def moody():
        fate = chance.random()
        await asyncio.sleep(0)
        if fate < 0.15:
            raise ProviderError(ErrorKind.OVERLOADED, "google", Billed.NO)
        if fate < 0.25:
            raise ProviderError(ErrorKind.CONTENT_BLOCKED, "google", Billed.YES)
        if fate < 0.35:
            raise TimeoutError
        if fate < 0.4:
            await asyncio.Event().wait()

    town = town_of(moody, bot_limit=150 * PRICE)
    town.gate.set()
    await town.settle_in()
    asking = [
        asyncio.create_task(town.ask(member, pictures=chance.choice((1, 2))))
        for member in crowd(seed)
    ]
    for number, task in enumerate(asking):
        if chance.random() < 0.1:
            task.cancel()
        if number % 25 == 0:
            await asyncio.sleep(0.001)
    done = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(one, tuple | asyncio.CancelledError) for one in done)
    assert any(isinstance(one, asyncio.CancelledError) for one in done)
    assert await town.dispatcher.close(0.5) > 0

    again = town_of(content, bot_limit=150 * PRICE)
    await again.take_up()

    await town.assert_all_adds_up()
    assert town.painter.most <= AT_A_TIME * 2
    states = Counter(row["state"] for row in await town.rows("SELECT state FROM jobs"))
    assert set(states) == {"done", "failed"}
    [charged] = await town.rows("SELECT SUM(credits_charged) AS credits FROM jobs")
    shown = town.delivery.delivered | again.delivery.delivered
    assert charged["credits"] == PRICE * shown.total()
    usage = {row["subject"]: row for row in await town.rows("SELECT * FROM usage")}
    assert usage["bot"]["total_used"] == charged["credits"] <= 150 * PRICE
    assert usage["server:10"]["month_used"] <= SERVER_LIMITS[0][1]
    for member in range(MEMBERS):
        used = usage.get(f"member:{1000 + member}:{guild_of(member % SERVERS)}")
        measure, amount, _ = ROLE_LIMITS.get(member % ROLES, (None, None, None))
        column = {Measure.HOUR: "hour_used", Measure.DAY: "day_used", Measure.TOTAL: "total_used"}
        assert used is None or measure not in column or used[column[measure]] <= amount
