"""The front door: is it allowed, can a model do it, what does it cost; then one promise."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import structlog

from bot.care import BeingForgotten
from bot.db.database import Database, Transaction
from bot.errors import (
    LimitReached,
    NotEnoughCredits,
    ShuttingDown,
    StorageError,
    UnknownModel,
)
from bot.generation import policy
from bot.generation.catalog import Catalog, ImageModel
from bot.generation.pricing import Price, Ranking, Tariff
from bot.generation.request import (
    Appearance,
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
    Style,
    Thinking,
)
from bot.jobs import instead, question, queue
from bot.jobs.assortment import Assortment
from bot.jobs.dispatch import Dispatcher
from bot.jobs.gate import Gate
from bot.jobs.job import Button, Job, JobKind, JobState, Origin, Place, Stored
from bot.jobs.payers import Payers, Promise
from bot.jobs.uploads import Upload, Uploads
from bot.mirror import QuestionOver, UpstreamClosed
from bot.providers.openings import Obstacle, Openings, first
from bot.quotas.limit import MOST, Who, Whose
from bot.quotas.quotas import SHORT_WAIT


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that can be done, by whom and for how much; nothing is spent or stored yet."""

    kind: JobKind
    request: GenerationRequest
    provider: str
    price: Price

    @property
    def credits(self) -> int:
        """What all of its pictures cost."""
        return self.price.credits * self.request.count


@dataclass(frozen=True, slots=True)
class Quote:
    """What one picture of a resolution costs."""

    resolution: Resolution
    price: Price


