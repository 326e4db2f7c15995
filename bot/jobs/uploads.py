"""What people upload: read at once, checked and cleaned in a worker, kept in the image store."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from bot.errors import JobUnknown, NotAPicture, PictureTooHeavy
from bot.generation.formats import EXTENSIONS
from bot.generation.request import ImageRef
from bot.images.codec import UPLOAD_LIMIT, Codec
from bot.images.store import ImageStore
from bot.images.worker import PREPARED_BYTES

AT_ONCE = 4
"""Uploads held in memory together; Discord's client offers them whole."""
UNKNOWN = "application/octet-stream"
READABLE = frozenset({*EXTENSIONS, "image/jpg", "image/heif", UNKNOWN})


class Upload(Protocol):
    """A file as Discord hands it over; `size` in bytes, which is not to be believed."""

    filename: str
    size: int

    async def read(self) -> bytes: ...


def check(uploads: Sequence[Upload]) -> None:
    """Raise UnusablePicture for what is too heavy, or known to be none, without reading it.

    Discord tells a file's kind by its name; where it says nothing, the content decides later.
    """
    for upload in uploads:
        if upload.size > UPLOAD_LIMIT:
            raise PictureTooHeavy(upload.filename, upload.size, UPLOAD_LIMIT)
        said = getattr(upload, "content_type", None) or UNKNOWN
        if said.partition(";")[0].strip().lower() not in READABLE:
            raise NotAPicture(upload.filename)


class Uploads:
    def __init__(self, *, store: ImageStore, codec: Codec) -> None:
        self._store = store
        self._codec = codec
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def take(self, uploads: Sequence[Upload]) -> tuple[ImageRef, ...]:
        """Every upload as a stored picture, in order; raises UnusablePicture for the first bad."""
        check(uploads)
        return tuple([await self._take(upload) for upload in uploads])

    async def lighten(self, pictures: Sequence[ImageRef]) -> tuple[ImageRef, ...]:
        """Stored pictures, in order, with a smaller one for each that is too heavy to work from.

        Raises UnusablePicture, and JobUnknown for one that is not in the store any more.
        """
        return tuple(
            [await self._shrink(one) if one.size > PREPARED_BYTES else one for one in pictures]
        )

    async def _shrink(self, picture: ImageRef) -> ImageRef:
        name, file = f"picture.{EXTENSIONS[picture.mime]}", self._store.path(picture)
        async with self._store.scratch() as folder:
            try:
                small = await self._codec.prepare_upload(
                    file, name=name, into=folder, limit=picture.size
                )
            except FileNotFoundError as error:
                raise JobUnknown from error
            return await self._store.add(small)

    async def _take(self, upload: Upload) -> ImageRef:
        async with self._turns, self._store.scratch() as folder:
            raw = folder / "upload"
            await asyncio.to_thread(raw.write_bytes, await upload.read())
            clean = await self._codec.prepare_upload(raw, name=upload.filename, into=folder)
            return await self._store.add(clean)
