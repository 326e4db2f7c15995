"""Grant until files may not grow any more, then once they may again; write what was acknowledged.

A limit on the size of files does to SQLite what a full disk does: its writes fail half-way.
"""

import asyncio
import json
import resource
import signal
import sys
import time
import uuid
from pathlib import Path

from bot.db.sqlite import SqliteDatabase
from bot.errors import StorageError
from bot.ledger.ledger import Ledger

MEMBER = "member:1"
ROOM = 100_000


async def main(path):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ledger = Ledger(now=time.time_ns, new_id=lambda: uuid.uuid4().hex, welcome=0)
    acknowledged, problems = [], []

    async with SqliteDatabase.open(path) as database:

        async def grant(reason):
            try:
                await database.write(lambda tx: ledger.grant(tx, MEMBER, 1, reason=reason))
            except StorageError as error:
                problems.append(error.problem)
            else:
                acknowledged.append(reason)

        await database.write(lambda tx: ledger.open(tx, MEMBER))
        size = path.with_name(f"{path.name}-wal").stat().st_size
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + ROOM, most))
        for batch in range(60):
            await asyncio.gather(*(grant(f"{batch}-{number}") for number in range(16)))
        before = len(acknowledged)
        readable = await database.read(ledger.check)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        failures = len(problems)
        await asyncio.gather(*(grant(f"after-{number}") for number in range(16)))
    told = {
        "acknowledged": acknowledged,
        "before": before,
        "problems": sorted(set(problems)),
        "failures": failures,
        "failures_after": len(problems) - failures,
        "check_while_full": len(readable),
    }
    sys.stdout.write(json.dumps(told))


asyncio.run(main(Path(sys.argv[1])))
