"""`plantain ledger account`: what one account has, what it holds for whom, and its entries."""

import json
from collections.abc import Sequence

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

from bot.books.source import clock, complain, iso, opened
from bot.db.database import Row, Transaction
from bot.settings import Settings


async def show(settings: Settings, name: str, *, last: int, as_json: bool) -> int:
    """Print an account's balances, what it holds and its `last` entries; the exit code.

    `name` is an account's, or a member's Discord id. Raises SettingsError and StorageError.
    """
    account_id = f"member:{name}" if name.isascii() and name.isdigit() else name

    async def look(tx: Transaction) -> tuple[Row | None, list[Row], list[Row]]:
        return (
            await tx.one("account", account_id=account_id),
            await tx.all("open_holds", account_id=account_id),
            await tx.all("last_entries", account_id=account_id, most=last),
        )

    async with opened(settings) as database:
        account, holds, entries = await database.read(look)
    if account is None:
        return complain(f"there is no account {account_id!r}")
    if as_json:
        facts = _facts(account, holds, entries)
        print(json.dumps(facts, ensure_ascii=False))  # noqa: T201 - the command's result
    else:
        _print(account, holds, entries)
    return 0


def _facts(account: Row, holds: Sequence[Row], entries: Sequence[Row]) -> dict[str, object]:
    return {
        "account": account["id"],
        "available": account["available"],
        "held": account["held"],
        "holds": [
            {
                "reservation": hold["reservation_id"],
                "credits": hold["amount"],
                "since": iso(hold["opened_at"]),
                "job": hold["job_id"],
                "state": hold["state"],
                "member": None if hold["member_id"] is None else str(hold["member_id"]),
            }
            for hold in holds
        ],
        "entries": [
            {
                "movement": entry["movement_id"],
                "kind": entry["kind"],
                "at": iso(entry["at"]),
                "available": entry["available"],
                "held": entry["held"],
                "reason": entry["reason"],
                "reservation": entry["reservation_id"],
                "job": entry["job_id"],
            }
            for entry in entries
        ],
    }


def _print(account: Row, holds: Sequence[Row], entries: Sequence[Row]) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    balances = f"{account['available']:,} available, {account['held']:,} held"
    console.print(f"{account['id']}: {balances}")
    if holds:
        table = _table("held since (UTC)", "credits#", "for")
        for hold in holds:
            job = f"{hold['job_id']}\n{hold['state']}, asked for by member:{hold['member_id']}"
            what = job if hold["job_id"] else "no job"
            table.add_row(clock(hold["opened_at"]), f"{hold['amount']:,}", what)
        console.print("", table, sep="\n")
    table = _table("time (UTC)", "what", "available#", "held#", "reason, job")
    for entry in entries:
        why = "\n".join(filter(None, (_plain(entry["reason"]), entry["job_id"])))
        changes = (f"{entry[what]:+,}" if entry[what] else "" for what in ("available", "held"))
        table.add_row(clock(entry["at"]), entry["kind"], *changes, why)
    console.print("", table if entries else "No entries yet.", sep="\n")


def _table(*headers: str) -> Table:
    """Within 80 columns; a header that ends in `#` is over numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for header in headers:
        justify: JustifyMethod = "right" if header.endswith("#") else "left"
        table.add_column(header.rstrip("#"), justify=justify, overflow="fold")
    return table


def _plain(text: str) -> str:
    """Without what would steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
