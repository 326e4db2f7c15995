"""kill -9 in the middle of work: nothing promised is lost, nothing is paid or charged twice."""

import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "work.py"


def start(folder: Path, url: str, jobs: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, folder, url, str(jobs)], stdout=subprocess.PIPE, text=True
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
    """Killed after some deliveries: the next start ends every job, and the books add up."""
    folder = tmp_path / "data"
    prompt = f"kill {tmp_path.name}"
    first = start(folder, upstream.url, 12)
    lines = read_until(first, "promised", 12)
    already = sum(words[0] == "delivered" for words in lines)
    if delivered_before > already:
        lines += read_until(first, "delivered", delivered_before - already)
    first.kill()
    rest, _ = first.communicate()
    lines += [line.split() for line in rest.splitlines()]
    promised = {words[1] for words in lines if words[0] == "promised"}
    paid_before = calls.count(prompt)

    second = start(folder, upstream.url, 0)
    output, _ = second.communicate(timeout=60)
    recovered = [line.split() for line in output.splitlines()]

    assert second.returncode == 0
    assert calls.count(prompt) == paid_before
    with sqlite3.connect(folder / "plantain.db") as db:
        states = dict(db.execute("SELECT id, state FROM jobs"))
        assert set(states) == promised
        assert set(states.values()) <= {"done", "failed"}
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
