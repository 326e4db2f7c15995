"""The server engine among others, and while the server or the way to it breaks."""

import asyncio
import json
import subprocess
import sys
import traceback
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from bot.db import migrations, postgres, statements
from bot.db.migrations import Migration
from bot.db.numbered import number
from bot.db.patient import Patient
from bot.db.postgres import PostgresDatabase
from bot.errors import CommitUnknown, SettingsError, StorageError
from tests.clusters import LOCKED, PASSWORD, running_cluster

PROGRAMS = Path(__file__).parent / "programs"
NOTES = "CREATE TABLE notes (id BIGINT PRIMARY KEY, word TEXT CHECK (word <> 'never'));"
KEPT = {"int8", "text"}
"""The types of our columns; another would be a Decimal or an int of half the size here."""


@pytest.fixture
def dsn(server):
    return server.bare()


@pytest.fixture
async def database(dsn):
    async with PostgresDatabase.open(dsn) as opened:
        await opened.write(lambda tx: tx.execute(NOTES))
        yield opened


def add(number_, word=None):
    async def work(tx):
        sql = "INSERT INTO notes (id, word) VALUES (:id, :word)"
        await tx.query(sql, id=number_, word=word)
        return number_

    return work


async def notes(tx):
    return [row["id"] for row in await tx.query("SELECT id FROM notes ORDER BY id")]


async def test_every_statement_can_be_prepared_and_speaks_in_our_types(server):
    """One text for both engines: here the server infers what SQLite never asks for."""
    connection = await asyncpg.connect(server.cluster.url("plantain"))
    odd = {}
    for name, sql in statements.load().items():
        prepared = await connection.prepare(number(sql).sql)
        types = {part.type.name for part in prepared.get_attributes()}
        types |= {type_.name for type_ in prepared.get_parameters()}
        if types - KEPT:
            odd[name] = types - KEPT
    await connection.close()
    assert odd == {}


async def test_a_deadlock_is_repeated_until_both_have_passed(database):
    """Two works that lock two rows the opposite ways, at once."""
    await database.write(add(1, "a"))
    await database.write(add(2, "b"))
    runs, both = [], asyncio.Barrier(2)

    def crossing(first, second):
        async def work(tx):
            runs.append(first)
            for id_ in (first, second):
                await tx.query("UPDATE notes SET word = word || 'x' WHERE id = :id", id=id_)
                if id_ == first and len(runs) <= 2:
                    await both.wait()

        return work

    await asyncio.gather(database.write(crossing(1, 2)), database.write(crossing(2, 1)))

    assert len(runs) == 3
    rows = await database.read(lambda tx: tx.query("SELECT word FROM notes ORDER BY id"))
    assert [row["word"] for row in rows] == ["axx", "bxx"]


async def test_who_is_overtaken_between_looking_and_adding_looks_again(database):
    looked = asyncio.Barrier(2)
    seen = []

    async def add_unless_there(tx):
        found = await notes(tx)
        seen.append(found)
        if len(seen) <= 2:
            await looked.wait()
        return "found" if found else await add(1)(tx)

    outcomes = await asyncio.gather(*(database.write(add_unless_there) for _ in range(2)))

    assert sorted(map(str, outcomes)) == ["1", "found"]
    assert seen == [[], [], [1]]


async def test_a_process_that_stands_still_in_a_transaction_holds_up_nobody(dsn, monkeypatch):
    """It wakes up to find its transaction gone, and what others wrote meanwhile."""
    monkeypatch.setitem(postgres.SESSION, "idle_in_transaction_session_timeout", "100ms")
    thawed, runs = asyncio.Event(), []

    async def frozen(tx):
        runs.append(await tx.query("UPDATE notes SET word = 'mine' WHERE id = 1 RETURNING word"))
        if len(runs) == 1:
            await thawed.wait()
        return (await tx.query("UPDATE notes SET word = word || '!' RETURNING word"))[0]["word"]

    async with PostgresDatabase.open(dsn) as database:
        await database.write(lambda tx: tx.execute(NOTES))
        await database.write(add(1))
        stalled = asyncio.create_task(database.write(frozen))
        while not runs:
            await asyncio.sleep(0)
        await database.write(lambda tx: tx.query("UPDATE notes SET word = 'yours'"))
        thawed.set()
        assert await stalled == "mine!"
        assert len(runs) == 2


