"""`plantain upstreams spending`: what the upstreams were paid, by day, key and model."""

from collections.abc import Sequence

from rich.table import Table

from bot.generation.catalog import MICROS, Catalog
from bot.settings import Settings
from bot.upstreams import records
from bot.upstreams.records import Outlay
from bot.upstreams.sheet import make_console, make_table, print_json
from bot.upstreams.words import usd
from bot.workshop import World, read_catalog

MONEY = ("paid", "in_doubt", "liability")
MEANING = (
    "Paid: surely on the bill. In doubt: perhaps, as nobody knows how the call ended.\n"
    "Liability: what may be on the bill though no member was charged for it."
)


async def show(settings: Settings, *, days: int, as_json: bool, world: World | None = None) -> None:
    """Print the last `days` days (UTC), today's included; raises SettingsError, StorageError."""
    world = world or World()
    catalog = read_catalog(settings)
    known = await records.read(settings, world, days=days)
    outlays = known.outlays if known else ()
    if as_json:
        rows = [_facts(outlay) for outlay in outlays]
        print_json({"database": known is not None, "days": days, "rows": rows, **_sums(outlays)})
        return
    console = make_console()
    if known is None:
        console.print("There is no database yet, so nothing has been spent.")
    elif not outlays:
        console.print(f"Nothing was asked of an upstream in {days} days.")
    else:
        console.print(_table(outlays, catalog, days), "", MEANING, sep="\n")


def _table(outlays: Sequence[Outlay], catalog: Catalog, days: int) -> Table:
    money = ("paid#", "in doubt#", "liability#")
    title = f"USD in {days} days (UTC)"
    table = make_table(title, "day=", "upstream, key=", "model", "calls#", *money)
    last = None
    for outlay in outlays:
        if last not in (None, outlay.day):
            table.add_section()
        known = catalog.models.get(outlay.model)
        table.add_row(
            "" if outlay.day == last else outlay.day.strftime("%d %b"),
            f"{outlay.provider}\n{outlay.key}",
            known.nickname if known else outlay.model,
            f"{outlay.calls:,}",
            *(usd(getattr(outlay, what)) for what in MONEY),
        )
        last = outlay.day
    table.add_section()
    sums = _sums(outlays)
    totals = (usd(sum(getattr(outlay, what) for outlay in outlays)) for what in MONEY)
    table.add_row("sum", "", "", f"{sums['calls']:,}", *totals, style="bold")
    return table


def _sums(outlays: Sequence[Outlay]) -> dict[str, int | float]:
    money = {f"{what}_usd": sum(getattr(o, what) for o in outlays) / MICROS for what in MONEY}
    return {"calls": sum(outlay.calls for outlay in outlays), **money}


def _facts(outlay: Outlay) -> dict[str, object]:
    """A row as JSON; dollars are exact to the millionth."""
    return {
        "day": outlay.day.isoformat(),
        "provider": outlay.provider,
        "key": outlay.key,
        "model": outlay.model,
        "calls": outlay.calls,
        **{f"{what}_usd": getattr(outlay, what) / MICROS for what in MONEY},
    }
