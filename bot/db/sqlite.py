"""The embedded engine: one SQLite file, one writing and one reading connection.

A transaction runs to its end inside the database thread in one hop. Writers who come while a hop
is under way wait for the next one and share its commit.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import aiosqlite

from bot.db import migrations, statements
from bot.db.database import Row
from bot.errors import StorageError

T = TypeVar("T")

BATCH = 256
"""The most works that share one commit; bounds how long the first of them waits."""

BUSY_SECONDS = 10.0
"""How long to wait for another process that is writing."""

WAL_ATTEMPTS = 10

SCRUB_SECONDS = 0.2
"""How long writers may be held up by who still reads what is to be scrubbed."""

SCRUBBED = 1
"""The user version of a file in which nothing is left of what was deleted before it was zeroed."""

STATEMENT_CACHE = 256

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteTransaction:
    """One work's view of its transaction, used in the database thread only.

    A statement that fails dooms the work, as it does on PostgreSQL: after some failures SQLite has
    already undone the transaction, and what came next would be committed by itself.
    """

    __slots__ = ("_connection", "_statements", "failure")

    def __init__(self, connection: sqlite3.Connection, named: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = named
        self.failure: StorageError | None = None

    async def one(self, statement: str, /, **values: object) -> Row | None:
        """The first row, or None."""
        return self._run(self._statements[statement], values, _first_row)

    async def all(self, statement: str, /, **values: object) -> list[Row]:
        """Every row."""
        return self._run(self._statements[statement], values, _every_row)

    async def run(self, statement: str, /, **values: object) -> int:
        """How many rows were changed."""
        return self._run(self._statements[statement], values, _changed_rows)

    async def query(self, sql: str, /, **values: object) -> list[Row]:
        """The rows of one plain statement."""
        return self._run(sql, values, _every_row)

    async def execute(self, script: str, /) -> None:
        """Run every statement of `script`; each ends with a semicolon at the end of a line."""
        statement = ""
        for line in script.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self._run(statement, {}, _changed_rows)
                statement = ""
        if statement.strip():
            self.failure = StorageError("the script's last statement has no semicolon")
            raise self.failure

    def _run(
        self, sql: str, values: Mapping[str, object], take: Callable[[sqlite3.Cursor], T]
    ) -> T:
        if self.failure is not None:
            raise self.failure
        try:
            with closing(self._connection.execute(sql, values)) as cursor:
                return take(cursor)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            # The last two are for values that the engine cannot take.
            self.failure = _told(error)
            raise self.failure from error


@dataclass(slots=True, eq=False)
class Write:
    """One caller's work, and what came of it."""

    work: Callable[[SqliteTransaction], Awaitable[Any]]
    waiter: asyncio.Future[Any]
    value: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """Wake the caller up, unless it has stopped waiting."""
        if self.waiter.done():
            return
        if self.error is None:
            self.waiter.set_result(self.value)
        else:
            self.waiter.set_exception(self.error)


