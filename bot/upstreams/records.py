"""What the database knows of the upstreams, read without changing it or making one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.db import engine
from bot.db.database import Row
from bot.providers.health import Breaker, Health
from bot.quotas.budget import Budgets, limits_of
from bot.quotas.calendar import Calendar
from bot.settings import Settings
from bot.workshop import World, read_catalog

MICROS = 1_000_000
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outlay:
    """One day (UTC) of one upstream, key and model. Money in millionths of a dollar.

    `in_doubt` is what the upstream may have charged, `liability` what it may have and no member
    was charged for.
    """

    day: date
    provider: str
    key: str
    model: str
    calls: int
    paid: int
    in_doubt: int
    liability: int


@dataclass(frozen=True, slots=True)
class Records:
    """The open breakers, what was spent, and what each key has spent of its limits."""

    breakers: tuple[Breaker, ...]
    outlays: tuple[Outlay, ...]
    budgets: Budgets


async def read(settings: Settings, world: World, *, days: int = 1) -> Records | None:
    """The breakers, and the last `days` days of spending, today's included.

    None where there is no database yet. Raises SettingsError, and StorageError for one that cannot
    be read.
    """
    address = settings.database
    if isinstance(address, Path) and not address.is_file():
        return None
    since = midnight(world.today() - DAY * (days - 1))
    async with engine.opened_to_read(address) as database:
        health = Health(database=database, now=world.now)
        await health.refresh()
        rows = await database.read(lambda tx: tx.all("spending", since=since))
        budgets = Budgets(
            database=database,
            now=world.now,
            calendar=Calendar(ZoneInfo(settings.quota_timezone)),
            limits=limits_of(settings, read_catalog(settings)),
        )
        await budgets.refresh()
    return Records(tuple(health.breakers()), tuple(_outlay(row) for row in rows), budgets)


def midnight(day: date) -> int:
    """When a day began, in microseconds UTC."""
    return int(datetime.combine(day, time(), UTC).timestamp()) * MICROS


def _outlay(row: Row) -> Outlay:
    return Outlay(
        day=date(1970, 1, 1) + DAY * row["day"],
        provider=row["provider"],
        key=row["key"],
        model=row["model"],
        calls=row["calls"],
        paid=row["paid"],
        in_doubt=row["in_doubt"],
        liability=row["liability"],
    )
