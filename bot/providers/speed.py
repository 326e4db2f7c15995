"""How fast each upstream has been of late, as the record of calls tells."""

import math
from collections.abc import Callable

from bot.db.database import Database
from bot.errors import StorageError
from bot.generation.request import Resolution

MICROS = 1_000_000
DAY = 24 * 3600 * MICROS
FRESH = 60 * MICROS
TRIED = 3
"""Calls without a picture after which an upstream counts as the slowest."""


class Speeds:
    """Seconds half of the pictures of the last day took at most; read again once a minute."""

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now
        self._read_at: int | None = None
        self._seconds: dict[tuple[str, str, str], float] = {}

    async def refresh(self) -> None:
        """Read the record where that was not done lately; what is known stays if it cannot be."""
        now = self._now()
        if self._read_at is not None and now - self._read_at < FRESH:
            return
        self._read_at = now
        try:
            rows = await self._database.read(lambda tx: tx.all("speeds", since=now - DAY))
        except StorageError:
            return
        self._seconds = {
            (row["provider"], row["model"], row["resolution"]): row["micros"] / MICROS
            if row["micros"] is not None
            else math.inf
            for row in rows
            if row["micros"] is not None or row["calls"] >= TRIED
        }

    def seconds(self, provider: str, model: str, resolution: Resolution) -> float | None:
        """For one picture there; None where nobody knows yet, infinite where none ever came."""
        return self._seconds.get((provider, model, resolution))
