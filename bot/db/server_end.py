"""One end of a move on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pydantic import SecretStr

from bot.db import statements
from bot.db.layout import BATCH, Rows, Shape
from bot.db.numbered import number, storable
from bot.db.postgres import READ, WRITE, PostgresTransaction, connected
from bot.db.trouble import TROUBLE, told
from bot.errors import StorageError

T = TypeVar("T")

USERS = """
SELECT COUNT(*) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'plantain' AND pid <> pg_backend_pid()
"""
LOOKS = 20
"""How often a connection that was closed may still be listed, a tenth of a second apart."""


class ServerEnd:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._named = {name: number(sql) for name, sql in statements.load().items()}

    async def do(self, work: Callable[[Any], Awaitable[T]]) -> T:
        return await work(PostgresTransaction(self._connection, self._named))

    async def rows(self, shape: Shape) -> AsyncIterator[Rows]:
        cursor = await self._connection.cursor(shape.selection)
        while rows := await cursor.fetch(BATCH):
            yield [tuple(row) for row in rows]

    async def add(self, shape: Shape, rows: Rows) -> None:
        await self._connection.copy_records_to_table(
            shape.name, columns=shape.columns, records=[tuple(map(storable, row)) for row in rows]
        )

    async def refer(self, shape: Shape, column: str, rows: Rows) -> None:
        sql = f"UPDATE {shape.name} SET {column} = $1 WHERE {shape.key} = $2"  # noqa: S608 - ours
        await self._connection.executemany(sql, rows)


@asynccontextmanager
async def opened(dsn: SecretStr, *, writing: bool) -> AsyncIterator[ServerEnd]:
    """Committed when the block ends well. Raises StorageError, also while a bot is connected."""
    async with connected(dsn, application_name="plantain-copy") as pool:
        try:
            async with pool.acquire() as connection:
                await _check_alone(connection)
                await connection.execute(WRITE if writing else READ)
                yield ServerEnd(connection)
                await connection.execute("COMMIT")
        except TROUBLE as error:
            raise told(error) from error


async def _check_alone(connection: Any) -> None:
    for _ in range(LOOKS):
        if not await connection.fetchval(USERS):
            return
        await asyncio.sleep(0.1)
    raise StorageError("a Plantain is running on the server's database; stop it first")
