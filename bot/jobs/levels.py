"""How full pools, limits and keys are, and which parts of them have been raised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.db.database import Row, Transaction
from bot.jobs.outlets import outlet
from bot.quotas.limit import Measure, Use, Who, Whose
from bot.quotas.quotas import Quotas

PERCENTS = (50, 80, 100)
POOL = "pool"
"""The measure of a server's pool: credits of those that were in it when it was last filled."""

_COUNTED = frozenset({Measure.HOUR, Measure.DAY, Measure.MONTH, Measure.TOTAL})


@dataclass(frozen=True, slots=True)
class Level:
    """How much of one window is used. `guild_id` is the server that is told, 0 for the operators.

    `subject` is who is limited, in one word, and `name` what a key is called. `measure` is one of
    Measure, POOL, or a key's usd_per_hour, usd_per_day, usd_per_month or usd_in_total, in
    millionths. `turn` tells one window from the next: when it ends, in microseconds UTC, which
    filling of the pool, or 0 where there is but one.
    """

    subject: str
    guild_id: int
    measure: str
    turn: int
    used: int
    amount: int
    name: str = ""

    @property
    def percent(self) -> int:
        """The largest of PERCENTS that is reached, 0 for none; a limit of nothing has no parts."""
        reached = (part for part in PERCENTS if self.used * 100 >= part * self.amount > 0)
        return max(reached, default=0)

    @property
    def opens_at(self) -> int | None:
        """When it begins anew, in microseconds UTC; None for what never does by itself."""
        return None if self.measure == POOL else self.turn or None

    @property
    def left(self) -> int:
        return max(0, self.amount - self.used)


@dataclass(frozen=True, slots=True)
class Alert:
    """A level that was reached: `percent` of it, as one message tells."""

    id: str
    level: Level
    percent: int


async def levels(tx: Transaction, quotas: Quotas, guild_id: int) -> list[Level]:
    """The bot's limits, and those of a server (0 for none) that wants to be told, with its pool."""
    uses = [use for use in await quotas.uses(tx, Who(0, guild_id)) if use.measure in _COUNTED]
    found = [_level("bot", 0, use) for use in uses if use.whose is Whose.BOT]
    if guild_id and not (await outlet(tx, guild_id)).off:
        server = f"server:{guild_id}"
        found += [_level(server, guild_id, use) for use in uses if use.whose is Whose.SERVER]
        row = await tx.one("filling", account_id=server)
        if row is not None:
            gone = max(0, row["level"] - row["remaining"])
            found.append(Level(server, guild_id, POOL, row["number"], gone, row["level"]))
    return found


async def news(tx: Transaction, found: Iterable[Level]) -> list[Level]:
    """Those of which more is used than anybody was told."""
    return [level for level in found if level.percent > await _raised(tx, level)]


async def put(
    tx: Transaction,
    level: Level,
    *,
    new_id: Callable[[], str],
    now: int,
    claimed_until: int,
) -> Alert | None:
    """Write down that a level is reached; the alert to tell, None where it is known.

    Of several parts that are reached at once the largest is told, and the others count as told.
    """
    alert = None
    for percent in PERCENTS:
        if percent > level.percent:
            break
        largest = percent == level.percent
        row = await tx.one(
            "raise_alert",
            id=new_id(),
            subject=level.subject,
            guild_id=level.guild_id,
            measure=level.measure,
            turn=level.turn,
            amount=level.amount,
            percent=percent,
            used=level.used,
            name=level.name,
            now=now,
            claimed_until=claimed_until,
            told_at=None if largest else now,
        )
        if row is not None and largest:
            alert = Alert(row["id"], level, percent)
    return alert


async def claim(tx: Transaction, *, now: int, claimed_until: int) -> list[Alert]:
    """Take on the alerts that nobody has told and nobody is at work on."""
    rows = await tx.all("claim_alerts", now=now, claimed_until=claimed_until)
    return [_alert(row) for row in rows]


def _level(subject: str, guild_id: int, use: Use) -> Level:
    return Level(subject, guild_id, use.measure, use.opens_at or 0, use.used, use.limit)


async def _raised(tx: Transaction, level: Level) -> int:
    row = (
        await tx.one(
            "most_raised",
            subject=level.subject,
            measure=level.measure,
            turn=level.turn,
            amount=level.amount,
        )
        if level.percent
        else None
    )
    return row["percent"] if row else 0


def _alert(row: Row) -> Alert:
    names = ("subject", "guild_id", "measure", "turn", "used", "amount", "name")
    return Alert(row["id"], Level(**{name: row[name] for name in names}), row["percent"])
