"""The composition root: opens resources in order, builds every service once, closes in reverse."""

import errno
import os
import random
import secrets
import socket
import time
from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from bot.client import Client, Services
from bot.db.database import Database
from bot.db.patient import Patient
from bot.db.sqlite import SqliteDatabase
from bot.errors import SettingsError, UnknownModel
from bot.generation.catalog import MICROS, Catalog
from bot.generation.pricing import Ranking
from bot.i18n import Sentences
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.alerts import Alerts
from bot.jobs.bank import Bank
from bot.jobs.delivery import Delivery
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.gifts import Gifts
from bot.jobs.limits import Limits
from bot.jobs.outlets import Outlets
from bot.jobs.pots import Pots
from bot.jobs.reports import Reports
from bot.jobs.runner import Runner
from bot.jobs.service import Studio
from bot.jobs.standing import Standings
from bot.jobs.treasury import Treasury
from bot.jobs.uploads import Uploads
from bot.ledger.ledger import Ledger
from bot.ledger.wallets import Wallets
from bot.people.doorway import Doorway
from bot.people.house import language, rules
from bot.people.people import People
from bot.providers import registry
from bot.providers.base import Provider
from bot.providers.download import Downloader
from bot.providers.health import Health
from bot.providers.pace import Gate, PacedGate
from bot.providers.registry import MakeGate, Outfit
from bot.providers.retry import MayCall, always
from bot.providers.router import Router, Way
from bot.providers.speed import Speeds
from bot.providers.transport import Transport, make_session
from bot.settings import Settings
from bot.ui.alert_cards import AlertCards
from bot.ui.alerts import DiscordTeller
from bot.ui.cards import Cards
from bot.ui.care_cards import CareCards
from bot.ui.delivery import DiscordDelivery
from bot.ui.limit_cards import LimitCards
from bot.ui.scribe import DiscordScribe
from bot.ui.veil import Veil
from bot.web.server import serve
from bot.web.site import Web

CODEC_SECONDS = 30.0
MOST_WORKERS = 4
"""Re-encoding processes; one may need 450 MB for a 4K picture."""
NOTE_SECONDS = 3.0
"""For notes on their way to servers' logs when a stop is asked for."""
SHUTDOWN_SECONDS = 20.0
"""How long running jobs may go on after a stop is asked for."""


