"""`plantain ledger export` and `account` as an operator uses them, also beside a bot at work."""

import csv
import io
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.books import export
from bot.db.sqlite import SqliteDatabase
from bot.ledger.ledger import Ledger

COLUMNS = ["movement", "kind", "at", "account", "available", "held", "reason", "reservation", "job"]
ROOT = Path(__file__).parents[1]
START = 1_700_000_000_123_456
MEMBER = 80_351_110_224_678_912
JOB = "18799a5bf2c3d4e0" * 2
SNAPSHOT = "SELECT * FROM {} ORDER BY 1, 2"
ADD_JOB = """
INSERT INTO jobs (id, state, kind, member_id, message_id, locale, private, application_id,
                  upload_limit, prompt, model, aspect_ratio, resolution, count, provider,
                  reservation_id, account_id, credits_each, usd_micros_each, created_at)
VALUES (?, 'running', 'imagine', 1234567890123456789, 1, 'en', 0, 1, 1, 'a secret prompt', 'm',
        'auto', '1K', 1, 'google', ?, ?, 30, 1, 1)
"""


def rows_of(text):
    """The CSV's rows, each by its columns' names."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == COLUMNS
    return [dict(zip(header, row, strict=True)) for row in rows]


def moment(micros):
    """As a program reads it: to the microsecond, in UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()


@pytest.fixture
async def file(folder):
    """An up-to-date database."""
    (folder / "data").mkdir()
    async with SqliteDatabase.open(folder / "data" / "plantain.db"):
        return folder / "data" / "plantain.db"


@pytest.fixture
def ledger():
    """Of a clock that goes on a second each time it is looked at."""
    moments = iter(range(START, START + 10**13, 10**6))
    ids = iter(range(10**6))
    return Ledger(now=lambda: next(moments), new_id=lambda: f"{next(ids):032x}", welcome=100)


@pytest.fixture
async def live(file, ledger):
    """A running bot's database: a member holds 30 of 100 for a job and a pool has been granted."""
    account = f"member:{MEMBER}"
    async with SqliteDatabase.open(file) as database:

        async def begin(tx):
            await ledger.open(tx, account)
            await ledger.open(tx, "server:9", welcome=False)
            await ledger.grant(tx, "server:9", 5000, reason='a "gift", von Zoë\n谢谢')
            return await ledger.reserve(tx, account, 30, reason="imagine")

        reservation = await database.write(begin)
        with sqlite3.connect(file) as connection:
            connection.execute(ADD_JOB, (JOB, reservation, account))
        connection.close()
        yield database


def grant(ledger, amount, reason):
    async def work(tx):
        await ledger.open(tx, "member:1", welcome=False)
        await ledger.grant(tx, "member:1", amount, reason=reason)

    return work


def everything(file):
    """What the database says, table by table."""
    connection = sqlite3.connect(file)
    tables = ("accounts", "entries", "movements", "reservations", "jobs", "usage")
    found = {name: connection.execute(SNAPSHOT.format(name)).fetchall() for name in tables}
    connection.close()
    return found


# --- export ---------------------------------------------------------------------------------


def test_every_entry_is_a_row_and_nothing_is_changed(command, live, file):
    before = everything(file)

    run = command("ledger", "export", "--csv")

    assert (run.code, run.err) == (0, "")
    rows = rows_of(run.out)
    assert len(rows) == len(before["entries"]) == 5
    assert [row["movement"] for row in rows] == sorted(row["movement"] for row in rows)
    assert sum(int(row["available"]) + int(row["held"]) for row in rows) == 0
    assert rows[-1] == {
        "movement": before["movements"][-1][0],
        "kind": "reserve",
        "at": moment(before["movements"][-1][-1]),
        "account": f"member:{MEMBER}",
        "available": "-30",
        "held": "30",
        "reason": "imagine",
        "reservation": before["reservations"][0][0],
        "job": JOB,
    }
    assert rows[0]["at"] == "2023-11-14T22:13:21.123456+00:00"
    assert (rows[0]["reservation"], rows[0]["job"]) == ("", "")
    assert {row["reason"] for row in rows} == {"welcome", "imagine", 'a "gift", von Zoë\n谢谢'}
    assert everything(file) == before


