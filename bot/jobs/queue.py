"""The jobs table: add, claim, move, end. Every write names the claim it is made by.

A job whose `claim` is NULL is anybody's to take. A claim is a lease: its run renews it, and one
that is not renewed the sweeper takes away, after which the run that had it writes nothing.
"""

from collections.abc import Sequence

from bot.db.database import Row, Transaction
from bot.generation.pricing import Price
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef, Resolution, Thinking
from bot.jobs.job import ENDED, LAWFUL, Button, Job, JobKind, JobState, Origin, Place, Receipt
from bot.pressing import Cancelled

MICROS = 1_000_000


class Fenced(Exception):
    """The job has been taken over: whoever had it stops here, and neither writes nor shows."""


class UnlawfulMove(Exception):
    """A transition the table of states does not know: our bug."""


async def add(tx: Transaction, job: Job, *, kept: Sequence[ImageRef] = ()) -> None:
    """Store a queued job and its reference images, in the transaction that reserved for it.

    Its member had `kept` some of them for this, and keeps them no longer.
    """
    place, request = job.place, job.request
    await tx.run(
        "add_job",
        id=job.id,
        kind=job.kind,
        member_id=place.member_id,
        guild_id=place.guild_id,
        channel_id=place.channel_id,
        message_id=place.message_id,
        locale=place.locale,
        private=int(place.private),
        application_id=place.application_id,
        reply_token=place.reply_token,
        upload_limit=place.upload_limit,
        interaction_id=place.interaction_id,
        prompt=request.prompt,
        model=request.model,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        count=request.count,
        thinking=request.thinking,
        origin_job_id=job.origin.job_id if job.origin else None,
        origin_picture=job.origin.picture if job.origin else None,
        brought_by=job.brought_by,
        button=job.button,
        provider=job.provider,
        reservation_id=job.reservation_id,
        account_id=job.account_id,
        credits_each=job.price.credits,
        usd_micros_each=job.price.usd_micros,
        created_at=job.created_at,
        begins_at=job.begins_at,
    )
    for position, image in enumerate(request.reference_images):
        await remember(tx, image, now=job.created_at)
        await tx.run(
            "add_job_image",
            job_id=job.id,
            role="reference",
            position=position,
            digest=image.digest,
        )
    for picture in kept:
        await tx.run("use_kept_picture", member_id=place.member_id, digest=picture.digest)


async def tie(tx: Transaction, job_id: str, image: ImageRef, *, picture: int, now: int) -> int:
    """Tie a stored picture to a job as its next result; its place there, also when repeated."""
    await remember(tx, image, now=now)
    await tx.run("tie_result", job_id=job_id, digest=image.digest, picture=picture)
    row = await tx.one("result_of", job_id=job_id, picture=picture)
    return int(row["position"]) if row else 0


async def remember(tx: Transaction, image: ImageRef, *, now: int) -> None:
    """Note the facts of a stored picture; safe to repeat."""
    await tx.run(
        "add_image",
        digest=image.digest,
        mime=image.mime,
        width=image.width,
        height=image.height,
        size=image.size,
        stored_at=now,
    )


async def get(tx: Transaction, job_id: str) -> Job | None:
    """The job with its reference images, or None."""
    row = await tx.one("job", id=job_id)
    return await _job(tx, row) if row else None


async def of_interaction(tx: Transaction, interaction_id: int | None) -> Job | None:
    """The job that this interaction has become already, or None."""
    if interaction_id is None:
        return None
    row = await tx.one("job_of_interaction", interaction_id=interaction_id)
    return await _job(tx, row) if row else None


async def references(tx: Transaction, job_id: str) -> tuple[ImageRef, ...]:
    """The pictures a job works from, in order."""
    return await _images(tx, job_id, "reference")


async def results(tx: Transaction, job_id: str) -> tuple[ImageRef, ...]:
    """The pictures a job made, in order."""
    return await _images(tx, job_id, "result")


async def unfinished(tx: Transaction) -> list[str]:
    """The id of every job that has not come to an end or owes something, oldest first."""
    return [row["id"] for row in await open_jobs(tx)]


async def open_jobs(tx: Transaction) -> list[Row]:
    """Those jobs as far as it takes to see who is to go on with them, oldest first."""
    rows = await tx.all("open_jobs")
    return sorted(rows, key=lambda row: (row["created_at"], row["id"]))


async def claim(
    tx: Transaction, job_id: str, *, token: str, now: int, until: int | None = None
) -> Job | None:
    """Take a job for the run called `token`; None when it is held or nothing is left to do.

    A queued one is running from here on. The lease lasts `until` then.
    """
    row = await tx.one("claim_job", id=job_id, claim=token, now=now, until=until or now)
    return await get(tx, job_id) if row else None


async def renew(tx: Transaction, job: Job, *, until: int) -> None:
    """Hold the job on, and everybody else off it until this transaction ends; raises Fenced."""
    if await tx.one("renew_lease", id=job.id, claim=job.claim, until=until) is None:
        raise Fenced


