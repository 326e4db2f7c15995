"""Alerts: one message for each part of a window, whoever looks, also over a crash."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import DeliveryFailed, ManagersOnly
from bot.jobs.alerts import CLAIM, WAITS, Alerts
from bot.jobs.levels import POOL, Alert, Level
from bot.jobs.limits import Caller, Limits
from bot.jobs.outlets import Outlet, Outlets
from bot.quotas.allowance import Allowance
from bot.quotas.calendar import Period
from bot.quotas.limit import Limit, Measure, Whose

DAY = 24 * 3600 * 1_000_000
GUILD = 9
MANAGER = Caller(1, GUILD, manages=True)
OPERATOR = Caller(1, GUILD, operates=True)


@dataclass
class Listener:
    """A Teller that remembers whom it told; `troubles` come first, and `gate` holds it."""

    told: list[tuple[Alert, Outlet]] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def tell(self, alert, where):
        if self.gate is not None:
            await self.gate.wait()
        if self.troubles:
            raise self.troubles.pop(0)
        self.told.append((alert, where))

    @property
    def heard(self):
        return [(a.level.measure, a.percent, a.level.used, a.level.amount) for a, _ in self.told]


class Watch:
    """Alerts over books, and the jobs they look after."""

    def __init__(self, books, database=None, **options):
        self.books, self.teller, self.slept = books, Listener(), []
        self.alerts = Alerts(
            database=database or books.database,
            quotas=books.bank.quotas,
            teller=self.teller,
            now=lambda: books.now,
            new_id=books.new_id,
            sleep=self.sleep,
            **options,
        )
        self.run = self.alerts.after(self.nothing)

    async def nothing(self, job_id):
        """What a job does is done when it is looked at."""

    async def sleep(self, seconds):
        self.slept.append(seconds)

    async def pay(self, amount, **options):
        """One job that cost so much, and everything that is told of it."""
        job = await self.books.paid(price=amount, **options)
        await self.run(job.id)
        await self.settle()

    async def settle(self):
        while self.alerts._tasks:
            await asyncio.wait(self.alerts._tasks)

    async def limit(self, measure, amount, whose=Whose.SERVER):
        bot = whose is Whose.BOT
        limit = Limit(whose, 0 if bot else GUILD, 0 if bot else GUILD, measure, amount)
        quotas = self.books.bank.quotas
        await self.books.database.write(lambda tx: quotas.set(tx, limit, by=1))


@pytest.fixture
def watch(books):
    return Watch(books)


async def test_each_part_is_told_once_and_of_several_at_once_the_largest(watch):
    await watch.limit(Measure.DAY, 100)
    for amount in (49, 1, 5, 24, 1, 20):
        await watch.pay(amount)

    assert watch.teller.heard == [
        ("credits_per_day", 50, 50, 100),
        ("credits_per_day", 80, 80, 100),
        ("credits_per_day", 100, 100, 100),
    ]
    watch.books.now += DAY
    await watch.pay(99)
    assert watch.teller.heard[3:] == [("credits_per_day", 80, 99, 100)]
    opens = [alert.level.opens_at for alert, _ in watch.teller.told]
    assert opens[3] - opens[0] == DAY


@pytest.mark.parametrize("measure", ["credits_per_hour", "credits_per_month", "credits_in_total"])
async def test_every_window_is_looked_at(watch, measure):
    await watch.limit(Measure(measure), 10)
    await watch.pay(10)
    assert watch.teller.heard == [(measure, 100, 10, 10)]
    [(alert, _)] = watch.teller.told
    assert (alert.level.opens_at is None) == (measure == "credits_in_total")


async def test_what_was_given_back_is_not_told_twice_and_a_new_limit_is_another(watch):
    """What failed never counted; a limit that is raised begins to be told anew."""
    await watch.limit(Measure.DAY, 100)
    await watch.pay(90, made=0)
    assert watch.teller.told == []
    await watch.pay(60)
    await watch.pay(10, made=0)
    await watch.pay(1)
    await watch.limit(Measure.DAY, 120)
    await watch.pay(1)
    assert [percent for _, percent, *_ in watch.teller.heard] == [50, 50]
    await watch.limit(Measure.DAY, 0)
    await watch.alerts._raise([Level("server:9", GUILD, "credits_per_day", 1, 5, 0)])
    await watch.settle()
    assert len(watch.teller.told) == 2


async def test_a_members_limit_is_nobody_elses_business(watch):
    await watch.limit(Measure.DAY, 10, Whose.ROLE)
    await watch.pay(10)
    assert watch.teller.told == []


async def test_a_pool_is_measured_from_when_credits_last_came_in(watch, books):
    async def allow(tx):
        await books.bank.allowances.set(tx, Allowance(GUILD, GUILD, 500, Period.DAY), by=1)

    await books.database.write(allow)
    await books.treasury.grant(OPERATOR, member_id=None, amount=100, reason="")
    await watch.pay(50)
    await watch.pay(35)
    limits = Limits(database=books.database, bank=books.bank)
    await limits.fund(MANAGER, 5)
    await watch.pay(9)
    await watch.pay(11)
    await books.treasury.grant(OPERATOR, member_id=3, amount=7, reason="a member's own")
    await watch.pay(1)

    assert watch.teller.heard == [
        (POOL, 50, 50, 100),
        (POOL, 80, 85, 100),
        (POOL, 100, 20, 20),
    ]
    assert all(alert.level.guild_id == GUILD for alert, _ in watch.teller.told)


async def test_the_bots_limit_is_told_to_operators_also_from_a_direct_message(tmp_path, books_over):
    async with SqliteDatabase.open(tmp_path / "bot.db") as database:
        watch = Watch(books_over(database, default_limits="bot.credits_per_month=20"))
        await watch.pay(10)
        await watch.pay(10, guild=None)
    assert watch.teller.heard == [
        ("credits_per_month", 50, 10, 20),
        ("credits_per_month", 100, 20, 20),
    ]
    assert [alert.level.guild_id for alert, _ in watch.teller.told] == [0, 0]


async def test_others_say_what_is_reached_by_a_source_or_by_themselves(books):
    """As for an upstream's key, which is counted elsewhere."""
    key = Level("key:d04f", 0, "usd_per_day", books.now + DAY, 8_100_000, 10_000_000, "google 1")

    async def keys():
        return [key]

    watch = Watch(books, more=keys)
    await watch.pay(1)
    await watch.pay(1)
    assert watch.teller.heard == [("usd_per_day", 80, 8_100_000, 10_000_000)]
    watch.alerts.reached(key)
    watch.alerts.reached(Level("key:d04f", 0, "usd_in_total", 0, 5, 10, "google 1"))
    watch.alerts.reached(Level("key:d04f", 0, "usd_per_hour", 1, 4, 10, "google 1"))
    await watch.settle()
    assert watch.teller.heard[1:] == [("usd_in_total", 50, 5, 10)]


