"""Pictures kept in a local folder under the hash of their content, each whole or not there."""

import asyncio
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from blake3 import blake3

from bot.errors import StorageError
from bot.generation.formats import EXTENSIONS
from bot.generation.request import ImageRef
from bot.images import header

DIGEST = re.compile("[0-9a-f]{64}")
CHUNK = 1024 * 1024


class ImageStore:
    """Files named `ab/abcd....png` under `folder`; new ones are made in `scratch_folder` first.

    Both must be on one file system, so that a picture arrives by one rename. `scratch_folder` is
    a folder `work` beside `folder` unless given. All methods raise StorageError when the disk
    or the folder's permissions say no.
    """

    def __init__(self, folder: Path, *, scratch_folder: Path | None = None) -> None:
        self._folder = folder
        self._scratch_folder = scratch_folder or folder.parent / "work"

    def path(self, image: ImageRef) -> Path:
        """Where the picture is or would be; a reference that is no reference of ours is refused."""
        if image.mime not in EXTENSIONS:
            raise StorageError(f"the store holds no {image.mime!r}")
        return self._shard(image.digest) / f"{image.digest}.{EXTENSIONS[image.mime]}"

    def small(self, image: ImageRef) -> Path:
        """Where a small copy of it may be kept, for whoever draws one; it can be made anew."""
        self._shard(image.digest)
        return self._folder.parent / "small" / image.digest[:2] / f"{image.digest}.webp"

    async def add(self, file: Path) -> ImageRef:
        """Move a finished picture in, under the hash it turns out to have; raises NotAPicture."""
        with _disk():
            digest = await asyncio.to_thread(_hash, file)
        return await self.adopt(file, digest=digest)

    async def adopt(self, file: Path, *, digest: str) -> ImageRef:
        """Move a finished picture in under a hash known already, in lower-case hex.

        It is durable when this returns. Repeating is safe, also when the file has been moved.
        Raises NotAPicture when its content is no whole picture; it is then left where it was.
        """
        return await asyncio.to_thread(self._adopt, file, digest)

    async def remove(self, image: ImageRef) -> None:
        """Delete a picture and its small copy for good; safe to repeat."""
        for file in (self.small(image), self.path(image)):
            with _disk():
                await asyncio.to_thread(file.unlink, missing_ok=True)

    async def read(self, file: Path) -> bytes:
        """The content of a file in a scratch folder."""
        with _disk():
            return await asyncio.to_thread(file.read_bytes)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """A fresh empty folder, gone with all it holds when left."""
        folder = await asyncio.to_thread(self._new_scratch)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def sweep_scratch(self, *, older: float = 0) -> int:
        """Remove what a killed process left in the scratch folder; how many entries.

        Without seconds that it must be `older` than, for start-up: folders in use would go too.
        """
        return await asyncio.to_thread(self._sweep, older)

    async def shards(self) -> list[str]:
        """The two digits that digests begin with, where there is a file, or was."""
        return await asyncio.to_thread(self._shards)

    async def sweep_shard(self, prefix: str, known: AbstractSet[str], *, older: float) -> int:
        """Remove the files under two digits that are none of the `known` digests' pictures.

        One that is not `older` than so many seconds is left alone: its job may just be being asked
        for. How many went.
        """
        return await asyncio.to_thread(self._sweep_shard, prefix, known, older)

    def _shard(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise StorageError(f"not a BLAKE3 digest in hex: {digest[:80]!r}")
        return self._folder / digest[:2]

    def _adopt(self, file: Path, digest: str) -> ImageRef:
        shard = self._shard(digest)
        with _disk():
            if not file.exists():
                file = next(shard.glob(f"{digest}.*"), file)
            known = header.read(file)
            size = file.stat().st_size
            image = ImageRef(digest, known.mime, known.width, known.height, size)
            self._move(file, self.path(image), size)
        return image

    def _move(self, file: Path, target: Path, size: int) -> None:
        if file == target:
            return
        if target.exists() and target.stat().st_size == size:
            file.unlink()
            # It is as new as what came: a sweep of what nobody refers to leaves it alone.
            os.utime(target)
            return
        _flush(file)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            _flush(self._folder)
        file.replace(target)
        _flush(target.parent)

    def _new_scratch(self) -> Path:
        with _disk():
            self._scratch_folder.mkdir(parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(dir=self._scratch_folder))

    def _shards(self) -> list[str]:
        with _disk():
            if not self._folder.is_dir():
                return []
            found = (entry.name for entry in self._folder.iterdir() if entry.is_dir())
            return sorted(name for name in found if DIGEST.fullmatch(name + "0" * 62))

    def _sweep_shard(self, prefix: str, known: AbstractSet[str], older: float) -> int:
        shard = self._shard(prefix + "0" * 62)
        with _disk():
            if not shard.is_dir():
                return 0
            gone = [
                file
                for file in shard.iterdir()
                if file.name.partition(".")[0] not in known and _age(file) > older
            ]
            for file in gone:
                file.unlink(missing_ok=True)
        return len(gone)

    def _sweep(self, older: float) -> int:
        with _disk():
            if not self._scratch_folder.is_dir():
                return 0
            entries = self._scratch_folder.iterdir()
            left = [entry for entry in entries if not older or _age(entry) > older]
            for entry in left:
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
        return len(left)


def _age(file: Path) -> float:
    """Seconds since it was last changed; by the file system's clock, which is the wall's."""
    return time.time() - file.lstat().st_mtime


def _hash(file: Path) -> str:
    digest = blake3()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _flush(path: Path) -> None:
    """Onto the disk: a file's content, or the names in a folder."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders, and journals their names itself
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"image store: {error.strerror or error}") from error
