"""Writes every paid call down before it leaves and how it ended, for one picture of one job."""

from collections.abc import Callable

import structlog

from bot.db.database import Database, Transaction
from bot.db.whole import whole
from bot.errors import Billed, ProviderError, StorageError
from bot.jobs import calls, conversation, queue
from bot.jobs.calls import LOOK_AFTER
from bot.jobs.delivery import Delivery
from bot.jobs.job import Job
from bot.jobs.lease import Leases
from bot.jobs.progress import Step
from bot.providers.base import Call, Generation
from bot.providers.replay import ReplayRefused
from bot.quotas.budget import Budgets

TELL_FROM_SECONDS = 3


class Witness:
    """The Observer a runner hands to a provider, for the picture of a `step`.

    `usd_micros` says what one picture of the job costs at a provider, `budgets` what a key may
    spend; without them calls are not counted. Every write holds the job and raises Fenced where it
    has been taken over, so that a run that lost it makes no call.
    """

    def __init__(
        self,
        *,
        job: Job,
        step: Step,
        database: Database,
        delivery: Delivery,
        leases: Leases,
        new_id: Callable[[], str],
        begun: Callable[[], None],
        usd_micros: Callable[[str], int],
        budgets: Budgets | None = None,
    ) -> None:
        self._job = job
        self._picture = step.picture
        self._database = database
        self._delivery = delivery
        self._leases = leases
        self._new_id = new_id
        self._begun = begun
        self._usd_micros = usd_micros
        self._budgets = budgets
        self._log = structlog.get_logger("jobs")
        self._attempt: str | None = step.open.run if step.open else None
        self._sure: Billed | None = None
        self._tokens: int | None = None
        self._calls = step.calls

    @property
    def party(self) -> int:
        return self._job.place.member_id

    @property
    def run(self) -> str:
        return self._attempt or ""

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether a call has left and is open, so that the upstream may yet charge for it."""
        return self._attempt is not None and self._sure is None

    async def calling(self, call: Call) -> None:
        # A call's own count begins anew with each upstream that is asked.
        self._calls += 1
        number = self._calls
        attempt_id = self._new_id()

        async def begin(tx: Transaction) -> None:
            await queue.renew(tx, self._job, until=self._leases.until())
            await calls.begin(
                tx,
                self._budgets,
                self._job,
                call,
                attempt_id=attempt_id,
                picture=self._picture,
                number=number,
                usd_micros=self._usd_micros(call.provider),
                now=self._leases.now(),
            )

        # Whoever stops waiting for this leaves a row behind, but nothing has been asked for.
        self._attempt, self._sure, self._tokens = attempt_id, Billed.NO, None
        await whole(self._database.write(begin))
        self._sure = None
        self._begun()

    async def submitted(self, provider: str, task_id: str) -> None:
        del provider
        attempt_id = self._attempt

        async def note(tx: Transaction) -> None:
            await tx.run("note_task", id=attempt_id, task_id=task_id, claim=self._job.claim)

        try:
            await self._database.write(note)
        except StorageError:
            # The picture can be had without it, by who asked for it.
            self._log.exception("task not on record", job=self._job.id, task=task_id)

    async def failed(self, error: ProviderError, attempt: int, wait: float | None) -> None:
        del attempt
        await self.ended(error.kind, error.billed)
        if isinstance(error, ReplayRefused):
            await self._forget_conversation()
        if wait is not None and wait >= TELL_FROM_SECONDS:
            await self._delivery.waiting(self._job, wait)

    async def _forget_conversation(self) -> None:
        self._log.info("conversation not taken", job=self._job.id)
        try:
            await self._database.write(lambda tx: conversation.forget(tx, self._job))
        except StorageError:
            # It will be refused once more, and forgotten then.
            self._log.exception("conversation not forgotten", job=self._job.id)

    def received(self, generation: Generation) -> None:
        """The open call brought a picture, whatever becomes of it here."""
        self._sure, self._tokens = Billed.YES, generation.usage.total_tokens

    async def close(self, outcome: str, billed: Billed) -> None:
        """As `ended`, where a picture must not be lost over it: only the log hears of a failure."""
        try:
            await self.ended(outcome, billed)
        except Exception:  # noqa: BLE001 - the row stays open, which is a bill nobody knows
            self._log.exception("end of a call not on record", job=self._job.id, outcome=outcome)

    async def ended(self, outcome: str, billed: Billed) -> None:
        """Write the end of the call that is open; repeating it changes nothing.

        What is sure of its bill goes before `billed`. A task whose bill is not known is asked about
        later: its picture may come all the same.
        """
        attempt_id, self._attempt = self._attempt, None
        if attempt_id is None:
            return
        sure, tokens = self._sure or billed, self._tokens
        now = self._leases.now()

        async def end(tx: Transaction) -> None:
            await calls.end(
                tx,
                attempt_id,
                claim=self._job.claim,
                outcome=outcome,
                billed=sure,
                tokens=tokens,
                now=now,
                look_at=now + LOOK_AFTER if sure is Billed.UNKNOWN else None,
            )

        await self._database.write(end)
