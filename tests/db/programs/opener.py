"""Wait for a word on stdin, open the database named in the arguments, write what was applied."""

import asyncio
import json
import sys
from pathlib import Path

from pydantic import SecretStr

from bot.db import engine


async def main():
    word = sys.argv[1]
    address = SecretStr(word) if "://" in word else Path(word)
    async with engine.opened(address) as database:
        sys.stdout.write(json.dumps(database.applied))


sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
asyncio.run(main())