@dataclass(frozen=True, slots=True)
class World:
    """What the core is handed from outside, so that tests can hand it something else.

    `now` is in microseconds UTC, `monotonic` in seconds; ids are 32 hex digits that sort by time.
    `sentences` reads what people are told, which takes a while.
    """

    now: Callable[[], int] = lambda: time.time_ns() // 1000
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    new_id: Callable[[], str] = lambda: f"{time.time_ns():016x}{secrets.token_hex(8)}"
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = sleep
    sentences: Callable[[], Sentences] = Sentences.load


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that makes pictures, without Discord."""

    catalog: Catalog
    ways: Sequence[Way]
    store: ImageStore
    codec: Codec

    def way(self, name: str) -> Way:
        """The first way of a provider that is on; raises KeyError."""
        return {way.name: way for way in reversed(self.ways)}[name]


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

    async def drain(self, grace: float = SHUTDOWN_SECONDS) -> None:
        """Take no new work and let running jobs finish; what is left is released at next start."""
        self.client.services.studio.close()
        await self.client.services.dispatcher.close(grace)
        await self.client.services.alerts.close()
        await self.client.services.scribe.close(min(grace, NOTE_SECONDS))


def read_catalog(settings: Settings, *, public_url: bool = False) -> Catalog:
    """The catalog with the operator's file over it; raises SettingsError for what is wrong.

    `public_url` says whether upstreams will reach us, as some take pictures in no other way.
    """
    catalog = Catalog.load(settings.catalog_path, public_url=public_url)
    _check_default_model(settings, catalog)
    return catalog


def load_catalog(settings: Settings, *, public_url: bool = False) -> Catalog:
    """The same for making pictures; raises SettingsError also where no key is set."""
    catalog = read_catalog(settings, public_url=public_url)
    registry.enabled(settings, catalog)
    return catalog


@asynccontextmanager
async def open_workshop(
    settings: Settings,
    folder: Path,
    *,
    world: World,
    attempts: int | None = None,
    time_limit: float | None = None,
    make_gate: MakeGate | None = None,
    check: MayCall = always,
    site: Web | None = None,
) -> AsyncIterator[Workshop]:
    """The generation client with its image store in `folder`.

    `attempts` caps the calls for one picture, `time_limit` the seconds of one call. `make_gate`
    keeps keys to their limits, `check` keeps away from upstreams that are closed; `site` is where
    upstreams reach us. Raises SettingsError.
    """
    catalog = load_catalog(settings, public_url=site is not None)
    async with AsyncExitStack() as resources:
        session = await resources.enter_async_context(make_session())
        codec = await resources.enter_async_context(
            Codec(workers=min(MOST_WORKERS, os.cpu_count() or 1), time_limit=CODEC_SECONDS)
        )
        store = ImageStore(folder / "images", scratch_folder=folder / "work")
        outfit = Outfit(
            transport=Transport(session=session),
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            locate=store.path,
            sleep=world.sleep,
            random=world.random,
            clock=world.monotonic,
            time_limit=time_limit,
            check=check,
            callbacks=site,
            shelf=site,
        )
        ways = registry.build(
            settings, catalog=catalog, outfit=outfit, attempts=attempts, make_gate=make_gate
        )
        yield Workshop(catalog, ways, store, codec)


def _check_default_model(settings: Settings, catalog: Catalog) -> None:
    try:
        catalog.model(settings.default_model or catalog.default_model)
    except UnknownModel as error:
        raise SettingsError(
            "DEFAULT_MODEL", f"{error.model!r} is not one of {error.known}"
        ) from error


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
    upstream that failed is left alone. Raises SettingsError for what the operator must set and
    StorageError for a broken database.
    """
    world = world or World()
    catalog = load_catalog(settings)
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)
    folder = settings.prepare_data_dir()
    async with AsyncExitStack() as resources:
        resources.enter_context(_locked(folder / "plantain.lock", "DATA_DIR"))
        database_lock = settings.sqlite_path.with_name(f"{settings.sqlite_path.name}.lock")
        resources.enter_context(_locked(database_lock, "DATABASE_URL"))
        database = await resources.enter_async_context(SqliteDatabase.open(settings.sqlite_path))
        # Both locks are ours: whatever is unfinished now was left by a process that is gone.
        left_behind = await database.read(queue.unfinished)
        await database.write(lambda tx: tx.run("end_all_calls"))
        health = _health(database, world, catalog, longest_pause)
        site = _site(settings, world)
        if site is not None:
            await resources.enter_async_context(_served(settings, site))
        make_gate = partial(_gate, database, world)
        workshop = await resources.enter_async_context(
            open_workshop(
                settings, folder, world=world, make_gate=make_gate, check=health.check, site=site
            )
        )
        await workshop.store.sweep_scratch()
        speeds = Speeds(database=database, now=world.now)
        ranking = _ranking(settings, workshop.catalog, speeds)
        provider = dress(_router(world, workshop, health, ranking, speeds))

        def compose(client: Client) -> Services:
            return _services(
                client, settings, world, database, bank, workshop, provider, ranking, left_behind
            )

        app = App(Client(compose=compose), database, bank, workshop)
        resources.push_async_callback(app.drain, 0.0)
        yield app


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
    world: World, workshop: Workshop, health: Health, ranking: Ranking, speeds: Speeds
) -> Provider:
    return Router(
        ways=workshop.ways,
        catalog=workshop.catalog,
        health=health,
        ranking=ranking,
        now=world.now,
        today=world.today,
        refresh=speeds.refresh if ranking.seconds else None,
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


@asynccontextmanager
async def _served(settings: Settings, site: Web) -> AsyncIterator[None]:
    async with AsyncExitStack() as resources:
        try:
            await resources.enter_async_context(
                serve(site, host=settings.web_host, port=settings.web_port)
            )
        except (socket.gaierror, UnicodeError) as error:
            problem = f"{settings.web_host!r} is no name or address of this machine"
            raise SettingsError("WEB_HOST", problem) from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                problem = f"{settings.web_host!r} is no address of this machine"
                raise SettingsError("WEB_HOST", problem) from error
            problem = f"port {settings.web_port} cannot be had ({error.strerror})"
            raise SettingsError("WEB_PORT", problem) from error
        yield


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


def _services(
    client: Client,
    settings: Settings,
    world: World,
    database: Database,
    bank: Bank,
    workshop: Workshop,
    provider: Provider,
    ranking: Ranking,
    left_behind: Sequence[str],
) -> Services:
    sentences = world.sentences()
    cards = Cards(sentences=sentences, catalog=workshop.catalog)
    scribe = DiscordScribe(client=client, cards=CareCards(sentences.say))
    veil = Veil(client=client, rules=partial(rules, database))
    delivery = DiscordDelivery(client=client, cards=cards, now=world.now, veil=veil)
    runner = _runner(settings, world, database, bank, workshop, provider, delivery)
    alerts = _alerts(client, world, database, bank, sentences)
    dispatcher = InProcessDispatcher(
        alerts.after(runner.run), postpone=runner.postpone, now=world.now, sleep=world.sleep
    )
    studio = Studio(
        catalog=workshop.catalog,
        providers=tuple(dict.fromkeys(way.name for way in workshop.ways)),
        ranking=ranking,
        default_model=settings.default_model,
        credit_usd_micros=settings.credit_usd_micros,
        database=database,
        payers=bank.payers,
        uploads=Uploads(store=workshop.store, codec=workshop.codec),
        dispatcher=dispatcher,
        today=world.today,
        now=world.now,
        new_id=world.new_id,
        gate=Doorway(database=database, scribe=scribe),
    )
    pots = Pots(database=database, ledger=bank.ledger, teams=bank.teams, now=world.now)
    return Services(
        studio=studio,
        gifts=_gifts(settings, world, database, bank),
        pots=pots,
        standings=_standings(world, database, bank, pots, workshop.codec),
        limits=Limits(database=database, bank=bank),
        treasury=Treasury(database=database, ledger=bank.ledger),
        alerts=alerts,
        outlets=Outlets(database=database, now=world.now),
        people=_people(world, database, workshop, studio, sentences),
        scribe=scribe,
        reports=_reports(world, database, bank, workshop),
        cards=cards,
        limit_cards=LimitCards(cards=cards, say=sentences.say),
        sentences=sentences,
        dispatcher=dispatcher,
        recover=runner.recover,
        left_behind=left_behind,
        payers=settings.payers,
        operators=settings.operators,
    )


def _runner(
    settings: Settings,
    world: World,
    database: Database,
    bank: Bank,
    workshop: Workshop,
    provider: Provider,
    delivery: Delivery,
) -> Runner:
    return Runner(
        database=Patient(database, sleep=world.sleep),
        ledger=bank.ledger,
        payers=bank.payers,
        provider=provider,
        catalog=workshop.catalog,
        store=workshop.store,
        codec=workshop.codec,
        delivery=delivery,
        now=world.now,
        new_id=world.new_id,
        sleep=world.sleep,
        slots=settings.max_jobs,
    )


def _gifts(settings: Settings, world: World, database: Database, bank: Bank) -> Gifts:
    return Gifts(
        database=database,
        ledger=bank.ledger,
        calendar=bank.calendar,
        now=world.now,
        new_id=world.new_id,
        daily=settings.gift_daily_credits,
    )


def _standings(world: World, database: Database, bank: Bank, pots: Pots, codec: Codec) -> Standings:
    return Standings(
        database=database,
        ledger=bank.ledger,
        wallets=Wallets(database=database, ledger=bank.ledger, now=world.now),
        allowances=bank.allowances,
        quotas=bank.quotas,
        pots=pots,
        calendar=bank.calendar,
        codec=codec,
        now=world.now,
    )


def _people(
    world: World, database: Database, workshop: Workshop, studio: Studio, sentences: Sentences
) -> People:
    return People.of(
        database,
        catalog=workshop.catalog,
        models=studio.models,
        languages=sentences.languages,
        now=world.now,
    )


def _alerts(
    client: Client, world: World, database: Database, bank: Bank, sentences: Sentences
) -> Alerts:
    return Alerts(
        database=database,
        quotas=bank.quotas,
        teller=DiscordTeller(
            client=client,
            cards=AlertCards(sentences.say),
            operators=client.operator_ids,
            language=partial(language, database),
        ),
        now=world.now,
        new_id=world.new_id,
        sleep=world.sleep,
    )


def _reports(world: World, database: Database, bank: Bank, workshop: Workshop) -> Reports:
    models = workshop.catalog.models
    return Reports(
        database=database,
        calendar=bank.calendar,
        codec=workshop.codec,
        now=world.now,
        # A model may have left the catalog since.
        nickname=lambda model: models[model].nickname if model in models else model,
    )


@contextmanager
def _locked(file: Path, setting: str) -> Iterator[None]:
    """Two bots on one data folder or one database would undo each other's jobs."""
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        problem = f"another Plantain is running on the folder {str(file.parent)!r}"
        raise SettingsError(setting, problem) from error
    except OSError as error:
        raise SettingsError(setting, f"{str(file)!r} cannot be written") from error
    try:
        yield
    finally:
        lock.release()
