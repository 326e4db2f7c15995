"""Everything that is known of the upstreams, built once for whoever needs a part of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.db.database import Database
from bot.generation.catalog import Catalog
from bot.jobs.levels import Level
from bot.providers.health import Health
from bot.providers.meters import Meters
from bot.providers.openings import Openings
from bot.providers.router import Way
from bot.quotas.budget import Budgets, limits_of
from bot.quotas.calendar import Calendar
from bot.settings import Settings

TELLS_BALANCE = frozenset({"evolink", "toapis", "aivideoapi"})
"""The dialects that can be asked what is left."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Closed or not, what was spent, what is left there; `places` are providers and keys."""

    places: tuple[tuple[str, str], ...]
    health: Health
    budgets: Budgets
    openings: Openings
    meters: Meters

    async def levels(self) -> list[Level]:
        """How much of every key's limits is used, for those who run the bot."""
        await self.budgets.refresh()
        names: dict[str, str] = {}
        for place, (provider, key) in enumerate(self.places):
            number = 1 + sum(name == provider for name, _ in self.places[:place])
            names.setdefault(key, f"{provider} {number}")
        return [
            Level(f"key:{key}", 0, use.measure, use.opens_at or 0, use.used, use.limit, name)
            for key, name in names.items()
            for use in self.budgets.uses(key)
            if use.limit is not None
        ]

    @classmethod
    def of(
        cls,
        settings: Settings,
        catalog: Catalog,
        ways: Sequence[Way],
        *,
        health: Health,
        database: Database,
        calendar: Calendar,
        now: Callable[[], int],
    ) -> Self:
        """As the operator set it up; `now` in microseconds UTC. Raises SettingsError."""
        limits = limits_of(settings, catalog)
        budgets = Budgets(database=database, now=now, calendar=calendar, limits=limits)
        keys: dict[str, list[str]] = {}
        for way in ways:
            keys.setdefault(way.name, []).append(way.key)
        asks = {
            (way.name, way.key): way.probe
            for way in ways
            if catalog.upstreams[way.name].dialect in TELLS_BALANCE
        }
        return cls(
            places=tuple((way.name, way.key) for way in ways),
            health=health,
            budgets=budgets,
            openings=Openings(health=health, now=now, budget=budgets, keys=keys),
            meters=Meters(asks=asks, now=now),
        )
