"""Brings the pictures of one job into the store: one paid call each, or what is left of one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.db.database import Database, Transaction
from bot.errors import (
    Billed,
    ErrorKind,
    PlantainError,
    ProviderError,
    StorageError,
    Unexpected,
    UnusablePicture,
)
from bot.generation.catalog import Catalog
from bot.generation.request import ImageRef
from bot.images.store import ImageStore
from bot.jobs import calls, conversation, progress, queue
from bot.jobs.calls import LOOK_AFTER
from bot.jobs.delivery import Delivery
from bot.jobs.estimates import Estimates
from bot.jobs.job import Drawn, Job
from bot.jobs.lease import Leases
from bot.jobs.progress import Progress, Step
from bot.jobs.queue import Fenced
from bot.jobs.witness import Witness
from bot.providers.base import Generation, Provider
from bot.quotas.budget import Budgets

MICROS = 1_000_000
BUDGET_SECONDS = 14 * 60
"""For all pictures of a job, from when its run has taken it up."""


@dataclass(frozen=True, slots=True)
class Painter:
    """Draws what is missing of a job."""

    database: Database
    provider: Provider
    catalog: Catalog
    store: ImageStore
    delivery: Delivery
    leases: Leases
    new_id: Callable[[], str]
    budgets: Budgets | None = None
    estimates: Estimates | None = None

    def honours(self, provider: str) -> bool:
        """Whether a call that is sent there again as the same run is served and billed once."""
        upstream = self.catalog.upstreams.get(provider)
        return upstream is not None and upstream.idempotent

    async def draw(self, job: Job, left: Progress) -> list[PlantainError]:
        """See every picture to the store or to its failure; the failures, by picture.

        Each is tied to the job before anything else is done with it. Raises Fenced.
        """
        until = self.leases.now() + BUDGET_SECONDS * MICROS
        begun = asyncio.Event()
        if left.drawn or any(step.calls for step in left.steps):
            begun.set()
        try:
            async with asyncio.TaskGroup() as group:
                card = group.create_task(self._show_drawing(job, begun))
                tasks = [
                    group.create_task(self._draw_one(job, step, begun, until))
                    for step in left.steps
                ]
                if tasks:
                    await asyncio.wait(tasks)
                if not begun.is_set():
                    card.cancel()
        except BaseExceptionGroup as group_error:
            if group_error.subgroup(Fenced) is not None:
                raise Fenced from None
            raise
        return [failure for task in tasks if (failure := task.result()) is not None]

    async def clear_up(self, job: Job, left: Progress) -> None:
        """End the calls that a stopped process left open and nothing more will come of.

        Before `draw`. Raises Fenced and StorageError.
        """
        if not left.lost and not left.paid:
            return
        now = self.leases.now()
        ends = [(one, progress.INTERRUPTED, Billed.UNKNOWN) for one in left.lost]
        ends += [(one, "image", Billed.YES) for one in left.paid]

        async def end(tx: Transaction) -> None:
            await queue.renew(tx, job, until=self.leases.until())
            for attempt_id, outcome, billed in ends:
                await calls.end(
                    tx,
                    attempt_id,
                    claim=job.claim,
                    outcome=outcome,
                    billed=billed,
                    tokens=None,
                    now=now,
                    look_at=now + LOOK_AFTER if billed is Billed.UNKNOWN else None,
                )

        await self.database.write(end)
        if left.lost:
            structlog.get_logger("jobs").warning(
                "calls of unknown outcome", job=job.id, calls=len(left.lost)
            )

    async def _draw_one(
        self, job: Job, step: Step, begun: asyncio.Event, until: int
    ) -> PlantainError | None:
        """One picture, or why not: a failure here must not stop the others, which are paid for."""
        if step.failed is not None:
            return step.failed
        witness = Witness(
            job=job,
            step=step,
            database=self.database,
            delivery=self.delivery,
            leases=self.leases,
            new_id=self.new_id,
            begun=begun.set,
            usd_micros=lambda provider: self._usd_micros(provider, job),
            budgets=self.budgets,
        )
        try:
            await self._observed(job, step, witness, until)
        except Fenced:
            raise
        except ProviderError as error:
            failure: PlantainError = error
        except TimeoutError:
            # Else it waited for its turn its whole life; no upstream has been asked.
            asked = witness.waits_for_an_answer
            kind = ErrorKind.TIMEOUT_UNKNOWN if asked else ErrorKind.OVERLOADED
            failure = ProviderError(kind, job.provider, Billed.UNKNOWN if asked else Billed.NO)
        except UnusablePicture as error:
            failure = not_a_picture(job, error)
        except StorageError as error:
            failure = error
        except Exception:
            log = structlog.get_logger("jobs")
            log.exception("picture crashed", job=job.id, picture=step.picture)
            failure = Unexpected(job.id[-8:])
        else:
            return None
        billed = failure.billed if isinstance(failure, ProviderError) else Billed.UNKNOWN
        await witness.close(name_of(failure), billed)
        return failure

    async def _observed(self, job: Job, step: Step, witness: Witness, until: int) -> None:
        """One picture in the store and tied to its job, its call on record."""
        left = (until - self.leases.now()) / MICROS
        async with self.store.scratch() as folder:
            async with asyncio.timeout(max(0, left)):
                if step.open is not None:
                    generation = await self.provider.resume(
                        step.open, job.request, folder=folder, observer=witness
                    )
                else:
                    generation = await self.provider.generate(
                        job.request, folder=folder, observer=witness
                    )
            witness.received(generation)
            image = generation.images[-1]
            stored = await self.store.adopt(image.path, digest=image.digest)
        await self._tie(job, step, stored, generation)
        await witness.close("image", Billed.YES)

    async def _tie(self, job: Job, step: Step, image: ImageRef, generation: Generation) -> None:
        drawn = Drawn(image, step.picture, generation.provider, generation.turn)

        async def keep(tx: Transaction) -> None:
            await queue.renew(tx, job, until=self.leases.until())
            place = await queue.tie(tx, job.id, image, picture=step.picture, now=self.leases.now())
            await conversation.keep(tx, job, drawn, place=place)

        try:
            await self.database.write(keep)
        except StorageError:
            # The database may have gone away with the answer alone.
            tied = await self.database.read(lambda tx: tx.all("results_tied", job_id=job.id))
            if step.picture not in {row["picture"] for row in tied}:
                raise

    async def _show_drawing(self, job: Job, begun: asyncio.Event) -> None:
        """Say that an upstream is at work, once one is: a call may wait for its turn before."""
        await begun.wait()
        try:
            ready_at = await self.estimates.ready_at(job) if self.estimates else None
            await self.delivery.drawing(job, ready_at)
        except Exception:  # noqa: BLE001 - a card is not worth the pictures, which are paid for
            structlog.get_logger("jobs").exception("card not shown", job=job.id)

    def _usd_micros(self, provider: str, job: Job) -> int:
        offer = self.catalog.offer(provider, job.request.model)
        if offer is None:
            return job.price.usd_micros
        return offer.cost(job.request.resolution, job.request.thinking)


def name_of(error: PlantainError) -> str:
    """As the books have it."""
    return error.kind if isinstance(error, ProviderError) else error.key


def not_a_picture(job: Job, error: UnusablePicture) -> ProviderError:
    """An upstream sent what is none."""
    return ProviderError(ErrorKind.MALFORMED_RESPONSE, job.provider, Billed.YES, detail=str(error))