async def test_a_crashed_server_loses_nothing_that_was_acknowledged_and_repeats_nothing():
    """`pg_ctl -m immediate restart` while sixteen write without a pause."""
    with running_cluster(durable=True) as cluster:
        async with PostgresDatabase.open(SecretStr(cluster.url())) as database:
            await database.write(lambda tx: tx.execute(NOTES))
            over, acknowledged = asyncio.Event(), []

            async def caller(first):
                for number_ in range(first, first + 10**6):
                    acknowledged.append(await database.write(add(number_)))
                    if over.is_set():
                        return

            async with asyncio.TaskGroup() as group:
                for first in range(16):
                    group.create_task(caller(first * 10**6))
                while len(acknowledged) < 50:
                    await asyncio.sleep(0)
                await asyncio.to_thread(cluster.restart)
                over.set()

            stored = await database.read(notes)
    assert sorted(acknowledged) == stored


class Way:
    """A way to the server that breaks at the next COMMIT: before the server hears it, or after."""

    def __init__(self, cluster, folder):
        self.cluster = cluster
        self.folder = folder
        self.breaks = None
        self.broken = False
        self.open = True

    @asynccontextmanager
    async def laid(self):
        """The address of a database at its end."""
        path = self.folder / ".s.PGSQL.5432"
        server = await asyncio.start_unix_server(self._serve, path)
        async with server:
            yield lambda dsn: SecretStr(
                dsn.get_secret_value().replace(str(self.cluster.folder), str(self.folder))
            )

    async def _serve(self, reader, writer):
        there = f"{self.cluster.folder}/.s.PGSQL.5432"
        from_server, to_server = await asyncio.open_unix_connection(there)
        answers = asyncio.create_task(self._answer(from_server, writer))
        while self.open and (data := await reader.read(65536)):
            if self.breaks and b"; COMMIT" in data:
                self.broken = True
                if self.breaks == "before":
                    break
                self.breaks = None
            to_server.write(data)
        to_server.close()
        await answers
        writer.close()

    async def _answer(self, from_server, writer):
        while (data := await from_server.read(65536)) and not self.broken:
            writer.write(data)
        if self.broken:
            self.broken, self.breaks = False, None
        writer.close()


@pytest.mark.parametrize("breaks", ["before", "after"])
async def test_a_commit_whose_answer_is_lost_is_asked_after_and_done_once(
    dsn, server, tmp_path_factory, breaks
):
    """Whether or not the server had heard it; a credit that is added twice would show."""
    way = Way(server.cluster, tmp_path_factory.mktemp("w"))
    runs = []

    async def one_more(tx):
        runs.append(await tx.query("UPDATE notes SET id = id + 1 RETURNING id"))
        return runs[-1][0]["id"]

    async with way.laid() as over, PostgresDatabase.open(over(dsn)) as database:
        await database.write(lambda tx: tx.execute(NOTES))
        await database.write(add(1))
        way.breaks = breaks
        assert await database.write(one_more) == 2
        assert await database.read(notes) == [2]
        assert len(runs) == {"before": 2, "after": 1}[breaks]


async def test_a_commit_that_cannot_be_asked_after_is_told_as_unknown_and_not_repeated(
    dsn, server, tmp_path_factory
):
    """After about a minute; and who is patient with a full disk does not try this again."""
    way, slept = Way(server.cluster, tmp_path_factory.mktemp("w")), []

    async def sleep(seconds):
        slept.append(seconds)

    async with way.laid() as over:
        opening = PostgresDatabase.open(over(dsn), sleep=sleep, random=lambda: 0.5)
        async with opening as database:
            await database.write(lambda tx: tx.execute(NOTES))
            way.breaks, way.open = "after", True
            runs = []

            async def work(tx):
                runs.append(await add(1)(tx))
                way.open = False
                (way.folder / ".s.PGSQL.5432").unlink()

            with pytest.raises(CommitUnknown):
                await Patient(database, sleep=sleep).write(work)
    assert runs == [1]
    assert 55 < sum(slept) < 65


