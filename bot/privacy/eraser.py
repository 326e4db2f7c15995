"""A job's prompt, conversation and pictures, erased; its row stays, for the books.

Rows go first, and with them a note of the files that nobody refers to any more; then the files. So
a process that dies in between leaves a note, and whoever comes next deletes the file.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from string import hexdigits

from bot.db.database import Database, Row, Transaction
from bot.images.store import ImageStore
from bot.jobs import queue

BATCH = 20
"""Jobs, or files, between which others may write."""
DAY = 24 * 3600 * 1_000_000


class Eraser:
    """`now` in microseconds UTC."""

    def __init__(self, *, database: Database, store: ImageStore, now: Callable[[], int]) -> None:
        self._database = database
        self._store = store
        self._now = now

    async def erase_member(self, member_id: int) -> int:
        """Erase every job of a member that has ended and is held by nobody; how many."""
        return await self._erase("jobs_to_erase", member_id=member_id)

    async def erase_before(self, before: int) -> int:
        """Erase everybody's jobs that ended before a time, in microseconds UTC; how many."""
        return await self._erase("jobs_over", before=before)

    async def sweep(self) -> int:
        """Forget pictures that no row refers to, a day after they came; how many."""
        found, before = 0, self._now() - DAY
        for first in hexdigits[:16]:
            # After the digits of any digest that begins so, and before the next ones'.
            values = {"before": before, "most": BATCH, "first": first, "after": f"{first}g"}
            while rows := await self._database.read(partial(_all, "pictures_of_nobody", values)):
                await self._database.write(partial(doom, [row["digest"] for row in rows]))
                found += len(rows)
        return found

    async def unlink(self) -> int:
        """Delete the files that are to go, with their small copies; how many."""
        gone = 0
        values = {"most": BATCH}
        while rows := await self._database.read(partial(_all, "doomed_files", values)):
            for row in rows:
                if not row["uses"]:
                    await self._store.remove(queue.image(row))
                    gone += 1
            await self._database.write(partial(_unnote, [row["digest"] for row in rows]))
        return gone

    async def _erase(self, statement: str, **values: int) -> int:
        erased = 0
        known: set[str] = set()
        while True:
            wanted = partial(_all, statement, {**values, "most": BATCH})
            ids = {row["id"] for row in await self._database.read(wanted)} - known
            if not ids:
                return erased
            # One that is taken up again meanwhile is left to the next time.
            known |= ids
            for job_id in sorted(ids):
                erased += await self._database.write(partial(erase, job_id, self._now()))


async def erase(job_id: str, now: int, tx: Transaction) -> bool:
    """Erase one job; False where that was done, or somebody holds it."""
    if await tx.one("erase_job", id=job_id, now=now) is None:
        return False
    await tx.run("erase_attempts", id=job_id)
    await tx.run("erase_characters", id=job_id)
    await tx.run("forget_turns", job_id=job_id)
    await tx.run("forget_stars", job_id=job_id)
    rows = await tx.all("pictures_of_job", id=job_id)
    await tx.run("untie_pictures", id=job_id)
    await doom([row["digest"] for row in rows], tx)
    return True


async def doom(digests: Iterable[str], tx: Transaction) -> None:
    """Note the files of those that nobody has any more, and forget what is known of them."""
    for digest in digests:
        await tx.run("doom_file", digest=digest)
        await tx.run("forget_image", digest=digest)


async def _unnote(digests: Iterable[str], tx: Transaction) -> None:
    for digest in digests:
        await tx.run("forget_file", digest=digest)


async def _all(statement: str, values: Mapping[str, object], tx: Transaction) -> list[Row]:
    return await tx.all(statement, **values)
