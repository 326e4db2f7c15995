"""`plantain upstreams`: which keys there are, how each stands, what it may do and what it costs."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from bot.generation.catalog import Catalog
from bot.generation.request import Resolution
from bot.settings import Settings
from bot.upstreams import records
from bot.upstreams.facts import write_facts
from bot.upstreams.sheet import make_console, make_table, print_json
from bot.upstreams.survey import Answer, Standing, survey
from bot.upstreams.words import advise, describe, instant, left, name_trouble, usd
from bot.workshop import World, load_catalog, read_catalog

SIZES = (Resolution.R1K, Resolution.R2K, Resolution.R4K)
NOTHING = "-"


async def show(
    settings: Settings, *, probe: bool, as_json: bool, verbose: bool, world: World | None = None
) -> int:
    """Print it; 1 when a probed key did not answer or has nothing left, else 0.

    Raises SettingsError, also when there is no key to probe, and StorageError.
    """
    world = world or World()
    catalog = load_catalog(settings) if probe else read_catalog(settings)
    known = await records.read(settings, world)
    standings = await survey(settings, catalog, known, world, probe=probe)
    if as_json:
        facts = [write_facts(standing, verbose=verbose) for standing in standings]
        at = instant(world.now()).isoformat()
        print_json({"at": at, "database": known is not None, "upstreams": facts})
    else:
        console = make_console()
        _print_states(console, standings, catalog, world.now(), verbose=verbose)
        _print_use(console, standings)
        _print_limits(console, standings)
        _print_prices(console, standings)
        console.print(_next(standings, probed=probe))
    return int(any(standing.answer and not standing.answer.good for standing in standings))


def _print_states(
    console: Console, standings: Sequence[Standing], catalog: Catalog, now: int, *, verbose: bool
) -> None:
    probed = any(standing.answer for standing in standings)
    headers = ("upstream=", "key=", "state", *(["reachable, balance"] if probed else []))
    table = make_table("Upstreams", *headers)
    for standing in standings:
        name = standing.upstream.name
        if standing.fingerprint is None:
            table.add_row(name, NOTHING, f"not set: {standing.upstream.key}", style="dim")
            continue
        cells = [_state(standing, catalog, now)]
        if standing.answer:
            cells.append(_reach(standing, standing.answer))
        table.add_row(name, f"{standing.number} {standing.fingerprint}", *cells)
    console.print(table, "")
    for standing in standings if verbose else ():
        if standing.answer and standing.answer.error:
            said = standing.answer.error.detail
            console.print(f"{standing.upstream.name} {standing.number}: {said}\n")


def _state(standing: Standing, catalog: Catalog, now: int) -> Text:
    if standing.breakers:
        told = (describe(breaker, catalog, now) for breaker in standing.breakers)
        return Text("\n".join(told), "yellow")
    # The bot has not met yet what the probe has.
    is_failing = standing.answer is not None and not standing.answer.good
    return Text("not closed yet", "yellow") if is_failing else Text("ok", "green")


def _reach(standing: Standing, answer: Answer) -> Text:
    if answer.error is not None:
        kind = answer.error.kind
        return Text(f"no, {name_trouble(kind)}. {advise(kind, standing.upstream)}", "red")
    lines = [f"yes, {answer.seconds:.1f} s"]
    if answer.balance:
        lines.append(left(answer.balance) + (": top up the account" if answer.empty else ""))
    return Text("\n".join(lines), "red" if answer.empty else "green")


def _print_use(console: Console, standings: Sequence[Standing]) -> None:
    """Of the keys that are set."""
    headers = ("upstream=", "key=", "a minute#", "at once#", "spent, USD#", "in doubt, USD#")
    table = make_table("What a key may be asked, and what it cost today (UTC)", *headers)
    for standing in standings:
        if standing.fingerprint is not None:
            table.add_row(
                standing.upstream.name,
                f"{standing.number} {standing.fingerprint}",
                _or_nothing(standing.rpm, str),
                _or_nothing(standing.concurrency, str),
                _or_nothing(standing.paid, usd),
                _or_nothing(standing.in_doubt, usd),
            )
    if table.row_count:
        console.print(table, "")


def _print_limits(console: Console, standings: Sequence[Standing]) -> None:
    """Of the keys that have any; a limit that is used up keeps its key from being asked."""
    headers = ("upstream=", "key=", "limit", "USD#", "spent, USD#", "begins anew")
    table = make_table("What a key may spend", *headers)
    for standing in standings:
        for use in standing.uses:
            opens = NOTHING if use.opens_at is None else f"{instant(use.opens_at):%d %b %H:%M} UTC"
            table.add_row(
                standing.upstream.name,
                f"{standing.number} {standing.fingerprint}",
                use.measure,
                _or_nothing(use.limit, usd),
                Text(usd(use.used), "" if use.allows(1) else "red"),
                opens,
            )
    if table.row_count:
        console.print(table, "")


def _print_prices(console: Console, standings: Sequence[Standing]) -> None:
    table = make_table("USD for one picture", "upstream=", "model", *(f"{size}#" for size in SIZES))
    for name, offer in {s.upstream.name: s.offer for s in standings}.items():
        if offer is None:
            table.add_row(name, "none on offer")
            continue
        prices = [offer.usd_micros.get(size) for size in SIZES]
        table.add_row(name, offer.model.nickname, *(_or_nothing(price, usd) for price in prices))
    console.print(table, "")


def _or_nothing(value: int | None, write: Callable[[int], str]) -> str:
    return NOTHING if value is None else write(value)


def _next(standings: Sequence[Standing], *, probed: bool) -> str:
    """The one thing to do now."""
    keys = [standing for standing in standings if standing.fingerprint is not None]
    if not keys:
        return f"Next: set a key, such as {standings[0].upstream.key}, in .env or the environment."
    closed = next((standing for standing in keys if standing.breakers), None)
    if closed is not None:
        name = closed.upstream.name
        return f"Next: mended? `plantain upstreams reset {name}` lets it be asked at once."
    if not probed:
        return "Next: `plantain upstreams --probe` asks each key one question, which is free."
    if all(standing.answer and standing.answer.good for standing in keys):
        return "Every key answers. `plantain upstreams prices` shows all prices."
    return "Next: see to what is said above and probe again; --verbose shows the upstream's words."
