"""The core without Discord: a studio, its runner, real upstreams, real books; and credits alone."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from time import time_ns
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import HttpUrl, SecretStr

from bot.db import engine
from bot.db.patient import Patient
from bot.db.sqlite import SqliteDatabase
from bot.errors import DeliveryFailed, PlantainError
from bot.generation.pricing import Price, Ranking, Tariff
from bot.generation.request import GenerationRequest
from bot.jobs import queue
from bot.jobs.bank import Bank
from bot.jobs.cancellation import Cancellations
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.gifts import Gifts
from bot.jobs.job import Job, JobKind, JobState, Place
from bot.jobs.lease import Leases
from bot.jobs.payers import Payers
from bot.jobs.pots import Pots
from bot.jobs.runner import Runner
from bot.jobs.service import Studio
from bot.jobs.sweeper import Sweeper
from bot.jobs.treasury import Treasury as Treasurer
from bot.jobs.uploads import Uploads
from bot.ledger.entry import Account
from bot.ledger.ledger import Ledger
from bot.ledger.teams import Teams
from bot.providers.health import Health
from bot.providers.router import Router
from bot.quotas.allowance import Allowances
from bot.quotas.calendar import Calendar
from bot.quotas.limit import Who
from bot.quotas.quotas import Quotas
from bot.settings import Settings
from bot.workshop import World, open_workshop

WELCOME = 1000
CREDIT_USD_MICROS = 5000
VARIABLES = {"google": "gemini", "apiyi-chat": "apiyi", "evolink-chat": "evolink"}
"""The settings of each provider begin with its name but for these."""


@dataclass
class Told:
    """A Delivery that remembers what it showed; with a `refusal` it shows no picture."""

    delivered: list[tuple[str, int, int]] = field(default_factory=list)
    explained: list[tuple[str, PlantainError]] = field(default_factory=list)
    queued_jobs: list[str] = field(default_factory=list)
    ahead: dict[str, int] = field(default_factory=dict)
    cancelled_jobs: list[str] = field(default_factory=list)
    amended: list[tuple[str, int, int]] = field(default_factory=list)
    refusal: DeliveryFailed | None = None

    async def queued(self, job, ahead, ready_at=None):
        self.queued_jobs.append(job.id)
        self.ahead[job.id] = ahead
        return True

    async def postponed(self, job, begins_at):
        return True

    async def drawing(self, job, ready_at=None):
        return True

    async def waiting(self, job, wait):
        return True

    async def deliver(self, job, pictures, receipt, shortfall):
        assert all(picture.path.stat().st_size for picture in pictures)
        if self.refusal:
            raise self.refusal
        self.delivered.append((job.id, len(pictures), receipt.charged))

    async def amend(self, job, pictures, receipt):
        self.amended.append((job.id, len(pictures), receipt.charged))
        return not self.refusal

    async def cancelled(self, job):
        self.cancelled_jobs.append(job.id)
        return True

    async def explain(self, job, error):
        self.explained.append((job.id, error))
        return True


@dataclass
class Shop:
    """A running core; `order` is what a member does and `finish` waits for all of it."""

    studio: Studio
    dispatcher: InProcessDispatcher
    database: SqliteDatabase
    ledger: Ledger
    told: Told
    runner: Runner
    sweeper: Sweeper
    time: "Virtual"
    cancellations: Cancellations
    elsewhere: Cancellations
    """Of another process."""

    async def sweep(self, *, after: float = 0) -> None:
        """So many seconds later have the sweeper look once, and see to its end what it finds."""
        self.time.pass_by(after)
        await self.sweeper.sweep()
        await self.finish()

    async def order(
        self,
        prompt: str,
        *,
        model: str | None = None,
        member: int = 7,
        server: int | None = 1,
        count: int = 1,
    ) -> Job:
        draft = self.studio.draft(
            JobKind.IMAGINE,
            prompt,
            model=model,
            aspect_ratio=None,
            resolution=None,
            count=count,
            reference_images=0,
        )
        place = Place(member, server, 2, 3, 4, "token", "en-US", False, 50_000_000)
        return await self.studio.submit(draft, place)

    async def finish(self) -> None:
        async with asyncio.timeout(60):
            await self.dispatcher.rest()

    async def run(self, prompt: str, **wishes: Any) -> Job:
        job = await self.order(prompt, **wishes)
        await self.finish()
        return job

    async def job(self, job: Job) -> dict[str, Any]:
        [row] = await self.rows("SELECT * FROM jobs WHERE id = :id", id=job.id)
        return row

    async def attempts(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM attempts ORDER BY started_at, id")

    async def spending(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """Calls, and what is paid, in doubt and lost in USD micros, by provider and key."""
        rows = await self.database.read(lambda tx: tx.all("spending", since=0))
        return {
            (row["provider"], row["key"]): (
                row["calls"],
                row["paid"],
                row["in_doubt"],
                row["liability"],
            )
            for row in rows
        }

    async def account(self, member: int = 7) -> Account:
        found = await self.database.read(lambda tx: self.ledger.account(tx, f"member:{member}"))
        assert found is not None
        return found

    async def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        return await self.database.read(lambda tx: tx.query(sql, **values))

    async def assert_books_balance(self) -> None:
        assert await self.database.read(self.ledger.check) == []
        for movement in ("wrong_balances", "wrong_holds", "wrong_movements"):
            assert await self.database.read(lambda tx, name=movement: tx.all(name)) == []


async def forever(_seconds):
    """The tick of a test: what goes on beside it all does nothing by itself."""
    await asyncio.sleep(36_000)


class Virtual:
    """Monotonic seconds that only sleeping moves, and a wall clock that may be `ahead`."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.ahead = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.ahead += seconds

    def wall(self) -> int:
        return time_ns() // 1000 + int(self.ahead * 1_000_000)


