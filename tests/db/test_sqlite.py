"""Transactions on a real file: whole, shared, and out of a cancelled caller's reach."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from bot.db import sqlite
from bot.db.sqlite import SqliteDatabase
from bot.errors import NotEnoughCredits, StorageError

PROGRAMS = Path(__file__).parent / "programs"


async def begun(database):
    """A list that grows by every statement the writer runs from now on."""
    seen = []
    await database._writer.set_trace_callback(seen.append)
    return seen


async def test_one_changes_every_row_though_it_returns_the_first(database, add, notes):
    """Taking only the first row of an UPDATE ... RETURNING must not leave the others behind."""
    for number in (1, 2, 3):
        await database.write(add(number))
    database._statements = {"shift": "UPDATE notes SET id = id + 10 RETURNING id"}
    assert await database.write(lambda tx: tx.one("shift"))
    assert await database.read(notes) == [11, 12, 13]


async def test_the_writer_is_durable_and_keeps_references(database):
    async def pragmas(tx):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [(await tx.query(f"PRAGMA {name}"))[0][name] for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1]


def copies(path, word):
    """How often a word is in the file and its log."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.read_bytes().count(word) for file in files if file.exists())


async def test_nothing_deleted_is_left_in_the_file_or_its_log(tmp_path):
    """However pages were split meanwhile; who reads an old snapshot only delays it."""
    path = tmp_path / "plantain.db"
    word, others = "unmistakable-Q7", "somebody else's words"

    async def fill(tx):
        await tx.execute("CREATE TABLE said (id BIGINT PRIMARY KEY, words TEXT);")
        for number in range(600):
            words = (word if number % 3 else others) * (number % 97 + 1)
            values = {"id": number * 7919 % 600, "words": words}
            await tx.query("INSERT INTO said VALUES (:id, :words)", **values)

    async with SqliteDatabase.open(path) as database:
        await database.write(fill)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM said").fetchall()
            pattern = {"word": f"{word}%"}
            await database.write(
                lambda tx: tx.query("DELETE FROM said WHERE words LIKE :word", **pattern)
            )
            assert not await database.scrub()
        assert copies(path, word.encode())
        assert await database.scrub()
        assert copies(path, word.encode()) == 0
        assert copies(path, others.encode()) > 200


async def test_a_file_from_before_deleted_content_was_zeroed_is_written_anew_once(tmp_path):
    path = tmp_path / "plantain.db"
    async with SqliteDatabase.open(path):
        pass
    with closing(sqlite3.connect(path)) as old:
        old.execute("PRAGMA user_version = 0")
        # Some systems' SQLite does it unasked.
        old.execute("PRAGMA secure_delete = OFF")
        old.execute("CREATE TABLE said (words TEXT)")
        old.execute("INSERT INTO said VALUES (?)", ("unmistakable-Q7" * 100,))
        old.commit()
        old.execute("DELETE FROM said")
        old.commit()
    assert copies(path, b"unmistakable-Q7")
    async with SqliteDatabase.open(path) as database:
        assert await database.scrub()
        assert copies(path, b"unmistakable-Q7") == 0
        [row] = await database.read(lambda tx: tx.query("PRAGMA user_version"))
        assert row["user_version"] == sqlite.SCRUBBED


async def test_a_failing_work_is_undone_alone(database, add, notes):
    """Works of one commit do not share their failures."""

    async def refused(tx):
        await add(100)(tx)
        raise NotEnoughCredits(needed=2, available=1)

    seen = await begun(database)
    results = await asyncio.gather(
        database.write(add(1)),
        database.write(refused),
        database.write(add(1)),
        database.write(add(2)),
        return_exceptions=True,
    )
    assert seen.count("BEGIN IMMEDIATE") == 1
    assert (results[0], results[3]) == (1, 2)
    assert isinstance(results[1], NotEnoughCredits)
    assert isinstance(results[2], StorageError)
    assert isinstance(results[2].__cause__, sqlite3.IntegrityError)
    assert await database.read(notes) == [1, 2]


async def test_concurrent_writers_share_commits_within_a_bound(database, add, notes):
    seen = await begun(database)
    await asyncio.gather(*(database.write(add(number)) for number in range(600)))
    assert seen.count("BEGIN IMMEDIATE") == seen.count("COMMIT") == 3
    assert await database.read(notes) == [*range(600)]


