"""The server engine: PostgreSQL through asyncpg, a small pool and whole transactions.

A work runs at READ COMMITTED and locks the rows it decides upon (docs/decisions/0013). It is
repeated when others were in its way or the server went away. Where the answer to a COMMIT is lost,
the server is asked what became of it before anything is repeated.
"""

import asyncio
import random
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, cast

import asyncpg
from pydantic import SecretStr

from bot.db import migrations, statements
from bot.db.database import Row
from bot.db.numbered import Numbered, number
from bot.db.trouble import TROUBLE, Trouble, judge, told
from bot.errors import CommitUnknown, SettingsError, StorageError

T = TypeVar("T")
Wait = Callable[[float], Awaitable[object]]

POOL = 6
"""Connections of one process."""
WRITERS = 4
"""Of them for writing; more only queue in front of the rows that everybody is counted on."""

WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, *(3.0,) * 8)
"""Seconds before each repetition, on average; in half a minute most servers are back."""

DOUBT_WAITS = (0.1, 0.2, 0.5, *(1.0,) * 9, *(2.0,) * 25)
"""The same where the answer to a COMMIT was lost, and nobody may guess; a minute in all."""

KEEP_SECONDS = 3600
"""How long a mark is kept: far longer than anybody asks for it."""
SWEEP_EVERY = 2000
"""Transactions after which a process takes old marks away."""

STATEMENT_CACHE = 256
CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 60.0
SCRIPT_SECONDS = 24 * 3600.0
CLOSE_SECONDS = 5.0

SESSION = {
    "application_name": "plantain",
    # As long as SQLite waits for another process that is writing.
    "lock_timeout": "10s",
    # A process that is frozen inside a transaction must not hold up all others.
    "idle_in_transaction_session_timeout": "10s",
}
MIGRATING = int.from_bytes(b"plantain")
"""The advisory lock of whoever brings the schema up to date."""

READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_MARK = "INSERT INTO commits (id, at) VALUES ('{}', {})"
# A transaction that is still about to leave this mark is waited for.
_LOOK_FOR_MARK = f"{_MARK} ON CONFLICT (id) DO NOTHING RETURNING id"
_TABLES = (
    "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = current_schema()"
)
_SWEEP = "DELETE FROM commits WHERE at < :before"
_ENDED = re.compile(r";[ \t]*(--[^\n]*)?\s*\Z")


class PostgresTransaction:
    """One work's view of its transaction. A statement that fails dooms it, whatever follows."""

    __slots__ = ("_connection", "_statements", "failure")

    def __init__(self, connection: Any, named: Mapping[str, Numbered]) -> None:
        self._connection = connection
        self._statements = named
        self.failure: StorageError | None = None

    async def one(self, statement: str, /, **values: object) -> Row | None:
        """The first row, or None."""
        rows = await self._rows(self._statements[statement], values)
        return rows[0] if rows else None

    async def all(self, statement: str, /, **values: object) -> list[Row]:
        """Every row."""
        return await self._rows(self._statements[statement], values)

    async def run(self, statement: str, /, **values: object) -> int:
        """How many rows were changed."""
        known = self._statements[statement]
        return _count(await self._do("execute", known.sql, *known.arguments(values)))

    async def query(self, sql: str, /, **values: object) -> list[Row]:
        """The rows of one plain statement."""
        return await self._rows(number(sql), values)

    async def execute(self, script: str, /) -> None:
        """Run every statement of `script`; each ends with a semicolon at the end of a line."""
        if self.failure is None and not _ENDED.search(script):
            self.failure = StorageError("the script's last statement has no semicolon")
        await self._do("execute", script, timeout=SCRIPT_SECONDS)

    async def command(self, sql: str) -> str:
        """Run a fixed text, and return the server's word for what it did last."""
        return str(await self._do("execute", sql))

    async def _rows(self, known: Numbered, values: Mapping[str, object]) -> list[Row]:
        rows = await self._do("fetch", known.sql, *known.arguments(values))
        return [dict(row) for row in rows]

    async def _do(self, call: str, sql: str, *arguments: object, **options: float) -> Any:
        if self.failure is not None:
            raise self.failure
        try:
            return await getattr(self._connection, call)(sql, *arguments, **options)
        except TROUBLE as error:
            self.failure = told(error)
            raise self.failure from error


class _Repeat(Exception):
    """A transaction that may be repeated. It left nothing behind, unless the errand is in doubt."""

    def __init__(self, failure: StorageError) -> None:
        self.failure = failure


@dataclass(slots=True)
class _Errand(Generic[T]):
    """A caller's work on its way through as many transactions as it takes.

    `mark` is stored with what the work does, so that it can be seen whether a COMMIT was heard;
    while `in_doubt`, the work may be stored, and `value` is what it returned.
    """

    begin: str
    work: Callable[[PostgresTransaction], Awaitable[T]]
    mark: str | None
    value: T | None = None
    in_doubt: bool = False
    overtaken: bool = False

    def may_repeat(self, failure: StorageError) -> bool:
        """Whether it is of use; a row that is in the way for a second time will stay there."""
        kind = judge(failure.__cause__)
        if kind is Trouble.OVERTAKEN and not self.overtaken:
            self.overtaken = True
            return True
        return self.in_doubt or kind in {Trouble.LOST, Trouble.CLASH}


