"""What each upstream key may spend, counted in the transaction that writes a call down.

In millionths of a dollar, because that is what the operator pays: the same key serves whatever a
credit stands for and whatever margin is on it. Every call is counted, so that a limit that is set
later knows what was spent before.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from bot.db.database import Database, Row, Transaction
from bot.errors import Scope, SettingsError, StorageError
from bot.generation.catalog import Catalog
from bot.quotas.calendar import Calendar
from bot.quotas.limit import MOST
from bot.settings import Settings

MICROS = 1_000_000
MOST_USD = MOST // MICROS


class Spend(StrEnum):
    """What can be limited."""

    HOUR = "usd_per_hour"
    DAY = "usd_per_day"
    MONTH = "usd_per_month"
    TOTAL = "usd_in_total"


SCOPES: Mapping[Spend, Scope] = MappingProxyType(
    {
        Spend.HOUR: Scope.HOUR,
        Spend.DAY: Scope.DAY,
        Spend.MONTH: Scope.MONTH,
        Spend.TOTAL: Scope.TOTAL,
    }
)
KeyLimits = Mapping[Spend, int]
"""Millionths of a dollar; 0 allows nothing, and what is not named has no limit."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What one key has spent of one limit, in millionths of a dollar; `key` is a short hash.

    `limit` None where there is none. `opens_at`, in microseconds UTC, is when it begins anew, None
    for what never does.
    """

    key: str
    measure: Spend
    limit: int | None
    used: int
    opens_at: int | None

    @property
    def scope(self) -> Scope:
        return SCOPES[self.measure]

    def allows(self, usd_micros: int) -> bool:
        """Whether so much more fits; nothing does in a limit of 0, whatever it costs."""
        return self.limit is None or (self.limit > 0 and self.used + usd_micros <= self.limit)


class Budgets:
    """`limits` by the fingerprint of a key; `now` in microseconds UTC."""

    def __init__(
        self,
        *,
        database: Database,
        now: Callable[[], int],
        calendar: Calendar,
        limits: Mapping[str, KeyLimits],
    ) -> None:
        self._database = database
        self._now = now
        self._calendar = calendar
        self._limits = limits
        self._known: Mapping[str, Row] = {}

    async def count(self, tx: Transaction, key: str, usd_micros: int) -> Mapping[str, int] | KeyUse:
        """Count a call that is about to leave; the windows it went to, or the limit that says no.

        A no must undo the transaction. However many ask at once, no limit is passed.
        """
        now, limits = self._now(), self._limits.get(key, {})
        windows = self._calendar.windows(now)
        counted = None
        if 0 not in limits.values():
            counted = await tx.one(
                "count_spending",
                key=key,
                usd_micros=usd_micros,
                hour=windows.hour,
                day=windows.day,
                month=windows.month,
                most_hour=limits.get(Spend.HOUR, MOST),
                most_day=limits.get(Spend.DAY, MOST),
                most_month=limits.get(Spend.MONTH, MOST),
                most_total=limits.get(Spend.TOTAL, MOST),
            )
        if counted is not None:
            return dict(counted)
        known = {row["key"]: row for row in await tx.all("key_usage")}
        uses = _uses(key, limits, known.get(key), self._calendar, now)
        refusal = _last_to_open(uses, usd_micros)
        if refusal is None:
            raise ValueError(f"{usd_micros!r} is more than a call can cost")
        return refusal

    async def refresh(self) -> None:
        """Read what every key has spent; what is known already stays where that fails."""
        try:
            rows = await self._database.read(lambda tx: tx.all("key_usage"))
        except StorageError:
            return
        self._known = {row["key"]: row for row in rows}

    def full(self, key: str, usd_micros: int) -> KeyUse | None:
        """The limit that leaves no room for so much, as last read; of several that opens last."""
        return _last_to_open(self.uses(key), usd_micros)

    def uses(self, key: str) -> list[KeyUse]:
        """What a key has spent in each window, as last read, limited or not."""
        limits, known = self._limits.get(key, {}), self._known.get(key)
        return list(_uses(key, limits, known, self._calendar, self._now()))


async def uncount(tx: Transaction, call: Row) -> None:
    """A call turned out not to be billed: its share goes back to the windows it came from.

    `call` has `key`, `usd_micros` and the windows, which are None where it was not counted. Must be
    called once, in the transaction that writes this down.
    """
    if call["hour"] is not None:
        await tx.run("uncount_spending", **call)


def read_limits(setting: str, text: str) -> KeyLimits:
    """Limits such as "usd_per_day=20, usd_in_total=150"; raises SettingsError naming the first
    that is wrong."""
    limits: dict[Spend, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, amount = (piece.strip() for piece in part.partition("="))
        if not separator or name not in list(Spend):
            names = "|".join(Spend)
            raise SettingsError(setting, f"{part!r} is not one of ({names}), with = and a number")
        if Spend(name) in limits:
            raise SettingsError(setting, f"{name!r} is there twice")
        limits[Spend(name)] = _micros(setting, part, amount)
    return limits


def limits_of(settings: Settings, catalog: Catalog) -> Mapping[str, KeyLimits]:
    """What the operator lets each key spend, by its fingerprint; raises SettingsError.

    Routes that share a key share its limits, the strictest that any has.
    """
    found: dict[str, dict[Spend, int]] = {}
    for upstream in catalog.upstreams.values():
        setting = f"{upstream.key.removesuffix('_API_KEY')}_LIMITS"
        limits = {Spend(name): micros for name, micros in upstream.limits.items()}
        limits |= read_limits(setting, settings.limits(upstream.key))
        for key in settings.keys(upstream.key):
            known = found.setdefault(key.fingerprint, {})
            for measure, micros in limits.items():
                known[measure] = min(micros, known.get(measure, micros))
    return found


def _micros(setting: str, part: str, amount: str) -> int:
    """Dollars as written, exact to the millionth."""
    try:
        usd = Decimal(amount) if amount.isascii() else Decimal("NaN")
    except InvalidOperation:
        usd = Decimal("NaN")
    micros = usd * MICROS if usd.is_finite() and 0 <= usd <= MOST_USD else Decimal("NaN")
    if not micros.is_finite() or micros != int(micros):
        raise SettingsError(setting, f"{part!r} needs dollars from 0 to {MOST_USD}, such as 12.50")
    return int(micros)


def _uses(
    key: str, limits: KeyLimits, row: Row | None, calendar: Calendar, now: int
) -> Iterator[KeyUse]:
    present = calendar.windows(now)
    for measure, scope in SCOPES.items():
        used, opens_at = row["total_used"] if row else 0, None
        if scope is not Scope.TOTAL:
            # One that began later than the clock says is still the present one.
            is_present = row is not None and row[scope] >= getattr(present, scope)
            windows = calendar.windows(row[scope]) if row is not None and is_present else present
            used = row[f"{scope}_used"] if row is not None and is_present else 0
            opens_at = getattr(windows, f"{scope}_ends")
        yield KeyUse(key, measure, limits.get(measure), used, opens_at)


def _last_to_open(uses: Iterator[KeyUse] | list[KeyUse], usd_micros: int) -> KeyUse | None:
    over = [use for use in uses if not use.allows(usd_micros)]
    return max(over, key=lambda use: use.opens_at or MOST * MOST, default=None)