async def test_a_job_does_not_wait_for_what_is_told(watch):
    watch.teller.gate = asyncio.Event()
    await watch.limit(Measure.DAY, 10)
    job = await watch.books.paid(price=10)

    await watch.run(job.id)

    assert watch.teller.told == []
    watch.teller.gate.set()
    await watch.settle()
    assert len(watch.teller.told) == 1


async def test_many_jobs_that_end_together_are_looked_at_together(watch):
    await watch.limit(Measure.DAY, 60)
    jobs = [await watch.books.paid(price=1) for _ in range(60)]
    reads = 0
    read = watch.books.database.read

    async def counted(work):
        nonlocal reads
        reads += 1
        return await read(work)

    watch.books.database.read = counted
    await asyncio.gather(*(watch.run(job.id) for job in jobs))
    await watch.settle()
    assert watch.teller.heard == [("credits_per_day", 100, 60, 60)]
    assert reads < 10


async def test_two_processes_tell_once(tmp_path, books_over):
    path = tmp_path / "two.db"
    async with SqliteDatabase.open(path) as first, SqliteDatabase.open(path) as second:
        books = books_over(first)
        one, other = Watch(books), Watch(books, second)
        await one.limit(Measure.DAY, 20)
        for _ in range(10):
            job = await books.paid(price=2)
            await asyncio.gather(one.run(job.id), other.run(job.id))
            await asyncio.gather(one.settle(), other.settle())
    told = sorted(percent for _, percent, *_ in one.teller.heard + other.teller.heard)
    assert told == [50, 80, 100]


