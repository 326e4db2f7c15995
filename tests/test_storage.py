"""`plantain db` as an operator uses it: backups, what is refused, and moving between engines."""

import sqlite3
import stat
from contextlib import closing

import pytest
from filelock import FileLock

from bot.app import open_app
from bot.db import engine, layout, migrations
from bot.db.sqlite import SqliteDatabase
from bot.errors import LedgerWrong, StorageError
from bot.ledger.ledger import Ledger

MEMBER = "member:80351110224678912"
ADD_JOB = """
INSERT INTO jobs (id, state, kind, member_id, message_id, locale, private, application_id,
                  upload_limit, prompt, model, aspect_ratio, resolution, count, provider,
                  reservation_id, account_id, credits_each, usd_micros_each, created_at,
                  origin_job_id)
VALUES (?, 'running', 'imagine', 1234567890123456789, 1, 'en', 0, 1, 1, ?, 'm',
        'auto', '1K', 1, 'google', ?, ?, 30, 1, 1, ?)
"""
BREAK = "UPDATE accounts SET available = available + 1000 WHERE kind = 'member'"


def run_sql(file, sql, *values):
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(sql, values).fetchall()


def content(file):
    """Every row of every table, beside those about the file itself."""
    return {
        shape.name: run_sql(file, f"{shape.selection} ORDER BY 1, 2") for shape in layout.shapes()
    }


@pytest.fixture
async def file(command, folder):
    """A database in which a member holds 60 of 100 credits for two jobs, the first an edit of the
    second's picture."""
    assert command("db", "upgrade").code == 0
    path = folder / "data" / "plantain.db"
    ids = iter(range(100))
    ledger = Ledger(now=lambda: 1, new_id=lambda: f"{next(ids):032x}", welcome=100)
    async with SqliteDatabase.open(path) as database:
        await database.write(lambda tx: ledger.open(tx, MEMBER))
        held = [await database.write(lambda tx: ledger.reserve(tx, MEMBER, 30)) for _ in "ab"]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(ADD_JOB, ("a", "谢谢 🍌\0", held[0], MEMBER, "b"))
        connection.execute(ADD_JOB, ("b", "two", held[1], MEMBER, None))
    return path


