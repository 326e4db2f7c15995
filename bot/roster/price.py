"""What drawing a job again costs today, as the bot would quote it, beside a running bot."""

from dataclasses import dataclass

from bot.db.database import Database
from bot.generation.catalog import ImageModel
from bot.generation.pricing import Price, Ranking
from bot.jobs.assortment import Assortment
from bot.jobs.bank import Bank, tariff_of
from bot.jobs.job import Job
from bot.providers import registry
from bot.providers.health import Health
from bot.providers.openings import Openings
from bot.providers.speed import Speeds
from bot.quotas.budget import Budgets, limits_of
from bot.quotas.quotas import SHORT_WAIT
from bot.settings import Settings
from bot.workshop import World, read_catalog

NOBODY = "no upstream that is set up draws this today"
CLOSED = "every upstream that draws this is closed; `plantain upstreams` says why and until when"


@dataclass(frozen=True, slots=True)
class Quote:
    """Who would be asked, what each picture costs, and how many microseconds it waits first."""

    provider: str
    price: Price
    wait: int = 0


async def quote(
    settings: Settings, database: Database, bank: Bank, world: World, job: Job
) -> Quote | str:
    """What the same request costs now, or why nobody can be asked for it; raises SettingsError."""
    catalog = read_catalog(settings, public_url=settings.public_url is not None)
    providers = registry.enabled(settings, catalog)
    zones = {name: catalog.upstreams[name].day_resets_in for name in providers}
    budgets = Budgets(
        database=database,
        now=world.now,
        calendar=bank.calendar,
        limits=limits_of(settings, catalog),
    )
    keys = {
        name: [key.fingerprint for key in settings.keys(catalog.upstreams[name].key)]
        for name in providers
    }
    health = Health(database=database, now=world.now, zones=zones)
    speeds = Speeds(database=database, now=world.now)
    assortment = Assortment(
        catalog=catalog,
        providers=providers,
        ranking=Ranking(
            preferred=settings.preferred_providers,
            known=tuple(catalog.upstreams),
            seconds=speeds.seconds if settings.route_by == "speed" else None,
        ),
        tariff=tariff_of(settings),
        today=world.today,
        openings=Openings(health=health, now=world.now, budget=budgets, keys=keys),
    )
    await assortment.refresh()
    await speeds.refresh()
    return _quote(assortment, job, catalog.models.get(job.request.model), world.now())


def _quote(assortment: Assortment, job: Job, model: ImageModel | None, now: int) -> Quote | str:
    request = job.request
    able = assortment.able(model, request, len(request.reference_images)) if model else []
    offer = assortment.best(able, request.resolution, request.thinking)
    if offer is None:
        return NOBODY
    price = assortment.price(offer, request.resolution, request.thinking)
    obstacle = assortment.closed(able, request.resolution, request.thinking)
    wait = 0 if obstacle is None else (obstacle.opens_at or now + SHORT_WAIT + 1) - now
    return CLOSED if wait > SHORT_WAIT else Quote(offer.provider, price, max(0, wait))
