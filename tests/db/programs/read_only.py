"""Open a database that may not be written, as a user to whom that matters; write what is raised."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bot.db.sqlite import SqliteDatabase
from bot.errors import StorageError

NOBODY = 65534


async def open_and_close(path):
    async with SqliteDatabase.open(path):
        pass


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "plantain.db"
    asyncio.run(open_and_close(path))
    path.chmod(0o444)
    Path(folder).chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        asyncio.run(open_and_close(path))
    except StorageError as error:
        sys.stdout.write(str(error))
    finally:
        if is_root:
            os.seteuid(0)
        Path(folder).chmod(0o755)