class SqliteDatabase:
    """A Database in one file. `applied` names the migrations that opening it has applied."""

    def __init__(
        self,
        *,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        named: Mapping[str, str],
    ) -> None:
        self.applied: tuple[str, ...] = ()
        self._writer = writer
        self._reader = reader
        self._statements = named
        self._queue: deque[Write] = deque()
        self._flusher: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, *, now: Callable[[], int] = lambda: time.time_ns() // 1000
    ) -> AsyncIterator[Self]:
        """Open or create the file and bring its schema up to date.

        `now` dates the migrations, in microseconds. Leaving waits for what is running. Raises
        StorageError when the file cannot be opened and written, or is none of ours.
        """
        async with AsyncExitStack() as resources:
            try:
                writer = await resources.enter_async_context(_connected(path, _prepare_writer))
                reader = await resources.enter_async_context(_connected(path, _prepare_reader))
            except sqlite3.Error as error:
                raise _told(error, path) from error
            database = cls(writer=writer, reader=reader, named=statements.load())
            resources.push_async_callback(database.finish)
            database.applied = tuple(await migrations.upgrade(database, migrations.load(), now=now))
            await _hop(writer, _rewrite_once)
            yield database

    @classmethod
    @asynccontextmanager
    async def open_to_read(cls, path: Path) -> AsyncIterator[Self]:
        """Open a file that is there, for reading alone; a bot may be writing meanwhile.

        Raises StorageError when it cannot be opened, or its schema is not today's.
        """
        async with AsyncExitStack() as resources:
            try:
                reader = await resources.enter_async_context(
                    _connected(_existing(path), _prepare_reader)
                )
            except sqlite3.Error as error:
                raise _told(error, path) from error
            database = cls(writer=reader, reader=reader, named=statements.load())
            resources.push_async_callback(database.finish)
            await database.read(partial(migrations.check, migrations.load()))
            yield database

    async def write(self, work: Callable[[SqliteTransaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction that is durable when this returns.

        Raises StorageError, and RuntimeError for a work that awaits more than its transaction.
        """
        self._check_open()
        waiter = asyncio.get_running_loop().create_future()
        self._queue.append(Write(work, waiter))
        if self._flusher is None:
            self._start_flushing()
        return cast("T", await waiter)

    async def read(self, work: Callable[[SqliteTransaction], Awaitable[T]]) -> T:
        """Run `work` on one snapshot; it must not write. Raises as `write` does."""
        self._check_open()
        return await _hop(self._reader, partial(_read_snapshot, self._statements, work))

    async def faults(self, *, thorough: bool = False) -> list[str]:
        """What is damaged in the file; `thorough` also compares indices and references."""
        checks = ("integrity_check", "foreign_key_check") if thorough else ("quick_check",)
        found: list[str] = []
        for check in checks:
            rows = await self.read(partial(_ask, f"PRAGMA {check}"))
            lines = (" ".join(map(str, row.values())) for row in rows)
            found += [line for line in lines if line != "ok"]
        return found

    async def scrub(self) -> bool:
        """See to it that nothing deleted is left in the file or its log; False to be asked again.

        What is deleted is overwritten with zeros at once; the log may hold it a while longer, and
        is emptied here unless somebody reads.
        """
        self._check_open()
        return await _hop(self._writer, _empty_log)

    async def finish(self) -> None:
        """Take no more work and wait for the writers there are."""
        self._closed = True
        while self._flusher is not None:
            await asyncio.wait([self._flusher])

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError("the database is closed")

    def _start_flushing(self) -> None:
        """The task lives only while there are writers, so that an idle loop is truly idle."""
        self._flusher = asyncio.create_task(self._flush())
        self._flusher.add_done_callback(self._flushed)

    def _flushed(self, flusher: asyncio.Task[None]) -> None:
        self._flusher = None
        if flusher.cancelled():
            # The whole loop is being torn down: who still waits would wait for ever.
            for write in self._queue:
                write.waiter.cancel()
            self._queue.clear()
        elif self._queue:
            self._start_flushing()

    async def _flush(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            await self._commit(batch)

    async def _commit(self, batch: list[Write]) -> None:
        try:
            await _hop(self._writer, partial(_commit_together, self._statements, batch))
        except asyncio.CancelledError:
            # The batch runs to its end in its thread, but its outcome will not be known here.
            for write in batch:
                write.waiter.cancel()
            raise
        except Exception as error:  # noqa: BLE001 every caller must be told, whatever it is
            for write in batch:
                write.error = error
        for write in batch:
            write.tell()


@asynccontextmanager
async def _connected(
    place: Path | str, prepare: Callable[[sqlite3.Connection], None]
) -> AsyncIterator[aiosqlite.Connection]:
    """`place` is a file, which is made if need be, or a `file:` URI."""
    connecting = aiosqlite.connect(
        place,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        cached_statements=STATEMENT_CACHE,
        uri=isinstance(place, str),
    )
    try:
        connection = await connecting
    except sqlite3.Error:
        # Its thread ends by itself, but would report to a loop that may be gone by then.
        await asyncio.to_thread(connecting._thread.join)  # noqa: SLF001
        raise
    try:
        await _hop(connection, prepare)
        yield connection
    finally:
        await connection.close()


def _existing(path: Path) -> str:
    """The address of a file that is not made where it is missing."""
    return f"{path.absolute().as_uri()}?mode=rw"


async def _hop(connection: aiosqlite.Connection, function: Callable[[sqlite3.Connection], T]) -> T:
    """Run `function` in the connection's thread; cancelling does not stop it there."""
    # The public calls are one statement each, and a hop per statement costs three times as much.
    result = await connection._execute(lambda: function(connection._conn))  # type: ignore[no-untyped-call]  # noqa: SLF001
    return cast("T", result)


def _prepare_writer(connection: sqlite3.Connection) -> None:
    connection.row_factory = _as_mapping
    _use_write_ahead_log(connection)
    _command(connection, "PRAGMA synchronous = FULL")
    _command(connection, "PRAGMA foreign_keys = ON")
    # What people want forgotten must not stay in the file's free space. FAST leaves some there.
    _command(connection, "PRAGMA secure_delete = ON")


def _rewrite_once(connection: sqlite3.Connection) -> None:
    """A file from before deleted content was zeroed is written anew; 100 MB take about a second."""
    with closing(connection.execute("PRAGMA user_version")) as found:
        [version] = found.fetchone().values()
    if version < SCRUBBED:
        # Where the disk is full or another process reads, the next start does it.
        with suppress(sqlite3.Error):
            _command(connection, "VACUUM")
            _command(connection, f"PRAGMA user_version = {SCRUBBED}")


def _empty_log(connection: sqlite3.Connection) -> bool:
    _command(connection, f"PRAGMA busy_timeout = {int(SCRUB_SECONDS * 1000)}")
    try:
        with closing(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")) as done:
            return not done.fetchone()["busy"]
    except sqlite3.Error as error:
        raise _told(error) from error
    finally:
        _command(connection, f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    for _ in range(WAL_ATTEMPTS):
        try:
            _command(connection, "PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            # A new file that another process holds: this does not wait for it, beginning does.
            _command(connection, "BEGIN IMMEDIATE")
            _command(connection, "COMMIT")
        else:
            return
    raise StorageError("the database is locked by processes that start")


def _prepare_reader(connection: sqlite3.Connection) -> None:
    connection.row_factory = _as_mapping
    _command(connection, "PRAGMA query_only = ON")


def _commit_together(
    named: Mapping[str, str], batch: list[Write], connection: sqlite3.Connection
) -> None:
    try:
        _command(connection, "BEGIN IMMEDIATE")
        for write in batch:
            _run_in_savepoint(write, SqliteTransaction(connection, named), connection)
        _command(connection, "COMMIT")
    except (sqlite3.Error, StorageError) as error:
        _roll_back(connection)
        problem = error.problem if isinstance(error, StorageError) else _told(error).problem
        cause = error.__cause__ if isinstance(error, StorageError) else error
        for write in batch:
            write.error = StorageError(problem)
            write.error.__cause__ = cause


def _run_in_savepoint(write: Write, tx: SqliteTransaction, connection: sqlite3.Connection) -> None:
    """A work that fails is undone alone; raises when SQLite has undone the whole transaction."""
    _command(connection, "SAVEPOINT work")
    try:
        write.value = drive(write.work, tx)
    except BaseException as error:  # noqa: BLE001 handed to the caller, whatever it is
        if tx.failure is not None and not connection.in_transaction:
            raise tx.failure from tx.failure.__cause__
        write.error = error
        _command(connection, "ROLLBACK TO work")
    _command(connection, "RELEASE work")


def _read_snapshot(
    named: Mapping[str, str],
    work: Callable[[SqliteTransaction], Awaitable[T]],
    connection: sqlite3.Connection,
) -> T:
    try:
        _command(connection, "BEGIN")
    except sqlite3.Error as error:
        raise _told(error) from error
    try:
        return drive(work, SqliteTransaction(connection, named))
    finally:
        _roll_back(connection)


def drive(work: Callable[[SqliteTransaction], Awaitable[T]], tx: SqliteTransaction) -> T:
    """Run `work` to its end here and now; a work that waits for anything else is refused."""
    coroutine = _whole(work, tx)
    try:
        coroutine.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    coroutine.close()
    raise RuntimeError("a transaction may await only its own tx")


async def _ask(sql: str, tx: SqliteTransaction) -> list[Row]:
    return await tx.query(sql)


async def _whole(work: Callable[[SqliteTransaction], Awaitable[T]], tx: SqliteTransaction) -> T:
    value = await work(tx)
    if tx.failure is not None:
        raise tx.failure
    return value


def _command(connection: sqlite3.Connection, sql: str) -> None:
    connection.execute(sql).close()


def _roll_back(connection: sqlite3.Connection) -> None:
    """After a full disk or an I/O error SQLite has already done it."""
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            _command(connection, "ROLLBACK")


def _as_mapping(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def _first_row(cursor: sqlite3.Cursor) -> Row | None:
    return cast("Row | None", cursor.fetchone())


def _every_row(cursor: sqlite3.Cursor) -> list[Row]:
    return cursor.fetchall()


def _changed_rows(cursor: sqlite3.Cursor) -> int:
    # Rows given back must be taken before the count is known.
    cursor.fetchall()
    return cursor.rowcount


def _told(error: Exception, path: Path | None = None) -> StorageError:
    """As the family's error: what SQLite says, and what helps where the file is broken."""
    problem = f"{path}: {error}" if path else str(error)
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
        problem += "; `plantain db restore` puts a backup in its place"
    return StorageError(problem)
