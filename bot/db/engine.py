"""The engine for an address: one file, or a server."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from filelock import FileLock, Timeout
from pydantic import SecretStr

from bot.db.sqlite import SqliteDatabase
from bot.errors import SettingsError

T = TypeVar("T")
Address = Path | SecretStr
"""A file's path, or a server's URL with its password."""


class Engine(Protocol):
    """A Database that also takes plain SQL. `applied` names the migrations that opening applied."""

    applied: tuple[str, ...]

    async def write(self, work: Callable[[Any], Awaitable[T]]) -> T: ...

    async def read(self, work: Callable[[Any], Awaitable[T]]) -> T: ...

    async def faults(self, *, thorough: bool = False) -> list[str]:
        """What is damaged, in the engine's words; empty where all is well, or it cannot tell."""

    async def scrub(self) -> bool:
        """Let nothing that was deleted be left in its files; False where somebody is in the way."""


@asynccontextmanager
async def opened(
    address: Address,
    *,
    now: Callable[[], int] = lambda: time.time_ns() // 1000,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    random: Callable[[], float] = random.random,
) -> AsyncIterator[Engine]:
    """Open the database, made and brought up to date where need be.

    Raises SettingsError for a server that cannot be reached, and StorageError.
    """
    if isinstance(address, Path):
        async with SqliteDatabase.open(address, now=now) as database:
            yield database
    else:
        async with _server().open(address, now=now, sleep=sleep, random=random) as database:
            yield database


def opened_to_read(address: Address) -> AbstractAsyncContextManager[Engine]:
    """Open a database that is there, for reading alone, while bots may be writing.

    Raises StorageError also where its schema is not today's, and SettingsError as `opened`.
    """
    if isinstance(address, Path):
        return SqliteDatabase.open_to_read(address)
    reading: AbstractAsyncContextManager[Engine] = _server().open_to_read(address)
    return reading


@contextmanager
def locked(file: Path, setting: str) -> Iterator[None]:
    """Two bots on one data folder or one database would undo each other's jobs."""
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        problem = f"another Plantain is running on the folder {str(file.parent)!r}"
        raise SettingsError(setting, problem) from error
    except OSError as error:
        raise SettingsError(setting, f"{str(file)!r} cannot be written") from error
    try:
        yield
    finally:
        lock.release()


def _server() -> Any:
    try:
        from bot.db.postgres import PostgresDatabase  # noqa: PLC0415 - an extra
    except ImportError as error:
        problem = f"PostgreSQL needs the extra: pip install 'plantain[postgres]' ({error.name})"
        raise SettingsError("DATABASE_URL", problem) from error
    return PostgresDatabase
