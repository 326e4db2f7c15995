"""The back room: claim, draw, store, deliver, settle; or give back and explain.

Each step writes its state before the next begins, and each is safe to repeat, so that whoever takes
a job up goes on from where its row says it stands.
"""

from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.db.database import Database, Transaction
from bot.errors import (
    NEEDS_OPERATOR,
    PlantainError,
    ProviderError,
    StorageError,
    Unexpected,
)
from bot.generation.catalog import Catalog
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import conversation, progress, queue
from bot.jobs.calls import LOOK_AFTER
from bot.jobs.delivery import Delivery
from bot.jobs.estimates import Estimates
from bot.jobs.handover import Handover
from bot.jobs.job import ENDED, LAWFUL, Job, JobState
from bot.jobs.lease import Leases
from bot.jobs.lobby import Lobby
from bot.jobs.painter import Painter, name_of
from bot.jobs.payers import Payers
from bot.jobs.progress import Progress
from bot.jobs.queue import Fenced
from bot.ledger.ledger import Ledger
from bot.providers.base import Provider
from bot.quotas.budget import Budgets
from bot.turns import Turns


class Runner:
    """Runs jobs in this process: at most `slots` at a time, of one member `each`, of one server
    `together`.

    `leases` keeps those it has; `budgets` are of upstream keys; `estimates` say when pictures may
    be there.
    """

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        payers: Payers,
        provider: Provider,
        catalog: Catalog,
        store: ImageStore,
        codec: Codec,
        delivery: Delivery,
        leases: Leases,
        new_id: Callable[[], str],
        slots: int,
        each: int | None = None,
        together: int | None = None,
        budgets: Budgets | None = None,
        estimates: Estimates | None = None,
    ) -> None:
        self._database = database
        self._payers = payers
        self._delivery = delivery
        self._leases = leases
        self._now = leases.now
        self._new_id = new_id
        self._slots = Turns(slots, each=each, together=together)
        self._lobby = Lobby(
            order=self._slots.order, delivery=delivery, estimates=estimates, tick=leases.tick
        )
        self._log = structlog.get_logger("jobs")
        self._painter = Painter(
            database=database,
            provider=provider,
            catalog=catalog,
            store=store,
            delivery=delivery,
            leases=leases,
            new_id=new_id,
            budgets=budgets,
            estimates=estimates,
        )
        self._handover = Handover(
            database=database,
            ledger=ledger,
            payers=payers,
            store=store,
            codec=codec,
            delivery=delivery,
            now=leases.now,
        )

    async def run(self, job_id: str) -> None:
        """See a job on from where it stands; one that is taken, or owes nothing, is left alone."""
        job = await self._look(job_id)
        member, server, cost = _share(job)
        if job is not None and job.state is JobState.QUEUED and self._slots.waits(member, server):
            self._lobby.enter(job)
        try:
            async with self._slots.turn(member, server, cost=cost, name=job_id):
                self._lobby.leave(job_id)
                await self._work(job_id)
        finally:
            self._lobby.leave(job_id)

    @property
    def waiting(self) -> int:
        """How many jobs wait for a slot."""
        return self._slots.waiting

    async def close(self) -> None:
        """Show nothing more of those who wait."""
        await self._lobby.close()

    async def _work(self, job_id: str) -> None:
        found = await self._claim(job_id)
        if found is None:
            return
        job, left = found
        try:
            async with self._leases.hold(job):
                await self._guarded(job, left)
        except Fenced:
            self._log.warning("job taken over by another run", job=job.id)
        except BaseException:
            # Stopped in the middle: whoever comes next need not wait for the lease to end.
            await self._let_go(job)
            raise

    async def postpone(self, job_id: str, begins_at: int) -> None:
        """Show that a queued job begins later, at a time in microseconds UTC."""
        job = await self._database.read(lambda tx: queue.get(tx, job_id))
        if job is not None:
            await self._delivery.postponed(job, begins_at)

    async def collect(self, job_id: str, message_id: int | None = None) -> bool:
        """Settle a job whose kept pictures somebody has just been shown; False where none is."""
        found = await self._claim(job_id)
        if found is None:
            return False
        job = found[0]
        try:
            return job.state is JobState.GENERATED and await self._handover.shown(job, message_id)
        finally:
            await self._let_go(job)

    async def tell(self, job: Job) -> None:
        """Tell what an ended job came to, for the claim that it was ended by."""
        with suppress(Fenced):
            await self._guarded(job, Progress(()))

    async def _claim(self, job_id: str) -> tuple[Job, Progress] | None:
        token, now = self._new_id(), self._now()

        async def claim(tx: Transaction) -> tuple[Job, Progress] | None:
            job = await conversation.claim(
                tx, job_id, token=token, now=now, until=self._leases.until()
            )
            if job is None:
                return None
            if job.state is not JobState.RUNNING:
                return job, Progress(())
            return job, await progress.read(tx, job, honours=self._painter.honours)

        return await self._database.write(claim)

    async def _let_go(self, job: Job) -> None:
        """Leave a job that has not ended to whoever comes next: at once, and not a lease later."""
        try:
            # Not the patient one: a stop would wait for it.
            await self._leases.database.write(lambda tx: queue.let_go(tx, job))
        except StorageError as error:
            self._log.warning("job not let go", job=job.id, error=str(error))

    async def _guarded(self, job: Job, left: Progress) -> None:
        try:
            if job.state in ENDED:
                await self._pay_debt(job)
                return
            if job.state is JobState.RUNNING:
                job = await self._draw(job, left)
            await self._deliver(job)
        except Fenced:
            raise
        except _Unwritten:
            # The picture is stored or even shown; whoever comes next goes on from there.
            self._log.exception("job left where it stands", job=job.id)
            with suppress(StorageError):
                await self._handover.later(job)
        except PlantainError as error:
            loud = isinstance(error, ProviderError) and error.kind in NEEDS_OPERATOR
            log = self._log.warning if loud else self._log.info
            log("job failed", job=job.id, error=str(error))
            await self._give_up(job, error)
        except Exception:  # noqa: BLE001 - whatever went wrong, the person is told and not charged
            self._log.exception("job crashed", job=job.id)
            await self._give_up(job, Unexpected(job.id[-8:]))

    async def _draw(self, job: Job, left: Progress) -> Job:
        """running -> generated, when there is at least one picture."""
        if left.drawn or any(step.calls for step in left.steps):
            self._log.info("job taken up again", job=job.id, drawn=len(left.drawn))
        try:
            await self._painter.clear_up(job, left)
        except StorageError as error:
            # Pictures may be there, and tasks that can be asked about.
            raise _Unwritten from error
        failures = await self._painter.draw(job, left)
        failure = name_of(failures[0]) if failures else None
        if len(failures) == job.request.count:
            raise failures[0]
        now = self._now()

        async def store(tx: Transaction) -> bool:
            row = await tx.one("store_job", id=job.id, claim=job.claim, now=now, failure=failure)
            return row is not None

        try:
            if not await self._database.write(store):
                raise Fenced
        except StorageError as error:
            raise _Unwritten from error
        return job.evolve(state=JobState.GENERATED, stored_at=now, failure=failure, deliver_tries=1)

    async def _pay_debt(self, job: Job) -> None:
        try:
            await self._handover.pay_debt(job)
        except Fenced:
            raise
        except Exception:  # noqa: BLE001 - nothing is charged for it; it is tried again
            self._log.exception("not told", job=job.id)
            await self._handover.later(job)

    async def _deliver(self, job: Job) -> None:
        try:
            await self._handover.deliver(job)
        except StorageError as error:
            raise _Unwritten from error

    async def _give_up(self, job: Job, error: PlantainError) -> None:
        """Release what is held and end the job in one transaction, then tell the person."""
        said = error.said if isinstance(error, ProviderError) else None
        now = self._now()

        async def release(tx: Transaction) -> bool:
            current = await queue.get(tx, job.id)
            if (
                current is None
                or current.claim != job.claim
                or JobState.FAILED not in LAWFUL[current.state]
            ):
                return False
            await tx.run("abandon_attempts", job_id=job.id, now=now, look_at=now + LOOK_AFTER)
            ended = await queue.end(
                tx,
                current,
                JobState.FAILED,
                now=now,
                failure=name_of(error),
                said=said,
                tell=True,
            )
            return ended and await self._payers.release(
                tx, job.reservation_id, reserved=job.reserved
            )

        if await self._database.write(release):
            reached = await self._delivery.explain(job, error)
            shown = len(await self._database.read(lambda tx: queue.results(tx, job.id)))
            await self._handover.told(job.evolve(deliver_tries=1), shown, reached=reached)

    async def _look(self, job_id: str) -> Job | None:
        try:
            return await self._database.read(lambda tx: queue.get(tx, job_id))
        except StorageError as error:
            # It waits for its turn all the same, among those of whom nothing is known.
            self._log.warning("job not read before its turn", job=job_id, error=str(error))
            return None


def _share(job: Job | None) -> tuple[int, int, int]:
    """Whose turn a job takes, in which server's, and how much of one.

    All direct messages are as one server, so that writing to the bot alone wins nothing.
    """
    if job is None:
        return 0, 0, 1
    return job.place.member_id, job.place.guild_id or 0, job.request.count


class _Unwritten(Exception):
    """What has been made or shown cannot be written down now; giving the job up would undo it."""
