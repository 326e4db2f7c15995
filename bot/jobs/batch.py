"""A list of prompts that is drawn as one: its rows, and how far it has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from bot.db.database import Row, Transaction
from bot.errors import ErrorKind
from bot.generation.request import AspectRatio, ImageRef, Resolution
from bot.jobs import queue
from bot.jobs.job import JobState, Place
from bot.jobs.lines import Line
from bot.jobs.payers import PaidBy
from bot.jobs.question import LASTS

REFUSED = frozenset(
    {ErrorKind.CONTENT_BLOCKED, ErrorKind.RECITATION, ErrorKind.NO_IMAGE, ErrorKind.TEXT_ONLY}
)
"""An upstream looked at the words and would not draw them."""


class BatchState(StrEnum):
    ASKED = "asked"
    DECLINED = "declined"
    RUNNING = "running"
    """Until all of it has been told."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Batch:
    """One row of `batches`. Times in microseconds UTC, `credits` as they were said.

    The place's `message_id` is that of its card, 0 before there is one; its `reply_token` was given
    at `token_at`. `claim` is as a job's.
    """

    id: str
    state: BatchState
    place: Place
    credits: int
    asked_at: int
    token_at: int
    begun_at: int | None = None
    cancelled_at: int | None = None
    finished_at: int | None = None
    claim: str | None = None
    deliver_at: int | None = None
    deliver_tries: int = 0

    @property
    def open_until(self) -> int:
        """When it can no longer be answered."""
        return self.asked_at + LASTS


