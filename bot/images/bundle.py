"""ZIP files written from files, one at a time, none larger than it may be."""

import asyncio
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StorageError

OVERHEAD = 1024
"""Bytes around each file, its name counted twice, of 150 letters in any script."""
END = 64
"""Bytes after the last."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A file with its name in the bundle, and the most bytes it will take there."""

    name: str
    file: Path
    size: int
    deflate: bool = False

    @property
    def weight(self) -> int:
        """With what is around it."""
        return self.size + OVERHEAD


def fits(files: Sequence[Packed], more: Packed, *, limit: int) -> bool:
    """Whether one more has room in a bundle of at most `limit` bytes."""
    return sum(file.weight for file in files) + more.weight + END <= limit


async def measure(text: bytes) -> int:
    """How many bytes a text takes when deflated."""
    return await asyncio.to_thread(lambda: len(zlib.compress(text)))


async def write(files: Sequence[Packed], target: Path) -> None:
    """Write a bundle; pictures are stored as they are. Raises StorageError.

    A file that is gone meanwhile is left out. In a thread: it reads, and sums up in C.
    """
    await asyncio.to_thread(_write, files, target)


def _write(files: Iterable[Packed], target: Path) -> None:
    with _disk(), zipfile.ZipFile(target, "w") as bundle:
        for packed in files:
            if packed.file.exists():
                how = zipfile.ZIP_DEFLATED if packed.deflate else zipfile.ZIP_STORED
                bundle.write(packed.file, packed.name, compress_type=how)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"bundle: {error.strerror or error}") from error
