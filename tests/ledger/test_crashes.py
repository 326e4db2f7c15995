"""What was acknowledged is stored, whatever happens to the process, the disk or its neighbours."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.db import engine

PROGRAMS = Path(__file__).parent / "programs"


async def rows(path, sql):
    async with engine.opened(path) as database:
        return await database.read(lambda tx: tx.query(sql))


async def discrepancies(path, ledger):
    async with engine.opened(path) as database:
        return await database.read(ledger.check)


async def test_two_processes_share_credits_for_twenty(address, make_ledger):
    """300 tasks in each of two processes at once: twenty reservations in all, no other trouble."""
    path, ledger = address, make_ledger(welcome=20 * 7)
    word = str(path) if isinstance(path, Path) else path.get_secret_value()
    async with engine.opened(path) as database:
        await database.write(lambda tx: ledger.open(tx, "member:1"))
    spenders = [
        subprocess.Popen(
            [sys.executable, PROGRAMS / "spender.py", word, "member:1", "7"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for spender in spenders:
        assert spender.stdout.readline() == "ready\n"
    for spender in spenders:
        spender.stdin.write("go\n")
        spender.stdin.flush()
    told = [json.loads(spender.communicate(timeout=60)[0]) for spender in spenders]
    assert sum(answer["reserved"] for answer in told) == 20
    assert sum(answer["refused"] for answer in told) == 580
    member = (await rows(path, "SELECT available, held FROM accounts WHERE id = 'member:1'"))[0]
    assert member == {"available": 0, "held": 140}
    assert await discrepancies(path, ledger) == []


@pytest.mark.parametrize("patience", [1, 40, 400])
async def test_killed_while_writing(tmp_path, make_ledger, patience):
    """kill -9 after some acknowledgements: the file has each of them, and the books agree."""
    path = tmp_path / "plantain.db"
    writer = subprocess.Popen(
        [sys.executable, PROGRAMS / "writer.py", path], stdout=subprocess.PIPE, text=True
    )
    lines = [writer.stdout.readline() for _ in range(patience)]
    writer.kill()
    lines += writer.stdout.readlines()
    writer.wait(60)
    writer.stdout.close()
    acknowledged = dict(line.split() for line in lines)
    assert len(acknowledged) >= patience / 3
    stored = {row["id"]: row["state"] for row in await rows(path, "SELECT * FROM reservations")}
    assert acknowledged.keys() <= stored.keys()
    for reservation, state in acknowledged.items():
        assert state in ("open", stored[reservation])
    assert await discrepancies(path, make_ledger()) == []


async def test_a_full_disk_loses_nothing_and_passes(tmp_path, make_ledger):
    """Each grant that was acknowledged is stored and no other; reading goes on; then all works."""
    path = tmp_path / "plantain.db"
    filler = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, PROGRAMS / "disk_filler.py", path],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    told = json.loads(filler.stdout)
    assert told["before"] >= 16
    assert told["failures"] >= 16
    assert told["failures_after"] == 0
    assert told["check_while_full"] == 0
    assert len(told["acknowledged"]) == told["before"] + 16
    granted = await rows(path, "SELECT reason FROM movements WHERE kind = 'grant'")
    assert sorted(row["reason"] for row in granted) == sorted(told["acknowledged"])
    assert await discrepancies(path, make_ledger()) == []
    assert not [problem for problem in told["problems"] if "savepoint" in problem]