OpenShop = Callable[..., AbstractAsyncContextManager[Shop]]


@pytest.fixture
def key():
    """A key nobody else has, that makes the stand-in misbehave by the words in it."""

    def make(words: str = "") -> str:
        return f"sk-{secrets.token_hex(8)}x-{words.replace(' ', '-')}".rstrip("-")

    return make


@pytest.fixture
def open_shop(settings, upstream) -> OpenShop:
    """Open the core over upstreams `keys` names, the first preferred, each with its keys.

    `urls` are base URLs instead of the stand-in's; `dress` wraps what the runner draws with.
    """

    @asynccontextmanager
    async def opened(
        keys: dict[str, str],
        *,
        urls: dict[str, str] | None = None,
        time_limit: float | None = None,
        slots: int = 4,
        each: int | None = None,
        together: int | None = None,
        tick: Callable[[float], Any] = forever,
        dress: Callable[[Any], Any] = lambda provider: provider,
    ) -> AsyncIterator[Shop]:
        chosen = _configure(settings, upstream.url, keys, urls or {})
        time = Virtual()
        world = replace(
            World(),
            now=time.wall,
            today=lambda: date(2026, 11, 21),
            random=lambda: 0.0,
            monotonic=lambda: time.now,
            sleep=time.sleep,
        )
        folder = chosen.prepare_data_dir()
        async with AsyncExitStack() as resources:
            database = await resources.enter_async_context(SqliteDatabase.open(chosen.sqlite_path))
            workshop = await resources.enter_async_context(
                open_workshop(chosen, folder, world=world, time_limit=time_limit)
            )
            ways = tuple(way for way in workshop.ways if way.name in keys)
            ranking = Ranking(preferred=tuple(keys), known=tuple(workshop.catalog.upstreams))
            router = Router(
                ways=ways,
                catalog=workshop.catalog,
                health=Health(database=database, now=world.now),
                ranking=ranking,
                now=world.now,
                today=world.today,
            )
            rich = chosen.model_copy(update={"welcome_credits": WELCOME})
            bank = Bank.of(rich, now=world.now, new_id=world.new_id)
            told = Told()
            leases = Leases(database=database, now=world.now, tick=tick, seconds=30)
            runner = Runner(
                database=Patient(database, sleep=world.sleep),
                ledger=bank.ledger,
                payers=bank.payers,
                provider=dress(router),
                catalog=workshop.catalog,
                store=workshop.store,
                codec=workshop.codec,
                delivery=told,
                leases=leases,
                new_id=world.new_id,
                slots=slots,
                each=each,
                together=together,
            )
            dispatcher = InProcessDispatcher(
                runner.run, postpone=runner.postpone, now=world.now, sleep=world.sleep
            )
            studio = Studio(
                catalog=workshop.catalog,
                providers=tuple(keys),
                ranking=ranking,
                default_model=None,
                tariff=Tariff(CREDIT_USD_MICROS),
                database=database,
                payers=bank.payers,
                uploads=Uploads(store=workshop.store, codec=workshop.codec),
                dispatcher=dispatcher,
                today=world.today,
                now=world.now,
                new_id=world.new_id,
            )
            sweeper = Sweeper(
                database=database,
                dispatcher=dispatcher,
                provider=router,
                payers=bank.payers,
                store=workshop.store,
                now=world.now,
                monotonic=world.monotonic,
                tick=forever,
                lease=30,
            )
            other = InProcessDispatcher(
                runner.run, postpone=runner.postpone, now=world.now, sleep=world.sleep
            )
            here, there = (
                Cancellations(
                    database=database,
                    payers=bank.payers,
                    leases=leases,
                    store=workshop.store,
                    tell=runner.tell,
                    dispatcher=process,
                    new_id=world.new_id,
                )
                for process in (dispatcher, other)
            )
            yield Shop(
                studio, dispatcher, database, bank.ledger, told, runner, sweeper, time, here, there
            )
            await dispatcher.close(0)
            await runner.close()

    return opened


