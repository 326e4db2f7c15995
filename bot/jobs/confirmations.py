"""Dear requests ask first: what it is, what it costs and who would pay; a press draws it, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.db.database import Database, Transaction
from bot.jobs import question as questions
from bot.jobs.onward import Step
from bot.jobs.payers import PaidBy
from bot.jobs.question import ASKED, DECLINED, LASTS, Question
from bot.jobs.service import Draft, Studio
from bot.jobs.uploads import Uploads
from bot.mirror import QuestionExpired, QuestionOver
from bot.quotas.limit import Who

MINUTE = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands: what would be drawn at which price, and who would pay.

    `team` is the name of the team that would. `changed` when the price is not what was said last,
    `repaid` when who would pay is not, `known` when the same words had asked it before.
    """

    question: Question
    draft: Draft
    paid_by: PaidBy
    team: str = ""
    changed: bool = False
    repaid: bool = False
    known: bool = False

    @property
    def step(self) -> Step:
        """What a yes submits; its pictures are all stored by now."""
        asked = self.question
        own, kept, cast = asked.shares
        return Step(
            self.draft,
            asked.button,
            own,
            origin=asked.origin,
            brought_by=asked.brought_by,
            kept=kept,
            cast=cast,
        )


class Confirmations:
    """`threshold` is the price in credits from which is asked, None for never.

    `now` in microseconds UTC.
    """

    def __init__(
        self,
        *,
        database: Database,
        studio: Studio,
        uploads: Uploads,
        now: Callable[[], int],
        new_id: Callable[[], str],
        threshold: int | None,
    ) -> None:
        self._database = database
        self._studio = studio
        self._uploads = uploads
        self._now = now
        self._new_id = new_id
        self._threshold = threshold

    def need(self, draft: Draft) -> bool:
        """Whether this costs so much that is asked first."""
        return self._threshold is not None and draft.credits >= self._threshold

    async def ask(
        self,
        step: Step,
        who: Who,
        channels: Sequence[int],
        *,
        interaction_id: int,
        reply_token: str | None,
        private: bool,
    ) -> Asked:
        """Keep the request with its pictures until it is answered; the uploads are read now.

        Raises as `Studio.submit`, so that nobody is asked about what would be refused.
        """
        draft = step.draft
        promise = await self._studio.foresee(draft, who, channels)
        pictures = await self._uploads.lighten(step.pictures)
        taken = await self._uploads.take(step.uploads)
        request = replace(
            draft.request, reference_images=(*pictures, *taken, *step.kept, *step.cast)
        )
        asked = Question(
            id=self._new_id(),
            member_id=who.member_id,
            kind=draft.kind,
            request=request,
            origin=step.origin,
            brought_by=step.brought_by,
            button=step.button,
            kept=len(step.kept),
            private=private,
            credits=draft.credits,
            state=ASKED,
            asked_at=self._now(),
            reply_token=reply_token,
        )

        async def keep(tx: Transaction) -> Question:
            return await questions.add(tx, asked, interaction_id=interaction_id)

        stored = await self._database.write(keep)
        known = stored.id != asked.id
        return Asked(stored, draft, promise.paid_by, promise.name, known=known)

    async def look(
        self, question_id: str, who: Who, channels: Sequence[int], *, said: PaidBy | None
    ) -> Asked:
        """An open question at today's price, for a yes; it ends only where the credits are held.

        `said` is who would pay as the card has it, None where it does not say. Raises QuestionOver,
        QuestionExpired, and what `Studio.draft` and `submit` do.
        """
        found = await self._find(question_id, who.member_id)
        request = found.request
        await self._studio.refresh()
        draft = self._studio.draft(
            found.kind,
            request.prompt,
            model=request.model,
            aspect_ratio=request.aspect_ratio,
            resolution=request.resolution,
            count=request.count,
            thinking=request.thinking,
            reference_images=len(request.reference_images),
            style=request.style,
            house_style=request.house_style,
            characters=request.characters,
        )
        promise = await self._studio.foresee(draft, who, channels)
        changed = draft.credits != found.credits
        if changed:
            price = draft.credits
            await self._database.write(lambda tx: questions.reprice(tx, question_id, price))
        repaid = said not in (None, promise.paid_by)
        return Asked(found, draft, promise.paid_by, promise.name, changed, repaid)

    async def decline(self, question_id: str, by: int) -> Question:
        """Give it up; raises QuestionOver and QuestionExpired."""
        found = await self._find(question_id, by)
        now = self._now()
        if not await self._database.write(
            lambda tx: questions.end(tx, question_id, by=by, state=DECLINED, now=now)
        ):
            raise QuestionOver
        return found

    async def _find(self, question_id: str, by: int) -> Question:
        found = await self._database.read(lambda tx: questions.get(tx, question_id, by=by))
        if found is None or found.state != ASKED:
            raise QuestionOver
        if found.open_until <= self._now():
            raise QuestionExpired(LASTS // MINUTE)
        return found
