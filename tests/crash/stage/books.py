"""What a bot's database says, read from outside it on either engine."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
JOBS = """
SELECT id, state, interaction_id, member_id, prompt, model, count, private, credits_each,
       credits_charged, failure, created_at, message_id
  FROM jobs ORDER BY created_at, id
"""
ATTEMPTS = "SELECT job_id, picture, number, outcome, billed, task_id, ended_at FROM attempts"
ACCOUNTS = "SELECT id, available, held FROM accounts WHERE kind = 'member'"
OPEN = "SELECT id FROM reservations WHERE state = 'open'"


@dataclass(frozen=True)
class Books:
    """The rows that the promises are about. `open` are reservations that hold credits."""

    jobs: list[Row]
    attempts: list[Row]
    accounts: list[Row]
    open: list[Row]

    @property
    def unfinished(self) -> list[Row]:
        return [job for job in self.jobs if job["state"] not in ("done", "failed", "cancelled")]


def read(database: Path | str) -> Books:
    """From a file of SQLite's, or a PostgreSQL by its address; a bot may be running."""
    statements = (JOBS, ATTEMPTS, ACCOUNTS, OPEN)
    if isinstance(database, str):
        return Books(*asyncio.run(_from_postgresql(database, statements)))
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")
        return Books(*([dict(row) for row in connection.execute(one)] for one in statements))


async def _from_postgresql(address: str, statements: tuple[str, ...]) -> list[list[Row]]:
    import asyncpg  # noqa: PLC0415 - an extra

    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return [[dict(row) for row in await connection.fetch(one)] for one in statements]
    finally:
        await connection.close()