def test_a_file_is_written_for_its_owner_alone(command, live, folder):
    shown = command("ledger", "export", "--csv")

    run = command("ledger", "export", "--csv", "books.csv")

    assert (run.code, run.out, run.err) == (0, "", "")
    assert (folder / "books.csv").read_text("utf-8") == shown.out
    assert stat.S_IMODE((folder / "books.csv").stat().st_mode) == 0o600
    assert {entry.name for entry in folder.iterdir()} == {"books.csv", "data"}


def test_a_file_that_exists_is_replaced_only_by_force(command, live, folder):
    (folder / "books.csv").write_text("years of work")

    refused = command("ledger", "export", "--csv", "books.csv")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "plantain: FILE: 'books.csv' exists; --force replaces it\n"
    assert (folder / "books.csv").read_text() == "years of work"
    assert command("ledger", "export", "--csv", "--force", "books.csv").code == 0
    assert len(rows_of((folder / "books.csv").read_text("utf-8"))) == 5


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    ("target", "problem"),
    [("nowhere/books.csv", "there is no folder"), ("data", "no file"), ("/dev/null", "no file")],
)
def test_what_cannot_be_a_file_is_refused(command, live, target, problem, force):
    """A device is not replaced by a file, whoever asks for it."""
    run = command("ledger", "export", "--csv", *force, target)

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("plantain: FILE: ")
    assert problem in run.err


@pytest.mark.parametrize("kept", [None, "years of work"])
async def test_a_full_disk_leaves_what_was_there(live, folder, settings, kept, capsys):
    """Told by the system as it tells of a full disk: no file may grow any further."""
    file = folder / "books.csv"
    if kept is not None:
        file.write_text(kept)
    there = sorted(entry.name for entry in folder.iterdir())
    settings = settings.model_copy(update={"data_dir": folder / "data"})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        code = await export.write(settings, file, force=kept is not None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert code == 1
    assert capsys.readouterr().err == f"plantain: {file} could not be written: File too large\n"
    assert sorted(entry.name for entry in folder.iterdir()) == there
    assert kept is None or file.read_text() == kept


async def test_a_formula_in_a_reason_is_only_text(command, live, ledger, folder):
    """Also one that a spreadsheet finds behind white space; other reasons stay as they are."""
    formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|'x'!A0", "＝1"]
    harmless = ["1+1=2, said a@b", "two\rlines", "'quoted'", ""]
    for reason in formulas + harmless:
        await live.write(grant(ledger, 1, reason))

    command("ledger", "export", "--csv", "books.csv")

    rows = rows_of((folder / "books.csv").read_bytes().decode("utf-8"))
    given = [row for row in rows if row["account"] == "member:1"]
    assert [row["reason"] for row in given] == [f"'{reason}" for reason in formulas] + harmless
    assert {row["available"] for row in given} == {"1"}


async def test_what_is_written_meanwhile_neither_hides_nor_doubles_an_entry(
    live, ledger, folder, settings, monkeypatch
):
    """Pages of two, so that movements are cut, and a grant by the bot between any two pages."""
    monkeypatch.setattr(export, "CHUNK", 2)
    before = {row[0] for row in everything(folder / "data" / "plantain.db")["movements"]}
    page, added = export._page, iter(range(3))

    async def page_and_grant(*place):
        rows = await page(*place)
        if next(added, None) is not None:
            await live.write(grant(ledger, 1, "meanwhile"))
        return rows

    monkeypatch.setattr(export, "_page", page_and_grant)
    settings = settings.model_copy(update={"data_dir": folder / "data"})

    assert await export.write(settings, folder / "books.csv", force=False) == 0

    rows = rows_of((folder / "books.csv").read_text("utf-8"))
    keys = [(row["movement"], row["account"]) for row in rows]
    assert keys == sorted(set(keys))
    assert before <= {movement for movement, _ in keys}
    sums = dict.fromkeys(before, 0)
    for row in rows:
        sums[row["movement"]] = (
            sums.get(row["movement"], 0) + int(row["available"]) + int(row["held"])
        )
    assert set(sums.values()) == {0}


async def test_many_pages_are_written_while_a_bot_writes(command, live, ledger, file):
    """Through the real command, with more entries than one page has."""

    async def fill(tx):
        for _ in range(export.CHUNK):
            await ledger.grant(tx, "server:9", 1, reason="filled")

    await live.write(fill)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        run = command("ledger", "export", "--csv")
    finally:
        connection.execute("ROLLBACK")
        connection.close()

    assert run.code == 0
    assert len(rows_of(run.out)) == 5 + 2 * export.CHUNK


async def test_who_stops_reading_gets_no_traceback(live, ledger, folder, environment):
    """As in `plantain ledger export --csv | head -1`."""

    async def fill(tx):
        for _ in range(export.CHUNK):
            await ledger.grant(tx, "server:9", 1, reason="filled")

    await live.write(fill)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ledger", "export", "--csv"],
        cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=writing,
        stderr=subprocess.PIPE, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, "")


