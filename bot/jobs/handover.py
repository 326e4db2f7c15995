"""Takes what a job made, or why it made nothing, to its person; and again until Discord has it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bot.db.database import Database, Transaction
from bot.errors import (
    Billed,
    DeliveryFailed,
    ErrorKind,
    PictureKept,
    ProviderError,
    UnusablePicture,
)
from bot.generation.request import ImageRef
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.delivery import REFUSED_WAIT, REQUEST_BYTES, WAITS, Delivery, Picture
from bot.jobs.job import Job, JobState, Receipt, Shortfall
from bot.jobs.painter import not_a_picture
from bot.jobs.payers import PaidBy, Payers
from bot.jobs.progress import failure_of
from bot.ledger.ledger import Ledger
from bot.pressing import Cancelled

MICROS = 1_000_000
GIVE_UP = 24 * 3600 * MICROS
"""Microseconds after which a picture is kept for who asks for it, and a sentence forgotten."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Delivers. Every write names the claim; what cannot be shown now is left with a time."""

    database: Database
    ledger: Ledger
    payers: Payers
    store: ImageStore
    codec: Codec
    delivery: Delivery
    now: Callable[[], int]

    async def deliver(self, job: Job) -> bool:
        """generated -> delivered -> done; False when it is to be tried again later.

        Pictures that Discord has not taken for a day are paid for and kept. Raises StorageError
        where they can be seen and that cannot be written, and ProviderError where they are none, or
        nobody has had their files for days.
        """
        if job.state is JobState.DELIVERED:
            await self.settle(job)
            return True
        if job.forgotten:
            # Its maker has got it another way and had it deleted: paid for, and shown no more.
            await self._note(job, None)
            return True
        if job.batch_id is not None and await self._is_line(job):
            # Its batch shows it, with the others.
            await self._note(job, None)
            return True
        images = await self.database.read(lambda tx: queue.results(tx, job.id))
        waited = self.now() - (job.stored_at or job.created_at)
        here = await self._are_here(images)
        if not here and waited > 2 * GIVE_UP:
            problem = "the picture's file is gone"
            kind = ErrorKind.RESULT_UNAVAILABLE
            raise ProviderError(kind, job.provider, Billed.YES, detail=problem)
        charged = job.price.credits * len(images)
        try:
            message_id = await self._show(job, images, 0, charged, _shortfall(job, len(images)))
        except DeliveryFailed as error:
            if not here or waited <= GIVE_UP:
                await self._postpone(job, error)
                return False
            structlog.get_logger("jobs").warning("picture kept, not delivered", job=job.id)
            message_id = None
        await self._note(job, message_id)
        return True

    async def shown(self, job: Job, message_id: int | None) -> bool:
        """Somebody has got the pictures another way: paid for, and not delivered once more."""
        return await self._note(job, message_id)

    async def pay_debt(self, job: Job) -> None:
        """Tell why an ended job came to nothing, show a picture that came after its end, or show
        those that progress was laid over.
        """
        images = await self.database.read(lambda tx: queue.results(tx, job.id))
        late = images[job.shown :]
        over = (job.finished_at or job.created_at) + 2 * GIVE_UP
        told = job.forgotten and job.state is not JobState.CANCELLED
        if told or self.now() > over:
            await self._forget(job, len(images))
        elif late:
            try:
                await self._show(job, late, job.shown, 0, None)
            except DeliveryFailed as error:
                await self._postpone(job, error)
            else:
                # A card that is owed as well comes next.
                await self._forget(job.evolve(stale_at=None), len(images))
        elif job.state is JobState.DONE:
            reached = await self._amend(job, images)
            await self.told(job, len(images), reached=reached is not None)
        else:
            await self._check(job)
            why = failure_of(job.failure, job.provider, job.said, reference=job.id[-8:])
            if isinstance(why, Cancelled):
                reached = await self.delivery.cancelled(job)
            else:
                reached = await self.delivery.explain(job, why)
            await self.told(job, len(images), reached=reached)

    async def told(self, job: Job, shown: int, *, reached: bool) -> None:
        """The person knows why a job has ended, or is to be told later."""
        if reached:
            await self._forget(job, shown)
        else:
            await self.later(job)

    async def later(self, job: Job, wait: int = 0) -> None:
        """Leave what is to be delivered for `wait` seconds, or as long as is usual by now."""
        at = self.now() + max(wait, _wait(job)) * MICROS
        await self.database.write(
            lambda tx: tx.one("deliver_later", id=job.id, at=at, claim=job.claim)
        )

    async def settle(self, job: Job) -> None:
        """delivered -> done: charge for what was made, once."""
        images = await self.database.read(lambda tx: queue.results(tx, job.id))
        charged = job.price.credits * len(images)

        async def settle(tx: Transaction) -> bool:
            ended = await queue.end(tx, job, JobState.DONE, now=self.now(), credits_charged=charged)
            return ended and await self.payers.settle(
                tx, job.reservation_id, reserved=job.reserved, charged=charged
            )

        if await self.database.write(settle):
            structlog.get_logger("jobs").info(
                "job done", job=job.id, credits=charged, pictures=len(images)
            )

    async def _note(self, job: Job, message_id: int | None) -> bool:
        async def note(tx: Transaction) -> bool:
            await tx.run("note_message", id=job.id, message_id=message_id, claim=job.claim)
            return await queue.move(tx, job, JobState.DELIVERED)

        moved = await self.database.write(note)
        if moved:
            await self.settle(job.evolve(state=JobState.DELIVERED))
        return moved

    async def _show(
        self,
        job: Job,
        images: Sequence[ImageRef],
        first: int,
        charged: int,
        shortfall: Shortfall | None,
    ) -> int | None:
        if not await self._are_here(images):
            # Another process may have them in its folder.
            raise DeliveryFailed("the picture is not in this store", unreachable=True)
        receipt = await self._receipt(job, charged)
        async with self._fitted(job, images, first) as pictures:
            await self._check(job)
            try:
                return await self.delivery.deliver(job, pictures, receipt, shortfall)
            except FileNotFoundError as error:
                # Its maker has just had it deleted.
                raise DeliveryFailed("the picture is gone", unreachable=True) from error

    async def _amend(self, job: Job, images: Sequence[ImageRef]) -> bool | None:
        """As Delivery.amend; a picture that is not here can be had elsewhere, as before."""
        receipt = await self.database.read(lambda tx: queue.receipt(tx, job, made=len(images)))
        try:
            async with self._fitted(job, images, 0) as pictures:
                await self._check(job)
                return await self.delivery.amend(job, pictures, receipt)
        except (DeliveryFailed, FileNotFoundError):
            return None

    @asynccontextmanager
    async def _fitted(
        self, job: Job, images: Sequence[ImageRef], first: int
    ) -> AsyncIterator[list[Picture]]:
        """The pictures as they may be uploaded, while this lasts; numbered on from `first`."""
        async with AsyncExitStack() as stack:
            pictures = []
            for number, image in enumerate(images, start=first + 1):
                folder = await stack.enter_async_context(self.store.scratch())
                share = REQUEST_BYTES // len(images)
                picture = await self._fit(job, image, folder, share)
                pictures.append(replace(picture, number=number))
            yield pictures

    async def _is_line(self, job: Job) -> bool:
        """Whether it is one of its batch's; what an operator has drawn again is not."""
        row = await self.database.read(lambda tx: tx.one("batch_line_of", job_id=job.id))
        return row is not None

    async def _are_here(self, images: Sequence[ImageRef]) -> bool:
        """Whether this process's store has every file."""
        paths = [self.store.path(image) for image in images]
        return await asyncio.to_thread(lambda: all(path.is_file() for path in paths))

    async def _check(self, job: Job) -> None:
        """Raise Fenced where the job has been taken over: whoever has it shows it."""
        current = await self.database.read(lambda tx: queue.get(tx, job.id))
        if current is None or current.claim != job.claim:
            raise queue.Fenced

    async def _fit(self, job: Job, image: ImageRef, into: Path, share: int) -> Picture:
        limit = min(job.place.upload_limit, share)
        try:
            fitted = await self.codec.fit(self.store.path(image), limit=limit, into=into)
        except FileNotFoundError as error:
            raise DeliveryFailed("the picture is gone", unreachable=True) from error
        except UnusablePicture as error:
            raise not_a_picture(job, error) from error
        return Picture(fitted.path, fitted.mime, image, fitted.how)

    async def _receipt(self, job: Job, charged: int) -> Receipt:
        left = None
        if job.paid_by is PaidBy.MEMBER:
            account = await self.database.read(lambda tx: self.ledger.account(tx, job.account_id))
            held = job.reserved if job.state is JobState.GENERATED else 0
            left = (account.available if account else 0) + held - charged
        return Receipt(
            charged=charged,
            left=left,
            asked=job.request.count,
            seconds=max(0, round(((job.stored_at or self.now()) - job.created_at) / MICROS)),
        )

    async def _postpone(self, job: Job, error: DeliveryFailed) -> None:
        """Try again later; who cannot be reached as things are is told once how to get it."""
        log = structlog.get_logger("jobs")
        wait = _wait(job)
        if not error.unreachable:
            wait = max(wait, REFUSED_WAIT)
            if job.deliver_tries <= 1:
                await self.delivery.explain(job, PictureKept(job.id[-8:]))
        log.warning("not delivered yet", job=job.id, wait=wait, problem=error.problem)
        await self.later(job, wait)

    async def _forget(self, job: Job, shown: int) -> None:
        """Nothing is owed any more, unless for a picture or progress that came meanwhile."""

        async def forget(tx: Transaction) -> None:
            current = await queue.get(tx, job.id)
            await tx.one("forget_debt", id=job.id, shown=shown, claim=job.claim)
            await queue.let_go(tx, job)
            if current is not None and current.stale_at != job.stale_at:
                await queue.owe_card(tx, current, now=self.now())
            if len(await queue.results(tx, job.id)) > shown:
                await tx.one("owe_picture", id=job.id, now=self.now())

        await self.database.write(forget)


def _wait(job: Job) -> int:
    return WAITS[min(max(job.deliver_tries, 1), len(WAITS)) - 1]


def _shortfall(job: Job, made: int) -> Shortfall | None:
    """Pictures that are missing, and why the first of them is."""
    missing = job.request.count - made
    if missing <= 0:
        return None
    kinds = [kind for kind in ErrorKind if kind == job.failure]
    return Shortfall(missing, kinds[0] if kinds else ErrorKind.RESULT_UNAVAILABLE)
