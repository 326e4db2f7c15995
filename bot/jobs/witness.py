"""Writes every paid call down before it leaves and how it ended, for one picture of one job."""

from collections.abc import Callable

from bot.db.database import Database, Transaction
from bot.errors import Billed, ProviderError
from bot.jobs.delivery import Delivery
from bot.jobs.job import Job
from bot.providers.base import Call, Generation

TELL_FROM_SECONDS = 3


class Witness:
    """The Observer a runner hands to a provider. `picture` counts from 0 within the job.

    `usd_micros` says what one picture of the job costs at a provider.
    """

    def __init__(
        self,
        *,
        job: Job,
        picture: int,
        database: Database,
        delivery: Delivery,
        now: Callable[[], int],
        new_id: Callable[[], str],
        usd_micros: Callable[[str], int],
    ) -> None:
        self._job = job
        self._picture = picture
        self._database = database
        self._delivery = delivery
        self._now = now
        self._new_id = new_id
        self._usd_micros = usd_micros
        self._attempt: str | None = None
        self._calls = 0

    @property
    def party(self) -> int:
        return self._job.place.member_id

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether a call is open, so that the upstream may yet charge for it."""
        return self._attempt is not None

    async def calling(self, call: Call) -> None:
        # A call's own count begins anew with each upstream that is asked.
        self._calls += 1
        number = self._calls
        attempt_id = self._new_id()

        async def begin(tx: Transaction) -> None:
            await tx.run(
                "begin_attempt",
                id=attempt_id,
                job_id=self._job.id,
                picture=self._picture,
                number=number,
                provider=call.provider,
                key=call.key,
                model=call.model,
                usd_micros=self._usd_micros(call.provider),
                now=self._now(),
            )

        await self._database.write(begin)
        self._attempt = attempt_id

    async def submitted(self, provider: str, task_id: str) -> None:
        del provider
        attempt_id = self._attempt

        async def note(tx: Transaction) -> None:
            await tx.run("note_task", id=attempt_id, task_id=task_id)

        await self._database.write(note)

    async def failed(self, error: ProviderError, attempt: int, wait: float | None) -> None:
        del attempt
        await self.ended(error.kind, error.billed)
        if wait is not None and wait >= TELL_FROM_SECONDS:
            await self._delivery.waiting(self._job, wait)

    async def drew(self, generation: Generation) -> None:
        """The open call brought a picture."""
        await self.ended("image", Billed.YES, tokens=generation.usage.total_tokens)

    async def ended(self, outcome: str, billed: Billed, *, tokens: int | None = None) -> None:
        """Write the end of the call that is open; repeating it changes nothing."""
        attempt_id, self._attempt = self._attempt, None
        if attempt_id is None:
            return

        async def end(tx: Transaction) -> None:
            await tx.run(
                "end_attempt",
                id=attempt_id,
                outcome=outcome,
                billed=billed,
                tokens=tokens,
                now=self._now(),
            )

        await self._database.write(end)