@pytest.mark.parametrize("change", ["password", "nowhere", "database", "nonsense"])
async def test_a_server_that_cannot_be_used_is_a_setting_and_keeps_its_password(server, change):
    url = server.cluster.url("plantain", role=LOCKED, password="wrong-4711")
    url = {
        "password": url,
        "nowhere": "postgresql://plantain:wrong-4711@127.0.0.1:9/plantain",
        "database": server.cluster.url("not_there", role="plantain", password="wrong-4711"),
        "nonsense": "postgresql://plantain:wrong-4711@host:port/plantain",
    }[change]
    with pytest.raises(SettingsError) as caught:
        async with PostgresDatabase.open(SecretStr(url)):
            pytest.fail("opened")
    assert caught.value.setting == "DATABASE_URL"
    assert "wrong-4711" not in "".join(traceback.format_exception(caught.value))


async def test_a_password_opens_what_it_should(server):
    url = server.cluster.url("plantain", role=LOCKED, password=PASSWORD)
    with pytest.raises(StorageError, match="permission denied"):
        async with PostgresDatabase.open(SecretStr(url)):
            pytest.fail("opened")


async def test_a_refused_row_is_not_told(database):
    """The server adds it to its words, and asyncpg a value; prompts and tokens may be in either."""
    for work in (add(77_123, "never"), add("77_123")):
        with pytest.raises(StorageError) as caught:
            await database.write(work)
        told = "".join(traceback.format_exception(caught.value))
        assert "77_123" not in told.replace("add(", "")
        assert "77123" not in told


async def test_a_text_with_a_nul_is_kept_readable(database):
    await database.write(add(1, "a\0b"))
    [row] = await database.read(lambda tx: tx.query("SELECT word FROM notes"))
    assert row == {"word": "a\ufffdb"}


async def test_old_marks_are_taken_away(dsn):
    now = 10**15
    async with PostgresDatabase.open(dsn, now=lambda: now) as database:
        await database.write(lambda tx: tx.execute(NOTES))
        count = "SELECT COUNT(*) AS n FROM commits"
        assert await database.read(lambda tx: tx.query(count)) == [{"n": 1}]
        now += postgres.KEEP_SECONDS * 1_000_000 + 1
        await database.sweep()
        assert await database.read(lambda tx: tx.query(count)) == [{"n": 0}]


async def test_a_failing_migration_leaves_nothing_behind(database):
    before = await database.read(lambda tx: tx.query(migrations.LIST_APPLIED))
    broken = Migration(
        9001,
        "9001_broken",
        "CREATE TABLE half (id TEXT); -- fine; so far\nINSERT INTO half VALUES ('a;\nb');\n"
        "ALTER TABLE nowhere ADD COLUMN x TEXT;",
    )
    shipped, alone = migrations.load(), postgres._Alone(database)
    for wrong, said in ((broken, "nowhere"), (Migration(9001, "9001_x", "SELECT 1"), "semicolon")):
        with pytest.raises(StorageError, match=said):
            await migrations.upgrade(alone, (*shipped, wrong), now=lambda: 1)
    assert await database.read(lambda tx: tx.query(migrations.LIST_APPLIED)) == before
    there = "SELECT CAST(to_regclass('half') AS TEXT) AS half"
    assert await database.read(lambda tx: tx.query(there)) == [{"half": None}]


async def test_a_database_of_another_version_is_refused(dsn):
    with pytest.raises(StorageError, match="empty: run `plantain db upgrade`"):
        async with PostgresDatabase.open_to_read(dsn):
            pytest.fail("opened")
    async with PostgresDatabase.open(dsn) as database:
        assert "0001_ledger" in database.applied
        newer = "INSERT INTO schema_migrations VALUES (9999, '9999_x', 1);"
        await database.write(lambda tx: tx.execute(newer))
    for opening in (PostgresDatabase.open, PostgresDatabase.open_to_read):
        with pytest.raises(StorageError, match="newer version"):
            async with opening(dsn):
                pytest.fail("opened")


def test_six_processes_may_start_at_once(server):
    """On a database without tables: each comes up, and every migration is applied once."""
    starters = [
        subprocess.Popen(
            [sys.executable, PROGRAMS / "opener.py", dsn],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for dsn in [server.bare().get_secret_value()] * 6
    ]
    for starter in starters:
        assert starter.stdout.readline() == "ready\n"
    for starter in starters:
        starter.stdin.write("go\n")
        starter.stdin.flush()
    answers = [starter.communicate(timeout=60)[0] for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 6
    applied = [name for answer in answers for name in json.loads(answer)]
    assert sorted(applied) == [migration.name for migration in migrations.load()]
