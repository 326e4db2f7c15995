"""Lists of prompts: read, priced and asked about; a press has them all drawn, or none of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.care import BeingForgotten, MemberBlocked, RoleNeeded, WrongChannel
from bot.db.database import Database, Transaction
from bot.errors import LimitReached, NotEnoughCredits, Refusal, ShuttingDown
from bot.jobs import batch as batch_rows
from bot.jobs import lines as files
from bot.jobs import queue
from bot.jobs.batch import Batch, BatchState, Course
from bot.jobs.characters import Characters
from bot.jobs.dispatch import Dispatcher
from bot.jobs.job import Job, JobKind, Place
from bot.jobs.lines import Fault, Line
from bot.jobs.payers import PaidBy, Payers, Promise
from bot.jobs.question import LASTS
from bot.jobs.service import Draft, Studio, new_job
from bot.listing import BatchOver, BatchUnknown, ListMissing
from bot.mirror import QuestionExpired, QuestionOver, UpstreamClosed
from bot.quotas.limit import Who, Whose

MINUTE = 60 * 1_000_000
SHOWN = 10
"""Of a member's batches, the newest."""
ABOUT_ALL = (MemberBlocked, WrongChannel, RoleNeeded, UpstreamClosed, ShuttingDown)
"""What is refused whatever a line says."""


