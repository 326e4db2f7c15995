"""Copies of a SQLite file: taken while a bot writes to it, and put in its place."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from bot.errors import StorageError

BESIDE = ("-wal", "-shm")
"""What SQLite keeps next to a file that is open, or was left in a crash."""


def take(source: Path, target: Path) -> None:
    """Copy what is committed in `source` to `target`, which is one plain file afterwards.

    One snapshot, in one step: whoever writes meanwhile neither waits nor is waited for. Blocks;
    raises StorageError, also for a file that is no database of ours.
    """
    try:
        with closing(_existing(source)) as live, closing(sqlite3.connect(target)) as copy:
            _check_ours(live, source)
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE").close()
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except sqlite3.Error as error:
        raise StorageError(f"{source}: {error}") from error
    except OSError as error:
        raise StorageError(f"{target}: {error.strerror or error}") from error


def exchange(new: Path, place: Path, aside: Path) -> None:
    """Put `new` in the place of a file that nobody has open, which is called `aside` from then on.

    At any instant one of both is in the place, whole. Blocks; raises StorageError.
    """
    try:
        if place.exists():
            # A file that is too damaged for this keeps its log beside it under the new name.
            with suppress(sqlite3.Error), closing(_existing(place)) as old:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            for ending in BESIDE:
                left = place.with_name(place.name + ending)
                if left.exists():
                    left.replace(aside.with_name(aside.name + ending))
            _call_also(place, aside)
        new.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageError(f"{place}: {error.strerror or error}") from error


def _call_also(file: Path, name: Path) -> None:
    try:
        name.hardlink_to(file)
    except OSError:
        # Not every file system can do this.
        shutil.copy2(file, name)


def _existing(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=10)


def _check_ours(connection: sqlite3.Connection, file: Path) -> None:
    sql = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('schema_migrations', 'movements')"
    [(found,)] = connection.execute(sql).fetchall()
    if found != len(("schema_migrations", "movements")):
        raise StorageError(f"{file} is no database of Plantain's")
