"""`plantain jobs release` and `retry`: an operator's word on one job, beside a running bot.

Each is one transaction that names the state and the claim it has seen: where the bot was faster,
nothing is done, and where it is at the job, its run finds the job gone and stops.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256

from bot.books.source import complain
from bot.db import engine
from bot.db.database import Row, Transaction
from bot.errors import Billed, GivenBack
from bot.generation.catalog import MICROS
from bot.jobs import queue
from bot.jobs.bank import Bank
from bot.jobs.calls import LOOK_AFTER
from bot.jobs.job import LAWFUL, Job, JobState
from bot.quotas.limit import Who
from bot.roster.price import Quote, quote
from bot.roster.sheet import NO_SUCH, find
from bot.settings import Settings
from bot.workshop import World

ENDED_FOR_NOTHING = frozenset({JobState.FAILED, JobState.CANCELLED})
UNQUOTED = "it has just ended; look at it again"
ROLES = (
    "Limits and allowances by role were not looked at: which roles the member has, only Discord "
    "knows."
)


async def release(settings: Settings, word: str, *, world: World | None = None) -> int:
    """Give a job back that has not come to its end, and say what that may have cost."""
    world = world or World()
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)

    async def give_back(tx: Transaction) -> tuple[bool, str]:
        job = await _job(tx, word)
        if job is None:
            return False, NO_SUCH.format(word=word)
        if JobState.CANCELLED not in LAWFUL[job.state]:
            return False, f"{job.id} is {job.state}: there is nothing to give back"
        now = world.now()
        doubtful = _doubtful(await tx.all("attempts_of", job_id=job.id))
        ended = await tx.one(
            "release_job",
            id=job.id,
            was=job.state,
            claim=job.claim or "",
            failure=GivenBack.key,
            now=now,
        )
        if ended is None:
            return False, f"{job.id} has just moved on; look at it again"
        await tx.run("abandon_attempts", job_id=job.id, now=now, look_at=now + LOOK_AFTER)
        await bank.payers.release(tx, job.reservation_id, reserved=job.reserved)
        told = f"{job.id}: {job.reserved:,} credits given back; the bot tells the member."
        return True, f"{told} {_cost(doubtful, 'may still be billed')}".strip()

    return await _told(settings, give_back)


async def retry(settings: Settings, word: str, *, anyway: bool, world: World | None = None) -> int:
    """Deliver a waiting job at once, or have one that failed drawn anew, as a job of its own.

    It is paid as any other is, at today's price. Which roles the member has only Discord knows, so
    that nothing of roles counts: an operator's word stands above their limits. `anyway` is for one
    whose calls may have been paid for. Raises LimitReached, NotEnoughCredits and SettingsError.
    """
    world = world or World()
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)

    async def again(tx: Transaction, offered: Quote | str) -> tuple[bool, str]:
        job = await _job(tx, word)
        if job is None:
            return False, NO_SUCH.format(word=word)
        if job.state is JobState.GENERATED:
            due = await tx.one("deliver_now", id=job.id, now=world.now())
            problem = f"{job.id} is just being delivered"
            return bool(due), f"{job.id}: Discord is tried again at once." if due else problem
        if (why_not := await _objection(tx, job, anyway=anyway)) is not None:
            return False, why_not
        if isinstance(offered, str):
            return False, f"{job.id}: {offered}"
        return True, _renewed(job, await _renew(tx, bank, job, offered, world.now()))

    async with engine.opened(settings.existing_database) as database:
        found = await database.read(lambda tx: _job(tx, word))
        offered: Quote | str = UNQUOTED
        if found is not None and found.state in ENDED_FOR_NOTHING:
            offered = await quote(settings, database, bank, world, found)
        return _tell(*await database.write(lambda tx: again(tx, offered)))


async def _objection(tx: Transaction, job: Job, *, anyway: bool) -> str | None:
    """Why a job is not to be drawn anew."""
    if job.state not in ENDED_FOR_NOTHING:
        return f"{job.id} is {job.state}; a running bot goes on with it by itself"
    if not job.request.prompt or await tx.one("forgetting_of", member_id=job.place.member_id):
        return f"{job.id} is erased, or about to be: there is nothing to draw"
    doubtful = _doubtful(await tx.all("attempts_of", job_id=job.id))
    if doubtful and not anyway:
        may = _cost(doubtful, "may have been paid for")
        return f"{may} --anyway draws it again, and may pay for it a second time."
    known = await queue.get(tx, _successor(job.id))
    if known is not None:
        return f"{job.id} was tried again as {known.id}, which is {known.state}"
    return None


async def _renew(tx: Transaction, bank: Bank, job: Job, offered: Quote, now: int) -> Job:
    """The same request as a new job, paid as any is."""
    place = replace(job.place, interaction_id=None, reply_token=None)
    who = Who(place.member_id, place.guild_id or 0, place.role_ids)
    total = offered.price.credits * job.request.count
    held = await bank.payers.reserve(tx, who, place.channels, total, reason=job.kind)
    wait = max(held.wait, offered.wait)
    renewed = job.evolve(
        id=_successor(job.id),
        state=JobState.QUEUED,
        place=place,
        provider=offered.provider,
        price=offered.price,
        reservation_id=held.reservation_id,
        account_id=held.account_id,
        created_at=now,
        begins_at=now + wait if wait else None,
    )
    await queue.add(tx, renewed)
    return renewed


def _renewed(job: Job, renewed: Job) -> str:
    """What has been done, at what price, and what was not looked at."""
    before = f" ({job.reserved:,} before)" if job.reserved != renewed.reserved else ""
    told = (
        f"{job.id}: queued again as {renewed.id} for {renewed.reserved:,} credits, today's price"
        f"{before}, held on {renewed.account_id}; a running bot draws it."
    )
    return f"{told} {ROLES}" if job.place.guild_id is not None else told


async def _told(
    settings: Settings,
    work: Callable[[Transaction], Awaitable[tuple[bool, str]]],
) -> int:
    async with engine.opened(settings.existing_database) as database:
        return _tell(*await database.write(work))


def _tell(done: bool, told: str) -> int:
    if not done:
        return complain(told)
    print(told)  # noqa: T201 - the command's result
    return 0


async def _job(tx: Transaction, word: str) -> Job | None:
    job_id = await find(tx, word)
    return await queue.get(tx, job_id) if job_id else None


def _successor(job_id: str) -> str:
    """The id of a job's next try: always the same, so that two of them are one."""
    return sha256(f"again {job_id}".encode()).hexdigest()[: len(job_id)]


def _doubtful(calls: list[Row]) -> list[Row]:
    return [call for call in calls if call["billed"] == Billed.UNKNOWN]


def _cost(calls: list[Row], what: str) -> str:
    """What calls in doubt come to, in a sentence; nothing where there are none."""
    if not calls:
        return ""
    usd = sum(call["usd_micros"] for call in calls) / MICROS
    count = "1 call for it" if len(calls) == 1 else f"{len(calls)} calls for it"
    return f"{count}, up to {usd:.4f} USD, {what}."
