"""All of one database into another, of whichever engine: one snapshot, one transaction."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.db import engine, layout, migrations, statements
from bot.db.database import Transaction
from bot.db.engine import Address
from bot.db.layout import BATCH, Rows, Shape
from bot.db.sqlite import SqliteTransaction, drive
from bot.errors import StorageError

T = TypeVar("T")
Check = Callable[[Transaction], Awaitable[Sequence[object]]]


class End(Protocol):
    """A transaction on one of the two databases."""

    async def do(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Run a work inside of it."""

    def rows(self, shape: Shape) -> AsyncIterator[Rows]:
        """All rows of a table in batches, each row in the order of the shape's columns."""

    async def add(self, shape: Shape, rows: Rows) -> None:
        """Add rows of such a batch, without what they refer to within their own table."""

    async def refer(self, shape: Shape, column: str, rows: Rows) -> None:
        """Set a column to the first of each pair, where the key is the second."""


class FileEnd:
    """In a SQLite file; each call is one hop to a thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._named = statements.load()

    async def do(self, work: Callable[[Any], Awaitable[T]]) -> T:
        tx = SqliteTransaction(self._connection, self._named)
        return await asyncio.to_thread(drive, work, tx)

    async def rows(self, shape: Shape) -> AsyncIterator[Rows]:
        with closing(self._connection.cursor()) as cursor:
            cursor.row_factory = None
            await asyncio.to_thread(cursor.execute, shape.selection)
            while rows := await asyncio.to_thread(cursor.fetchmany, BATCH):
                yield rows

    async def add(self, shape: Shape, rows: Rows) -> None:
        places = ", ".join("?" * len(shape.columns))
        names = ", ".join(shape.columns)
        sql = f"INSERT INTO {shape.name} ({names}) VALUES ({places})"  # noqa: S608 - our own names
        await self._many(sql, rows)

    async def refer(self, shape: Shape, column: str, rows: Rows) -> None:
        sql = f"UPDATE {shape.name} SET {column} = ? WHERE {shape.key} = ?"  # noqa: S608 - as above
        await self._many(sql, rows)

    async def _many(self, sql: str, rows: Rows) -> None:
        try:
            (await asyncio.to_thread(self._connection.executemany, sql, rows)).close()
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error


async def move(source: Address, target: Address, *, check: Check) -> dict[str, int]:
    """Copy every row; how many by table. `check` gives what is wrong with a database's books.

    Raises StorageError, after which the target is as it was, unless: the target is new, both
    schemas are today's, the books of both add up and no row is missing. Nobody may use either.
    """
    shapes = layout.shapes()
    async with engine.opened(target):
        pass
    async with _end(source, writing=False) as here, _end(target, writing=True) as there:
        await here.do(partial(migrations.check, migrations.load()))
        await _check_new(there, shapes)
        await _check_books(here, check, "source")
        for shape in reversed(shapes):
            await there.do(partial(_clear, shape.name))
        for shape in shapes:
            await _copy(here, there, shape)
        counts = {shape.name: await here.do(partial(_count, shape.name)) for shape in shapes}
        for name, expected in counts.items():
            if await there.do(partial(_count, name)) != expected:
                raise StorageError(f"the target did not take every row of {name}")
        await _check_books(there, check, "target")
    return counts


async def _copy(here: End, there: End, shape: Shape) -> None:
    inward = [shape.columns.index(column) for column in shape.inward]
    key = shape.columns.index(shape.key)
    async for rows in here.rows(shape):
        blank = [
            [None if place in inward else value for place, value in enumerate(row)] for row in rows
        ]
        await there.add(shape, blank if inward else rows)
    for column, place in zip(shape.inward, inward, strict=True):
        async for rows in here.rows(shape):
            pairs = [(row[place], row[key]) for row in rows if row[place] is not None]
            await there.refer(shape, column, pairs)


async def _check_new(there: End, shapes: Sequence[Shape]) -> None:
    for shape in shapes:
        if await there.do(partial(_count, shape.name)) != shape.rows:
            raise StorageError(f"the target is not empty: there is something in {shape.name}")


async def _check_books(end: End, check: Check, which: str) -> None:
    if await end.do(check):
        raise StorageError(f"the ledger of the {which} does not add up")


async def _count(table: str, tx: Any) -> int:
    [row] = await tx.query(f"SELECT COUNT(*) AS rows FROM {table}")  # noqa: S608 - our own names
    return int(row["rows"])


async def _clear(table: str, tx: Any) -> None:
    await tx.execute(f"DELETE FROM {table};")  # noqa: S608 - our own names


@asynccontextmanager
async def _end(address: Address, *, writing: bool) -> AsyncIterator[End]:
    """Committed when the block ends well, else undone."""
    if isinstance(address, Path):
        async with _file_end(address, writing=writing) as end:
            yield end
    else:
        from bot.db.server_end import opened  # noqa: PLC0415 - an extra

        async with opened(address, writing=writing) as server_end:
            yield server_end


@asynccontextmanager
async def _file_end(path: Path, *, writing: bool) -> AsyncIterator[End]:
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise StorageError(f"{path}: {error}") from error
    with closing(connection):
        connection.row_factory = _as_mapping
        begin = ("PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE")
        try:
            for command in begin if writing else ("PRAGMA query_only = ON", "BEGIN"):
                connection.execute(command).close()
            yield FileEnd(connection)
            await asyncio.to_thread(connection.execute, "COMMIT" if writing else "ROLLBACK")
        except sqlite3.Error as error:
            raise StorageError(f"{path}: {error}") from error


def _as_mapping(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
