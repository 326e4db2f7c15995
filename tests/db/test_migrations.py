"""The schema moves forward whole or not at all, whoever starts first."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.db import migrations
from bot.db.migrations import Migration
from bot.db.sqlite import SqliteDatabase
from bot.errors import StorageError

PROGRAMS = Path(__file__).parent / "programs"


def noon():
    return 1_700_000_000_000_000


async def names_applied(database):
    rows = await database.read(lambda tx: tx.query(migrations.LIST_APPLIED))
    return [row["name"] for row in rows]


async def tables(database):
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return {row["name"] for row in await database.read(lambda tx: tx.query(query))}


def test_files_are_read_in_order_and_must_be_well_named(tmp_path):
    (tmp_path / "0002_b.sql").write_text("B;")
    (tmp_path / "0001_a.sql").write_text("A;")
    (tmp_path / "README.md").write_text("not a migration")
    assert migrations.read(tmp_path) == (
        Migration(1, "0001_a", "A;"),
        Migration(2, "0002_b", "B;"),
    )
    (tmp_path / "0002_c.sql").write_text("C;")
    with pytest.raises(ValueError, match=r"0002_c\.sql and 0002_b have one number"):
        migrations.read(tmp_path)
    (tmp_path / "0002_c.sql").rename(tmp_path / "3_c.sql")
    with pytest.raises(ValueError, match=r"3_c\.sql is not called"):
        migrations.read(tmp_path)


async def test_opening_applies_what_is_missing_once(tmp_path):
    shipped = [migration.name for migration in migrations.load()]
    path = tmp_path / "plantain.db"
    async with SqliteDatabase.open(path, now=noon) as database:
        assert [*database.applied] == shipped
        assert await names_applied(database) == shipped
        dates = "SELECT DISTINCT applied_at FROM schema_migrations"
        assert await database.read(lambda tx: tx.query(dates)) == [{"applied_at": noon()}]
    async with SqliteDatabase.open(path) as database:
        assert database.applied == ()
        assert await names_applied(database) == shipped


async def test_a_later_migration_is_added_to_an_older_file(database):
    later = (*migrations.load(), Migration(9000, "9000_more", "CREATE TABLE more (id TEXT);"))
    assert await migrations.upgrade(database, later, now=noon) == ["9000_more"]
    assert await migrations.upgrade(database, later, now=noon) == []
    assert "more" in await tables(database)


async def test_a_failing_migration_leaves_nothing_behind(database):
    """Neither its first statements nor its mark; the one before it stays, and a mended one runs."""
    before = await names_applied(database)
    good = Migration(9000, "9000_good", "CREATE TABLE good (id TEXT);")
    broken = Migration(
        9001,
        "9001_broken",
        "CREATE TABLE half (id TEXT); -- fine; so far\nINSERT INTO half VALUES ('a;\nb');\n"
        "DROP TABLE reservations;\nALTER TABLE nowhere ADD COLUMN x TEXT;",
    )
    with pytest.raises(StorageError, match="nowhere"):
        await migrations.upgrade(database, (*migrations.load(), good, broken), now=noon)
    assert await names_applied(database) == [*before, "9000_good"]
    there = await tables(database)
    assert {"good", "reservations"} <= there
    assert "half" not in there
    mended = Migration(9001, "9001_mended", "CREATE TABLE half (id TEXT);")
    assert await migrations.upgrade(database, (*migrations.load(), good, mended), now=noon) == [
        "9001_mended"
    ]


async def test_a_script_that_does_not_end_is_refused(database):
    """A forgotten semicolon must not silently drop the last statement."""
    unended = Migration(9000, "9000_unended", "CREATE TABLE a (id TEXT);\nCREATE TABLE b (id TEXT)")
    with pytest.raises(StorageError, match="semicolon"):
        await migrations.upgrade(database, (*migrations.load(), unended), now=noon)
    assert not {"a", "b"} & await tables(database)


async def test_a_file_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "plantain.db"
    future = Migration(9000, "9000_future", "CREATE TABLE future (id TEXT);")
    async with SqliteDatabase.open(path) as database:
        await migrations.upgrade(database, (*migrations.load(), future), now=noon)
    with pytest.raises(StorageError, match=r"newer version.*9000_future"):
        async with SqliteDatabase.open(path):
            pytest.fail("opened")


def test_six_processes_may_start_at_once(tmp_path):
    """On a file that is not there yet: each comes up, and every migration is applied once."""
    path = tmp_path / "plantain.db"
    starters = [
        subprocess.Popen(
            [sys.executable, PROGRAMS / "opener.py", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM schema_migrations WHERE number > 1;", "older version"),
        ("INSERT INTO schema_migrations VALUES (9999, '9999_x', 1);", "newer version"),
    ],
)
async def test_looking_at_another_version_is_refused_and_changes_nothing(tmp_path, change, said):
    path = tmp_path / "plantain.db"
    async with SqliteDatabase.open(path) as database:
        await database.write(lambda tx: tx.execute(change))
        before = await names_applied(database)
        with pytest.raises(StorageError, match=said):
            async with SqliteDatabase.open_to_read(path):
                pytest.fail("opened")
        assert await names_applied(database) == before


JOBS = """
INSERT INTO accounts VALUES ('a', 'member', 0, 0, 1);
INSERT INTO images VALUES ('photo', 'image/png', 1, 1, 1, 1), ('drawn', 'image/png', 1, 1, 1, 1),
                          ('own', 'image/png', 1, 1, 1, 1);
