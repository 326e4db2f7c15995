"""A dear request that waits for its asker's yes. One row of `confirmations`; nothing is held."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.db.database import Row, Transaction
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef, Resolution, Thinking
from bot.jobs import queue
from bot.jobs.job import Button, JobKind, Origin, Press

LASTS = 14 * 60 * 1_000_000
"""Microseconds in which it may be answered: the card it is on can be changed for 15 minutes."""
ASKED, TAKEN, DECLINED = "asked", "taken", "declined"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for, by whom, and what was said that it costs in all, in `credits`.

    The request has its reference images, of which `kept` its member had kept for it: the last, but
    for those of its characters. `origin`, `brought_by` and `button` are as a job has them.
    `reply_token` changes the card it is on, None for one that is a message of ours. `asked_at` in
    microseconds UTC.
    """

    id: str
    member_id: int
    kind: JobKind
    request: GenerationRequest
    origin: Origin | None
    brought_by: int | None
    button: Button | None
    kept: int
    private: bool
    credits: int
    state: str
    asked_at: int
    reply_token: str | None = None

    @property
    def open_until(self) -> int:
        """When it can no longer be answered."""
        return self.asked_at + LASTS

    @property
    def shares(self) -> tuple[tuple[ImageRef, ...], tuple[ImageRef, ...], tuple[ImageRef, ...]]:
        """Its reference images: those it had without more, those kept for it, those of its cast."""
        images = self.request.reference_images
        cast = self.request.characters
        if not self.kept:
            return images, (), ()
        end = cast[0].first if cast else len(images)
        begin = end - self.kept
        return images[:begin], images[begin:end], images[end:]

    @property
    def press(self) -> Press | None:
        """The button that it came from, None where a command did."""
        return Press(self.button, self.member_id) if self.button else None


async def add(tx: Transaction, question: Question, *, interaction_id: int) -> Question:
    """Store it with its pictures; an interaction that is delivered twice is one question."""
    request = question.request
    added = await tx.one(
        "ask_confirmation",
        id=question.id,
        interaction_id=interaction_id,
        member_id=question.member_id,
        kind=question.kind,
        prompt=request.prompt,
        model=request.model,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        count=request.count,
        thinking=request.thinking,
        style_name=request.style.name if request.style else None,
        style_words=request.style.words if request.style else None,
        house_style=request.house_style,
        origin_job_id=question.origin.job_id if question.origin else None,
        origin_picture=question.origin.picture if question.origin else None,
        brought_by=question.brought_by,
        button=question.button,
        kept=question.kept,
        private=int(question.private),
        credits=question.credits,
        reply_token=question.reply_token,
        now=question.asked_at,
    )
    if added is None:
        row = await tx.one("confirmation_of_interaction", interaction_id=interaction_id)
        return question if row is None else await _question(tx, row)
    await _tie(tx, question.id, request.reference_images, now=question.asked_at)
    for character in request.characters:
        await tx.run(
            "add_confirmation_character",
            confirmation_id=question.id,
            position=character.first,
            pictures=character.count,
            name=character.name,
        )
    return question


async def get(tx: Transaction, question_id: str, *, by: int) -> Question | None:
    """A question of this member; another's is none."""
    row = await tx.one("confirmation", id=question_id, member_id=by)
    return await _question(tx, row) if row else None


async def reprice(tx: Transaction, question_id: str, credits: int) -> None:  # noqa: A002 - its name
    """Remember another price, while it is open."""
    await tx.run("reprice_confirmation", id=question_id, credits=credits)


async def end(tx: Transaction, question_id: str, *, by: int, state: str, now: int) -> bool:
    """Answer it, once; False when it was, its time is over, or it is another's."""
    ended = await tx.one(
        "end_confirmation",
        id=question_id,
        member_id=by,
        state=state,
        now=now,
        asked_after=now - LASTS,
    )
    return ended is not None


async def _tie(tx: Transaction, question_id: str, images: Sequence[ImageRef], *, now: int) -> None:
    for position, image in enumerate(images):
        await tx.run(
            "add_image",
            digest=image.digest,
            mime=image.mime,
            width=image.width,
            height=image.height,
            size=image.size,
            stored_at=now,
        )
        await tx.run(
            "add_confirmation_image",
            confirmation_id=question_id,
            position=position,
            digest=image.digest,
        )


async def _question(tx: Transaction, row: Row) -> Question:
    images = await tx.all("confirmation_images", confirmation_id=row["id"])
    characters = await tx.all("confirmation_characters", confirmation_id=row["id"])
    origin = None
    if row["origin_job_id"] is not None:
        origin = Origin(row["origin_job_id"], row["origin_picture"])
    return Question(
        id=row["id"],
        member_id=row["member_id"],
        kind=JobKind(row["kind"]),
        request=GenerationRequest(
            prompt=row["prompt"],
            model=row["model"],
            aspect_ratio=AspectRatio(row["aspect_ratio"]),
            resolution=Resolution(row["resolution"]),
            count=row["count"],
            thinking=Thinking(row["thinking"]) if row["thinking"] else None,
            reference_images=tuple(ImageRef(**image) for image in images),
            style=queue.style(row),
            house_style=row["house_style"],
            characters=tuple(map(queue.appearance, characters)),
        ),
        origin=origin,
        brought_by=row["brought_by"],
        button=Button(row["button"]) if row["button"] else None,
        kept=row["kept"],
        private=bool(row["private"]),
        credits=row["credits"],
        state=row["state"],
        asked_at=row["asked_at"],
        reply_token=row["reply_token"],
    )
