"""A copy of everything that is kept of a member, for them: tables as JSON, pictures as files.

It comes as ZIP files of at most a given size, each built from files when it is its turn and deleted
before the next, so that thousands of pictures never lie on the disk twice.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.care import ExportTooSoon
from bot.db.database import Database, Row, Transaction
from bot.errors import StorageError, UnusablePicture
from bot.generation.formats import EXTENSIONS
from bot.generation.request import ImageRef
from bot.images import bundle
from bot.images.bundle import Packed
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.privacy.holdings import HOLDINGS

EVERY = 3600
"""Seconds between two copies for one member."""
TOGETHER = 2
"""Copies being built at the same time; who comes later waits."""
PAGE = 50
"""Rows read at once; what a model said may have a megabyte a row."""
MICROS = 1_000_000
NAME = "plantain-{date}-{part}.zip"


class Exports:
    """`now` in microseconds UTC."""

    def __init__(
        self,
        *,
        database: Database,
        store: ImageStore,
        codec: Codec,
        now: Callable[[], int],
    ) -> None:
        self._database = database
        self._store = store
        self._codec = codec
        self._now = now
        self._turns = asyncio.Semaphore(TOGETHER)

    async def begin(self, member_id: int) -> None:
        """Note that a member has a copy made; raises ExportTooSoon within an hour of the last."""
        now = self._now()
        before = now - EVERY * MICROS

        async def begin(tx: Transaction) -> int | None:
            await tx.run("drop_exports", before=before)
            if await tx.one("begin_export", member_id=member_id, now=now):
                return None
            row = await tx.one("last_export", member_id=member_id)
            return int(row["began_at"]) if row else now

        last = await self._database.write(begin)
        if last is not None:
            raise ExportTooSoon(max(1, -(-(last - before) // (60 * MICROS))))

    async def parts(self, member_id: int, *, limit: int) -> AsyncGenerator[Path, None]:
        """ZIP files of at most `limit` bytes, each gone when the next is asked for.

        A picture that is larger alone comes as a smaller copy. Whoever does not take all of them
        may begin again at once. Raises StorageError.
        """
        whole = False
        try:
            async with aclosing(self._bundles(member_id, limit)) as bundles:
                async for part in bundles:
                    yield part
            whole = True
        finally:
            if not whole:
                await self._give_up(member_id)

    async def _give_up(self, member_id: int) -> None:
        await self._database.write(lambda tx: tx.run("forget_export", member_id=member_id))

    async def _bundles(self, member_id: int, limit: int) -> AsyncGenerator[Path, None]:
        async with self._turns, self._store.scratch() as folder:
            date = f"{_day(self._now()):%Y-%m-%d}"
            number, packed = 0, list[Packed]()
            async with aclosing(self._files(member_id, folder, limit)) as files:
                async for file in files:
                    if packed and not bundle.fits(packed, file, limit=limit):
                        number += 1
                        yield await _bundled(packed, folder / NAME.format(date=date, part=number))
                        await asyncio.to_thread(_remove, folder, packed)
                        packed = []
                    packed.append(file)
            if packed:
                yield await _bundled(packed, folder / NAME.format(date=date, part=number + 1))

    async def _files(
        self, member_id: int, folder: Path, limit: int
    ) -> AsyncGenerator[Packed, None]:
        async with aclosing(self._tables(member_id, folder, limit)) as tables:
            async for table in tables:
                yield table
        read = partial(_all, "own_pictures", {"member_id": member_id})
        seen: set[str] = set()
        for row in await self._database.read(read):
            if row["digest"] not in seen:
                seen.add(row["digest"])
                picture = await self._picture(row, folder, limit)
                if picture is not None:
                    yield picture

    async def _tables(
        self, member_id: int, folder: Path, limit: int
    ) -> AsyncGenerator[Packed, None]:
        names = {"member_id": member_id, "account": f"member:{member_id}"}
        room = limit - bundle.OVERHEAD - bundle.END
        for holding in HOLDINGS:
            if holding.export is None:
                continue
            number = 0
            async with aclosing(self._texts(holding.export, names, room)) as texts:
                async for text in texts:
                    number += 1
                    name = (
                        f"{holding.table}-{number}.json" if number > 1 else f"{holding.table}.json"
                    )
                    file = folder / name
                    await asyncio.to_thread(file.write_bytes, text)
                    yield Packed(name, file, await bundle.measure(text), deflate=True)

    async def _texts(
        self, statement: str, names: dict[str, object], room: int
    ) -> AsyncGenerator[bytes, None]:
        """A table as JSON in pieces of at most `room` bytes, unless one row alone is more."""
        kept, size, past = list[bytes](), 0, 0
        while True:
            values = {**names, "most": PAGE, "past": past}
            rows = await self._database.read(partial(_all, statement, values))
            for text in await asyncio.to_thread(_json, rows):
                if kept and size + len(text) > room:
                    yield b"[" + b",\n".join(kept) + b"]"
                    kept, size = [], 0
                kept.append(text)
                size += len(text) + 2
            past += len(rows)
            if len(rows) < PAGE:
                break
        if kept:
            yield b"[" + b",\n".join(kept) + b"]"

    async def _picture(self, row: Row, folder: Path, limit: int) -> Packed | None:
        """One picture by its name in the bundle; None where its file is gone."""
        image = queue.image(row)
        name = f"pictures/{_day(row['at']):%Y-%m-%d}-{row['name'][-8:]}"
        name += f"-{row['role']}-{row['position'] + 1}"
        file = self._store.path(image)
        if not await asyncio.to_thread(file.exists):
            return None
        whole = Packed(f"{name}.{EXTENSIONS[image.mime]}", file, image.size)
        if bundle.fits((), whole, limit=limit):
            return whole
        return await self._smaller(image, name, folder, limit)

    async def _smaller(self, image: ImageRef, name: str, folder: Path, limit: int) -> Packed | None:
        room = limit - bundle.OVERHEAD - bundle.END
        try:
            copy = await self._codec.fit(self._store.path(image), limit=room, into=folder)
        except UnusablePicture:
            return None
        return Packed(f"{name}-smaller.{EXTENSIONS[copy.mime]}", copy.path, copy.size)


async def _bundled(files: list[Packed], target: Path) -> Path:
    await bundle.write(files, target)
    return target


def _remove(folder: Path, packed: list[Packed]) -> None:
    """What has been handed over: bundles, and files that were made for them."""
    try:
        for file in folder.glob("*.zip"):
            file.unlink()
        for one in packed:
            if one.file.is_relative_to(folder):
                one.file.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"export: {error.strerror or error}") from error


def _json(rows: list[Row]) -> list[bytes]:
    return [json.dumps(dict(row), ensure_ascii=False, indent=1).encode() for row in rows]


def _day(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / MICROS, UTC)


async def _all(statement: str, values: dict[str, object], tx: Transaction) -> list[Row]:
    return await tx.all(statement, **values)
