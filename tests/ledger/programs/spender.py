"""Reserve against one member's credits from many tasks; write how many got theirs."""

import asyncio
import json
import sys
import time
import uuid
from pathlib import Path

from pydantic import SecretStr

from bot.db import engine
from bot.errors import NotEnoughCredits
from bot.ledger.ledger import Ledger

TASKS = 300


async def main(word, member, price):
    address = SecretStr(word) if "://" in word else Path(word)
    ledger = Ledger(now=time.time_ns, new_id=lambda: uuid.uuid4().hex, welcome=0)
    async with engine.opened(address) as database:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()

        async def spend(number):
            # Some come later, so that the processes take turns instead of one coming first.
            for _ in range(number // 5):
                await asyncio.sleep(0)
            return await database.write(lambda tx: ledger.reserve(tx, member, price))

        answers = await asyncio.gather(*map(spend, range(TASKS)), return_exceptions=True)
    reserved = sum(isinstance(answer, str) for answer in answers)
    refused = sum(isinstance(answer, NotEnoughCredits) for answer in answers)
    sys.stdout.write(json.dumps({"reserved": reserved, "refused": refused}))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
