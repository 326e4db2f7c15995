"""What moves credits between people, on a real file and under a clock of its own."""

import itertools
from zoneinfo import ZoneInfo

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.jobs.gifts import Gifts
from bot.jobs.payers import Payers
from bot.jobs.pots import Pots
from bot.ledger.ledger import Ledger
from bot.ledger.teams import Teams
from bot.quotas.allowance import Allowances
from bot.quotas.calendar import Calendar
from bot.quotas.quotas import Quotas

NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC; 13:00 in the time zone of the calendar."""


class Treasury:
    """Everybody is welcomed with 100 credits and may give 50 a day."""

    def __init__(self, database):
        self.now = NOON
        numbers = itertools.count(1)
        clock = lambda: self.now  # noqa: E731
        new_id = lambda: f"{next(numbers):032x}"  # noqa: E731
        calendar = Calendar(ZoneInfo("Europe/Berlin"))
        self.database = database
        self.ledger = Ledger(now=clock, new_id=new_id, welcome=100)
        self.teams = Teams(ledger=self.ledger, now=clock, new_id=new_id)
        self.payers = Payers(
            ledger=self.ledger,
            teams=self.teams,
            allowances=Allowances(now=clock, calendar=calendar),
            quotas=Quotas(now=clock, calendar=calendar, defaults={}),
        )
        self.gifts = Gifts(
            database=database,
            ledger=self.ledger,
            calendar=calendar,
            now=clock,
            new_id=new_id,
            daily=50,
        )
        self.pots = Pots(database=database, ledger=self.ledger, teams=self.teams, now=clock)

    async def available(self, member_id):
        account = f"member:{member_id}"
        found = await self.database.read(lambda tx: self.ledger.account(tx, account))
        return found.available if found else None

    async def reserve(self, who, channels, amount):
        return await self.database.write(
            lambda tx: self.payers.reserve(tx, who, channels, amount, reason="")
        )

    async def release(self, promise, amount):
        await self.database.write(
            lambda tx: self.payers.release(tx, promise.reservation_id, reserved=amount)
        )

    async def check(self):
        return await self.database.read(self.payers.check)


@pytest.fixture
async def treasury(tmp_path):
    async with SqliteDatabase.open(tmp_path / "treasury.db") as database:
        yield Treasury(database)
