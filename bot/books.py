"""What an operator reads in the books: every entry as CSV, and one account. It changes nothing."""

import asyncio
import csv
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

from bot.db.database import Database, Row, Transaction
from bot.db.sqlite import SqliteDatabase
from bot.errors import SettingsError
from bot.settings import Settings

COLUMNS = (
    "movement", "kind", "at", "account", "available", "held", "reason", "reservation", "job",
)  # fmt: skip
CHUNK = 1000
"""Entries in memory at once."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
"""How a cell begins that a spreadsheet may calculate instead of showing."""


async def export(settings: Settings, file: Path | None, *, force: bool) -> int:
    """Write every entry as CSV in UTF-8 to `file`, or to standard output; the exit code.

    Everything that was in the books at the beginning is written, and movements are whole. A file
    is there whole or not at all. Raises SettingsError and StorageError.
    """
    if file is not None:
        _check_target(file, force=force)
    async with _opened(settings) as database:
        if file is None:
            with _standard_output() as out:
                await _write_entries(database, out)
            return 0
        try:
            with _appearing(file, force=force) as out:
                await _write_entries(database, out)
        except OSError as error:
            return _complain(f"{file} could not be written: {error.strerror or error}")
    return 0


async def show_account(settings: Settings, name: str, *, last: int, as_json: bool) -> int:
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

    async with _opened(settings) as database:
        account, holds, entries = await database.read(look)
    if account is None:
        return _complain(f"there is no account {account_id!r}")
    if as_json:
        facts = _facts(account, holds, entries)
        print(json.dumps(facts, ensure_ascii=False))  # noqa: T201 - the command's result
    else:
        _print(account, holds, entries)
    return 0


def _opened(settings: Settings) -> AbstractAsyncContextManager[SqliteDatabase]:
    path = settings.sqlite_path
    if not path.is_file():
        raise SettingsError("DATA_DIR", f"there is no database at {path}; `db upgrade` makes one")
    return SqliteDatabase.open_to_read(path)


# --- every entry ----------------------------------------------------------------------------


async def _write_entries(database: Database, out: TextIO) -> None:
    """Page by page, so that neither memory nor the log of a writing bot grows with the books."""
    table = csv.writer(out)
    table.writerow(COLUMNS)
    movement, account = "", ""
    while True:
        rows = await _page(database, movement, account)
        await asyncio.to_thread(table.writerows, (_cells(row) for row in rows))
        if len(rows) < CHUNK:
            return
        movement, account = rows[-1]["movement_id"], rows[-1]["account_id"]


async def _page(database: Database, movement: str, account: str) -> list[Row]:
    return await database.read(
        lambda tx: tx.all("next_entries", movement_id=movement, account_id=account, most=CHUNK)
    )


def _cells(row: Row) -> tuple[object, ...]:
    """One line of the CSV; only a reason has words of people in it."""
    reason = row["reason"]
    return (
        row["movement_id"],
        row["kind"],
        _iso(row["at"]),
        row["account_id"],
        row["available"],
        row["held"],
        f"'{reason}" if _FORMULA.match(reason) else reason,
        row["reservation_id"] or "",
        row["job_id"] or "",
    )


def _check_target(file: Path, *, force: bool) -> None:
    if not file.parent.is_dir():
        raise SettingsError("FILE", f"there is no folder {str(file.parent)!r}")
    if file.exists() and not file.is_file():
        raise SettingsError("FILE", f"{str(file)!r} is no file that could be replaced")
    if file.exists() and not force:
        raise SettingsError("FILE", f"{str(file)!r} exists; --force replaces it")


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    """In UTF-8 with the line ends of CSV, whatever the system's are."""
    sys.stdout.flush()
    with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as out:
        yield out


@contextmanager
def _appearing(file: Path, *, force: bool) -> Iterator[TextIO]:
    """A text file that has its name and its content together; for its owner's eyes alone.

    Raises OSError, and leaves what was there before.
    """
    file = file.resolve()
    if not force:
        # The name is taken at once: another's file of that name could come meanwhile.
        file.touch(mode=0o600, exist_ok=False)
    part = None
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".plantain-")
        part = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            yield out
        part.replace(file)
    except BaseException:
        for left in (part, None if force else file):
            if left is not None:
                left.unlink(missing_ok=True)
        raise


# --- one account ----------------------------------------------------------------------------


def _facts(account: Row, holds: Sequence[Row], entries: Sequence[Row]) -> dict[str, object]:
    return {
        "account": account["id"],
        "available": account["available"],
        "held": account["held"],
        "holds": [
            {
                "reservation": hold["reservation_id"],
                "credits": hold["amount"],
                "since": _iso(hold["opened_at"]),
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
                "at": _iso(entry["at"]),
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
            table.add_row(_clock(hold["opened_at"]), f"{hold['amount']:,}", what)
        console.print("", table, sep="\n")
    table = _table("time (UTC)", "what", "available#", "held#", "reason, job")
    for entry in entries:
        why = "\n".join(filter(None, (_plain(entry["reason"]), entry["job_id"])))
        changes = (f"{entry[what]:+,}" if entry[what] else "" for what in ("available", "held"))
        table.add_row(_clock(entry["at"]), entry["kind"], *changes, why)
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


def _iso(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds")


def _clock(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S")


def _complain(line: str) -> int:
    print(f"plantain: {line}", file=sys.stderr)  # noqa: T201 - the command's result
    return 1
