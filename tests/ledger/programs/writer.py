"""Reserve, settle and release without end; write a line for whatever was acknowledged."""

import asyncio
import itertools
import os
import sys
import time
import uuid
from pathlib import Path

from bot.db.sqlite import SqliteDatabase
from bot.ledger.ledger import Ledger

CALLERS = 8


def tell(reservation, state):
    os.write(sys.stdout.fileno(), f"{reservation} {state}\n".encode())


async def main(path):
    ledger = Ledger(now=time.time_ns, new_id=lambda: uuid.uuid4().hex, welcome=10**9)

    async def caller(database, member):
        await database.write(lambda tx: ledger.open(tx, member))
        for number in itertools.count():
            reservation = await database.write(lambda tx: ledger.reserve(tx, member, 10))
            tell(reservation, "open")
            if number % 3 == 0:
                await database.write(lambda tx, made=reservation: ledger.release(tx, made))
                tell(reservation, "released")
            elif number % 3 == 1:
                await database.write(lambda tx, made=reservation: ledger.settle(tx, made, 7))
                tell(reservation, "settled")

    async with SqliteDatabase.open(path) as database, asyncio.TaskGroup() as group:
        for number in range(CALLERS):
            group.create_task(caller(database, f"member:{number}"))


asyncio.run(main(Path(sys.argv[1])))
