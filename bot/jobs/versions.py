"""The tree of edits that began with one job: what it looks like, and one beside another."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.db.database import Database, Transaction
from bot.errors import JobUnknown
from bot.generation.request import ImageRef
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.job import Origin, Stored
from bot.pressing import NothingBefore

MOST = 25
"""What one select can offer."""


@dataclass(frozen=True, slots=True)
class Version:
    """One job of the tree; `parent` is the place of what it goes on from, if that is shown."""

    stored: Stored
    parent: int | None


@dataclass(frozen=True, slots=True)
class Tree:
    """The oldest first; `current` is the place of the one that was asked for.

    `strip` is a PNG of them all, None where it could not be drawn.
    """

    versions: tuple[Version, ...]
    current: int
    strip: bytes | None


class Versions:
    def __init__(self, *, database: Database, store: ImageStore, codec: Codec) -> None:
        self._database = database
        self._store = store
        self._codec = codec

    async def tree(self, stored: Stored, member_id: int) -> Tree:
        """What the member may see of the tree: the way to `stored`, and the newest of the rest."""

        async def look(tx: Transaction) -> list[Stored]:
            line = [row["id"] for row in await tx.all("line_of_jobs", id=stored.job.id)]
            newest = await tx.all("family_of_jobs", id=line[-1], member_id=member_id, most=MOST)
            wanted = dict.fromkeys([*line, *(row["id"] for row in newest)])
            seen = [await _stored(tx, job_id, member_id) for job_id in list(wanted)[:MOST]]
            return [one for one in seen if one is not None]

        found = await self._database.read(look)
        found.sort(key=lambda one: (one.job.created_at, one.job.id))
        places = {one.job.id: place for place, one in enumerate(found)}
        if stored.job.id not in places:
            raise JobUnknown
        versions = tuple(Version(one, _parent(one, places)) for one in found)
        strip = await self._codec.draw_versions(
            [(self._store.path(one), self._store.small(one)) for one in _faces(versions)],
            [version.parent for version in versions],
            places[stored.job.id],
        )
        return Tree(versions, places[stored.job.id], strip)

    @asynccontextmanager
    async def compared(self, stored: Stored, member_id: int) -> AsyncIterator[Path]:
        """Before and after, side by side, as a file that is there while it lasts.

        Raises NothingBefore, UnusablePicture, and JobUnknown for a picture that is gone.
        """
        origin = stored.job.origin
        if origin is None:
            raise NothingBefore
        before = await self._database.read(lambda tx: _stored(tx, origin.job_id, member_id))
        if before is None or origin.picture >= len(before.results):
            raise JobUnknown
        pair = (before.results[origin.picture], stored.results[0])
        async with self._store.scratch() as folder:
            try:
                file = await self._codec.compare(*map(self._store.path, pair), into=folder)
            except FileNotFoundError as error:
                raise JobUnknown from error
            yield file


async def _stored(tx: Transaction, job_id: str, member_id: int) -> Stored | None:
    job = await queue.get(tx, job_id)
    if job is None or job.forgotten or not job.place.visible_to(member_id):
        return None
    made = await queue.results(tx, job_id)
    return Stored(job, made) if made else None


def _parent(one: Stored, places: dict[str, int]) -> int | None:
    return places.get(one.job.origin.job_id) if one.job.origin else None


def _faces(versions: Sequence[Version]) -> list[ImageRef]:
    """Of several pictures the one that an edit shown here goes on from, else the first."""
    origins = [version.stored.job.origin for version in versions]
    return [
        version.stored.results[_chosen(version.stored, [one for one in origins if one])]
        for version in versions
    ]


def _chosen(stored: Stored, origins: Sequence[Origin]) -> int:
    chosen = (origin.picture for origin in origins if origin.job_id == stored.job.id)
    return next((place for place in chosen if place < len(stored.results)), 0)
