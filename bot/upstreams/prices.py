"""`plantain upstreams prices`: every model at every upstream, what it costs and who says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text

from bot.generation.catalog import MICROS, Catalog, Offer, Origin
from bot.generation.pricing import PERCENT
from bot.generation.request import Resolution
from bot.jobs.bank import tariff_of
from bot.settings import Settings
from bot.upstreams.sheet import make_console, make_table, print_json
from bot.upstreams.words import usd
from bot.workshop import World, read_catalog

MARK = "*"


@dataclass(frozen=True, slots=True)
class _Quoted:
    """An offer, the credits for each size, and which of them the operator's file changed."""

    offer: Offer
    credits: Mapping[Resolution, int]
    yours: frozenset[Resolution]
    retired: bool


def show(settings: Settings, *, as_json: bool, world: World | None = None) -> None:
    """Print them, by model; raises SettingsError."""
    world = world or World()
    catalog = read_catalog(settings)
    shipped = Catalog.load()
    quoted = list(_quote(settings, catalog, shipped, world))
    off = _switched_off(catalog, shipped)
    if as_json:
        dropped = [{"provider": provider, "model": model} for provider, model in off]
        prices = [fact for entry in quoted for fact in _facts(entry)]
        credit_usd = settings.credit_usd_micros / MICROS
        tariff = {
            "credit_usd": credit_usd,
            "margin_percent": settings.price_margin / PERCENT,
            "step_credits": settings.price_step,
        }
        print_json({**tariff, "prices": prices, "off": dropped})
        return
    console = make_console()
    for model in catalog.models.values():
        title = f"{model.nickname} ({model.id})"
        sizes = [f"{size}#" for size in model.resolutions]
        table = make_table(title, "upstream=", *sizes, "as of=", "source")
        for entry in quoted:
            if entry.offer.model.id == model.id:
                table.add_row(*_cells(entry), style="dim" if entry.retired else None)
        if table.row_count:
            console.print(table, "")
    console.print(_tariff(settings))
    if any(entry.yours for entry in quoted):
        console.print(f"{MARK} set in {settings.catalog_path}.")
    for provider, model_id in off:
        console.print(f"{MARK} {model_id} at {provider} is switched off there.")


def _quote(
    settings: Settings, catalog: Catalog, shipped: Catalog, world: World
) -> Iterator[_Quoted]:
    tariff = tariff_of(settings)
    for model in catalog.models.values():
        for upstream in catalog.upstreams.values():
            offer = upstream.offers.get(model.id)
            if offer is None:
                continue
            charged = {
                size: tariff.price(offer, size).credits
                for size in model.resolutions
                if size in offer.usd_micros
            }
            ours = shipped.offer(upstream.name, model.id)
            yours = frozenset(size for size in charged if _terms(offer, size) != _terms(ours, size))
            yield _Quoted(offer, charged, yours, offer.retired(world.today()))


def _tariff(settings: Settings) -> str:
    """How the dollars became credits."""
    said = "USD for one picture as the upstream asks it, and what it costs a member: credits of "
    said += f"{usd(settings.credit_usd_micros)} USD"
    if settings.price_margin:
        said += f", with {settings.price_margin_percent.normalize():f} % on top"
    if settings.price_step > 1:
        said += f", rounded up to a multiple of {settings.price_step}"
    return f"{said}."


def _terms(offer: Offer | None, size: Resolution) -> object:
    """What is compared: an operator may change other things without touching the price."""
    if offer is None or size not in offer.usd_micros:
        return None
    return offer.usd_micros[size], offer.origins[size], offer.thinking_percent, offer.shutdown


def _switched_off(catalog: Catalog, shipped: Catalog) -> list[tuple[str, str]]:
    """Provider and model of what is sold by ours and not with the operator's file over it."""
    return [
        (name, model_id)
        for name, upstream in shipped.upstreams.items()
        for model_id in upstream.offers
        if catalog.offer(name, model_id) is None
    ]


def _cells(entry: _Quoted) -> list[str | Text]:
    offer = entry.offer
    prices = [
        Text(
            f"{usd(offer.usd_micros[size])}\n{entry.credits[size]} cr", _style(size in entry.yours)
        )
        if size in entry.credits
        else Text("-")
        for size in offer.model.resolutions
    ]
    origins: dict[Origin, list[Resolution]] = {origin: [] for origin in offer.origins.values()}
    for size in entry.credits:
        origins[offer.origins[size]].append(size)
    notes = [
        origin.source if len(origins) == 1 else f"{', '.join(sizes)}: {origin.source}"
        for origin, sizes in origins.items()
    ]
    if offer.shutdown:
        notes.insert(0, f"{'shut down' if entry.retired else 'shuts down'} {offer.shutdown}")
    levels = offer.thinking_percent or {}
    notes += [f"{percent} % with thinking {level}" for level, percent in levels.items()]
    dates = "\n".join(str(origin.as_of) for origin in origins)
    name = f"{offer.provider} {MARK}" if entry.yours else offer.provider
    return [Text(name, _style(bool(entry.yours))), *prices, dates, "; ".join(notes)]


def _style(is_yours: bool) -> str:
    return "bold yellow" if is_yours else ""


def _facts(entry: _Quoted) -> Iterator[dict[str, object]]:
    """One object for each size; `thinking_percent` is what a level makes of the price."""
    offer = entry.offer
    for size, charged in entry.credits.items():
        yield {
            "model": offer.model.id,
            "provider": offer.provider,
            "upstream_model": offer.upstream_id,
            "resolution": size,
            "usd": offer.usd_micros[size] / MICROS,
            "credits": charged,
            "thinking_percent": dict(offer.thinking_percent or {}),
            "source": offer.origins[size].source,
            "as_of": offer.origins[size].as_of.isoformat(),
            "yours": size in entry.yours,
            "shutdown": offer.shutdown.isoformat() if offer.shutdown else None,
            "retired": entry.retired,
        }
