"""What models said with their pictures, kept so that a change can go on from where they were."""

from dataclasses import replace

from bot.db.database import Transaction
from bot.generation.request import ImageRef, Turn, styled
from bot.jobs import queue
from bot.jobs.job import AFRESH, Drawn, Job

LONGEST = 3
"""Exchanges; each may bring pictures of several megabytes into the request."""


async def keep(tx: Transaction, job: Job, drawn: Drawn, *, place: int) -> None:
    """Store what was said with a picture; after `queue.tie`, in its transaction, at its place."""
    if drawn.turn is not None:
        await tx.run(
            "keep_turn",
            job_id=job.id,
            picture=place,
            provider=drawn.provider,
            model=job.request.model,
            digest=drawn.image.digest,
            parts=drawn.turn,
        )


async def forget(tx: Transaction, job: Job) -> None:
    """Drop what the job goes on from: it was not taken, and would not be the next time."""
    if job.origin is not None:
        await tx.run("forget_turn", job_id=job.origin.job_id, picture=job.origin.picture)


async def claim(tx: Transaction, job_id: str, *, token: str, now: int, until: int) -> Job | None:
    """As `queue.claim`, the job's request with the conversation it goes on from."""
    job = await queue.claim(tx, job_id, token=token, now=now, until=until)
    if job is None or not job.request.reference_images:
        return job
    return job.evolve(request=replace(job.request, history=await recall(tx, job)))


async def recall(tx: Transaction, job: Job) -> tuple[Turn, ...]:
    """The exchanges that led to where a job goes on, oldest first, all with one model.

    Nobody goes on in another's, nor from another's reference images: the model alone was shown
    those. What was varied or made larger was made from its picture alone, so nothing is before it.
    """
    turns: list[Turn] = []
    origin = None if job.button in AFRESH else job.origin
    while origin is not None and len(turns) < LONGEST:
        row = await tx.one("turn", job_id=origin.job_id, picture=origin.picture)
        if row is None or row["member_id"] != job.place.member_id:
            break
        references = await queue.references(tx, origin.job_id)
        if references and row["brought_by"] not in (None, job.place.member_id):
            break
        turn = Turn(
            provider=row["provider"],
            model=row["model"],
            prompt=styled(row["prompt"], queue.style(row)),
            reference_images=references,
            image=ImageRef(row["digest"], row["mime"], row["width"], row["height"], row["size"]),
            parts=row["parts"],
            characters=await queue.characters(tx, origin.job_id) if references else (),
        )
        if turns and (turn.provider, turn.model) != (turns[0].provider, turns[0].model):
            break
        turns.insert(0, turn)
        origin = None if row["button"] in AFRESH else queue.origin(row)
    return tuple(turns)
