"""Finds what nobody was woken for: jobs, dead leases, due deliveries, late pictures, leftovers.

Whatever else fails, a job goes on because the sweeper finds its row. How long a lease has not been
renewed is measured by our own monotonic clock: a wall clock that jumps takes no job from a run that
is alive, and saves none of one that is dead.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from bot.db.database import Database, Row, Transaction
from bot.errors import Billed, ErrorKind, PlantainError, ProviderError, StorageError
from bot.images.store import ImageStore
from bot.jobs import calls, queue
from bot.jobs.album import KEPT as VIEW_KEPT
from bot.jobs.dispatch import InProcessDispatcher
from bot.jobs.job import JobState
from bot.jobs.payers import Payers
from bot.pressing import Cancelled
from bot.providers.base import Call, OpenCall, Provider

MICROS = 1_000_000
SWEEPS = 4
"""So often within a lease is looked."""
LOOK_AGAIN = 10 * 60 * MICROS
"""Microseconds between two questions about a task that was given up."""
LOOK_FOR = 24 * 3600 * MICROS
SOON = 2 * 3600 * MICROS
"""Nothing is put off for longer: what lies further ahead was written by a clock that was wrong."""
TIDY_SECONDS = 3600.0
DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A lease as it was first seen, and when, in monotonic seconds."""

    claim: str
    lease_until: int
    at: float