async def test_what_a_crash_left_untold_is_told_after_the_next_start(watch):
    """The same message under the same name, once its claim is over; and then never again."""
    await watch.limit(Measure.DAY, 10)
    watch.teller.gate = asyncio.Event()
    job = await watch.books.paid(price=10)
    await watch.run(job.id)
    while len(watch.alerts._tasks) != 1 or watch.alerts._looking:
        await asyncio.sleep(0)
    await watch.alerts.close()
    rows = "SELECT id FROM alerts WHERE told_at IS NULL"
    [left] = await watch.books.database.read(lambda tx: tx.query(rows))

    early, late = Watch(watch.books), Watch(watch.books)
    early.alerts.start()
    await early.settle()
    assert (early.teller.told, early.slept) == ([], [CLAIM / 1_000_000])
    watch.books.now += CLAIM
    late.alerts.start()
    early.alerts.start()
    await asyncio.gather(early.settle(), late.settle())

    [(alert, _)] = early.teller.told + late.teller.told
    assert (alert.id, alert.percent, alert.level.used) == (left["id"], 100, 10)


async def test_while_discord_cannot_be_reached_it_is_tried_again_and_later_again(watch):
    away = DeliveryFailed("no network", unreachable=True)
    await watch.limit(Measure.DAY, 10)
    watch.teller.troubles = [away] * 2
    await watch.pay(5)
    assert (watch.teller.heard[0][1], watch.slept) == (50, [*WAITS[:2]])
    watch.slept.clear()
    watch.teller.troubles = [away] * 5
    await watch.pay(3)
    assert (len(watch.teller.told), watch.slept) == (1, [*WAITS])
    watch.books.now += CLAIM
    await watch.pay(1)
    assert [percent for _, percent, *_ in watch.teller.heard] == [50, 80]


async def test_what_nobody_takes_or_nobody_needs_any_more_is_given_up(watch):
    await watch.limit(Measure.HOUR, 10)
    watch.teller.troubles = [DeliveryFailed("closed to us")]
    await watch.pay(5)
    watch.teller.troubles = [DeliveryFailed("no network", unreachable=True)] * 5
    await watch.pay(5)
    watch.books.now += DAY
    await watch.pay(1)
    assert watch.teller.told == []
    rows = await watch.books.database.read(lambda tx: tx.query("SELECT told_at FROM alerts"))
    assert len(rows) == 3
    assert all(row["told_at"] for row in rows)


async def test_a_server_that_wants_none_is_told_nothing_until_it_does(watch):
    outlets = Outlets(database=watch.books.database, now=lambda: watch.books.now)
    with pytest.raises(ManagersOnly):
        await outlets.set(Caller(1, GUILD), Outlet(5))
    with pytest.raises(ManagersOnly):
        await outlets.show(Caller(1, GUILD))
    await watch.limit(Measure.DAY, 100)
    await outlets.set(MANAGER, Outlet(off=True))
    assert await outlets.show(MANAGER) == Outlet(off=True)
    await watch.pay(60)
    assert watch.teller.told == []
    await outlets.set(MANAGER, Outlet(77))
    await watch.pay(1)
    await outlets.set(MANAGER, Outlet())
    assert await outlets.show(MANAGER) == Outlet()
    await watch.pay(20)
    assert [(alert.percent, where) for alert, where in watch.teller.told] == [
        (50, Outlet(77)),
        (80, Outlet()),
    ]