@dataclass(frozen=True, slots=True)
class Item:
    """What a line has become: `drawn` of `count` pictures came out, for `charged` credits."""

    position: int
    line: int
    job_id: str
    state: JobState
    prompt: str
    count: int
    drawn: int
    charged: int
    paid_by: PaidBy
    failure: str | None
    stored_at: int | None
    forgotten: bool

    @property
    def ended(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Piece:
    """A picture that was charged: the `picture`-th of a line, from 0."""

    item: Item
    picture: int
    image: ImageRef

    @property
    def mark(self) -> str:
        """As a post's content names it."""
        return f"{self.item.position}:{self.picture}"


class PostKind(StrEnum):
    PICTURES = "pictures"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Post:
    """A message. `parts` are the marks of its pictures, and of an archive those of each file."""

    number: int
    kind: PostKind
    parts: tuple[tuple[str, ...], ...]
    tries: int = 0
    message_id: int | None = None
    posted: bool = False

    @property
    def marks(self) -> frozenset[str]:
        return frozenset(mark for part in self.parts for mark in part)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a batch's pictures: each is counted once."""

    drawn: int
    refused: int
    failed: int
    cancelled: int
    running: int
    waiting: int

    @property
    def asked(self) -> int:
        return self.ended + self.left

    @property
    def ended(self) -> int:
        return self.drawn + self.refused + self.failed + self.cancelled

    @property
    def left(self) -> int:
        return self.running + self.waiting


@dataclass(frozen=True)
class Course:
    """A batch, its lines, the pictures there are of it, and what was posted."""

    batch: Batch
    items: tuple[Item, ...]
    pieces: tuple[Piece, ...]
    posts: tuple[Post, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing of it is drawn any more."""
        return all(item.ended for item in self.items)

    @property
    def charged(self) -> int:
        return sum(item.charged for item in self.items)

    @property
    def paid_by(self) -> PaidBy:
        """Whose account all of it is held on."""
        return self.items[0].paid_by

    @cached_property
    def counts(self) -> Counts:
        sums = dict.fromkeys(("drawn", "refused", "failed", "cancelled", "running", "waiting"), 0)
        for item in self.items:
            sums["drawn"] += item.drawn
            sums[fate(item)] += item.count - item.drawn
        return Counts(**sums)

    def pieces_of(self, marks: Sequence[str]) -> list[Piece]:
        """Those that are still there, in order."""
        wanted = frozenset(marks)
        return [piece for piece in self.pieces if piece.mark in wanted]

    @property
    def unposted(self) -> list[Piece]:
        """Pictures that are in no message yet, in order."""
        shown = [post.marks for post in self.posts if post.kind is PostKind.PICTURES]
        gone = frozenset().union(*shown)
        return [piece for piece in self.pieces if piece.mark not in gone]

    @property
    def troubled(self) -> Iterator[Item]:
        """Lines of which something is missing for good, but for those that were cancelled."""
        for item in self.items:
            if item.ended and item.drawn < item.count and item.state is not JobState.CANCELLED:
                yield item


def fate(item: Item) -> str:
    """What became of a line's pictures that did not come out, as `Counts` names it."""
    if item.state is JobState.CANCELLED:
        return "cancelled"
    if item.state is JobState.QUEUED:
        return "waiting"
    if not item.ended:
        return "running"
    return "refused" if item.failure in REFUSED else "failed"


async def ask(
    tx: Transaction, batch: Batch, lines: Sequence[Line], *, interaction_id: int
) -> Batch:
    """Store what is to be confirmed; an interaction that is delivered twice is one batch.

    Of the lines nothing may be left open.
    """
    place = batch.place
    added = await tx.one(
        "ask_batch",
        id=batch.id,
        interaction_id=interaction_id,
        member_id=place.member_id,
        guild_id=place.guild_id,
        channel_id=place.channel_id,
        application_id=place.application_id,
        reply_token=place.reply_token,
        locale=place.locale,
        private=int(place.private),
        upload_limit=place.upload_limit,
        credits=batch.credits,
        now=batch.asked_at,
    )
    if added is None:
        row = await tx.one("batch_of_interaction", interaction_id=interaction_id)
        return _batch(row) if row else batch
    for position, line in enumerate(lines):
        await tx.run(
            "add_batch_line",
            batch_id=batch.id,
            position=position,
            line=line.number,
            prompt=line.prompt,
            model=line.model,
            aspect_ratio=line.aspect_ratio,
            resolution=line.resolution,
            count=line.count,
        )
    return batch


async def begin(tx: Transaction, batch_id: str, place: Place, *, now: int) -> bool:
    """Its asker said yes, once; False where it was answered or its time is over."""
    row = await tx.one(
        "begin_batch",
        id=batch_id,
        pressed_by=place.interaction_id,
        member_id=place.member_id,
        guild_id=place.guild_id,
        channel_id=place.channel_id,
        message_id=place.message_id,
        application_id=place.application_id,
        reply_token=place.reply_token,
        locale=place.locale,
        private=int(place.private),
        upload_limit=place.upload_limit,
        now=now,
        asked_after=now - LASTS,
    )
    return row is not None


async def get(tx: Transaction, batch_id: str) -> Batch | None:
    row = await tx.one("batch", id=batch_id)
    return _batch(row) if row else None


async def of_press(tx: Transaction, interaction_id: int | None) -> Batch | None:
    """The batch that this press has begun already."""
    row = await tx.one("batch_of_press", pressed_by=interaction_id) if interaction_id else None
    return _batch(row) if row else None


async def newest(tx: Transaction, member_id: int, *, most: int) -> list[Batch]:
    """A member's batches that were begun, the newest first."""
    return [_batch(row) for row in await tx.all("batches_of", member_id=member_id, most=most)]


async def lines(tx: Transaction, batch_id: str) -> list[Line]:
    """What was asked for, in order; nothing is left open."""
    return [
        Line(
            row["line"],
            row["prompt"],
            row["model"],
            AspectRatio(row["aspect_ratio"]),
            Resolution(row["resolution"]),
            row["count"],
        )
        for row in await tx.all("batch_lines", batch_id=batch_id)
    ]


async def course(tx: Transaction, found: Batch) -> Course:
    """How far a batch has come."""
    items = [_item(row) for row in await tx.all("batch_jobs", batch_id=found.id)]
    by_position = {item.position: item for item in items}
    pieces = tuple(
        Piece(by_position[row["position"]], row["picture"], queue.image(row))
        for row in await tx.all("batch_pictures", batch_id=found.id)
    )
    posts = tuple(_post(row) for row in await tx.all("batch_posts", batch_id=found.id))
    return Course(found, tuple(items), pieces, posts)


async def renew(tx: Transaction, found: Batch, *, until: int) -> None:
    """As `queue.renew`."""
    if await tx.one("renew_batch", id=found.id, claim=found.claim, until=until) is None:
        raise queue.Fenced


async def add_post(tx: Transaction, found: Batch, post: Post) -> bool:
    """Fix what a message has in it; False where the batch is another process's by now."""
    content = "/".join(" ".join(part) for part in post.parts)
    added = await tx.run(
        "add_batch_post",
        batch_id=found.id,
        number=post.number,
        kind=post.kind,
        content=content,
        claim=found.claim,
    )
    return added > 0


def _post(row: Row) -> Post:
    parts = tuple(tuple(part.split()) for part in row["content"].split("/") if part)
    return Post(
        row["number"],
        PostKind(row["kind"]),
        parts,
        row["tries"],
        row["message_id"],
        row["posted_at"] is not None,
    )


def _item(row: Row) -> Item:
    return Item(
        position=row["position"],
        line=row["line"],
        job_id=row["id"],
        state=JobState(row["state"]),
        prompt=row["prompt"],
        count=row["count"],
        drawn=(row["credits_charged"] or 0) // row["credits_each"],
        charged=row["credits_charged"] or 0,
        paid_by=PaidBy(row["account_id"].partition(":")[0]),
        failure=row["failure"],
        stored_at=row["stored_at"],
        forgotten=row["forgotten_at"] is not None,
    )


def _batch(row: Row) -> Batch:
    return Batch(
        id=row["id"],
        state=BatchState(row["state"]),
        place=Place(
            member_id=row["member_id"],
            guild_id=row["guild_id"],
            channel_id=row["channel_id"],
            message_id=row["message_id"] or 0,
            application_id=row["application_id"],
            reply_token=row["reply_token"],
            locale=row["locale"],
            private=bool(row["private"]),
            upload_limit=row["upload_limit"],
        ),
        credits=row["credits"],
        asked_at=row["asked_at"],
        token_at=row["token_at"],
        begun_at=row["begun_at"],
        cancelled_at=row["cancelled_at"],
        finished_at=row["finished_at"],
        claim=row["claim"],
        deliver_at=row["deliver_at"],
        deliver_tries=row["deliver_tries"],
    )
