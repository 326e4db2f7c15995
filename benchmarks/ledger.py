"""Reserve-and-settle pairs a second: the ledger, next to the same statements on bare sqlite3.

    python benchmarks/ledger.py [--pairs N] [--rounds N] [--folder DIR] [--json FILE]

Both write to a file with `synchronous=FULL`, and each pair is two durable transactions. The
contenders take turns within every round, so that a ratio compares neighbours in time.
"""

import argparse
import asyncio
import itertools
import json
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.db import statements
from bot.db.sqlite import SqliteDatabase
from bot.ledger.ledger import GRANTS, REVENUE, Ledger

CALLERS = (1, 16, 64)
MEMBER = "member"
PRICE = 20
CHARGE = 13


@dataclass(frozen=True, slots=True)
class Result:
    """Pairs a second, the median of all rounds; `ratio` is the median of theirs to bare sqlite3."""

    contender: str
    callers: int
    pairs_per_second: float
    ratio: float


def numbered_ids():
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):020d}"


def microseconds():
    return time.time_ns() // 1000


async def prepare(path, *, pairs):
    """A database with one rich member."""
    ledger = Ledger(now=microseconds, new_id=numbered_ids(), welcome=pairs * PRICE)
    async with SqliteDatabase.open(path) as database:
        await database.write(lambda tx: ledger.open(tx, MEMBER))


def bare(path, *, pairs):
    """Seconds for `pairs` on one thread, statement after statement, without any of our layers."""
    named = statements.load()
    ids = itertools.count(10**9)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        started = time.perf_counter()
        for _ in range(pairs):
            reservation_id = f"{next(ids):020d}"
            connection.execute("BEGIN IMMEDIATE")
            bare_reserve(connection, named, reservation_id, f"{next(ids):020d}")
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            bare_settle(connection, named, reservation_id, f"{next(ids):020d}")
            connection.execute("COMMIT")
        return time.perf_counter() - started


def bare_reserve(connection, named, reservation_id, movement_id):
    at = microseconds()
    run = connection.execute
    run(named["hold"], {"account_id": MEMBER, "amount": PRICE}).fetchall()
    reservation = {"reservation_id": reservation_id, "at": at}
    run(named["add_reservation"], reservation | {"account_id": MEMBER, "amount": PRICE})
    movement = {"movement_id": movement_id, "kind": "reserve", "reason": ""}
    run(named["add_movement"], reservation | movement)
    entry = {"movement_id": movement_id, "account_id": MEMBER}
    run(named["add_entry"], entry | {"available": -PRICE, "held": PRICE})


def bare_settle(connection, named, reservation_id, movement_id):
    at = microseconds()
    run = connection.execute
    reservation = {"reservation_id": reservation_id, "at": at}
    run(named["settle_reservation"], reservation | {"amount": CHARGE}).fetchall()
    movement = {"movement_id": movement_id, "kind": "settle", "reason": ""}
    run(named["add_movement"], reservation | movement)
    member = {"account_id": MEMBER, "available": PRICE - CHARGE, "held": -PRICE}
    house = {"account_id": REVENUE, "available": CHARGE, "held": 0}
    for change in (member, house):
        run(named["change_balance"], change).fetchall()
        run(named["add_entry"], change | {"movement_id": movement_id})


async def through_ledger(path, *, pairs, callers):
    """Seconds for `pairs` shared among concurrent callers."""
    ids = (f"{number:020d}" for number in itertools.count(10**12))
    ledger = Ledger(now=microseconds, new_id=partial(next, ids), welcome=0)
    async with SqliteDatabase.open(path) as database:

        async def caller(share):
            for _ in range(share):
                reservation = await database.write(lambda tx: ledger.reserve(tx, MEMBER, PRICE))
                await database.write(lambda tx, made=reservation: ledger.settle(tx, made, CHARGE))

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(caller(pairs // callers))
        seconds = time.perf_counter() - started
        wrong = await database.read(ledger.check)
        member = await database.read(lambda tx: ledger.account(tx, MEMBER))
        grants = await database.read(lambda tx: ledger.account(tx, GRANTS))
    assert not wrong, wrong
    assert member.available == -grants.available - pairs * CHARGE, (member, grants)
    return seconds


def measure(folder, *, pairs, rounds):
    """One rate per contender and round, in pairs a second."""
    rates = {name: [] for name in ("bare", *CALLERS)}
    for number in range(rounds):
        for name, taken in rates.items():
            path = folder / f"{number}-{name}.db"
            asyncio.run(prepare(path, pairs=pairs))
            if name == "bare":
                seconds = bare(path, pairs=pairs)
            else:
                seconds = asyncio.run(through_ledger(path, pairs=pairs, callers=name))
            taken.append(pairs / seconds)
            path.unlink()
    return rates


def summarise(rates):
    floor = rates["bare"]
    return [
        Result(
            contender="bare sqlite3" if name == "bare" else "ledger",
            callers=1 if name == "bare" else name,
            pairs_per_second=round(statistics.median(taken), 1),
            ratio=round(statistics.median(a / b for a, b in zip(taken, floor, strict=True)), 2),
        )
        for name, taken in rates.items()
    ]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pairs", type=int, default=1920, help="per contender and round")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, help="where to put the files; decides the disk")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    pairs = chosen.pairs - chosen.pairs % CALLERS[-1]
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        results = summarise(measure(Path(folder), pairs=pairs, rounds=chosen.rounds))
    table = Table(title=f"reserve + settle, {chosen.rounds} rounds of {pairs} pairs, FULL")
    for heading in ("contender", "callers", "pairs/s", "x bare"):
        table.add_column(heading, justify="left" if heading == "contender" else "right")
    for result in results:
        rate, ratio = f"{result.pairs_per_second:,.0f}", f"{result.ratio:.2f}"
        table.add_row(result.contender, str(result.callers), rate, ratio)
    Console().print(table)
    if chosen.json:
        facts = {"pairs": pairs, "rounds": chosen.rounds, "results": [*map(asdict, results)]}
        chosen.json.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
