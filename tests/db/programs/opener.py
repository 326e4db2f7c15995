"""Wait for a word on stdin, open the database named in the arguments, write what was applied."""

import asyncio
import json
import sys
from pathlib import Path

from bot.db.sqlite import SqliteDatabase


async def main():
    async with SqliteDatabase.open(Path(sys.argv[1])) as database:
        sys.stdout.write(json.dumps(database.applied))


sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
asyncio.run(main())
