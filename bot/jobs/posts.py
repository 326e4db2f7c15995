"""What was put into servers' gallery channels: each picture once."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.db.database import Database, Transaction
from bot.jobs.job import Job

STUCK = 5 * 60 * 1_000_000
"""Microseconds after which a post without a message is no more on its way."""


@dataclass(frozen=True, slots=True)
class Post:
    """One picture of a job, by its place from 0, on its way into a server's channel."""

    job: Job
    picture: int
    guild_id: int
    channel_id: int

    @property
    def key(self) -> dict[str, object]:
        return {"guild_id": self.guild_id, "job_id": self.job.id, "picture": self.picture}


class Posts:
    """`now` in microseconds UTC."""

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    async def claim(self, post: Post, member_id: int) -> bool:
        """Take it on to send it, as a favourite of who sends it; False where somebody has."""

        async def write(tx: Transaction) -> bool:
            now = self._now()
            row = await tx.one(
                "claim_gallery_post",
                **post.key,
                channel_id=post.channel_id,
                posted_by=member_id,
                now=now,
                stuck_since=now - STUCK,
            )
            if row is None:
                return False
            await tx.one(
                "star", member_id=member_id, job_id=post.job.id, picture=post.picture, now=now
            )
            return True

        return await self._database.write(write)

    async def note(self, post: Post, message_id: int) -> bool:
        """It is there; False where its maker has taken the picture away meanwhile."""
        row = await self._database.write(
            lambda tx: tx.one("note_gallery_post", **post.key, message_id=message_id)
        )
        return row is not None

    async def drop(self, post: Post) -> None:
        """It did not get there, and may be tried again."""
        await self._database.write(lambda tx: tx.run("drop_gallery_post", **post.key))

    async def of(self, job: Job) -> list[tuple[int, int]]:
        """The channels and messages that show a job's pictures."""
        rows = await self._database.read(lambda tx: tx.all("gallery_posts_of", job_id=job.id))
        return [(row["channel_id"], row["message_id"]) for row in rows]

    async def in_batch(self, job: Job) -> list[tuple[int, int]]:
        """The channels and messages that show them, or have them in an archive, for its batch."""
        rows = await self._database.read(lambda tx: tx.all("batch_messages_of", job_id=job.id))
        return [
            (row["channel_id"], row["message_id"])
            for row in rows
            if any(
                mark.partition(":")[0] == str(row["position"])
                for mark in row["content"].replace("/", " ").split()
            )
        ]

    async def withdraw(self, job: Job) -> None:
        """Make it its maker's alone."""
        await self._database.write(
            lambda tx: tx.one("withdraw_job", id=job.id, guild_id=job.place.guild_id)
        )
