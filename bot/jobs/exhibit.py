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
    async def open(self, stored: Stored, upload_limit: int) -> AsyncIterator[Exhibit]:
        """The files are there while it lasts, each of at most `upload_limit` bytes.

        Raises UnusablePicture, and JobUnknown for a picture that is not in the store any more.
        """
        made = stored.results
        receipt = await self._database.read(
            lambda tx: queue.receipt(tx, stored.job, made=len(made))
        )
        limit = min(upload_limit, REQUEST_BYTES // len(made))
        async with AsyncExitStack() as resources:
            pictures = []
            for number, image in enumerate(made, start=1):
                folder = await resources.enter_async_context(self._store.scratch())
                try:
                    fitted = await self._codec.fit(
                        self._store.path(image), limit=limit, into=folder
                    )
                except FileNotFoundError as error:
                    raise JobUnknown from error
                pictures.append(Picture(fitted.path, fitted.mime, image, fitted.how, number))
            yield Exhibit(stored, pictures, receipt)
