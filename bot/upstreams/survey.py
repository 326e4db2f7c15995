"""What is known of every upstream and key: set up or not, closed or not, answering or not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import ProviderError
from bot.generation.catalog import Catalog, Offer, Upstream
from bot.providers.base import Balance
from bot.providers.health import Breaker
from bot.providers.pace import Gate, OpenGate
from bot.providers.router import Way
from bot.quotas.budget import KeyUse
from bot.settings import Settings
from bot.upstreams.records import Records
from bot.workshop import World, open_workshop

AT_ONCE = 8
"""The most probes under way together."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe brought after so many seconds: an `error`, or perhaps the balance."""

    seconds: float
    balance: Balance | None = None
    error: ProviderError | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is left there to draw with."""
        return self.balance is not None and not self.balance.unlimited and self.balance.amount <= 0

    @property
    def good(self) -> bool:
        return self.error is None and not self.empty


@dataclass(frozen=True, slots=True)
class Standing:
    """One key of one upstream; `number` counts from 1, and is None where no key is set.

    `fingerprint` tells a key from another. `rpm` and `concurrency` are what it may be asked. `paid`
    and `in_doubt` are today's, in millionths of a dollar; None without a database. `uses` are its
    limits with what is spent of them; `offer` is the one whose prices are shown.
    """

    upstream: Upstream
    offer: Offer | None
    number: int | None = None
    fingerprint: str | None = None
    breakers: tuple[Breaker, ...] = ()
    rpm: int | None = None
    concurrency: int | None = None
    paid: int | None = None
    in_doubt: int | None = None
    answer: Answer | None = None
    uses: tuple[KeyUse, ...] = ()


async def survey(
    settings: Settings, catalog: Catalog, records: Records | None, world: World, *, probe: bool
) -> tuple[Standing, ...]:
    """Every upstream in the catalog's order, those with a key first.

    With `probe` each key is asked one free question. Raises SettingsError.
    """
    shown = {name: _offer(settings, catalog, up, world) for name, up in catalog.upstreams.items()}
    found: list[Standing] = []
    if any(settings.keys(upstream.key) for upstream in catalog.upstreams.values()):
        found += await _configured(settings, shown, records, world, probe=probe)
    named = {standing.upstream.name for standing in found}
    others = (up for name, up in catalog.upstreams.items() if name not in named)
    return (*found, *(Standing(upstream, shown[upstream.name]) for upstream in others))


async def _configured(
    settings: Settings,
    shown: dict[str, Offer | None],
    records: Records | None,
    world: World,
    *,
    probe: bool,
) -> list[Standing]:
    limits: dict[str, tuple[int | None, int | None]] = {}

    def note(fingerprint: str, rpm: int | None, concurrency: int | None) -> Gate:
        limits[fingerprint] = (rpm, concurrency)
        return OpenGate()

    with TemporaryDirectory(prefix="plantain-") as folder:
        async with open_workshop(settings, Path(folder), world=world, make_gate=note) as workshop:
            ways, upstreams = workshop.ways, workshop.catalog.upstreams
            answers = await _probe(ways, world) if probe else [None] * len(ways)
    names = [way.name for way in ways]
    found = []
    for place, (way, answer) in enumerate(zip(ways, answers, strict=True)):
        rpm, concurrency = limits.get(way.key, (None, None))
        paid, in_doubt = _today(records, way)
        standing = Standing(
            upstream=upstreams[way.name],
            offer=shown[way.name],
            number=1 + names[:place].count(way.name),
            fingerprint=way.key,
            breakers=_breakers(records, way),
            rpm=rpm,
            concurrency=concurrency,
            paid=paid,
            in_doubt=in_doubt,
            answer=answer,
            uses=_uses(records, way),
        )
        found.append(standing)
    return found


async def _probe(ways: Sequence[Way], world: World) -> list[Answer | None]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(way: Way) -> Answer:
        async with turn:
            began = world.monotonic()
            try:
                balance = await way.probe()
            except ProviderError as error:
                return Answer(world.monotonic() - began, error=error)
            return Answer(world.monotonic() - began, balance=balance)

    return list(await asyncio.gather(*map(ask, ways)))


def _offer(settings: Settings, catalog: Catalog, upstream: Upstream, world: World) -> Offer | None:
    """The default model's where it is sold, else the first's; None where all have been retired."""
    usual = catalog.model(settings.default_model or catalog.default_model).id
    sold = [offer for offer in upstream.offers.values() if not offer.retired(world.today())]
    return next((offer for offer in sold if offer.model.id == usual), next(iter(sold), None))


def _breakers(records: Records | None, way: Way) -> tuple[Breaker, ...]:
    known = records.breakers if records else ()
    return tuple(b for b in known if (b.line.provider, b.line.key) == (way.name, way.key))


def _uses(records: Records | None, way: Way) -> tuple[KeyUse, ...]:
    known = records.budgets.uses(way.key) if records else ()
    return tuple(use for use in known if use.limit is not None)


def _today(records: Records | None, way: Way) -> tuple[int | None, int | None]:
    """Surely and perhaps paid with this key."""
    if records is None:
        return None, None
    ours = [o for o in records.outlays if (o.provider, o.key) == (way.name, way.key)]
    return sum(outlay.paid for outlay in ours), sum(outlay.in_doubt for outlay in ours)