class Sweeper:
    """`found` counts what was found, by name. `lease` is how long a claim counts, in seconds.

    `monotonic` is in seconds; `tick` sleeps in real time, whatever the other clocks say. `more` is
    looked after as often as jobs are.
    """

    def __init__(
        self,
        *,
        database: Database,
        dispatcher: InProcessDispatcher,
        provider: Provider,
        payers: Payers,
        store: ImageStore,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        tick: Callable[[float], Awaitable[object]],
        lease: float,
        more: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._provider = provider
        self._payers = payers
        self._store = store
        self._now = now
        self._monotonic = monotonic
        self._tick = tick
        self._lease = lease
        self._more = more
        self._seen: dict[str, _Seen] = {}
        self._tidied: float | None = None
        self._open = True
        self._log = structlog.get_logger("sweeper")
        self.found: Counter[str] = Counter()

    def close(self) -> None:
        """Find nothing more from here on."""
        self._open = False

    async def watch(self) -> None:
        """Sweep at once and then several times a lease, until cancelled or closed.

        An upstream that is slow to answer, or a large store, holds up no job.
        """
        async with asyncio.TaskGroup() as group:
            for work in self._works():
                group.create_task(self._repeat(work))

    async def sweep(self) -> None:
        """Look once; never raises. What cannot be done now is found again the next time."""
        for work in self._works():
            await self._guarded(work)

    def _works(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return self._jobs, self._late, self._tidy, *self._more

    async def _repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        while self._open:
            await self._guarded(work)
            await self._tick(self._lease / SWEEPS)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StorageError as error:
            self._log.warning("not swept", what=work.__name__, error=str(error))
        except Exception:  # noqa: BLE001 - one part that breaks must not stop the others
            self._log.exception("sweep crashed", what=work.__name__)

    async def _jobs(self) -> None:
        """Take leases of the dead away; wake a runner for every free job whose time has come."""
        rows = await self._database.read(queue.open_jobs)
        self._seen = {row["id"]: seen for row in rows if (seen := self._seen.get(row["id"]))}
        for row in rows:
            if self._dispatcher.has(row["id"]) or not self._open:
                self._seen.pop(row["id"], None)
                continue
            if row["claim"] is not None and not await self._expired(row):
                continue
            if self._due(row):
                self._count("expired" if row["claim"] else _why(row), job=row["id"])
                self._dispatcher.wake(row["id"])

    async def _expired(self, row: Row) -> bool:
        """Whether nobody has renewed this lease for as long as it lasts; it is then taken away."""
        claim, until, now = row["claim"], row["lease_until"] or 0, self._monotonic()
        seen = self._seen.get(row["id"])
        if seen is None or (seen.claim, seen.lease_until) != (claim, until):
            self._seen[row["id"]] = _Seen(claim, until, now)
            return False
        if now - seen.at < self._lease:
            return False
        del self._seen[row["id"]]
        taken = await self._database.write(
            lambda tx: tx.one("expire_lease", id=row["id"], claim=claim, lease_until=until)
        )
        return taken is not None

    def _due(self, row: Row) -> bool:
        at = row["begins_at"] if row["state"] == JobState.QUEUED else row["deliver_at"]
        return at is None or not self._now() < at <= self._now() + SOON

    async def _late(self) -> None:
        """Ask about tasks that were given up; a picture that came all the same is shown, free."""
        now = self._now()
        for row in await self._database.read(lambda tx: tx.all("late_tasks", now=now)):
            following = now + LOOK_AGAIN if now < row["started_at"] + LOOK_FOR else None
            ours = partial(_run, "look_later", id=row["id"], look_at=row["look_at"], next=following)
            if await self._database.write(ours):
                await self._look(row)

    async def _look(self, row: Row) -> None:
        call = OpenCall(row["provider"], row["key"], row["id"], row["task_id"], late=True)
        job = await self._database.read(lambda tx: queue.get(tx, row["job_id"]))
        if job is None:
            return
        unwanted = job.failure == Cancelled.key
        try:
            async with self._store.scratch() as folder:
                generation = await self._provider.resume(
                    call, job.request, folder=folder, observer=_Nobody()
                )
                if unwanted:
                    # Whoever cancelled it is shown nothing; the bill is known now.
                    await self._learn(row, "late_image", Billed.YES)
                    return
                image = generation.images[-1]
                stored = await self._store.adopt(image.path, digest=image.digest)
        except ProviderError as error:
            if error.billed is Billed.NO or error.kind is ErrorKind.TASK_NOT_FOUND:
                await self._learn(row, error.kind, error.billed)
            return
        except PlantainError as error:
            self._log.warning("late picture not taken", job=job.id, error=str(error))
            return

        async def owe(tx: Transaction) -> bool:
            if not await calls.learn(tx, row["id"], outcome="late_image", billed=Billed.YES):
                return False
            current = await queue.get(tx, job.id)
            if current is None or current.forgotten:
                # Its maker had it deleted for good; the file goes with what nobody refers to.
                return False
            await queue.tie(tx, job.id, stored, picture=row["picture"], now=self._now())
            await tx.one("owe_picture", id=job.id, now=self._now())
            return True

        if await self._database.write(owe):
            self._count("late_picture", job=job.id)
            self._dispatcher.wake(job.id)

    async def _learn(self, row: Row, outcome: str, billed: Billed) -> None:
        await self._database.write(
            lambda tx: calls.learn(tx, row["id"], outcome=outcome, billed=billed)
        )
        self._count("late_failure", job=row["job_id"])

    async def _tidy(self) -> None:
        """Once an hour: credits held for nothing, and files that nobody refers to."""
        now = self._monotonic()
        if self._tidied is not None and now - self._tidied < TIDY_SECONDS:
            return
        self._tidied = now
        before = self._now() - int(DAY_SECONDS * MICROS)
        stuck = partial(_rows, "stuck_reservations", before=before)
        for row in await self._database.read(stuck):
            await self._release(row)
        await self._database.write(partial(_forget_questions, before=before))
        unseen = partial(_drop, "drop_gallery_views", before=self._now() - VIEW_KEPT)
        await self._database.write(unseen)
        await self._sweep_files()

    async def _release(self, row: Row) -> None:
        async def release(tx: Transaction) -> bool:
            return await self._payers.release(tx, row["id"], reserved=row["amount"])

        if await self._database.write(release):
            self._log.warning("credits were held for nothing", reservation=row["id"])
            self._count("stuck_reservation", job=row["job_id"])

    async def _sweep_files(self) -> None:
        """Pictures that the database does not know, and what killed processes left half-made."""
        for first in await self._store.shards():
            # After the digits of any digest that begins so, and before the next ones'.
            known_images = partial(_rows, "known_images", first=first, after=f"{first}g")
            rows = await self._database.read(known_images)
            known = {row["digest"] for row in rows}
            gone = await self._store.sweep_shard(first, known, older=DAY_SECONDS)
            self.found["old_file"] += gone
        self.found["old_scratch"] += await self._store.sweep_scratch(older=DAY_SECONDS)

    def _count(self, what: str, *, job: str | None) -> None:
        self.found[what] += 1
        self._log.info("found", what=what, job=job)


class _Nobody:
    """The Observer of a question: nothing is paid."""

    party = 0
    run = ""

    async def calling(self, call: Call) -> None:
        """Never."""

    async def submitted(self, provider: str, task_id: str) -> None:
        """Never."""

    async def failed(self, error: ProviderError, attempt: int, wait: float | None) -> None:
        """Whoever asks is told."""


async def _forget_questions(tx: Transaction, *, before: int) -> None:
    await tx.run("forget_question_images", before=before)
    await tx.run("forget_question_characters", before=before)
    await tx.run("forget_questions", before=before)
    await tx.run("forget_batch_lines", before=before)
    await tx.run("forget_batches", before=before)


async def _drop(statement: str, tx: Transaction, /, **values: object) -> None:
    await tx.run(statement, **values)


async def _rows(statement: str, tx: Transaction, /, **values: object) -> list[Row]:
    return await tx.all(statement, **values)


async def _run(statement: str, tx: Transaction, /, **values: object) -> bool:
    return await tx.one(statement, **values) is not None


def _why(row: Row) -> str:
    return "owed" if row["state"] in ("done", "failed", "cancelled") else str(row["state"])
