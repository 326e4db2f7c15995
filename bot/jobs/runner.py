"""The back room: claim, draw, store, deliver, settle; or give back and explain.

Each step writes its state before the next begins, and each is safe to repeat, so that a job can
be taken up again from where its row says it stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from bot.db.database import Database, Transaction
from bot.errors import (
    NEEDS_OPERATOR,
    Billed,
    DeliveryFailed,
    ErrorKind,
    Interrupted,
    PlantainError,
    ProviderError,
    StorageError,
    Unexpected,
    UnusablePicture,
)
from bot.generation.catalog import Catalog
from bot.generation.request import ImageRef
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import conversation, queue
from bot.jobs.delivery import Delivery, Picture
from bot.jobs.job import LAWFUL, Drawn, Job, JobState, Receipt, Shortfall
from bot.jobs.payers import PaidBy, Payers
from bot.jobs.witness import Witness
from bot.ledger.ledger import Ledger
from bot.providers.base import Provider
from bot.quotas.budget import Budgets
from bot.turns import Turns

MICROS = 1_000_000
BUDGET_SECONDS = 14 * 60
"""A reply can be edited for 15 minutes; the last one is kept for delivering."""
DISCORD_WAITS = (5.0, 15.0, 45.0, 120.0)
"""Seconds before a picture is offered to Discord again, when it did not get through."""
REQUEST_BYTES = 24 * 1024 * 1024
"""All files of one message together; Discord refuses requests over 25 MiB."""


class Runner:
    """Runs jobs, at most `slots` at a time in this process; `budgets` are of upstream keys."""

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
        now: Callable[[], int],
        new_id: Callable[[], str],
        sleep: Callable[[float], Awaitable[None]],
        slots: int,
        budgets: Budgets | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._payers = payers
        self._provider = provider
        self._catalog = catalog
        self._store = store
        self._codec = codec
        self._delivery = delivery
        self._now = now
        self._new_id = new_id
        self._sleep = sleep
        self._slots = Turns(slots)
        self._budgets = budgets
        self._log = structlog.get_logger("jobs")

    async def run(self, job_id: str) -> None:
        """See a queued job to its end; a job that is taken or has ended is left alone."""
        waiting = await self._announce(job_id) if self._slots.full else None
        async with self._slots.turn(waiting.place.member_id if waiting else 0):
            token = self._new_id()
            job = await self._database.write(
                lambda tx: conversation.claim(tx, job_id, token=token, now=self._now())
            )
            if job is not None:
                await self._guarded(job, self._draw_and_hand_over)

    async def postpone(self, job_id: str, begins_at: int) -> None:
        """Show that a queued job begins later, at a time in microseconds UTC."""
        job = await self._database.read(lambda tx: queue.get(tx, job_id))
        if job is not None:
            await self._delivery.postponed(job, begins_at)

    async def recover(self, job_ids: Sequence[str]) -> None:
        """Take up jobs that a stopped process left behind.

        A stored picture is delivered and a delivered one settled; anything earlier is released,
        because whether the upstream drew and billed it cannot be known.
        """
        for job_id in job_ids:
            try:
                await self._resume(job_id)
            except Exception:  # noqa: BLE001 - one that cannot be helped now harms no other
                self._log.exception("job left where it stands", job=job_id)

    async def _resume(self, job_id: str) -> None:
        left = await self._database.read(lambda tx: queue.get(tx, job_id))
        if left is None or not LAWFUL[left.state]:
            return
        token = self._new_id()
        if not await self._database.write(lambda tx: queue.adopt(tx, left, token=token)):
            return
        job = left.evolve(claim=token)
        self._log.info("job taken up again", job=job.id, state=job.state)
        if job.state in (JobState.QUEUED, JobState.RUNNING):
            await self._give_up(job, Interrupted())
        else:
            await self._guarded(job, self._finish)

    async def _guarded(self, job: Job, step: Callable[[Job], Awaitable[None]]) -> None:
        try:
            await step(job)
        except _Unwritten:
            # The picture is stored or even shown; the next start goes on from there.
            self._log.exception("job left where it stands", job=job.id)
        except PlantainError as error:
            loud = isinstance(error, ProviderError) and error.kind in NEEDS_OPERATOR
            log = self._log.warning if loud else self._log.info
            log("job failed", job=job.id, error=str(error))
            await self._give_up(job, error)
        except Exception:  # noqa: BLE001 - whatever went wrong, the person is told and not charged
            self._log.exception("job crashed", job=job.id)
            await self._give_up(job, Unexpected(job.id[-8:]))

    async def _draw_and_hand_over(self, job: Job) -> None:
        drawn, shortfall = await self._draw(job)
        await self._hand_over(job.evolve(state=JobState.GENERATED), drawn, shortfall)

    async def _draw(self, job: Job) -> tuple[tuple[ImageRef, ...], Shortfall | None]:
        """Call the upstream once per picture; running -> generated when there is at least one."""
        async with asyncio.TaskGroup() as group:
            begun = asyncio.Event()
            card = group.create_task(self._show_drawing(job, begun))
            tasks = [
                group.create_task(self._draw_one(job, number, begun))
                for number in range(job.request.count)
            ]
            await asyncio.wait(tasks)
            if not begun.is_set():
                card.cancel()
        outcomes = [task.result() for task in tasks]
        drawn = tuple(outcome for outcome in outcomes if isinstance(outcome, Drawn))
        images = tuple(one.image for one in drawn)
        failures = [outcome for outcome in outcomes if isinstance(outcome, PlantainError)]
        if not drawn:
            raise failures[0]

        async def keep(tx: Transaction) -> bool:
            await queue.tie(tx, job.id, "result", images, now=self._now())
            await conversation.keep(tx, job, drawn)
            return await queue.move(tx, job, JobState.GENERATED)

        if not await self._database.write(keep):
            raise Interrupted
        return images, _shortfall(failures)

    async def _draw_one(self, job: Job, number: int, begun: asyncio.Event) -> Drawn | PlantainError:
        """One picture, or why not: a failure here must not stop the others, which are paid for."""
        witness = Witness(
            job=job,
            picture=number,
            database=self._database,
            delivery=self._delivery,
            now=self._now,
            new_id=self._new_id,
            begun=begun.set,
            usd_micros=lambda provider: self._usd_micros(provider, job),
            budgets=self._budgets,
        )
        try:
            return await self._observed(job, witness)
        except ProviderError as error:
            failure: PlantainError = error
        except TimeoutError:
            # Else it waited for its turn its whole life; no upstream has been asked.
            asked = witness.waits_for_an_answer
            kind = ErrorKind.TIMEOUT_UNKNOWN if asked else ErrorKind.OVERLOADED
            failure = ProviderError(kind, job.provider, Billed.UNKNOWN if asked else Billed.NO)
        except UnusablePicture as error:
            failure = _not_a_picture(job, error)
        except StorageError as error:
            failure = error
        except Exception:  # noqa: BLE001 - the other pictures of the job are paid for
            self._log.exception("picture crashed", job=job.id, picture=number)
            failure = Unexpected(job.id[-8:])
        billed = failure.billed if isinstance(failure, ProviderError) else Billed.UNKNOWN
        await witness.close(_name(failure), billed)
        return failure

    async def _observed(self, job: Job, witness: Witness) -> Drawn:
        """One picture in the store, its call on record."""
        left = BUDGET_SECONDS - (self._now() - job.created_at) / MICROS
        async with self._store.scratch() as folder:
            async with asyncio.timeout(max(0, left)):
                generation = await self._provider.generate(
                    job.request, folder=folder, observer=witness
                )
            witness.received(generation)
            image = generation.images[-1]
            stored = await self._store.adopt(image.path, digest=image.digest)
        await witness.close("image", Billed.YES)
        return Drawn(stored, generation.provider, generation.turn)

    async def _show_drawing(self, job: Job, begun: asyncio.Event) -> None:
        """Say that an upstream is at work, once one is: a call may wait for its turn before."""
        await begun.wait()
        try:
            await self._delivery.drawing(job)
        except Exception:  # noqa: BLE001 - a card is not worth the pictures, which are paid for
            self._log.exception("card not shown", job=job.id)

    def _usd_micros(self, provider: str, job: Job) -> int:
        offer = self._catalog.offer(provider, job.request.model)
        if offer is None:
            return job.price.usd_micros
        return offer.cost(job.request.resolution, job.request.thinking)

    async def _finish(self, job: Job) -> None:
        images = await self._database.read(lambda tx: queue.results(tx, job.id))
        if job.state is JobState.DELIVERED:
            await self._settle(job, len(images))
        else:
            await self._hand_over(job, images, None)

    async def _hand_over(
        self, job: Job, images: Sequence[ImageRef], shortfall: Shortfall | None
    ) -> None:
        """generated -> delivered -> done."""
        receipt = await self._receipt(job, len(images))
        async with AsyncExitStack() as stack:
            pictures = []
            for image in images:
                folder = await stack.enter_async_context(self._store.scratch())
                pictures.append(await self._fit(job, image, folder, REQUEST_BYTES // len(images)))
            message_id = await self._deliver(job, pictures, receipt, shortfall)

        async def note(tx: Transaction) -> bool:
            if message_id is not None:
                await tx.run("note_message", id=job.id, message_id=message_id, claim=job.claim)
            return await queue.move(tx, job, JobState.DELIVERED)

        try:
            if await self._database.write(note):
                await self._settle(job.evolve(state=JobState.DELIVERED), len(images))
        except StorageError as error:
            raise _Unwritten from error

    async def _deliver(
        self,
        job: Job,
        pictures: Sequence[Picture],
        receipt: Receipt,
        shortfall: Shortfall | None,
    ) -> int | None:
        """As Delivery does, and again while Discord cannot be reached: the picture is paid for."""
        for wait in DISCORD_WAITS:
            try:
                return await self._delivery.deliver(job, pictures, receipt, shortfall)
            except DeliveryFailed as error:
                if not error.unreachable:
                    raise
                self._log.warning("Discord cannot be reached", job=job.id, wait=wait)
                await self._sleep(wait)
        return await self._delivery.deliver(job, pictures, receipt, shortfall)

    async def _fit(self, job: Job, image: ImageRef, into: Path, share: int) -> Picture:
        limit = min(job.place.upload_limit, share)
        try:
            fitted = await self._codec.fit(self._store.path(image), limit=limit, into=into)
        except UnusablePicture as error:
            raise _not_a_picture(job, error) from error
        return Picture(fitted.path, fitted.mime, image, fitted.how)

    async def _receipt(self, job: Job, delivered: int) -> Receipt:
        charged = job.price.credits * delivered
        left = None
        if job.paid_by is PaidBy.MEMBER:
            account = await self._database.read(lambda tx: self._ledger.account(tx, job.account_id))
            left = (account.available if account else 0) + job.reserved - charged
        return Receipt(
            charged=charged,
            left=left,
            asked=job.request.count,
            seconds=max(0, round((self._now() - job.created_at) / MICROS)),
        )

    async def _settle(self, job: Job, delivered: int) -> None:
        charged = job.price.credits * delivered

        async def settle(tx: Transaction) -> bool:
            ended = await queue.end(
                tx, job, JobState.DONE, now=self._now(), credits_charged=charged
            )
            return ended and await self._payers.settle(
                tx, job.reservation_id, reserved=job.reserved, charged=charged
            )

        await self._database.write(settle)
        self._log.info("job done", job=job.id, credits=charged, pictures=delivered)

    async def _give_up(self, job: Job, error: PlantainError) -> None:
        """Release what is held and end the job in one transaction, then tell the person."""
        failure = _name(error)

        async def release(tx: Transaction) -> bool:
            current = await queue.get(tx, job.id)
            if (
                current is None
                or current.claim != job.claim
                or JobState.FAILED not in LAWFUL[current.state]
            ):
                return False
            await tx.run("abandon_attempts", job_id=job.id, now=self._now())
            await queue.end(tx, current, JobState.FAILED, now=self._now(), failure=failure)
            return await self._payers.release(tx, job.reservation_id, reserved=job.reserved)

        if await self._database.write(release):
            await self._delivery.explain(job, error)

    async def _announce(self, job_id: str) -> Job | None:
        """Show a job's place in the queue; the job, where it can be read."""

        async def look(tx: Transaction) -> tuple[Job | None, int]:
            job = await queue.get(tx, job_id)
            return job, await queue.ahead(tx, job) if job else 0

        try:
            job, ahead = await self._database.read(look)
        except StorageError as error:
            # Only the card stays as it is; the job waits for its turn all the same.
            self._log.warning("place in the queue unknown", job=job_id, error=str(error))
            return None
        if job is not None:
            await self._delivery.queued(job, ahead)
        return job


class _Unwritten(Exception):
    """What has been shown cannot be written down now; giving the job up would undo it."""


def _name(error: PlantainError) -> str:
    """As the books have it."""
    return error.kind if isinstance(error, ProviderError) else error.key


def _not_a_picture(job: Job, error: UnusablePicture) -> ProviderError:
    return ProviderError(ErrorKind.MALFORMED_RESPONSE, job.provider, Billed.YES, detail=str(error))


def _shortfall(failures: Sequence[PlantainError]) -> Shortfall | None:
    if not failures:
        return None
    first = failures[0]
    kind = first.kind if isinstance(first, ProviderError) else ErrorKind.RESULT_UNAVAILABLE
    return Shortfall(len(failures), kind)