@dataclass(frozen=True, slots=True)
class Sort:
    """Pictures of one list that cost the same: of one model and resolution, `credits` each."""

    model: str
    resolution: str
    pictures: int
    credits: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A list as it would be drawn, and who would pay; `team` is the name of the team that would.

    `changed` when the price is not what was said last, `repaid` when who would pay is not.
    """

    batch: Batch
    drafts: tuple[Draft, ...]
    paid_by: PaidBy
    team: str = ""
    changed: bool = False
    repaid: bool = False

    @property
    def credits(self) -> int:
        return sum(draft.credits for draft in self.drafts)

    @property
    def pictures(self) -> int:
        return sum(draft.request.count for draft in self.drafts)

    @property
    def sorts(self) -> list[Sort]:
        """What the price is made of, the dearest part first."""
        found: dict[tuple[str, str, int], int] = {}
        for draft in self.drafts:
            request = draft.request
            key = (request.model, request.resolution, draft.price.credits)
            found[key] = found.get(key, 0) + request.count
        sorts = [Sort(model, size, count, each) for (model, size, each), count in found.items()]
        return sorted(sorts, key=lambda one: -one.pictures * one.credits)


class Batches:
    """`now` in microseconds UTC; `nudge` has a batch looked at, by its id; `house_style` is what a
    server adds to every prompt."""

    def __init__(
        self,
        *,
        database: Database,
        studio: Studio,
        characters: Characters,
        house_style: Callable[[int], Awaitable[str | None]],
        payers: Payers,
        dispatcher: Dispatcher,
        nudge: Callable[[str], None],
        now: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._studio = studio
        self._characters = characters
        self._house_style = house_style
        self._payers = payers
        self._dispatcher = dispatcher
        self._nudge = nudge
        self._now = now
        self._new_id = new_id
        self._log = structlog.get_logger("jobs")

    async def ask(
        self, content: bytes, name: str, usual: Line, place: Place, *, who: Who
    ) -> Proposal | list[Fault]:
        """Keep a list until it is answered, or say what is wrong with which of its lines.

        `usual` is what was chosen for all of them, `place` where it was asked for, with the
        question's token. Raises as `lines.read`, the refusals that are about who asks where, and
        LimitReached and NotEnoughCredits with how many lines would fit.
        """
        found, faults = await asyncio.to_thread(files.read, content, name)
        await self._studio.refresh()
        drafts, refused = await self._drafts(found, usual, who, place.channels)
        faults = sorted((*faults, *refused), key=lambda fault: fault.number)
        if faults:
            return faults
        promise = await self._foresee(drafts, who, place.channels)
        now = self._now()
        batch = Batch(
            self._new_id(),
            BatchState.ASKED,
            place,
            credits=sum(draft.credits for draft in drafts),
            asked_at=now,
            token_at=now,
        )
        settled = [_settled(line, draft) for line, draft in zip(found, drafts, strict=True)]

        async def keep(tx: Transaction) -> Batch:
            asked_by = place.interaction_id or 0
            return await batch_rows.ask(tx, batch, settled, interaction_id=asked_by)

        stored = await self._database.write(keep)
        return Proposal(stored, tuple(drafts), promise.paid_by, promise.name)

    async def look(
        self, batch_id: str, who: Who, channels: Sequence[int], *, said: PaidBy
    ) -> Proposal:
        """An open question at today's price; `said` is who would pay as its card has it.

        Raises QuestionOver, QuestionExpired, and what a line that can no longer be drawn does.
        """
        found, asked = await self._find(batch_id, who.member_id)
        await self._studio.refresh()
        house_style = await self._house_style(who.guild_id)
        drafts = [await self._draft(line, Line(0, ""), who, house_style) for line in asked]
        promise = await self._foresee(drafts, who, channels)
        proposal = Proposal(
            found,
            tuple(drafts),
            promise.paid_by,
            promise.name,
            repaid=said != promise.paid_by,
        )
        if proposal.credits == found.credits:
            return proposal
        await self._database.write(
            lambda tx: tx.run("reprice_batch", id=batch_id, credits=proposal.credits)
        )
        return replace(proposal, changed=True)

    async def begin(self, proposal: Proposal, place: Place) -> None:
        """Hold every line's credits and enqueue it, all in one transaction or none.

        A press that is delivered twice begins it once. Raises as `look`, QuestionOver and
        BeingForgotten.
        """
        drafts, batch_id = proposal.drafts, proposal.batch.id
        who = Who(place.member_id, place.guild_id or 0, place.role_ids)
        for draft in drafts:
            await self._studio.admit(draft, who, place.channels)
        await self._studio.refresh()
        unseen = replace(place, reply_token=None, interaction_id=None)

        async def promise(tx: Transaction) -> list[tuple[Job, int]]:
            if await batch_rows.of_press(tx, place.interaction_id) is not None:
                return []
            if await tx.one("forgetting_of", member_id=who.member_id) is not None:
                raise BeingForgotten
            if not await batch_rows.begin(tx, batch_id, place, now=self._now()):
                if await batch_rows.of_press(tx, place.interaction_id) is not None:
                    # This very press was waited for.
                    return []
                raise QuestionOver
            held = await self._reserve(tx, drafts, who, place.channels)
            return [
                await self._enqueue(tx, batch_id, position, draft, unseen, one)
                for position, (draft, one) in enumerate(zip(drafts, held, strict=True))
            ]

        for job, wait in await self._database.write(promise):
            self._dispatcher.wake(job.id, wait=wait)
            await self._studio.note(job)
        self._nudge(batch_id)

    async def decline(self, batch_id: str, member_id: int) -> Batch:
        """Give it up; raises QuestionOver and QuestionExpired."""
        found, _ = await self._find(batch_id, member_id)
        after = self._now() - LASTS
        if not await self._database.write(
            lambda tx: tx.one("decline_batch", id=batch_id, member_id=member_id, asked_after=after)
        ):
            raise QuestionOver
        return found

    async def find(self, batch_id: str, member_id: int) -> Course:
        """A batch that was begun, for the one who presses a button of it; raises BatchUnknown."""

        async def look(tx: Transaction) -> Course | None:
            found = await batch_rows.get(tx, batch_id)
            begun = found is not None and found.state in {BatchState.RUNNING, BatchState.DONE}
            if found is None or not begun or not found.place.visible_to(member_id):
                return None
            return await batch_rows.course(tx, found)

        course = await self._database.read(look)
        if course is None:
            raise BatchUnknown
        return course

    async def cancel(self, course: Course, *, reply_token: str) -> None:
        """Have nothing more of it drawn; what is drawn stays. Raises BatchOver.

        `reply_token` is of the press.
        """
        batch_id, now = course.batch.id, self._now()
        if course.ended or not await self._database.write(
            lambda tx: tx.one("cancel_batch", id=batch_id, reply_token=reply_token, now=now)
        ):
            raise BatchOver
        self._nudge(batch_id)

    async def mine(self, member_id: int) -> list[Course]:
        """A member's batches, the newest first; raises ListMissing where there is none."""

        async def look(tx: Transaction) -> list[Course]:
            found = await batch_rows.newest(tx, member_id, most=SHOWN)
            return [await batch_rows.course(tx, one) for one in found]

        courses = await self._database.read(look)
        if not courses:
            raise ListMissing
        return courses

    async def _drafts(
        self, found: Sequence[Line], usual: Line, who: Who, channels: Sequence[int]
    ) -> tuple[list[Draft], list[Fault]]:
        drafts: list[Draft] = []
        faults: list[Fault] = []
        house_style = await self._house_style(who.guild_id)
        for line in found:
            try:
                draft = await self._draft(line, usual, who, house_style)
                await self._studio.admit(draft, who, channels)
            except ABOUT_ALL:
                raise
            except Refusal as refusal:
                faults.append(Fault(line.number, refusal))
            else:
                drafts.append(draft)
        return drafts, faults

    async def _draft(self, line: Line, usual: Line, who: Who, house_style: str | None) -> Draft:
        """With the pictures of the characters that the line names."""
        cast = await self._characters.cast(who.member_id, line.prompt)
        draft = self._studio.draft(
            JobKind.IMAGINE,
            line.prompt,
            model=line.model or usual.model,
            aspect_ratio=line.aspect_ratio or usual.aspect_ratio,
            resolution=line.resolution or usual.resolution,
            count=line.count,
            reference_images=len(cast.pictures),
            house_style=house_style,
            characters=cast.after(0),
        )
        request = replace(draft.request, reference_images=cast.pictures)
        return replace(draft, request=request)

    async def _foresee(self, drafts: Sequence[Draft], who: Who, channels: Sequence[int]) -> Promise:
        async def rehearse(tx: Transaction) -> None:
            raise _Rehearsed((await self._reserve(tx, drafts, who, channels))[0])

        try:
            await self._database.write(rehearse)
        except _Rehearsed as over:
            return over.promise
        raise AssertionError

    async def _reserve(
        self, tx: Transaction, drafts: Sequence[Draft], who: Who, channels: Sequence[int]
    ) -> list[Promise]:
        amounts = [draft.credits for draft in drafts]
        try:
            return await self._payers.reserve_all(
                tx, who, channels, amounts, reason=JobKind.IMAGINE
            )
        except (LimitReached, NotEnoughCredits) as refusal:
            everywhere = isinstance(refusal, LimitReached) and refusal.whose == Whose.BOT
            refusal.ask = "manager" if who.guild_id and not everywhere else "operator"
            self._log.info("batch refused", member=who.member_id, why=str(refusal))
            raise

    async def _enqueue(
        self,
        tx: Transaction,
        batch_id: str,
        position: int,
        draft: Draft,
        place: Place,
        held: Promise,
    ) -> tuple[Job, int]:
        job = new_job(self._new_id(), draft, place, draft.request, held, self._now())
        wait = max(held.wait, self._studio.wait(draft.request, 0))
        begins_at = job.created_at + wait if wait else None
        job = job.evolve(batch_id=batch_id, begins_at=begins_at)
        await queue.add(tx, job)
        await tx.run("tie_batch_line", batch_id=batch_id, position=position, job_id=job.id)
        return job, wait

    async def _find(self, batch_id: str, member_id: int) -> tuple[Batch, list[Line]]:
        async def look(tx: Transaction) -> tuple[Batch | None, list[Line]]:
            return await batch_rows.get(tx, batch_id), await batch_rows.lines(tx, batch_id)

        found, asked = await self._database.read(look)
        theirs = found is not None and found.place.member_id == member_id
        if found is None or not theirs or found.state is not BatchState.ASKED:
            raise QuestionOver
        if found.open_until <= self._now():
            raise QuestionExpired(LASTS // MINUTE)
        return found, asked


class _Rehearsed(Exception):
    """Undoes what was only tried."""

    def __init__(self, promise: Promise) -> None:
        super().__init__()
        self.promise = promise


def _settled(line: Line, draft: Draft) -> Line:
    """The line with nothing left open."""
    request = draft.request
    return replace(
        line,
        prompt=request.prompt,
        model=request.model,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
    )
