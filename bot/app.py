"""The composition root: opens resources in order, has every service built, closes in reverse."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.assembly import Assembly
from bot.client import Client
from bot.db import engine
from bot.db.database import Database
from bot.errors import LedgerWrong, StorageError
from bot.generation.catalog import MICROS, Catalog
from bot.generation.pricing import Ranking
from bot.jobs.bank import Bank
from bot.jobs.supply import Supply
from bot.ledger.ledger import Ledger
from bot.providers.base import Provider
from bot.providers.health import Health
from bot.providers.pace import Gate, PacedGate
from bot.providers.router import Router
from bot.providers.speed import Speeds
from bot.settings import Settings
from bot.web.server import open_door
from bot.web.site import Web
from bot.workshop import Workshop, World, load_catalog, open_workshop

NOTE_SECONDS = 3.0
"""For notes on their way to servers' logs when a stop is asked for."""


@dataclass(frozen=True, slots=True)
class App:
    """The whole bot, ready to connect."""

    client: Client
    database: Database
    bank: Bank
    workshop: Workshop

    @property
    def ledger(self) -> Ledger:
        return self.bank.ledger

    async def drain(self, grace: float) -> None:
        """Take no new work and let running jobs finish for `grace` seconds.

        What is left is gone on with at the next start.
        """
        services = self.client.services
        services.studio.close()
        services.sweeper.close()
        await services.dispatcher.close(grace)
        for screen in services.screens:
            await screen.close()
        await services.alerts.close()
        await services.scribe.close(min(grace, NOTE_SECONDS))


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    world: World | None = None,
    dress: Callable[[Provider], Provider] = lambda provider: provider,
    longest_pause: int | None = None,
) -> AsyncIterator[App]:
    """The bot over the data folder, which is locked for this process alone.

    `dress` may wrap the provider that makes pictures; `longest_pause` caps, in seconds, how long an
    upstream that failed is left alone. Raises SettingsError for what the operator must set,
    StorageError for a broken database and LedgerWrong for books that do not add up.
    """
    world = world or World()
    catalog = load_catalog(settings)
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)
    async with AsyncExitStack() as resources:
        folder, database = await resources.enter_async_context(_storage(settings, world, bank))
        health = _health(database, world, catalog, longest_pause)
        site = _site(settings, world)
        if site is not None:
            await resources.enter_async_context(
                open_door(site, host=settings.web_host, port=settings.web_port)
            )
        make_gate = partial(_gate, database, world)
        workshop = await resources.enter_async_context(
            open_workshop(
                settings,
                folder,
                world=world,
                images=settings.prepare_images_dir(),
                make_gate=make_gate,
                check=health.check,
                site=site,
            )
        )
        await workshop.store.sweep_scratch()
        speeds = Speeds(database=database, now=world.now)
        ranking = _ranking(settings, workshop.catalog, speeds)
        supply = _supply(settings, world, database, bank, workshop, health)
        resources.push_async_callback(supply.meters.close)
        provider = dress(_router(world, workshop, supply, ranking, speeds))

        assembly = Assembly(
            settings=settings,
            world=world,
            database=database,
            scrub=database.scrub,
            bank=bank,
            workshop=workshop,
            provider=provider,
            ranking=ranking,
            supply=supply,
            speeds=speeds,
        )
        app = App(Client(compose=assembly.services), database, bank, workshop)
        resources.push_async_callback(app.drain, 0.0)
        yield app


@asynccontextmanager
async def _storage(
    settings: Settings, world: World, bank: Bank
) -> AsyncIterator[tuple[Path, engine.Engine]]:
    """The data folder and the database, for this process alone where they can be, and checked."""
    address = settings.database
    folder = settings.prepare_data_dir()
    async with AsyncExitStack() as resources:
        resources.enter_context(engine.locked(folder / "plantain.lock", "DATA_DIR"))
        if isinstance(address, Path):
            lock = address.with_name(f"{address.name}.lock")
            resources.enter_context(engine.locked(lock, "DATABASE_URL"))
        database = await resources.enter_async_context(
            engine.opened(address, now=world.now, sleep=world.sleep, random=world.random)
        )
        await _check_storage(database, bank)
        if isinstance(address, Path):
            # Both locks are ours: whoever held jobs or made calls is a process that is gone. Where
            # several may share a database this must not be done; leases then end by themselves.
            await database.write(lambda tx: tx.run("expire_all_leases"))
            await database.write(lambda tx: tx.run("expire_all_batches"))
            await database.write(lambda tx: tx.run("end_all_calls"))
        yield folder, database


async def _check_storage(database: engine.Engine, bank: Bank) -> None:
    """However the last run ended: what goes on from a broken file or wrong books makes it worse.

    Raises StorageError and LedgerWrong. A million entries take about three seconds.
    """
    if faults := await database.faults():
        raise StorageError(f"the database is damaged: {faults[0]}; restore a backup")
    if wrong := await database.read(bank.payers.check):
        raise LedgerWrong(len(wrong))


def _health(
    database: Database, world: World, catalog: Catalog, longest_pause: int | None
) -> Health:
    return Health(
        database=database,
        now=world.now,
        zones={name: up.day_resets_in for name, up in catalog.upstreams.items()},
        longest=longest_pause,
    )


def _ranking(settings: Settings, catalog: Catalog, speeds: Speeds) -> Ranking:
    return Ranking(
        preferred=settings.preferred_providers,
        known=tuple(catalog.upstreams),
        seconds=speeds.seconds if settings.route_by == "speed" else None,
    )


def _router(
    world: World, workshop: Workshop, supply: Supply, ranking: Ranking, speeds: Speeds
) -> Provider:
    return Router(
        ways=workshop.ways,
        catalog=workshop.catalog,
        health=supply.health,
        ranking=ranking,
        now=world.now,
        today=world.today,
        refresh=speeds.refresh if ranking.seconds else None,
        openings=supply.openings,
    )


def _supply(
    settings: Settings,
    world: World,
    database: Database,
    bank: Bank,
    workshop: Workshop,
    health: Health,
) -> Supply:
    return Supply.of(
        settings,
        workshop.catalog,
        workshop.ways,
        health=health,
        database=database,
        calendar=bank.calendar,
        now=world.now,
    )


def _site(settings: Settings, world: World) -> Web | None:
    if settings.public_url is None:
        return None
    secret = settings.toapis_webhook_secret
    return Web(
        public_url=str(settings.public_url),
        now=lambda: datetime.fromtimestamp(world.now() / MICROS, UTC),
        webhook_secrets={"toapis": secret.get_secret_value()} if secret else {},
    )


def _gate(
    database: Database, world: World, key: str, rpm: int | None, concurrency: int | None
) -> Gate:
    return PacedGate(
        key=key,
        rpm=rpm,
        concurrency=concurrency,
        database=database,
        now=world.now,
        sleep=world.sleep,
        new_id=world.new_id,
    )
