"""The core without Discord: submits jobs against an upstream until it is killed.

    python work.py DATA_DIR UPSTREAM_URL JOBS [GATEWAY_URL]

prints the id of each job once its submission has been promised, then waits for them all. With a
gateway that one is asked second, when the first upstream fails.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.db.sqlite import SqliteDatabase
from bot.generation.pricing import Ranking, Tariff
from bot.jobs import queue
from bot.jobs.bank import Bank
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.job import JobKind, Place
from bot.jobs.lease import Leases
from bot.jobs.runner import Runner
from bot.jobs.service import Studio
from bot.jobs.uploads import Uploads
from bot.providers.health import Health
from bot.providers.router import Router
from bot.settings import Settings
from bot.workshop import World, open_workshop

NAMES = ("google", "apiyi")
"""In the order they are asked."""


class Told:
    """A Delivery that prints what it was asked to show."""

    async def queued(self, job, ahead, ready_at=None):
        return True

    async def postponed(self, job, begins_at):
        return True

    async def drawing(self, job, ready_at=None):
        return True

    async def waiting(self, job, wait):
        return True

    async def deliver(self, job, pictures, receipt, shortfall):
        print("delivered", job.id, flush=True)  # noqa: T201

    async def explain(self, job, error):
        print("explained", job.id, error.key, flush=True)  # noqa: T201
        return True


async def main(folder: Path, url: str, jobs: int, gateway: str | None = None) -> None:
    upstreams = {"gemini_api_key": "k", "gemini_base_url": url}
    if gateway:
        upstreams |= {"apiyi_api_key": "g", "apiyi_base_url": gateway}
    settings = Settings.model_validate(
        {"data_dir": folder, "max_jobs": 4, "welcome_credits": 1000} | upstreams
    )
    settings.prepare_data_dir()
    world = World()
    async with AsyncExitStack() as resources:
        database = await resources.enter_async_context(SqliteDatabase.open(settings.sqlite_path))
        workshop = await resources.enter_async_context(open_workshop(settings, folder, world=world))
        bank = Bank.of(settings, now=world.now, new_id=world.new_id)
        ranking = Ranking(preferred=NAMES, known=NAMES)
        runner = Runner(
            database=database,
            ledger=bank.ledger,
            payers=bank.payers,
            provider=Router(
                ways=[way for way in workshop.ways if way.name in NAMES],
                catalog=workshop.catalog,
                health=Health(database=database, now=world.now),
                ranking=ranking,
                now=world.now,
                today=world.today,
            ),
            catalog=workshop.catalog,
            store=workshop.store,
            codec=workshop.codec,
            delivery=Told(),
            leases=Leases(database=database, now=world.now, tick=world.tick, seconds=30),
            new_id=world.new_id,
            slots=4,
        )
        dispatcher = InProcessDispatcher(
            runner.run, postpone=runner.postpone, now=world.now, sleep=world.sleep
        )
        studio = Studio(
            catalog=workshop.catalog,
            providers=("google",),
            ranking=ranking,
            default_model=None,
            tariff=Tariff(5000),
            database=database,
            payers=bank.payers,
            uploads=Uploads(store=workshop.store, codec=workshop.codec),
            dispatcher=dispatcher,
            today=lambda: datetime.now(UTC).date(),
            now=world.now,
            new_id=world.new_id,
        )
        await database.write(lambda tx: tx.run("expire_all_leases"))
        for job_id in await database.read(queue.unfinished):
            await runner.run(job_id)
        print("recovered", flush=True)  # noqa: T201
        draft = partial(
            studio.draft,
            JobKind.IMAGINE,
            model=None,
            aspect_ratio=None,
            resolution=None,
            count=1,
            reference_images=0,
        )
        for number in range(jobs):
            place = Place(7, 1, 2, number, 3, "token", "en-US", False, 10_000_000)
            job = await studio.submit(draft(f"kill {folder.parent.name}"), place)
            print("promised", job.id, flush=True)  # noqa: T201
        await dispatcher.close(60)
        print("quiet", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