class PostgresDatabase:
    """A Database on a server. `applied` names the migrations that opening it has applied."""

    def __init__(
        self,
        *,
        pool: Any,
        named: Mapping[str, str],
        now: Callable[[], int],
        sleep: Wait,
        random: Callable[[], float],
    ) -> None:
        self.applied: tuple[str, ...] = ()
        self._pool = pool
        self._statements = {name: number(sql) for name, sql in named.items()}
        self._now = now
        self._sleep = sleep
        self._random = random
        self._writers = asyncio.Semaphore(WRITERS)
        self._running: set[asyncio.Task[Any]] = set()
        self._marks = 0
        self._closed = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        dsn: SecretStr,
        *,
        now: Callable[[], int] = lambda: time.time_ns() // 1000,
        sleep: Wait = asyncio.sleep,
        random: Callable[[], float] = random.random,
    ) -> AsyncIterator[Self]:
        """Connect and bring the schema up to date, one process at a time.

        `now` dates migrations and marks, in microseconds; `random` gives a number from 0 to 1, for
        processes not to come again all at once. Leaving waits for what is running. Raises
        SettingsError when the server cannot be reached or used, and StorageError.
        """
        async with AsyncExitStack() as resources:
            pool = await resources.enter_async_context(connected(dsn))
            database = cls(pool=pool, named=statements.load(), now=now, sleep=sleep, random=random)
            resources.push_async_callback(database.finish)
            shipped = migrations.load()
            database.applied = tuple(await migrations.upgrade(_Alone(database), shipped, now=now))
            await database.sweep()
            yield database

    @classmethod
    @asynccontextmanager
    async def open_to_read(cls, dsn: SecretStr) -> AsyncIterator[Self]:
        """Connect for reading alone; bots may be writing meanwhile.

        Raises SettingsError as `open`, and StorageError when the schema is not today's.
        """
        async with AsyncExitStack() as resources:
            pool = await resources.enter_async_context(
                connected(dsn, default_transaction_read_only="on")
            )
            database = cls(
                pool=pool,
                named=statements.load(),
                now=lambda: time.time_ns() // 1000,
                sleep=asyncio.sleep,
                random=random.random,
            )
            resources.push_async_callback(database.finish)
            await database.read(check_schema)
            yield database

    async def write(self, work: Callable[[PostgresTransaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction that is durable when this returns.

        Raises StorageError; of its kind CommitUnknown when for a minute the server could not be
        asked what became of the transaction.
        """
        self._marks += 1
        if self._marks % SWEEP_EVERY == 0:
            with suppress(StorageError):
                await self.sweep()
        return await self._run(_Errand(WRITE, work, secrets.token_hex(16)))

    async def write_unmarked(self, work: Callable[[PostgresTransaction], Awaitable[T]]) -> T:
        """The same for a work that does nothing when it is run for a second time."""
        return await self._run(_Errand(WRITE, work, None))

    async def read(self, work: Callable[[PostgresTransaction], Awaitable[T]]) -> T:
        """Run `work` on one snapshot; it must not write. Raises StorageError."""
        return await self._run(_Errand(READ, work, None))

    async def faults(self, *, thorough: bool = False) -> list[str]:
        """Nothing: a server looks after its files itself, with checksums and `pg_amcheck`."""
        del thorough
        return []

    async def scrub(self) -> bool:
        """Have dead rows taken out of the tables; True, as the server needs asking but once.

        It overwrites their pages, and its own log, in its own time (docs/decisions/0018).
        """
        rows = await self.read(lambda tx: tx.query(_TABLES))
        try:
            async with self._pool.acquire() as connection:
                for row in rows:
                    # Not in a transaction, in which it cannot be done.
                    await connection.execute(f"VACUUM {row['name']}", timeout=SCRIPT_SECONDS)
        except TROUBLE as error:
            raise told(error) from error
        return True

    async def sweep(self) -> None:
        """Take marks away that nobody will ask for any more."""
        before = self._now() - KEEP_SECONDS * 1_000_000
        await self.write_unmarked(lambda tx: tx.query(_SWEEP, before=before))

    async def finish(self) -> None:
        """Take no more work and wait for what is running."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running)

    async def _run(self, errand: _Errand[T]) -> T:
        """In a task of its own: a caller who is cancelled only stops waiting."""
        if self._closed:
            raise StorageError("the database is closed")
        task = asyncio.create_task(self._insist(errand))
        self._running.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait([task])
        return task.result()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # There may be nobody left who looks at it.
            task.exception()

    async def _insist(self, errand: _Errand[T]) -> T:
        waits, doubts = iter(WAITS), iter(DOUBT_WAITS)
        while True:
            try:
                async with nullcontext() if errand.begin == READ else self._writers:
                    return await self._attempt(errand)
            except _Repeat as again:
                failure = again.failure
            wait = next(doubts if errand.in_doubt else waits, None)
            if wait is None:
                if errand.in_doubt:
                    raise CommitUnknown(failure.problem) from failure.__cause__
                raise failure
            await self._sleep(wait * (0.5 + self._random()))

    async def _attempt(self, errand: _Errand[T]) -> T:
        """One transaction; raises _Repeat, and whatever the work raises."""
        try:
            connection = await self._pool.acquire()
        except TROUBLE as error:
            failure = told(error)
            if errand.may_repeat(failure):
                raise _Repeat(failure) from error
            raise failure from error
        try:
            return await self._transact(connection, errand)
        finally:
            with suppress(*TROUBLE):
                await self._pool.release(connection)

    async def _transact(self, connection: Any, errand: _Errand[T]) -> T:
        tx = PostgresTransaction(connection, self._statements)
        try:
            await tx.command(errand.begin)
            end = "COMMIT"
            if errand.in_doubt:
                if not await tx.query(_LOOK_FOR_MARK.format(errand.mark, self._now())):
                    # It was heard: the mark is there, and so is all else.
                    await tx.command("ROLLBACK")
                    return cast("T", errand.value)
                errand.in_doubt = False
            elif errand.mark is not None:
                # In one message with the COMMIT, so that the mark costs no round trip.
                end = f"{_MARK.format(errand.mark, self._now())}; COMMIT"
            errand.value = await _whole(errand.work, tx)
            await self._commit(tx, end, errand)
        except BaseException as error:
            await _undo(connection, gently=isinstance(error, Exception))
            broken = tx.failure if isinstance(error, Exception) else None
            if broken is not None and errand.may_repeat(broken):
                raise _Repeat(broken) from broken
            raise
        return errand.value

    async def _commit(self, tx: PostgresTransaction, end: str, errand: _Errand[T]) -> None:
        try:
            done = await tx.command(end)
        except StorageError as failure:
            unheard = isinstance(failure.__cause__, TimeoutError)
            unheard = unheard or judge(failure.__cause__) is Trouble.LOST
            errand.in_doubt = unheard and errand.mark is not None
            raise
        if done != "COMMIT":
            tx.failure = StorageError("the database undid the transaction")
            raise tx.failure


class _Alone:
    """The database as migrations want it: one process at a time is inside."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def write(self, work: Callable[[PostgresTransaction], Awaitable[T]]) -> T:
        async def alone(tx: PostgresTransaction) -> T:
            lock = f"SET LOCAL lock_timeout = 0;\nSELECT pg_advisory_xact_lock({MIGRATING});\n"
            await tx.execute(lock)
            return await work(tx)

        return await self._database.write_unmarked(alone)


async def check_schema(tx: PostgresTransaction) -> None:
    """As `migrations.check`, also where nothing has been made yet."""
    [row] = await tx.query("SELECT CAST(to_regclass('schema_migrations') AS TEXT) AS name")
    if row["name"] is None:
        raise StorageError("the database is empty: run `plantain db upgrade`")
    await migrations.check(migrations.load(), tx)


@asynccontextmanager
async def connected(dsn: SecretStr, **session: str) -> AsyncIterator[Any]:
    """A pool of connections to a server that can be used; raises SettingsError."""
    try:
        pool = asyncpg.create_pool(
            dsn.get_secret_value(),
            min_size=0,
            max_size=POOL,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            statement_cache_size=STATEMENT_CACHE,
            server_settings=SESSION | session,
            # asyncpg's own costs a round trip after every transaction; we leave nothing to reset.
            reset=_leave_alone,
        )
        await pool
        await _try(pool)
    except TROUBLE as error:
        raise SettingsError("DATABASE_URL", _unusable(error)) from None
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def _try(pool: Any) -> None:
    async with pool.acquire() as connection:
        encoding = connection.get_settings().server_encoding
    if encoding != "UTF8":
        raise SettingsError("DATABASE_URL", f"the database is encoded in {encoding}, not UTF8")


def _unusable(error: BaseException) -> str:
    """A clause for the terminal, without what asyncpg repeats of the address."""
    if isinstance(error, asyncpg.PostgresError | OSError):
        return told(error).problem
    return "must look like postgresql://user:password@host:5432/database"


async def _leave_alone(connection: Any) -> None:
    del connection


async def _undo(connection: Any, *, gently: bool) -> None:
    """Roll back; one that is interrupted or already lost is not asked any more."""
    if gently:
        with suppress(*TROUBLE):
            await connection.execute("ROLLBACK")
            return
    with suppress(*TROUBLE):
        connection.terminate()


async def _whole(work: Callable[[PostgresTransaction], Awaitable[T]], tx: PostgresTransaction) -> T:
    value = await work(tx)
    if tx.failure is not None:
        raise tx.failure
    return value


def _count(tag: str) -> int:
    """How many rows a word such as "UPDATE 3" or "INSERT 0 1" tells of."""
    last = tag.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0
