"""What came of a batch as ZIP files: each small enough for the place, with a list of it all."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.errors import UnusablePicture
from bot.generation.formats import EXTENSIONS
from bot.images import bundle
from bot.images.bundle import END, OVERHEAD, Packed
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs.batch import Course, Piece, fate
from bot.jobs.delivery import REQUEST_BYTES, Picture
from bot.jobs.sheet import cell

FILES = 10
"""Files in one message."""
WORDS = 40
"""Letters of a prompt in a file's name."""
MANIFEST = "manifest.csv"
COLUMNS = ("line", "prompt", "state", "pictures", "credits", "files", "job")

Parts = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Archives:
    """Packs pictures from `store`."""

    store: ImageStore
    codec: Codec

    async def are_here(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Those whose files are in this process's store."""
        paths = [(piece, self.store.path(piece.image)) for piece in pieces]
        return await asyncio.to_thread(lambda: [one for one, path in paths if path.is_file()])

    def plan(self, course: Course, pieces: Sequence[Piece], *, upload_limit: int) -> list[Parts]:
        """Which pictures go into which file, and which files into which message."""
        limit = _limit(upload_limit)
        room = limit - len(_manifest(course)) - OVERHEAD - END
        parts: list[list[Piece]] = [[]]
        for piece in pieces:
            size = _size(piece, limit)
            if parts[-1] and size > room:
                parts.append([])
                room = limit - END
            parts[-1].append(piece)
            room -= size
        together = max(1, min(FILES, REQUEST_BYTES // limit))
        marks = [tuple(piece.mark for piece in part) for part in parts if part]
        return [tuple(marks[at : at + together]) for at in range(0, len(marks), together)]

    @asynccontextmanager
    async def open(
        self, course: Course, parts: Parts, *, first: int, upload_limit: int
    ) -> AsyncIterator[list[Path]]:
        """The files of one message, numbered from `first`, the very first with the list in it.

        They are there while it lasts. What is gone, or cannot be made to fit, is left out.
        """
        limit = _limit(upload_limit)
        async with AsyncExitStack() as stack:
            folder = await stack.enter_async_context(self.store.scratch())
            files = []
            for number, part in enumerate(parts, start=first):
                lists = [await _listed(course, folder)] if number == 1 else []
                room = limit - OVERHEAD - END - sum(one.weight for one in lists)
                pieces = await self.are_here(course.pieces_of(part))
                named = [
                    Packed(file_name(piece, picture.mime), picture.path, piece.image.size)
                    for piece, picture in await self.fit(pieces, room, stack)
                ]
                if named:
                    target = folder / f"{stem(course.batch.id)}-{number}.zip"
                    await bundle.write([*lists, *named], target)
                    files.append(target)
            yield files

    async def fit(
        self, pieces: Sequence[Piece], limit: int, stack: AsyncExitStack
    ) -> list[tuple[Piece, Picture]]:
        """Each as a file of at most `limit` bytes, which is there as long as the stack."""
        found = []
        for number, piece in enumerate(pieces, start=1):
            folder = await stack.enter_async_context(self.store.scratch())
            path = self.store.path(piece.image)
            try:
                fitted = await self.codec.fit(path, limit=limit, into=folder)
            except (UnusablePicture, FileNotFoundError) as error:
                log = structlog.get_logger("jobs")
                log.warning("left out of a batch", job=piece.item.job_id, problem=str(error))
                continue
            picture = Picture(fitted.path, fitted.mime, piece.image, fitted.how, number)
            found.append((piece, picture))
        return found


def stem(batch_id: str) -> str:
    """How the names of a batch's files begin, which no other's do."""
    return f"plantain-batch-{batch_id[-8:]}"


def file_name(piece: Piece, mime: str) -> str:
    """Such as `01-a-red-fox.png`: its line in the file and its first words."""
    words = re.findall(r"[^\W_]+", piece.item.prompt.lower()[: 4 * WORDS])
    name = f"{piece.item.line:02d}"
    for word in words:
        longer = f"{name}-{word[:WORDS]}"
        if len(longer) > WORDS + 3:
            break
        name = longer
    which = f"-{piece.picture + 1}" if piece.item.count > 1 else ""
    return f"{name}{which}.{EXTENSIONS[mime]}"


def _limit(upload_limit: int) -> int:
    return min(upload_limit, REQUEST_BYTES)


def _size(piece: Piece, limit: int) -> int:
    """What it takes in a file; what is larger than that is made to fill one."""
    return min(piece.image.size + OVERHEAD, limit)


async def _listed(course: Course, folder: Path) -> Packed:
    """The list as a file of its own."""
    content, file = _manifest(course), folder / MANIFEST
    await asyncio.to_thread(file.write_bytes, content)
    return Packed(MANIFEST, file, len(content))


def _manifest(course: Course) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows(_rows(course))
    # With the mark by which spreadsheets know it for UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _rows(course: Course) -> Iterator[tuple[object, ...]]:
    for item in course.items:
        files = [
            file_name(piece, piece.image.mime) for piece in course.pieces if piece.item is item
        ]
        state = "done" if item.drawn else fate(item)
        yield (
            item.line,
            cell(item.prompt),
            state,
            item.drawn,
            item.charged,
            " ".join(files),
            item.job_id[-8:],
        )
