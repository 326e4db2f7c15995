"""Pictures checked, cleaned and made to fit; whatever decodes pixels runs in another process."""

import asyncio
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import NotAPicture, PictureTooHeavy
from bot.generation.formats import SNIFF_BYTES, sniff
from bot.images import chart, contact_sheet, header, strip, worker
from bot.images.fitted import Fitted
from bot.images.header import Header
from bot.images.processes import Processes

UPLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes of one upload."""
COMPARED_BYTES = 8 * 1024 * 1024
"""Within what Discord takes anywhere."""


async def inspect(file: Path) -> Header:
    """What `file` is, by its header; no pixel is decoded. Raises NotAPicture, also when cut."""
    return await asyncio.to_thread(header.read, file)


class Codec:
    """Re-encodes pictures in at most `workers` processes, `time_limit` seconds for each.

    A worker that overruns, crashes or runs out of memory makes that one call raise NotAPicture,
    with the cause chained for the log; the next call gets a new worker.
    """

    def __init__(self, *, workers: int, time_limit: float) -> None:
        self._processes = Processes(count=workers, time_limit=time_limit, start=worker.start)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._processes.close()

    async def prepare_upload(
        self, file: Path, *, name: str, into: Path, limit: int = UPLOAD_LIMIT
    ) -> Path:
        """Make a new file in folder `into` of what somebody uploaded as `name`.

        In: PNG, JPEG, WebP, GIF and, where pillow-heif is installed, HEIC, of at most `limit`
        bytes, by content; of several frames the first. Out: PNG, JPEG or WebP, always encoded
        anew, upright, sRGB, without metadata, at most 2048 pixels long and 5 MiB. Raises
        UnusablePicture, and StorageError when the new file cannot be written.
        """
        await asyncio.to_thread(_admit, file, name, limit)
        try:
            return await self._processes.run(worker.prepare, file, name, into)
        except (BrokenProcessPool, OSError) as error:
            raise NotAPicture(name) from error

    async def fit(self, file: Path, *, limit: int, into: Path) -> Fitted:
        """`file` itself if it has at most `limit` bytes, else a smaller one in folder `into`.

        What it loses, in this order: nothing (lossless WebP, for a PNG that this can save), some
        quality (JPEG, or WebP where something shows through), then size. Raises UnusablePicture,
        PictureTooHeavy where nothing fits, and StorageError.
        """
        size, known = await asyncio.to_thread(lambda: (file.stat().st_size, header.read(file)))
        if size <= limit:
            return Fitted(file, known.mime, known.width, known.height, size, "unchanged")
        try:
            return await self._processes.run(worker.fit, file, known.mime, limit, into)
        except (BrokenProcessPool, OSError) as error:
            raise NotAPicture(file.name) from error

    async def draw_days(self, amounts: Sequence[int], *, first: str, last: str) -> bytes | None:
        """A PNG of at most 20 KB with one bar for each day's amount, between two dates' names.

        None when it could not be drawn: it is an ornament, for which nothing else should fail.
        """
        try:
            return await self._processes.run(chart.draw_days, tuple(amounts), first, last)
        except (BrokenProcessPool, OSError, MemoryError):
            return None

    async def draw_versions(
        self, files: Sequence[tuple[Path, Path]], parents: Sequence[int | None], current: int
    ) -> bytes | None:
        """A PNG of thumbnails as `strip.draw_versions`; None when it could not be drawn."""
        try:
            return await self._processes.run(
                strip.draw_versions, tuple(files), tuple(parents), current
            )
        except (BrokenProcessPool, OSError, MemoryError):
            return None

    async def draw_rows(self, rows: Sequence[Sequence[tuple[Path, Path]]]) -> bytes | None:
        """A PNG of thumbnails as `strip.draw_rows`; None when it could not be drawn."""
        try:
            return await self._processes.run(strip.draw_rows, tuple(map(tuple, rows)))
        except (BrokenProcessPool, OSError, MemoryError):
            return None

    async def draw_contact_sheet(
        self, files: Sequence[tuple[Path, Path]], starred: Sequence[bool]
    ) -> bytes | None:
        """A JPEG of thumbnails as `contact_sheet.draw`; None when it could not be drawn."""
        try:
            return await self._processes.run(contact_sheet.draw, tuple(files), tuple(starred))
        except (BrokenProcessPool, OSError, MemoryError):
            return None

    async def compare(self, before: Path, after: Path, *, into: Path) -> Path:
        """Both side by side, as a new file in folder `into` of at most COMPARED_BYTES.

        Raises UnusablePicture, FileNotFoundError for a picture that is gone, and StorageError.
        """
        for file in (before, after):
            await asyncio.to_thread(file.stat)
        try:
            return await self._processes.run(worker.compare, before, after, COMPARED_BYTES, into)
        except (BrokenProcessPool, OSError) as error:
            raise NotAPicture(after.name) from error

    async def draw_report(
        self,
        amounts: Sequence[int],
        *,
        first: str,
        last: str,
        groups: Sequence[Sequence[tuple[str, int]]],
    ) -> bytes | None:
        """The same with rankings below it: for each group some names and what each spent."""
        try:
            return await self._processes.run(chart.draw_report, tuple(amounts), first, last, groups)
        except (BrokenProcessPool, OSError, MemoryError):
            return None


def _admit(file: Path, name: str, limit: int) -> None:
    """Turn away what is not worth a worker's time."""
    size = file.stat().st_size
    if size > limit:
        raise PictureTooHeavy(name, size, limit)
    with file.open("rb") as stream:
        if sniff(stream.read(SNIFF_BYTES)) is None:
            raise NotAPicture(name)