async def let_go(tx: Transaction, job: Job) -> bool:
    """Leave a job to whoever comes next; False when it is not this run's to leave."""
    return await tx.one("let_go", id=job.id, claim=job.claim) is not None


async def cancel(tx: Transaction, job_id: str, *, token: str, now: int, until: int) -> Job | None:
    """Take a job that is queued or running from whoever has it, and end it; None where it is not.

    It is held by `token`, until its card says so.
    """
    row = await tx.one(
        "cancel_job", id=job_id, claim=token, now=now, until=until, failure=Cancelled.key
    )
    return await get(tx, job_id) if row else None


async def move(tx: Transaction, job: Job, state: JobState) -> bool:
    """Write the next state; False when this run no longer holds the job."""
    _require_lawful(job.state, state)
    row = await tx.one("move_job", id=job.id, was=job.state, state=state, claim=job.claim)
    return row is not None


async def end(
    tx: Transaction,
    job: Job,
    state: JobState,
    *,
    now: int,
    credits_charged: int | None = None,
    failure: str | None = None,
    said: str | None = None,
    tell: bool = False,
) -> bool:
    """Write the last state; False when this run no longer holds the job.

    With `tell` the person is still to be told, and the job stays this run's until they are.
    """
    _require_lawful(job.state, state)
    row = await tx.one(
        "end_job",
        id=job.id,
        was=job.state,
        state=state,
        claim=job.claim,
        credits_charged=credits_charged,
        failure=failure,
        said=said,
        deliver_at=now if tell else None,
        now=now,
    )
    return row is not None


async def owe_card(tx: Transaction, job: Job, *, now: int) -> None:
    """The job's card shows what is over: it is shown anew once the job has ended."""
    await tx.one("owe_card", id=job.id, reply_token=job.place.reply_token, now=now)


async def receipt(tx: Transaction, job: Job, *, made: int) -> Receipt:
    """What a job that made so many pictures cost; not what anybody has left by now."""
    row = await tx.one("job_outcome", id=job.id)
    charged = row["credits_charged"] if row else None
    if charged is None:
        # What came after a job had been given back is free.
        charged = 0 if job.state in ENDED else job.price.credits * made
    drawn = job.stored_at or job.finished_at or job.created_at
    return Receipt(
        charged=charged,
        left=None,
        asked=job.request.count,
        seconds=max(0, round((drawn - job.created_at) / MICROS)),
    )


def image(row: Row) -> ImageRef:
    """The stored picture of a row."""
    return ImageRef(row["digest"], row["mime"], row["width"], row["height"], row["size"])


def origin(row: Row) -> Origin | None:
    """The stored picture that a row's job goes on from."""
    job_id, picture = row["origin_job_id"], row["origin_picture"]
    return None if job_id is None else Origin(job_id, picture)


def _require_lawful(was: JobState, state: JobState) -> None:
    if state not in LAWFUL[was]:
        raise UnlawfulMove(f"{was} -> {state}")


async def _images(tx: Transaction, job_id: str, role: str) -> tuple[ImageRef, ...]:
    rows = await tx.all("job_images", job_id=job_id, role=role)
    return tuple(image(row) for row in rows)


async def _job(tx: Transaction, row: Row) -> Job:
    return Job(
        id=row["id"],
        kind=JobKind(row["kind"]),
        state=JobState(row["state"]),
        place=Place(
            member_id=row["member_id"],
            guild_id=row["guild_id"],
            channel_id=row["channel_id"],
            message_id=row["message_id"],
            application_id=row["application_id"],
            reply_token=row["reply_token"],
            locale=row["locale"],
            private=bool(row["private"]),
            upload_limit=row["upload_limit"],
            interaction_id=row["interaction_id"],
        ),
        request=GenerationRequest(
            prompt=row["prompt"],
            model=row["model"],
            aspect_ratio=AspectRatio(row["aspect_ratio"]),
            resolution=Resolution(row["resolution"]),
            count=row["count"],
            thinking=Thinking(row["thinking"]) if row["thinking"] else None,
            reference_images=await references(tx, row["id"]),
        ),
        provider=row["provider"],
        price=Price(credits=row["credits_each"], usd_micros=row["usd_micros_each"]),
        account_id=row["account_id"],
        reservation_id=row["reservation_id"],
        created_at=row["created_at"],
        claim=row["claim"],
        started_at=row["started_at"],
        origin=origin(row),
        brought_by=row["brought_by"],
        begins_at=row["begins_at"],
        stored_at=row["stored_at"],
        finished_at=row["finished_at"],
        deliver_tries=row["deliver_tries"],
        shown=row["shown"],
        failure=row["failure"],
        said=row["said"],
        button=Button(row["button"]) if row["button"] else None,
        forgotten=row["forgotten_at"] is not None,
        stale_at=row["stale_at"],
    )