async def test_writers_who_come_during_a_hop_share_the_next(database, add, notes):
    """They are collected while the database thread is busy, not one hop each."""
    entered, leave = threading.Event(), threading.Event()

    async def slow(tx):
        entered.set()
        leave.wait(10)

    seen = await begun(database)
    first = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(entered.wait, 10)
    rest = [asyncio.create_task(database.write(add(number))) for number in range(50)]
    await asyncio.sleep(0)
    leave.set()
    await asyncio.gather(first, *rest)
    assert seen.count("BEGIN IMMEDIATE") == 2
    assert await database.read(notes) == [*range(50)]


async def test_nothing_runs_while_nobody_writes(database, add):
    """No task stays behind: a test loop that waits for idleness comes to rest."""
    await database.write(add(1))
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_work_that_waits_for_something_else_is_refused(database, add, notes):
    async def wanders(tx):
        await add(1)(tx)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="may await only its own tx"):
        await database.write(wanders)
    with pytest.raises(RuntimeError, match="may await only its own tx"):
        await database.read(lambda _: asyncio.sleep(0))
    assert await database.write(add(2)) == 2
    assert await database.read(notes) == [2]


async def test_storage_trouble_is_wrapped_once(database):
    with pytest.raises(StorageError) as caught:
        await database.write(lambda tx: tx.query("SELECT * FROM nowhere"))
    assert caught.value.problem == "no such table: nowhere"
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


