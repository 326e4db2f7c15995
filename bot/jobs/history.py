"""Finished jobs found again: by a name people can type, with what they cost, until forgotten."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.db.database import Database, Transaction
from bot.errors import JobUnknown
from bot.generation.request import ImageRef
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.job import JobState, Receipt, Stored
from bot.jobs.question import LASTS
from bot.jobs.service import Studio
from bot.ledger.entry import LedgerEntry, MovementKind
from bot.pressing import NothingBefore, NotYourPicture

RECENT = 100
SHORT_ID = 8
NOT_SHOWN = (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLED)
"""What was given back is not to be had by its name; what came late is, for free."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A job as it is chosen from a list; `created_at` in microseconds UTC."""

    job_id: str
    prompt: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Details:
    """All that is known of a job. `providers` is for operators, `entries` for who asked for it."""

    stored: Stored
    receipt: Receipt
    providers: tuple[str, ...] | None
    entries: tuple[LedgerEntry, ...]


class History:
    def __init__(
        self, *, database: Database, studio: Studio, store: ImageStore, now: Callable[[], int]
    ) -> None:
        self._database = database
        self._studio = studio
        self._store = store
        self._now = now

    async def pressed(self, job_id: str, member_id: int) -> Stored:
        """The job of a button; raises JobUnknown also for a private one of somebody else."""
        stored = await self._studio.stored(job_id)
        if stored is None or not stored.job.place.visible_to(member_id):
            raise JobUnknown
        return stored

    async def find(self, word: str, member_id: int, guild_id: int | None) -> Stored:
        """The job that a member names by its id or the last eight letters of it.

        Their own from anywhere, else a public one of this server. Raises JobUnknown.
        """
        word = word.strip().lower()
        rows = await self._database.read(lambda tx: tx.all("named_jobs", word=word))
        if len(rows) != 1:
            raise JobUnknown
        stored = await self.pressed(rows[0]["id"], member_id)
        place = stored.job.place
        if stored.job.state in NOT_SHOWN:
            raise JobUnknown
        if place.member_id != member_id and (guild_id is None or place.guild_id != guild_id):
            raise JobUnknown
        return stored

    async def recent(self, member_id: int) -> list[Glimpse]:
        """A member's newest pictures, the newest first."""
        rows = await self._database.read(
            lambda tx: tx.all("recent_jobs", member_id=member_id, most=RECENT)
        )
        return [Glimpse(row["id"], row["prompt"], row["created_at"]) for row in rows]

    async def before(self, stored: Stored, member_id: int) -> Stored:
        """What an edit went on from; raises NothingBefore, JobUnknown."""
        if stored.job.origin is None:
            raise NothingBefore
        return await self.pressed(stored.job.origin.job_id, member_id)

    async def details(self, stored: Stored, member_id: int, *, operator: bool) -> Details:
        """What one who looks may know of a job."""
        job = stored.job
        mine = job.place.member_id == member_id

        async def look(tx: Transaction) -> Details:
            drew = await tx.all("job_painters", job_id=job.id)
            moved = await tx.all(
                "job_entries", reservation_id=job.reservation_id, account_id=job.account_id
            )
            entries = tuple(
                LedgerEntry(
                    MovementKind(row["kind"]),
                    row["available"],
                    row["held"],
                    row["reason"],
                    row["reservation_id"],
                    row["at"],
                )
                for row in moved
            )
            return Details(
                stored,
                await queue.receipt(tx, job, made=len(stored.results)),
                tuple(row["provider"] for row in drew) if operator else None,
                entries if mine else (),
            )

        return await self._database.read(look)

    async def forget(self, stored: Stored, member_id: int) -> None:
        """Delete a job's pictures for good; its row and its entries stay.

        A picture that another job works from, an open question, a character or somebody's next
        request stays for them. Raises NotYourPicture for anybody but its maker, JobUnknown when it
        is forgotten.
        """
        job = stored.job
        if job.place.member_id != member_id:
            raise NotYourPicture

        async def forget(tx: Transaction) -> list[ImageRef]:
            now = self._now()
            row = await tx.one("forget_job", id=job.id, member_id=member_id, now=now)
            if row is None:
                raise JobUnknown
            await tx.run("forget_turns", job_id=job.id)
            await tx.run("forget_stars", job_id=job.id)
            rows = await tx.all("pictures_of_none", job_id=job.id, asked_after=now - LASTS)
            return [queue.image(found) for found in rows]

        for picture in await self._database.write(forget):
            await self._store.remove(picture)


def short(job_id: str) -> str:
    """What people call a job by."""
    return job_id[-SHORT_ID:]
