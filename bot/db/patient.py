"""A Database that is asked again while it cannot be written: locked, or on a full disk."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.db.database import Database, T, Transaction
from bot.errors import CommitUnknown, StorageError

WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each repetition; a work undoes itself whole, so repeating it is safe."""


class Patient:
    """`database`, whose writes are repeated on StorageError: for what has been paid for."""

    def __init__(self, database: Database, *, sleep: Callable[[float], Awaitable[Any]]) -> None:
        self._database = database
        self._sleep = sleep

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """As the database does; raises the last StorageError after about a minute.

        One that may have been stored is not repeated.
        """
        for wait in WAITS:
            try:
                return await self._database.write(work)
            except CommitUnknown:
                raise
            except StorageError:
                await self._sleep(wait)
        return await self._database.write(work)

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self._database.read(work)