async def test_a_failing_commit_reaches_every_caller_and_undoes_all(database, add, notes):
    async def breaks_commit(tx):
        await tx.query("PRAGMA defer_foreign_keys = ON")
        await tx.query("INSERT INTO entries VALUES ('no movement', 'no account', 1, 0)")

    results = await asyncio.gather(
        database.write(add(1)),
        database.write(breaks_commit),
        database.write(add(2)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [StorageError] * 3
    assert len({id(result) for result in results}) == 3
    assert await database.read(notes) == []
    assert await database.write(add(3)) == 3


async def test_a_transaction_that_sqlite_undid_reaches_every_caller(database, add, notes):
    """As after a full disk in the middle of a statement: what follows must not commit by itself."""
    await database.write(add(1))

    async def undone(tx):
        await add(3)(tx)
        try:
            await tx.query("INSERT OR ROLLBACK INTO notes (id) VALUES (1)")
        except StorageError:
            await add(4)(tx)

    results = await asyncio.gather(
        database.write(add(2)),
        database.write(undone),
        database.write(add(5)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [StorageError] * 3
    assert {result.problem for result in results} == {"UNIQUE constraint failed: notes.id"}
    assert await database.read(notes) == [1]
    assert await database.write(add(6)) == 6


async def test_a_locked_file_reaches_every_caller_and_passes(database, add, notes, tmp_path):
    await database.write(lambda tx: tx.query("SELECT 1"))
    await database._writer.execute_fetchall("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "plantain.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(
        *(database.write(add(number)) for number in range(3)), return_exceptions=True
    )
    assert [result.problem for result in results] == ["database is locked"] * 3
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(add(4)) == 4
    assert await database.read(notes) == [4]


async def test_opening_waits_for_another_process_that_makes_the_file(tmp_path, monkeypatch):
    """SQLite refuses to change the journal's mode at once while another holds the new file."""
    path, refused = tmp_path / "plantain.db", threading.Event()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    command = sqlite._command

    def watched(connection, sql):
        try:
            command(connection, sql)
        except sqlite3.OperationalError:
            refused.set()
            raise

    monkeypatch.setattr(sqlite, "_command", watched)

    async def open_it():
        async with SqliteDatabase.open(path) as database:
            return database.applied

    opening = asyncio.create_task(open_it())
    assert await asyncio.to_thread(refused.wait, 10)
    other.execute("COMMIT")
    other.close()
    assert "0001_ledger" in await opening


async def test_a_reader_cannot_write(database, add, notes):
    with pytest.raises(StorageError, match="readonly"):
        await database.read(add(1))
    assert await database.read(notes) == []


async def test_a_reader_sees_one_snapshot_and_blocks_nobody(database, add, notes):
    started, written = threading.Event(), threading.Event()

    async def looks_twice(tx):
        before = await notes(tx)
        started.set()
        assert written.wait(10)
        return before, await notes(tx)

    looking = asyncio.create_task(database.read(looks_twice))
    await asyncio.to_thread(started.wait, 10)
    await database.write(add(1))
    written.set()
    assert await looking == ([], [])
    assert await database.read(notes) == [1]


async def test_a_work_runs_to_its_end_though_its_caller_is_gone(database, add, notes):
    entered, leave = threading.Event(), threading.Event()

    async def slow(tx):
        await add(1)(tx)
        entered.set()
        assert leave.wait(10)
        await add(2)(tx)

    caller = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(entered.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    leave.set()
    assert await database.write(add(3)) == 3
    assert await database.read(notes) == [1, 2, 3]


async def test_closing_waits_for_the_writers_there_are(tmp_path, add, notes):
    """Even a writer that was cancelled; who comes later is refused."""
    path = tmp_path / "plantain.db"
    async with SqliteDatabase.open(path) as database:
        await database.write(lambda tx: tx.execute("CREATE TABLE notes (id BIGINT PRIMARY KEY);"))
        writers = [asyncio.create_task(database.write(add(number))) for number in range(300)]
        await asyncio.sleep(0)
        writers[7].cancel()
    await asyncio.wait(writers)
    assert writers[7].cancelled()
    for refused in (database.write(add(301)), database.read(notes)):
        with pytest.raises(StorageError, match="closed"):
            await refused
    async with SqliteDatabase.open(path) as database:
        assert await database.read(notes) == [*range(300)]


@pytest.mark.parametrize("steps", [1, 2], ids=["before its first step", "during its hop"])
async def test_a_torn_down_writing_task_leaves_nobody_waiting(database, add, steps):
    """A loop that ends cancels every task, ours too: its callers end, a later one is served."""
    writers = [asyncio.create_task(database.write(add(number))) for number in range(300)]
    for _ in range(steps):
        await asyncio.sleep(0)
    database._flusher.cancel()
    await asyncio.wait(writers, timeout=10)
    assert all(writer.cancelled() for writer in writers)
    assert await database.write(add(1000)) == 1000


@pytest.mark.parametrize("content", [None, b"", b"not a database at all" * 400])
async def test_a_file_that_is_none_of_ours_is_storage_trouble(tmp_path, content):
    """A folder, a missing folder and a damaged file; an empty file is a new database."""
    path = tmp_path / "plantain.db"
    if content == b"":
        path.touch()
        async with SqliteDatabase.open(path) as database:
            assert "0001_ledger" in database.applied
        return
    if content is not None:
        path.write_bytes(content)
    for wrong in (tmp_path, tmp_path / "missing" / "plantain.db", path):
        if wrong == path and content is None:
            continue
        with pytest.raises(StorageError):
            async with SqliteDatabase.open(wrong):
                pytest.fail("opened")


def test_a_read_only_file_is_storage_trouble():
    """Run apart, as a user who is not allowed to write."""
    done = subprocess.run(
        [sys.executable, PROGRAMS / "read_only.py"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("StorageError(")
    assert "readonly" in done.stdout


async def test_aiosqlite_still_runs_a_function_in_its_thread(tmp_path):
    """bot.db.sqlite uses aiosqlite's private `_execute` and `_conn`, as there is no public way.

    When this fails after an upgrade, only `_hop` needs another way to do what this test does.
    """
    async with aiosqlite.connect(tmp_path / "probe.db") as connection:
        threads = [
            await connection._execute(
                lambda: (threading.get_ident(), connection._conn.execute("SELECT 1").fetchone())
            )
            for _ in range(2)
        ]
    assert threads[0] == threads[1]
    assert threads[0] != (threading.get_ident(), (1,))


async def test_opening_to_read_shows_what_is_committed_and_takes_no_writes(
    database, tmp_path, add, notes
):
    """While another process, or this one, goes on writing."""
    async with SqliteDatabase.open_to_read(tmp_path / "plantain.db") as looked_at:
        await database.write(add(1))
        assert await looked_at.read(notes) == [1]
        with pytest.raises(StorageError, match="readonly"):
            await looked_at.write(add(2))
    assert await database.read(notes) == [1]


@pytest.mark.parametrize("name", ["missing.db", "a%20#?&=.db"])
async def test_opening_to_read_makes_nothing(tmp_path, name):
    with pytest.raises(StorageError):
        async with SqliteDatabase.open_to_read(tmp_path / name):
            pytest.fail("opened")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_of_any_name_can_be_opened_to_read(tmp_path):
    odd = tmp_path / "a%20b #?&mode=ro.db"
    async with SqliteDatabase.open(odd):
        pass
    async with SqliteDatabase.open_to_read(odd) as database:
        assert await database.read(lambda tx: tx.all("breakers")) == []