def test_an_empty_ledger_is_a_header(command, file):
    assert command("ledger", "export", "--csv").out == ",".join(COLUMNS) + "\n"


def test_the_format_is_named(command, live):
    run = command("ledger", "export")

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("plantain: --csv: ")


# --- an account -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", [f"member:{MEMBER}", str(MEMBER)])
def test_a_member_is_shown_with_the_job_that_holds_credits(command, live, file, name):
    before = everything(file)

    answer = command("ledger", "account", name, "--json").answer

    assert list(answer) == ["account", "available", "held", "holds", "entries"]
    assert (answer["account"], answer["available"], answer["held"]) == (f"member:{MEMBER}", 70, 30)
    [reservation] = before["reservations"]
    assert answer["holds"] == [
        {
            "reservation": reservation[0],
            "credits": 30,
            "since": answer["holds"][0]["since"],
            "job": JOB,
            "state": "running",
            "member": "1234567890123456789",
        }
    ]
    assert answer["holds"][0]["since"].startswith("2023-11-14T22:13:")
    newest, oldest = answer["entries"]
    assert (newest["kind"], newest["available"], newest["held"]) == ("reserve", -30, 30)
    assert (newest["job"], newest["reservation"]) == (JOB, reservation[0])
    assert (oldest["kind"], oldest["available"], oldest["reason"]) == ("grant", 100, "welcome")
    assert (oldest["job"], oldest["reservation"]) == (None, None)
    assert everything(file) == before


def test_for_people_it_is_tables_within_80_columns(command, live):
    run = command("ledger", "account", str(MEMBER))

    assert (run.code, run.err) == (0, "")
    lines = [" ".join(line.split()) for line in run.out.splitlines()]
    assert lines[0] == f"member:{MEMBER}: 70 available, 30 held"
    held = next(number for number, line in enumerate(lines) if line.endswith(f" 30 {JOB}"))
    assert lines[held + 1] == "running, asked for by member:1234567890123456789"
    entry = next(number for number, line in enumerate(lines) if "reserve -30 +30 imagine" in line)
    assert lines[entry + 1] == JOB
    assert any(line.endswith("grant +100 welcome") for line in lines)
    assert max(map(len, run.out.splitlines())) <= 80
    assert "secret" not in run.out


@pytest.mark.parametrize(
    ("name", "available"), [("server:9", 5000), ("house:grants", -5100), ("house:revenue", 0)]
)
def test_pools_and_house_accounts_are_shown_too(command, live, name, available):
    shown = command("ledger", "account", name)

    assert shown.out.startswith(f"{name}: {available:,} available, 0 held\n")
    assert command("ledger", "account", name, "--json").answer["available"] == available


async def test_the_newest_entries_come_first_and_only_as_many_as_asked_for(command, live, ledger):
    for number in range(3):
        await live.write(grant(ledger, 1, f"number {number}"))

    answer = command("ledger", "account", "1", "--last", "2", "--json").answer

    assert [entry["reason"] for entry in answer["entries"]] == ["number 2", "number 1"]


async def test_a_reason_cannot_steer_the_terminal(command, live, ledger):
    await live.write(grant(ledger, 1, "\x1b[2J[red]gone\nnext"))

    run = command("ledger", "account", "1")

    assert "\x1b" not in run.out
    assert "[2J[red]gone next" in run.out


def test_an_unknown_account_is_one_line_and_is_not_made(command, live, file):
    before = everything(file)

    for name in ("5", "member:5", "team:none", "", "x\x1b[2J\n"):
        run = command("ledger", "account", "--json", "--", name)

        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("plantain: there is no account ")
        assert run.err.count("\n") == 1
        assert "\x1b" not in run.err
    assert everything(file) == before


# --- the database ---------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("export", "--csv", "books.csv"), ("account", "1")])
def test_without_a_database_it_is_said_how_to_make_one(command, folder, arguments):
    run = command("ledger", *arguments)

    assert run.code == 2
    assert "`db upgrade` makes one" in run.err
    assert list(folder.iterdir()) == []
