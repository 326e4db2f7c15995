"""`plantain ledger export`: every entry of the books as CSV."""

import asyncio
import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.books.source import complain, iso, opened
from bot.db.database import Database, Row
from bot.errors import SettingsError
from bot.jobs.sheet import cell
from bot.settings import Settings

COLUMNS = (
    "movement", "kind", "at", "account", "available", "held", "reason", "reservation", "job",
)  # fmt: skip
CHUNK = 1000
"""Entries in memory at once."""


async def write(settings: Settings, file: Path | None, *, force: bool) -> int:
    """Write every entry as CSV in UTF-8 to `file`, or to standard output; the exit code.

    Everything that was in the books at the beginning is written, and movements are whole. A file
    is there whole or not at all. Raises SettingsError and StorageError.
    """
    if file is not None:
        _check_target(file, force=force)
    async with opened(settings) as database:
        if file is None:
            with _standard_output() as out:
                await _write_entries(database, out)
            return 0
        try:
            with _appearing(file, force=force) as out:
                await _write_entries(database, out)
        except OSError as error:
            return complain(f"{file} could not be written: {error.strerror or error}")
    return 0


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
    return (
        row["movement_id"],
        row["kind"],
        iso(row["at"]),
        row["account_id"],
        row["available"],
        row["held"],
        cell(row["reason"]),
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
