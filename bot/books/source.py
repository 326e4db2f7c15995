"""Where the books are read, and how what is read of them is told. Nothing here changes them."""

import sys
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from bot.db import engine
from bot.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def opened(settings: Settings) -> AbstractAsyncContextManager[engine.Engine]:
    """The database, for reading alone. Raises SettingsError; entering, StorageError."""
    return engine.opened_to_read(settings.existing_database)


def iso(micros: int) -> str:
    """A moment for programs, in UTC and to the microsecond."""
    return (_EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds")


def clock(micros: int) -> str:
    """A moment for people, in UTC and to the second."""
    return (_EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S")


def complain(line: str) -> int:
    """Say on standard error what is wrong; the exit code for it."""
    print(f"plantain: {line}", file=sys.stderr)  # noqa: T201 - the command's result
    return 1
