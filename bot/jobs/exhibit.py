"""A finished job's pictures from the store, made fit to be shown again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.db.database import Database
from bot.errors import JobUnknown
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.delivery import REQUEST_BYTES, Picture
from bot.jobs.job import Receipt, Stored


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A job with its pictures as files, and what it cost."""

    stored: Stored
    pictures: list[Picture]
    receipt: Receipt


class Gallery:
    def __init__(self, *, database: Database, store: ImageStore, codec: Codec) -> None:
        self._database = database
        self._store = store
        self._codec = codec

    @asynccontextmanager
    async def open(
        self, stored: Stored, upload_limit: int, *, only: int | None = None
    ) -> AsyncIterator[Exhibit]:
        """The files are there while it lasts, each of at most `upload_limit` bytes.

        `only` is the place of one picture, from 0, where not all are wanted. Raises
        UnusablePicture, and JobUnknown for a picture that is not there or not any more.
        """
        made = stored.results
        receipt = await self._database.read(
            lambda tx: queue.receipt(tx, stored.job, made=len(made))
        )
        wanted = [place for place in range(len(made)) if only in (None, place)]
        if not wanted:
            raise JobUnknown
        limit = min(upload_limit, REQUEST_BYTES // len(wanted))
        async with AsyncExitStack() as resources:
            pictures = []
            for place in wanted:
                image = made[place]
                folder = await resources.enter_async_context(self._store.scratch())
                try:
                    fitted = await self._codec.fit(
                        self._store.path(image), limit=limit, into=folder
                    )
                except FileNotFoundError as error:
                    raise JobUnknown from error
                pictures.append(Picture(fitted.path, fitted.mime, image, fitted.how, place + 1))
            yield Exhibit(stored, pictures, receipt)