def test_a_backup_of_a_live_database_is_whole_and_private(command, file, folder):
    """Another's transaction is neither waited for nor in it; nothing is left beside it."""
    before = content(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(BREAK)
        run = command("db", "backup", "saved.db")
        writer.execute("ROLLBACK")

    assert (run.code, run.err) == (0, "")
    assert "Pictures are not in it" in run.out
    saved = folder / "saved.db"
    assert content(saved) == before
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert sorted(one.name for one in folder.iterdir()) == ["data", "saved.db"]

    assert command("db", "backup", "saved.db").code == 2
    run_sql(file, "DELETE FROM jobs")
    assert command("db", "backup", "saved.db", "--force").code == 0
    assert content(saved)["jobs"] == []
    assert command("db", "backup", "missing/saved.db").code == 2


def test_a_backup_never_takes_the_place_of_its_own_database(command, file, folder):
    """A bot that has it open would write on into a file that is gone."""
    (folder / "also.db").symlink_to(file)
    here = file.stat().st_ino

    runs = [command("db", "backup", name, "--force") for name in ("data/plantain.db", "also.db")]

    assert [run.code for run in runs] == [2, 2]
    assert all("is the database itself" in run.err for run in runs)
    assert file.stat().st_ino == here


def test_a_restored_backup_is_in_place_and_what_was_there_is_kept(command, file, folder):
    before = content(file)
    assert command("db", "backup", "saved.db").code == 0
    run_sql(file, "DELETE FROM jobs")
    later = content(file)

    with FileLock(folder / "data" / "plantain.lock"):
        refused = command("db", "restore", "saved.db")
    assert (refused.code, content(file)) == (2, later)
    assert "another Plantain is running" in refused.err

    run = command("db", "restore", "saved.db")

    assert (run.code, run.err) == (0, "")
    assert content(file) == before
    [aside] = (folder / "data").glob("plantain.db.before-*")
    assert content(aside) == later
    assert str(aside.name) in run.out
    assert command("ledger", "check").code == 0


def test_a_backup_of_an_older_version_comes_up_to_date(command, file, folder):
    """As before an upgrade; the schema is brought forward on the way."""
    shipped = migrations.load()
    with closing(sqlite3.connect(folder / "old.db")) as old, old:
        old.executescript(migrations.CREATE_TABLE)
        for one in shipped[:-1]:
            old.executescript(one.script)
            old.execute("INSERT INTO schema_migrations VALUES (?, ?, 1)", (one.number, one.name))

    assert command("db", "restore", "old.db").code == 0
    assert run_sql(file, "SELECT name FROM schema_migrations ORDER BY number") == [
        (one.name,) for one in shipped
    ]


@pytest.mark.parametrize("what", ["garbage", "another's", "newer", "wrong books", "missing"])
def test_what_cannot_be_relied_on_is_not_restored(command, file, folder, what):
    assert command("db", "backup", "saved.db").code == 0
    saved = folder / "saved.db"
    if what == "garbage":
        saved.write_bytes(b"not a database at all" * 400)
    elif what == "another's":
        saved.unlink()
        run_sql(saved, "CREATE TABLE notes (id)")
    elif what == "newer":
        run_sql(saved, "INSERT INTO schema_migrations VALUES (9999, '9999_x', 1)")
    elif what == "wrong books":
        run_sql(saved, BREAK)
    else:
        saved.unlink()
    before = content(file)

    run = command("db", "restore", "saved.db")

    assert run.code in {1, 2}
    assert run.err
    assert content(file) == before
    assert not list((folder / "data").glob("*before*"))


def test_check_tells_damage_and_wrong_books_apart(command, file):
    good = command("db", "check")
    assert (good.code, good.err) == (0, "")
    assert "whole" in good.out

    run_sql(file, BREAK)
    wrong = command("db", "check")
    assert wrong.code == 1
    assert f"the ledger: {MEMBER} available is 1,040, not 40" in wrong.out
    assert command("db", "backup", "wrong.db").code == 1


def test_a_server_is_backed_up_with_its_own_tools(command):
    for arguments in (("backup", "x.db"), ("restore", "x.db")):
        run = command("db", *arguments, DATABASE_URL="postgresql://u:secret-pw@host/db")
        assert run.code == 2
        assert "pg_dump" in run.err
        assert "pg_restore" in run.err
        assert "secret-pw" not in run.err


def test_a_database_moves_to_a_server_and_back(command, file, folder, server):
    """Row for row; a NUL is all that a server cannot keep."""
    there, back = server.bare().get_secret_value(), "sqlite:///data/back.db"
    before = content(file)

    run = command("db", "copy", "--to", there)
    assert (run.code, run.err) == (0, "")
    assert "Both ledgers add up" in run.out
    assert command("ledger", "check", DATABASE_URL=there).code == 0
    assert command("db", "check", DATABASE_URL=there).code == 0
    assert "60 held" in command("ledger", "account", MEMBER, DATABASE_URL=there).out
    assert command("db", "copy", "--from", there, "--to", back).code == 0

    after = content(folder / "data" / "back.db")
    assert after.pop("jobs") == [
        tuple("谢谢 🍌\ufffd" if value == "谢谢 🍌\0" else value for value in row)
        for row in before.pop("jobs")
    ]
    assert after == before

    refused = command("db", "copy", "--to", there)
    assert refused.code == 1
    assert "not empty" in refused.err


async def test_nothing_moves_that_is_wrong_or_in_use(command, file, server):
    address = server.bare()
    there = address.get_secret_value()
    run_sql(file, BREAK)
    assert "does not add up" in command("db", "copy", "--to", there).err
    run_sql(file, BREAK.replace("+ 1000", "- 1000"))
    async with engine.opened(address):
        assert "is running" in command("db", "copy", "--to", there).err
    with FileLock(file.with_name("plantain.db.lock")):
        assert "is running" in command("db", "copy", "--to", there).err
    assert "--to: must look like" in command("db", "copy", "--to", "mysql://host/db").err
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    assert "--to: the database cannot be reached" in command("db", "copy", "--to", nobody).err
    refused = command("db", "copy", "--from", nobody, "--to", there)
    assert "--from: the database cannot be reached" in refused.err
    assert command("db", "copy", "--to", there).code == 0


# --- an unclean end ---------------------------------------------------------------------------


def test_the_bot_does_not_start_on_books_that_do_not_add_up(command, file):
    run_sql(file, BREAK)
    run = command("run", DISCORD_TOKEN="made-up-token")
    assert run.code == 1
    assert "plantain ledger check" in run.err
    assert command("ledger", "check").code == 1


def test_a_broken_file_is_told_to_the_operator_with_what_mends_it(command, file, folder):
    """And not as members read of it, who would try again in a minute."""
    assert command("db", "backup", "saved.db").code == 0
    (folder / "junk.db").write_text("no database")
    run = command("db", "restore", "junk.db")
    assert (run.code, run.err) == (1, "plantain: junk.db: file is not a database\n")

    file.write_text("no database")
    for words in (["db", "check"], ["jobs", "list"], ["run"]):
        run = command(*words, DISCORD_TOKEN="made-up-token")
        assert run.code == 1
        assert run.err.count("\n") == 1
        assert run.err.startswith("plantain: ")
        assert "file is not a database; `plantain db restore` puts a backup" in run.err
    assert command("db", "restore", "saved.db").code == 0
    assert command("db", "check").code == 0


async def test_nor_on_a_broken_file(settings):
    """Books on either engine are looked at before anything is recovered."""
    async with open_app(settings):
        pass
    run_sql(settings.sqlite_path, "INSERT INTO usage VALUES ('bot', 0, 2, 0, 0, 0, 0, 0, 0, 0)")
    with pytest.raises(LedgerWrong) as caught:
        async with open_app(settings):
            pytest.fail("opened")
    assert caught.value.found == 1

    size = settings.sqlite_path.stat().st_size
    with settings.sqlite_path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * 20_000)
    with pytest.raises(StorageError, match=r"damaged|malformed"):
        async with open_app(settings):
            pytest.fail("opened")


async def test_the_bot_starts_on_a_server_and_refuses_wrong_books_there(settings, server):
    address = server.bare()
    there = settings.model_copy(update={"database_url": address})
    async with open_app(there) as app:
        account = await app.database.write(lambda tx: app.ledger.open(tx, MEMBER))
        assert account.available == settings.welcome_credits
    async with engine.opened(address) as database:
        await database.write(lambda tx: tx.query(BREAK))
    with pytest.raises(LedgerWrong):
        async with open_app(there):
            pytest.fail("opened")
