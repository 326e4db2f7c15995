"""Reserve-and-settle pairs a second: the ledger, next to the same statements on bare sqlite3.

    python benchmarks/ledger.py [--pairs N] [--rounds N] [--folder DIR] [--json FILE]

All write to a file with `synchronous=FULL`, and each pair is two durable transactions. The one
"with limits" is what a request goes through: who pays is found among team, pool and member, and it
is counted against a limit on every measure for member (by their role), server and bot. The
contenders take turns within every round, so that a ratio compares neighbours in time.

Where the machine has PostgreSQL, the same runs on a throwaway server over a Unix socket, durable
too, with the server's part of the machine's cores included.
"""

import argparse
import asyncio
import itertools
import json
import sqlite3
import statistics
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bot.db import engine, statements
from bot.jobs.bank import Bank
from bot.ledger.ledger import GRANTS, REVENUE, Ledger
from bot.quotas.defaults import OWNERS
from bot.quotas.limit import Limit, Measure, Who, Whose
from bot.settings import Settings
from tests.clusters import NoPostgres, running_cluster

CALLERS = (1, 16, 64)
MEMBER = "member"
GUILD, ROLE, CHANNEL = 9, 90, 50
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
    async with engine.opened(path) as database:
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
    async with engine.opened(path) as database:

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


def every_limit():
    """A limit on each measure, for all and too wide to refuse anything."""
    limits = [f"{whose}.{measure}=1000000000" for whose in OWNERS for measure in Measure]
    settings = Settings(_env_file=None, default_limits=",".join(limits), welcome_credits=0)
    ids = (f"{number:020d}" for number in itertools.count(10**12))
    return Bank.of(settings, now=microseconds, new_id=partial(next, ids))


async def through_payers(path, *, pairs, callers):
    """Seconds for `pairs` shared among concurrent callers, all members of one server."""
    bank = every_limit()
    payers = bank.payers
    members = [Who(number, GUILD, (ROLE,)) for number in range(1, callers + 1)]

    async def caller(database, who, share):
        for _ in range(share):
            held = await database.write(
                lambda tx: payers.reserve(tx, who, (CHANNEL,), PRICE, reason="imagine")
            )
            assert not held.wait
            settle = partial(payers.settle, reserved=PRICE, charged=CHARGE)
            await database.write(lambda tx, id_=held.reservation_id, end=settle: end(tx, id_))

    async with engine.opened(path) as database:
        await database.write(lambda tx: prepare_server(tx, bank, members, pairs))
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for who in members:
                group.create_task(caller(database, who, pairs // callers))
        seconds = time.perf_counter() - started
        assert not await database.read(payers.check)
    return seconds


async def prepare_server(tx, bank, members, pairs):
    """A role with limits of its own, and members who pay for themselves."""
    for measure in Measure:
        await bank.quotas.set(tx, Limit(Whose.ROLE, GUILD, ROLE, measure, 10**9), by=1)
    for who in members:
        account = f"member:{who.member_id}"
        await bank.ledger.open(tx, account, welcome=False)
        await bank.ledger.grant(tx, account, pairs * PRICE, reason="benchmark")


WAYS = {"ledger": through_ledger, "with limits": through_payers}
ON_SERVER = "{}, PostgreSQL"


def measure(folder, cluster, *, pairs, rounds):
    """One rate per contender and round, in pairs a second."""
    ways = dict(WAYS)
    if cluster is not None:
        ways |= {ON_SERVER.format(name): way for name, way in WAYS.items()}
    contenders = [("bare sqlite3", 1), *itertools.product(ways, CALLERS)]
    rates = {contender: [] for contender in contenders}
    for number in range(rounds):
        for (name, callers), taken in rates.items():
            path = folder / f"{number}-{name}-{callers}.db"
            if name in ways and name not in WAYS:
                path = on_server(cluster, f"round{number}_{len(name)}_{callers}")
            asyncio.run(prepare(path, pairs=pairs))
            if name in ways:
                seconds = asyncio.run(ways[name](path, pairs=pairs, callers=callers))
            else:
                seconds = bare(path, pairs=pairs)
            taken.append(pairs / seconds)
            if isinstance(path, Path):
                path.unlink()
    return rates


def on_server(cluster, name):
    """The address of a new database."""
    cluster.script(f"CREATE DATABASE {name}")
    return SecretStr(cluster.url(name))


def summarise(rates):
    floor = rates["bare sqlite3", 1]
    return [
        Result(
            contender=name,
            callers=callers,
            pairs_per_second=round(statistics.median(taken), 1),
            ratio=round(statistics.median(a / b for a, b in zip(taken, floor, strict=True)), 2),
        )
        for (name, callers), taken in rates.items()
    ]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pairs", type=int, default=1920, help="per contender and round")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, help="where to put the files; decides the disk")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    pairs = chosen.pairs - chosen.pairs % CALLERS[-1]
    with ExitStack() as resources:
        folder = resources.enter_context(tempfile.TemporaryDirectory(dir=chosen.folder))
        try:
            cluster = resources.enter_context(running_cluster(durable=True))
        except NoPostgres as error:
            print(f"without PostgreSQL: {error}")
            cluster = None
        rates = measure(Path(folder), cluster, pairs=pairs, rounds=chosen.rounds)
    results = summarise(rates)
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