def _configure(
    settings: Settings, url: str, keys: dict[str, str], urls: dict[str, str]
) -> Settings:
    changes: dict[str, object] = {"gemini_api_key": None, "result_hosts": frozenset({"127.0.0.1"})}
    for name, key in keys.items():
        variable = VARIABLES.get(name, name)
        route = "" if name == "google" else f"/{variable}"
        changes[f"{variable}_api_key"] = SecretStr(key)
        changes[f"{variable}_base_url"] = HttpUrl(urls.get(name, url + route))
    return settings.model_copy(update=changes)


# --- credits alone --------------------------------------------------------------------------

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
async def treasury(address):
    async with engine.opened(address) as database:
        yield Treasury(database)


# --- jobs that have ended -------------------------------------------------------------------


class Books:
    """Jobs and credits on a real file, under a clock of its own in Berlin."""

    def __init__(self, database, **settings):
        self.now, self.numbers = NOON, 0
        self.database = database
        settings = Settings.model_validate(
            {"quota_timezone": "Europe/Berlin", "welcome_credits": 100_000} | settings
        )
        self.bank = Bank.of(settings, now=lambda: self.now, new_id=self.new_id)
        self.treasury = Treasurer(
            database=database, ledger=self.bank.ledger, payers=self.bank.payers
        )

    def new_id(self):
        self.numbers += 1
        return f"{self.numbers:032x}"

    async def add(
        self, tx, member=7, *, guild=9, channel=50, model="nano", count=1, made=1, price=10
    ):
        """A job that has made `made` of `count` pictures; none is one that was released."""
        who = Who(member, guild or 0)
        total = price * count
        held = await self.bank.payers.reserve(tx, who, (channel,), total, reason="")
        job = Job(
            id=self.new_id(),
            kind=JobKind.IMAGINE,
            state=JobState.QUEUED,
            place=Place(member, guild, channel, 4, 5, "token", "en-US", False, 1000),
            request=GenerationRequest(prompt="x", model=model, count=count),
            provider="google",
            price=Price(price, 1),
            account_id=held.account_id,
            reservation_id=held.reservation_id,
            created_at=self.now,
        )
        await queue.add(tx, job)
        job = await queue.claim(tx, job.id, token="t", now=self.now)
        ends = {"now": self.now}
        if not made:
            await queue.end(tx, job, JobState.FAILED, failure="x", **ends)
            await self.bank.payers.release(tx, job.reservation_id, reserved=total)
            return job
        for state in (JobState.GENERATED, JobState.DELIVERED):
            await queue.move(tx, job, state)
            job = job.evolve(state=state)
        charged = price * made
        await queue.end(tx, job, JobState.DONE, credits_charged=charged, **ends)
        await self.bank.payers.settle(tx, job.reservation_id, reserved=total, charged=charged)
        return job

    async def paid(self, *arguments, **options):
        return await self.database.write(lambda tx: self.add(tx, *arguments, **options))


@pytest.fixture
async def books(address):
    async with engine.opened(address) as database:
        yield Books(database)


@pytest.fixture
def books_over():
    """Over a database of one's own, and settings."""
    return Books