class Studio:
    """Where requests become jobs.

    `openings` say which upstreams may be asked; without, all may. `gate` knows a server's rules;
    without, there are none.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        providers: Sequence[str],
        ranking: Ranking,
        default_model: str | None,
        tariff: Tariff,
        database: Database,
        payers: Payers,
        uploads: Uploads,
        dispatcher: Dispatcher,
        today: Callable[[], date],
        now: Callable[[], int],
        new_id: Callable[[], str],
        openings: Openings | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._gate = gate
        self._catalog = catalog
        self._assortment = Assortment(
            catalog=catalog,
            providers=providers,
            ranking=ranking,
            tariff=tariff,
            today=today,
            openings=openings,
        )
        self._database = database
        self._payers = payers
        self._uploads = uploads
        self._dispatcher = dispatcher
        self._now = now
        self._new_id = new_id
        self._default = catalog.model(default_model or catalog.default_model)
        self._open = True
        self._log = structlog.get_logger("jobs")

    def models(self) -> list[ImageModel]:
        """Models some upstream that is on still serves today, the default first."""
        models = self._catalog.models.values()
        on_offer = [model for model in models if self._assortment.offers(model)]
        return sorted(on_offer, key=lambda model: model.id != self._default.id)

    def _usual_model(self) -> ImageModel:
        """The default where some upstream that is on has it, else the first that one has."""
        return next(iter(self.models()), self._default)

    def menu(self) -> list[tuple[ImageModel, Quote]]:
        """Those models with what one picture of the usual resolution costs."""
        choices = []
        for model in self.models():
            usual = model.usual_resolution
            sold = [one for one in self._assortment.offers(model) if usual in one.usd_micros]
            offer = self._assortment.best(sold, usual)
            if offer is not None:
                choices.append((model, Quote(usual, self._assortment.price(offer, usual))))
        return choices

    async def closures(self) -> tuple[UpstreamClosed, ...]:
        """Models that nobody may be asked for now, with when and why; those back within a minute
        are not among them."""
        await self._assortment.refresh()
        found = []
        for model in self.models():
            offers = self._assortment.offers(model)
            sizes = {size for offer in offers for size in offer.usd_micros}
            shut = [
                self._assortment.closed([one for one in offers if size in one.usd_micros], size)
                for size in sorted(sizes)
            ]
            known = [obstacle for obstacle in shut if obstacle and not self._soon(obstacle)]
            if known and len(known) == len(shut):
                found.append(_refusal(model, first(known)))
        return tuple(found)

    async def refresh(self) -> None:
        """Read anew which upstreams are open, so that what is drafted next is quoted rightly."""
        await self._assortment.refresh()

    def quotes(self, request: GenerationRequest, *, reference_images: int) -> list[Quote]:
        """What one picture costs in each resolution in which some upstream can do the request."""
        model = self._catalog.models.get(request.model)
        found = []
        for size in model.resolutions if model else ():
            wanted = replace(request, resolution=size)
            able = self._assortment.able(model, wanted, reference_images) if model else []
            offer = self._assortment.best(able, size, request.thinking)
            if offer is not None:
                found.append(Quote(size, self._assortment.price(offer, size, request.thinking)))
        return found

    def draft(
        self,
        kind: JobKind,
        prompt: str,
        *,
        model: str | None,
        aspect_ratio: AspectRatio | None,
        resolution: Resolution | None,
        count: int,
        reference_images: int,
        thinking: Thinking | None = None,
        style: Style | None = None,
        house_style: str | None = None,
        characters: Sequence[Appearance] = (),
    ) -> Draft:
        """Settle what was left open and check it all; raises a Refusal. Looks nothing up.

        `house_style` is what the server adds where it is asked, or added when it was asked first;
        `characters` are who some of the reference images will show.
        The price is that of an upstream which was open at the last `refresh`.
        """
        if not self._open:
            raise ShuttingDown
        chosen = self._catalog.model(model) if model else self._usual_model()
        request = GenerationRequest(
            # A lone surrogate is no text that could be stored or sent.
            prompt=prompt.encode("utf-8", "replace").decode("utf-8").strip(),
            model=chosen.id,
            aspect_ratio=aspect_ratio or AspectRatio.AUTO,
            resolution=resolution or chosen.usual_resolution,
            count=count,
            thinking=thinking,
            style=style,
            house_style=house_style,
            characters=tuple(characters),
        )
        policy.check(request, chosen, reference_images=reference_images)
        able = self._assortment.able(chosen, request, reference_images)
        offer = self._assortment.best(able, request.resolution, request.thinking)
        if offer is None:
            self._check_thinking(chosen, request, reference_images)
            self._check_length(chosen, request, reference_images)
            raise UnknownModel(chosen.nickname, ", ".join(m.nickname for m in self.models()))
        self.wait(request, reference_images)
        price = self._assortment.price(offer, request.resolution, request.thinking)
        return Draft(kind, request, offer.provider, price)

    async def foresee(self, draft: Draft, who: Who, channels: Sequence[int]) -> Promise:
        """Who would pay, as a promise that is not kept: nothing is held or counted.

        Raises LimitReached, NotEnoughCredits and UpstreamClosed as `submit` would.
        """

        async def rehearse(tx: Transaction) -> None:
            raise _Rehearsed(
                await self._payers.reserve(tx, who, channels, draft.credits, reason=draft.kind)
            )

        await self._assortment.refresh()
        self.wait(draft.request, len(draft.request.reference_images))
        try:
            await self._database.write(rehearse)
        except _Rehearsed as over:
            return over.promise
        except (LimitReached, NotEnoughCredits) as refusal:
            await self._advise(refusal, draft.request, who, channels)
            raise
        raise AssertionError

    async def admit(self, draft: Draft, who: Who, channels: Sequence[int]) -> None:
        """Raise the Refusal of the server's rules, before anything of it can be seen."""
        if self._gate is not None:
            await self._gate.check(who, channels, draft.request, draft.credits)

    async def submit(
        self,
        draft: Draft,
        place: Place,
        *,
        uploads: Sequence[Upload] = (),
        pictures: Sequence[ImageRef] = (),
        origin: Origin | None = None,
        brought_by: int | None = None,
        question_id: str | None = None,
        button: Button | None = None,
        kept: Sequence[ImageRef] = (),
        cast: Sequence[ImageRef] = (),
    ) -> Job:
        """Read the uploads, then reserve and enqueue in one transaction and wake a runner.

        `pictures` are stored ones to work from, before the uploads; `origin` is where the first of
        them comes from, when the job goes on from there; `brought_by` is whose they are, when the
        one who asks has not been shown them. `kept` ones, kept no longer, come next, and those of
        the `cast` last. `question_id` is the question that this answers, once. Raises what `admit`
        does, and UnusablePicture, JobUnknown, BeingForgotten, LimitReached, NotEnoughCredits,
        KeptNoLonger, UpstreamClosed or QuestionOver: then nothing is held or asked. What is early
        by a minute at most begins later. An interaction that comes twice is one job.
        """
        who = Who(place.member_id, place.guild_id or 0, place.role_ids)
        await self.admit(draft, who, place.channels)
        pictures = (*await self._uploads.lighten(pictures), *await self._uploads.take(uploads))
        if not self._open:
            raise ShuttingDown
        request = replace(draft.request, reference_images=(*pictures, *kept, *cast))
        job_id = self._new_id()
        await self._assortment.refresh()

        async def promise(tx: Transaction) -> tuple[Job, int]:
            known = await queue.of_interaction(tx, place.interaction_id)
            if known is None and not await self._take(tx, question_id, place.member_id):
                known = await queue.of_interaction(tx, place.interaction_id)
                if known is None:
                    raise QuestionOver
            if known:
                return known, 0
            closed_for = self.wait(request, len(request.reference_images))
            total, here = draft.credits, place.channels
            held = await self._payers.reserve(tx, who, here, total, reason=draft.kind)
            job = new_job(job_id, draft, place, request, held, self._now())
            wait = max(held.wait, closed_for)
            more = {"origin": origin, "brought_by": brought_by, "button": button}
            job = job.evolve(**more, begins_at=job.created_at + wait if wait else None)
            await queue.add(tx, job, kept=kept)
            return job, wait

        try:
            job, wait = await self._database.write(promise)
        except (LimitReached, NotEnoughCredits) as refusal:
            await self._advise(refusal, request, who, place.channels)
            raise
        if job.id == job_id:
            self._dispatcher.wake(job.id, wait=wait)
            await self.note(job)
        return job

    async def stored(self, job_id: str) -> Stored | None:
        """A job that made pictures, with them; None for any other id, a forgotten one, and while
        it is drawn."""

        async def look(tx: Transaction) -> Stored | None:
            job = await queue.get(tx, job_id)
            there = job is not None and job.state is not JobState.RUNNING and not job.forgotten
            made = await queue.results(tx, job_id) if there else ()
            return Stored(job, made) if job and made else None

        return await self._database.read(look)

    async def _advise(
        self,
        refusal: LimitReached | NotEnoughCredits,
        request: GenerationRequest,
        who: Who,
        channels: Sequence[int],
    ) -> None:
        """Add to a refusal what would work now, and who could change that."""
        count = len(request.reference_images)
        try:
            room = await self._database.write(lambda tx: self._payers.room(tx, who, channels))
        except StorageError as error:
            # The refusal is told all the same.
            self._log.warning("no advice for a refusal", error=str(error))
            return
        refusal.instead = instead.best(
            request, self.models(), lambda model, one: self._open_cost(model, one, count), room=room
        )
        everywhere = isinstance(refusal, LimitReached) and refusal.whose == Whose.BOT
        refusal.ask = "manager" if who.guild_id and not everywhere else "operator"
        self._log.info(
            "refused",
            member=who.member_id,
            server=who.guild_id,
            why=str(refusal),
            **asdict(refusal.answer),
        )

    async def _take(self, tx: Transaction, question_id: str | None, member_id: int) -> bool:
        """Take up what a member wants, False where it was answered, which this very press may have
        done while it was waited for; raises BeingForgotten.
        """
        if await tx.one("forgetting_of", member_id=member_id) is not None:
            raise BeingForgotten
        return question_id is None or await question.end(
            tx, question_id, by=member_id, state=question.TAKEN, now=self._now()
        )

    def wait(self, request: GenerationRequest, reference_images: int) -> int:
        """Microseconds until some upstream that can do it may be asked, 0 for now.

        Raises UpstreamClosed for more than SHORT_WAIT.
        """
        model = self._catalog.models[request.model]
        able = self._assortment.able(model, request, reference_images)
        obstacle = self._assortment.closed(able, request.resolution, request.thinking)
        if obstacle is None:
            return 0
        if self._soon(obstacle):
            return max(0, (obstacle.opens_at or 0) - self._now())
        refusal = _refusal(model, obstacle)
        refusal.instead = instead.best(
            request,
            self.models(),
            lambda other, one: self._open_cost(other, one, reference_images),
            room=MOST,
        )
        self._log.info("refused", why=str(refusal), **asdict(refusal.answer))
        raise refusal

    def _soon(self, obstacle: Obstacle) -> bool:
        return obstacle.opens_at is not None and obstacle.opens_at - self._now() <= SHORT_WAIT

    def _open_cost(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> int | None:
        """As `_cost`, None also where every upstream that can draw it is closed."""
        able = self._assortment.able(model, request, reference_images)
        if self._assortment.closed(able, request.resolution, request.thinking):
            return None
        return self._cost(model, request, reference_images)

    def _cost(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> int | None:
        able = self._assortment.able(model, request, reference_images)
        offer = self._assortment.best(able, request.resolution, request.thinking)
        if offer is None:
            return None
        return self._assortment.price(offer, request.resolution, request.thinking).credits

    async def note(self, job: Job) -> None:
        """Tell the gate of a job that was promised; never raises StorageError."""
        if self._gate is None:
            return
        try:
            await self._gate.passed(job)
        except StorageError as error:
            # The job is promised all the same.
            self._log.warning("not noted", job=job.id, error=str(error))

    def close(self) -> None:
        """Take no new work from here on."""
        self._open = False

    def _check_thinking(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> None:
        """Raise as `policy.check_thinking` when that level alone is why no upstream can do it."""
        able = {
            level
            for level in (None, *model.thinking)
            if self._assortment.able(model, replace(request, thinking=level), reference_images)
        }
        if able:
            policy.check_thinking(
                request, model, [level for level in model.thinking if level in able]
            )

    def _check_length(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> None:
        """Raise PromptTooLong when its length alone is why no upstream can do it."""
        short = replace(request, prompt="", style=None, house_style=None)
        able = self._assortment.able(model, short, reference_images)
        limits = [offer.prompt_limit for offer in able if offer.prompt_limit]
        if limits:
            raise policy.too_long(request, max(limits))


class _Rehearsed(Exception):
    """Undoes what was only tried."""

    def __init__(self, promise: Promise) -> None:
        super().__init__()
        self.promise = promise


def new_job(
    job_id: str,
    draft: Draft,
    place: Place,
    request: GenerationRequest,
    held: Promise,
    now: int,
) -> Job:
    """A draft for which credits are held, as it is queued."""
    return Job(
        id=job_id,
        kind=draft.kind,
        state=JobState.QUEUED,
        place=place,
        request=request,
        provider=draft.provider,
        price=draft.price,
        account_id=held.account_id,
        reservation_id=held.reservation_id,
        created_at=now,
    )


def _refusal(model: ImageModel, found: Obstacle) -> UpstreamClosed:
    return UpstreamClosed(model.nickname, found.kind, found.scope, found.opens_at, found.sure)
