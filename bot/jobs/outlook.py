"""What can be drawn just now: for everybody which models, for the operator which keys and why."""

from dataclasses import dataclass

from bot.errors import ErrorKind
from bot.generation.catalog import Catalog
from bot.jobs.service import Studio
from bot.jobs.supply import Supply
from bot.mirror import UpstreamClosed
from bot.providers.health import ANY_MODEL
from bot.providers.meters import Reading
from bot.quotas.budget import KeyUse


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an upstream leaves a key's calls alone until then, in microseconds UTC.

    `model` is its nickname, None for all of them.
    """

    model: str | None
    kind: ErrorKind
    retry_at: int


@dataclass(frozen=True, slots=True)
class KeyState:
    """One key for who runs the bot. `uses` are its limits; `reading` where the upstream tells."""

    provider: str
    key: str
    troubles: tuple[Trouble, ...]
    uses: tuple[KeyUse, ...]
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """`closures` are the models nobody may be asked for, `everything` when there is no other.

    `keys` are for who runs the bot, and empty for anybody else.
    """

    closures: tuple[UpstreamClosed, ...]
    everything: bool
    keys: tuple[KeyState, ...] = ()


class Outlooks:
    """`supply` as the bot was set up."""

    def __init__(self, *, studio: Studio, catalog: Catalog, supply: Supply) -> None:
        self._studio = studio
        self._catalog = catalog
        self._supply = supply

    async def look(self, *, operates: bool) -> Outlook:
        """As things stand now; balances may be as old as they say."""
        closures = await self._studio.closures()
        everything = len(closures) == len(self._studio.models())
        if not operates:
            return Outlook(closures, everything)
        readings = await self._supply.meters.read()
        keys = [
            KeyState(
                provider,
                key,
                self._troubles(provider, key),
                tuple(use for use in self._supply.budgets.uses(key) if use.limit is not None),
                readings.get((provider, key)),
            )
            for provider, key in self._supply.places
        ]
        return Outlook(closures, everything, tuple(keys))

    def _troubles(self, provider: str, key: str) -> tuple[Trouble, ...]:
        return tuple(
            Trouble(self._nickname(breaker.line.model), breaker.kind, breaker.retry_at)
            for breaker in self._supply.health.breakers()
            if (breaker.line.provider, breaker.line.key) == (provider, key)
        )

    def _nickname(self, model: str) -> str | None:
        if model == ANY_MODEL:
            return None
        known = self._catalog.models.get(model)
        return known.nickname if known else model
