"""Pictures that members keep for their next request, until they use them or a day is over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.db.database import Database, Transaction
from bot.generation.request import ImageRef
from bot.jobs import queue
from bot.jobs.uploads import Upload, Uploads

LIFE = 24 * 3600 * 1_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a member keeps; `until` in microseconds UTC, for the one kept longest from now."""

    pictures: tuple[ImageRef, ...]
    until: int


class Kept:
    def __init__(self, *, database: Database, uploads: Uploads, now: Callable[[], int]) -> None:
        self._database = database
        self._uploads = uploads
        self._now = now

    async def look(self, member_id: int) -> tuple[ImageRef, ...]:
        """What would come along with the member's next request, in order."""
        return (await self._database.read(lambda tx: self._look(tx, member_id))).pictures

    async def keep(
        self, member_id: int, *, uploads: Sequence[Upload] = (), pictures: Sequence[ImageRef] = ()
    ) -> Shelf:
        """Put more on the shelf, uploaded or stored already; raises as `Uploads.take` does."""
        lightened = await self._uploads.lighten(pictures)
        taken = await self._uploads.take(uploads)

        async def keep(tx: Transaction) -> Shelf:
            now = self._now()
            for image in (*lightened, *taken):
                await queue.remember(tx, image, now=now)
                await tx.run(
                    "keep_picture",
                    member_id=member_id,
                    digest=image.digest,
                    now=now,
                    expires_at=now + LIFE,
                )
            return await self._look(tx, member_id)

        return await self._database.write(keep)

    async def drop(self, member_id: int) -> None:
        """Keep nothing any more."""
        await self._database.write(
            lambda tx: tx.run("drop_kept_pictures", member_id=member_id, now=self._now())
        )

    async def _look(self, tx: Transaction, member_id: int) -> Shelf:
        rows = await tx.all("kept_pictures", member_id=member_id, now=self._now())
        until = max((row["expires_at"] for row in rows), default=0)
        return Shelf(tuple(queue.image(row) for row in rows), until)
