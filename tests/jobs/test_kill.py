"""kill -9 in the middle of work: nothing promised is lost, nothing is paid or charged twice."""

import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from bot.db import statements

PROGRAM = Path(__file__).parent / "programs" / "work.py"


def start(folder: Path, url: str, jobs: int, *gateway: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, folder, url, str(jobs), *gateway],
        stdout=subprocess.PIPE,
        text=True,
    )


def read_until(process: subprocess.Popen[str], word: str, times: int) -> list[list[str]]:
    lines = []
    for line in process.stdout:
        lines.append(line.split())
        if sum(words[0] == word for words in lines) == times:
            return lines
    raise AssertionError(f"ended before {word}: {lines}")


@pytest.mark.parametrize("delivered_before", [0, 1, 7])
def test_kill_9_loses_no_promise_and_pays_nothing_twice(
    tmp_path, upstream, calls, delivered_before
):
    """Killed after some deliveries: the next start ends every job, and the books add up.

    What was queued is drawn then, what was being drawn is not asked for a second time.
    """
    folder = tmp_path / "data"
    prompt = f"kill {tmp_path.name}"
    first = start(folder, upstream.url, 12)
    lines = read_until(first, "promised", 12)
    already = sum(words[0] == "delivered" for words in lines)
    if delivered_before > already:
        lines += read_until(first, "delivered", delivered_before - already)
    first.kill()
    rest, _ = first.communicate()
    # The last line may be torn: it was killed in the middle of everything.
    lines += [line.split() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    promised = {words[1] for words in lines if words[0] == "promised"}

    second = start(folder, upstream.url, 0)
    output, _ = second.communicate(timeout=60)
    recovered = [line.split() for line in output.splitlines()]

    assert second.returncode == 0
    with sqlite3.connect(folder / "plantain.db") as db:
        states = dict(db.execute("SELECT id, state FROM jobs"))
        assert set(states) == promised
        assert set(states.values()) <= {"done", "failed"}
        attempts = Counter(job for (job,) in db.execute("SELECT job_id FROM attempts"))
        assert attempts == Counter(promised)
        assert calls.count(prompt) <= len(promised)
        released = {words[1] for words in recovered if words[0] == "explained"}
        assert {job for job, state in states.items() if state == "failed"} == released
        done = Counter(states.values())["done"]
        [(available, held)] = db.execute(
            "SELECT available, held FROM accounts WHERE id = 'member:7'"
        )
        assert (available, held) == (1000 - 7 * done, 0)
        [(open_attempts,)] = db.execute("SELECT count(*) FROM attempts WHERE outcome IS NULL")
        assert open_attempts == 0
    db.close()
    seen = Counter(words[1] for words in lines + recovered if words[0] == "delivered")
    assert {job for job, state in states.items() if state == "done"} <= set(seen)
    check = subprocess.run(
        [sys.executable, "-m", "bot", "ledger", "check"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert check.returncode == 0, check.stdout


@pytest.fixture
def silent():
    """An upstream that takes every call and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        yield listening


def address(server: socket.socket) -> str:
    return "http://{}:{}".format(*server.getsockname())


def heard(server: socket.socket) -> tuple[socket.socket, bytes]:
    """The next call: its connection, left open, and what came as far as the end of its body."""
    connection, _ = server.accept()
    connection.settimeout(30)
    received = b""
    while not received.endswith(b"}"):
        received += connection.recv(65536)
    return connection, received


CLOSED = "http://127.0.0.1:1"
"""Nothing listens there, so the first upstream fails at once and surely unbilled."""


def test_kill_9_between_the_first_one_s_failure_and_the_second_one_s_answer(tmp_path, silent):
    """The call that is out is booked as a possible loss, nobody is asked again, nobody pays."""
    folder = tmp_path / "data"
    first = start(folder, CLOSED, 1, address(silent))
    connection, received = heard(silent)
    with connection:
        assert received.startswith(b"POST /v1beta/models/gemini-nano-banana-2.1:generateContent")
        first.kill()
        first.communicate()

    second = start(folder, CLOSED, 0, address(silent))
    output, _ = second.communicate(timeout=60)

    assert second.returncode == 0
    assert [line.split()[0] for line in output.splitlines() if "[" not in line] == [
        "explained",
        "recovered",
        "quiet",
    ]
    silent.settimeout(0)
    with pytest.raises(BlockingIOError):
        silent.accept()
    with sqlite3.connect(folder / "plantain.db") as db:
        assert db.execute("SELECT state, failure, credits_charged FROM jobs").fetchall() == [
            ("failed", "error-interrupted", None)
        ]
        assert db.execute(
            "SELECT available, held FROM accounts WHERE id = 'member:7'"
        ).fetchall() == [(1000, 0)]
        query = "SELECT provider, outcome, billed FROM attempts ORDER BY number"
        assert db.execute(query).fetchall() == [
            ("google", "connect_failed", "no"),
            ("apiyi", "interrupted", "unknown"),
        ]
        rows = db.execute(statements.load()["spending"], {"since": 0}).fetchall()
    db.close()
    # Provider, key, model and day; then calls, paid, in doubt and lost, in millionths of a dollar.
    assert [(row[0], *row[4:]) for row in rows] == [
        ("apiyi", 1, 0, 50_000, 50_000),
        ("google", 1, 0, 0, 0),
    ]


BATCH = PROGRAM.with_name("batch.py")


def test_kill_9_in_a_batch_shows_everything_once_and_charges_it_exactly(tmp_path, upstream, calls):
    """Killed while it is drawn, when its first message can be seen and nobody knows of that."""
    folder = tmp_path / "data"
    words = f"batch {tmp_path.name}"

    def begin(prompts: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, BATCH, folder, upstream.url, words, str(prompts)],
            stdout=subprocess.PIPE,
            text=True,
        )

    first = begin(24)
    read_until(first, "shown", 1)
    first.kill()
    first.communicate()
    last = begin(0)
    output, _ = last.communicate(timeout=60)

    assert last.returncode == 0
    with sqlite3.connect(folder / "plantain.db") as db:
        states = Counter(state for (state,) in db.execute("SELECT state FROM jobs"))
        assert db.execute("SELECT state, claim FROM batches").fetchall() == [("done", None)]
        accounts = db.execute("SELECT available, held FROM accounts WHERE id = 'member:7'")
        # What was being drawn in the moment of the kill is given back, and not asked for again.
        assert accounts.fetchall() == [(1000 - 7 * states["done"], 0)]
    db.close()
    assert states["done"] + states["failed"] == 24
    assert states["failed"] <= 8
    assert states["done"] <= calls.count(words) <= 24
    assert f"over {states['done']} {7 * states['done']}\n" in output
    shown = list((folder / "wall").rglob("*.png"))
    assert len(shown) == states["done"]
    [archive] = (folder / "wall").rglob("*.zip")
    with zipfile.ZipFile(archive) as files:
        assert len(files.namelist()) == states["done"] + 1
