"""Everything that moves or counts credits, built once for whoever needs a part of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from bot.generation.pricing import Tariff
from bot.jobs.payers import PaidBy, Payers
from bot.ledger.ledger import Ledger
from bot.ledger.teams import Teams
from bot.quotas import defaults
from bot.quotas.allowance import Allowances
from bot.quotas.calendar import Calendar
from bot.quotas.quotas import Quotas
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Bank:
    """The rooms of credits over one clock. Each runs in its caller's transaction."""

    calendar: Calendar
    ledger: Ledger
    teams: Teams
    allowances: Allowances
    quotas: Quotas
    payers: Payers

    @classmethod
    def of(cls, settings: Settings, *, now: Callable[[], int], new_id: Callable[[], str]) -> Self:
        """As the operator set it up; `now` in microseconds UTC. Raises SettingsError."""
        calendar = Calendar(ZoneInfo(settings.quota_timezone))
        ledger = Ledger(now=now, new_id=new_id, welcome=settings.welcome_credits)
        teams = Teams(ledger=ledger, now=now, new_id=new_id)
        allowances = Allowances(now=now, calendar=calendar)
        limits = defaults.read(settings.default_limits)
        quotas = Quotas(now=now, calendar=calendar, defaults=limits)
        payers = Payers(
            ledger=ledger,
            teams=teams,
            allowances=allowances,
            quotas=quotas,
            order=tuple(PaidBy(payer) for payer in settings.payers),
        )
        return cls(calendar, ledger, teams, allowances, quotas, payers)


def tariff_of(settings: Settings) -> Tariff:
    """How an upstream's price becomes credits, as the operator set it."""
    return Tariff(settings.credit_usd_micros, settings.price_margin, settings.price_step)
