"""Paid calls as rows, and what their keys have spent: both move in one transaction."""

from bot.db.database import Transaction
from bot.errors import Billed, ErrorKind
from bot.jobs.job import Job
from bot.providers.base import Call
from bot.providers.health import MICROS, Closed
from bot.quotas.budget import Budgets, KeyUse, uncount

LOOK_AFTER = 5 * 60 * MICROS
"""Microseconds until a task that was given up is asked about for the first time."""


async def begin(
    tx: Transaction,
    budgets: Budgets | None,
    job: Job,
    call: Call,
    *,
    attempt_id: str,
    picture: int,
    number: int,
    usd_micros: int,
    now: int,
) -> None:
    """Write down a call that is about to leave, counted against what its key may spend.

    Raises Closed where a limit of the operator's says no; then there must be no call and no row.
    """
    counted = None if budgets is None else await budgets.count(tx, call.key, usd_micros)
    if isinstance(counted, KeyUse):
        opens_at = counted.opens_at
        wait = None if opens_at is None else max(1, -(-(opens_at - now) // MICROS))
        raise Closed(
            ErrorKind.SPEND_LIMIT,
            call.provider,
            retry_after=wait,
            scope=counted.scope,
            detail=f"{counted.measure} of this key is used up",
        )
    await tx.run(
        "begin_attempt",
        id=attempt_id,
        job_id=job.id,
        picture=picture,
        number=number,
        provider=call.provider,
        key=call.key,
        model=call.model,
        usd_micros=usd_micros,
        now=now,
    )
    if counted is not None:
        await tx.run("note_windows", id=attempt_id, **counted)


async def end(
    tx: Transaction,
    attempt_id: str,
    *,
    claim: str | None,
    outcome: str,
    billed: Billed,
    tokens: int | None,
    now: int,
    look_at: int | None,
) -> None:
    """Write how a call ended; one that is not billed gives its share back. Safe to repeat.

    `look_at`, in microseconds UTC, is when to ask about its task, if it has one.
    """
    ended = await tx.one(
        "end_attempt",
        id=attempt_id,
        claim=claim,
        outcome=outcome,
        billed=billed,
        tokens=tokens,
        now=now,
        look_at=look_at,
    )
    if ended is not None and billed is Billed.NO:
        await uncount(tx, ended)


async def learn(tx: Transaction, attempt_id: str, *, outcome: str, billed: Billed) -> bool:
    """Write what became of a task that had been given up; False when that is known already."""
    known = await tx.one("learn_late", id=attempt_id, outcome=outcome, billed=billed)
    if known is not None and billed is Billed.NO:
        await uncount(tx, known)
    return known is not None
