"""What a report adds up: exactly what was paid in a time, in one server, and never more."""

import asyncio
import csv
import io
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.errors import ManagersOnly, OperatorsOnly
from bot.images.codec import Codec
from bot.jobs.limits import Caller
from bot.jobs.reports import Reports
from bot.jobs.sheet import COLUMNS, Sheet, cell
from bot.jobs.tally import Group, Share
from bot.quotas.allowance import Allowance
from bot.quotas.calendar import Calendar, Period

HOUR = 3600 * 1_000_000
NOON = 1_795_262_400_000_000
"""Saturday, 2026-11-21 12:00 UTC; 13:00 in Berlin."""
GUILD, CHANNEL, ART = 9, 50, 51
MANAGER = Caller(1, GUILD, manages=True)
OPERATOR = Caller(1, GUILD, operates=True)
MUCH = 10_000_000


@pytest.fixture(scope="module")
def codec():
    """One worker for all tests; it ends with the module."""
    made = Codec(workers=1, time_limit=30)
    yield made
    asyncio.run(made.close())


@pytest.fixture
def reports(books, codec):
    return Reports(
        database=books.database,
        calendar=books.bank.calendar,
        codec=codec,
        now=lambda: books.now,
        nickname=str.title,
    )


@pytest.fixture
def make(reports):
    async def make(span="today", caller=MANAGER, *, most_bytes=MUCH, **options):
        return await reports.make(caller, span, most_bytes=most_bytes, **options)

    return make


def lines(report):
    return list(csv.DictReader(io.StringIO(report.table.decode("utf-8"), newline="")))


async def test_what_is_paid_released_and_refunded_is_counted_as_what_it_is(books, make):
    """Two of four pictures, one that failed, one refunded; and another server's."""
    await books.paid(7, count=4, made=2)
    await books.paid(7, made=0)
    back = await books.paid(8, channel=ART, model="pro", price=30)
    await books.paid(8, channel=ART)
    await books.paid(7, guild=10, price=77)
    await books.paid(7, guild=None, price=88)
    await books.treasury.refund(OPERATOR, back.id, reason="ugly")

    report = await make()

    sums = report.sums
    assert (sums.paid, sums.refunded, sums.pictures, sums.jobs) == (30, 30, 4, 3)
    assert report.amounts == (30,)
    assert [line | {"day": ""} for line in lines(report)] == [
        dict(zip(COLUMNS, ("", "9", member, model, channel, *numbers), strict=True))
        for member, model, channel, numbers in (
            ("7", "nano", "50", ("20", "2", "1", "0")),
            ("8", "nano", "51", ("10", "1", "1", "0")),
            ("8", "pro", "51", ("30", "1", "1", "30")),
        )
    ]
    assert report.rankings[Group.MEMBER].top == (Share("7", 20, 2), Share("8", 10, 2))
    assert report.rankings[Group.MODEL].top == (Share("Nano", 30, 3), Share("Pro", 0, 1))
    assert report.rankings[Group.CHANNEL].top == (Share("50", 20, 2), Share("51", 10, 2))
    assert report.chart.startswith(b"\x89PNG")


async def test_who_paid_is_told_apart(books, make):
    bank = books.bank

    async def found(tx):
        await bank.ledger.open(tx, f"server:{GUILD}", welcome=False)
        await bank.ledger.grant(tx, f"server:{GUILD}", 100, reason="")
        await bank.allowances.set(tx, Allowance(GUILD, GUILD, 20, Period.DAY), by=1)
        await bank.ledger.open(tx, "member:1")
        place = {"guild_id": GUILD, "channel_id": ART}
        await bank.teams.create(tx, **place, name="art", made_by=1, credits_in=40)

    await books.database.write(found)
    pool = [await books.paid(7, price=10) for _ in range(2)]
    await books.paid(7, price=11)
    await books.paid(7, channel=ART, price=40)
    await books.treasury.refund(OPERATOR, pool[0].id, reason="x")

    sums = (await make()).sums

    assert (sums.by_pool, sums.by_teams, sums.by_members, sums.paid) == (10, 40, 11, 61)


@pytest.mark.parametrize(
    ("span", "first", "last", "count"),
    [
        ("today", "2026-11-21", "2026-11-21", 1),
        ("week", "2026-11-16", "2026-11-21", 6),
        ("month", "2026-11-01", "2026-11-21", 21),
        ("last-month", "2026-10-01", "2026-10-31", 31),
        ("30-days", "2026-10-23", "2026-11-21", 30),
    ],
)
async def test_a_time_is_whole_days_of_the_time_zone(
    books, reports, make, span, first, last, count
):
    """A job on each side of every midnight in Berlin around the time, and of its clock change."""
    report = await make(span)
    days = [str(day) for day in report.days]
    assert (days[0], days[-1], len(set(days))) == (first, last, count)
    assert (report.sums.jobs, report.chart, report.table) == (0, None, None)

    calendar = Calendar(ZoneInfo("Europe/Berlin"))
    starts, until = reports._bounds(report.span)
    for moment in (starts[0] - 1, starts[0], starts[-1] - 1, until - 1, until):
        books.now = moment
        await books.paid()
    books.now = NOON

    made = [line["day"] for line in lines(await make(span)) for _ in range(int(line["jobs"]))]
    inside = [starts[0], *([starts[-1] - 1] if count > 1 else []), until - 1]
    assert made == [str(calendar.date(moment)) for moment in inside]


async def test_only_who_may_sees_a_report(books, make):
    await books.paid(7, guild=10, price=77)
    await books.paid(7, guild=None, price=88)
    with pytest.raises(ManagersOnly):
        await make(caller=Caller(7, GUILD))
    with pytest.raises(OperatorsOnly):
        await make(caller=MANAGER, everywhere=True)
    assert (await make(caller=MANAGER)).sums.jobs == 0

    report = await make(caller=OPERATOR, everywhere=True)

    assert report.sums.paid == 165
    assert report.rankings[Group.SERVER].top == (Share("", 88, 1), Share("10", 77, 1))


async def test_five_hundred_members_are_a_table_of_every_line_and_a_picture_of_a_few(books, make):
    async def fill(tx):
        for number in range(500):
            books.now = NOON - number % 30 * 24 * HOUR
            await books.add(tx, 10**18 + number, price=1 + number)

    await books.database.write(fill)
    books.now = NOON
    read, reads = books.database.read, []

    async def counted(work):
        reads.append(work)
        return await read(work)

    books.database.read = counted
    report = await make("30-days")
    # So that whoever else reads waits for one day's at most.
    assert len(reads) == 30

    assert len(lines(report)) == 500
    assert sum(int(line["credits"]) for line in lines(report)) == report.sums.paid == 125_250
    assert report.rankings[Group.MEMBER].top[0] == Share(str(10**18 + 499), 500, 1)
    assert report.rankings[Group.MEMBER].others == 495
    assert sum(report.amounts) == 125_250
    assert len(report.chart) < 40_000
    small = await make("30-days", most_bytes=1000)
    assert small.table is None
    assert replace(small, table=report.table) == report


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\rx", "＝1", "\n=1", "\x00=1"]
)
def test_no_cell_is_a_formula(text):
    sheet = Sheet(most=MUCH)
    row = dict.fromkeys(("guild_id", "member_id", "channel_id", *COLUMNS[5:]), 1)
    sheet.add(date(2026, 11, 21), [row | {"model": text}])
    [line] = csv.DictReader(io.StringIO(sheet.content.decode("utf-8"), newline=""))
    assert line["model"] == cell(text) == f"'{text}"
