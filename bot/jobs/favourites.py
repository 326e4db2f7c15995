"""Pictures that members starred."""

from collections.abc import Callable

from bot.db.database import Database, Transaction
from bot.errors import JobUnknown
from bot.jobs.job import Stored


class Favourites:
    """A picture is a job's, by its place among the results, from 0. `now` in microseconds UTC."""

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    async def toggle(self, stored: Stored, picture: int, member_id: int) -> bool:
        """Star a picture, or take the star back; whether it is one now. Raises JobUnknown."""
        _check(stored, picture)

        async def write(tx: Transaction) -> bool:
            values = {"member_id": member_id, "job_id": stored.job.id, "picture": picture}
            if await tx.run("unstar", **values):
                return False
            await tx.one("star", **values, now=self._now())
            return True

        return await self._database.write(write)

    async def has(self, stored: Stored, picture: int, member_id: int) -> bool:
        """Whether it is one; raises JobUnknown."""
        _check(stored, picture)
        row = await self._database.read(
            lambda tx: tx.one("starred", member_id=member_id, job_id=stored.job.id, picture=picture)
        )
        return row is not None


def _check(stored: Stored, picture: int) -> None:
    """The number comes from outside."""
    if not 0 <= picture < len(stored.results):
        raise JobUnknown