"""
JOB = """
INSERT INTO reservations VALUES ('{id}', 'a', 1, 0, 'open', 1, NULL);
INSERT INTO jobs (id, state, kind, member_id, message_id, locale, private, application_id,
                  upload_limit, prompt, model, aspect_ratio, resolution, count, provider,
                  reservation_id, account_id, credits_each, usd_micros_each, created_at,
                  origin_job_id)
VALUES ('{id}', 'done', 'edit', {member}, 1, 'en-US', 0, 1, 1, 'p', 'm', 'auto', '1K', 1, 'google',
        '{id}', 'a', 1, 1, 1, {origin});
INSERT INTO job_images (job_id, role, position, digest) VALUES ('{id}', 'reference', 0, '{digest}');
"""


async def test_old_uploads_that_two_members_worked_from_are_nobodys(database):
    """One of the two asked again for the other's; an edit of a card works from what all saw."""
    before = [
        ("bobs", 8, "photo", "NULL"),
        ("again", 7, "photo", "NULL"),
        ("mine", 7, "own", "NULL"),
        ("mine too", 7, "own", "NULL"),
        ("edit", 7, "drawn", "'bobs'"),
        ("another edit", 8, "drawn", "'bobs'"),
    ]
    script = JOBS + "".join(
        JOB.format(id=name, member=member, digest=digest, origin=origin)
        for name, member, digest, origin in before
    )
    [step] = [one for one in migrations.load() if one.name == "0011_brought_by"]
    undo = "DROP INDEX jobs_by_bringer;\nALTER TABLE jobs DROP COLUMN brought_by;"
    await database.write(lambda tx: tx.execute(undo))
    await database.write(lambda tx: tx.execute(script))
    await database.write(lambda tx: tx.execute(step.script))

    rows = await database.read(lambda tx: tx.query("SELECT id, brought_by FROM jobs"))
    assert {row["id"]: row["brought_by"] for row in rows} == {
        "bobs": 0, "again": 0, "mine": None, "mine too": None, "edit": None, "another edit": None,
    }  # fmt: skip


UNDO_MIRROR = """
DROP TABLE key_usage;
DROP TABLE confirmation_images;
DROP TABLE confirmations;
ALTER TABLE attempts DROP COLUMN hour;
ALTER TABLE attempts DROP COLUMN day;
ALTER TABLE attempts DROP COLUMN month;
ALTER TABLE breakers DROP COLUMN scope;
ALTER TABLE teams DROP COLUMN gone_at;
"""
CALL = """
INSERT INTO attempts (id, job_id, picture, number, provider, usd_micros, started_at, billed, key)
VALUES ('{key}{number}', 'mine', 0, {number}, 'google', 100, 1, '{billed}', '{key}');
"""


async def test_calls_of_before_count_in_total_and_may_still_turn_out_not_to_be_billed(database):
    calls = [("k", "yes"), ("k", "unknown"), ("k", "no"), ("other", "no"), ("", "yes")]
    script = JOBS + JOB.format(id="mine", member=7, digest="own", origin="NULL")
    script += "".join(
        CALL.format(key=key, number=number, billed=billed)
        for number, (key, billed) in enumerate(calls)
    )
    [step] = [one for one in migrations.load() if one.name == "0013_mirror"]
    held = "UPDATE jobs SET claim = 'a run''s';"
    for text in (UNDO_MIRROR, script, step.script, held):
        await database.write(lambda tx, text=text: tx.execute(text))

    totals = {
        row["key"]: row["total_used"] for row in await database.read(lambda tx: tx.all("key_usage"))
    }
    assert totals == {"k": 200, "other": 0}
    assert await database.read(lambda tx: tx.all("wrong_key_usage")) == []
    end = {"id": "k1", "outcome": "failed", "billed": "no", "tokens": None, "now": 2}
    end |= {"look_at": None, "claim": "a run's"}

    async def take_back(tx):
        await tx.run("uncount_spending", **await tx.one("end_attempt", **end))

    await database.write(take_back)
    [row] = await database.read(lambda tx: tx.query("SELECT * FROM key_usage WHERE key = 'k'"))
    assert (row["total_used"], row["hour_used"]) == (100, 0)
    assert await database.read(lambda tx: tx.all("wrong_key_usage")) == []
