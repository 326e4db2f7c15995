"""The front door: is it allowed, can a model do it, what does it cost; then one promise."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import structlog

from bot.db.database import Database, Transaction
from bot.errors import LimitReached, NotEnoughCredits, ShuttingDown, StorageError, UnknownModel
from bot.generation import policy
from bot.generation.catalog import Catalog, ImageModel, Offer
from bot.generation.pricing import Price, Rank, Ranking, price
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef, Resolution, Thinking
from bot.jobs import instead, queue
from bot.jobs.dispatch import Dispatcher
from bot.jobs.gate import Gate
from bot.jobs.job import Job, JobKind, JobState, Origin, Place, Stored
from bot.jobs.payers import Payers
from bot.jobs.uploads import Upload, Uploads
from bot.quotas.limit import Who, Whose


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that can be done, by whom and for how much; nothing is spent or stored yet."""

    kind: JobKind
    request: GenerationRequest
    provider: str
    price: Price


@dataclass(frozen=True, slots=True)
class Quote:
    """What one picture of a resolution costs."""

    resolution: Resolution
    price: Price


class Studio:
    """Where requests become jobs. `gate` knows a server's rules; without, there are none."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        providers: Sequence[str],
        ranking: Ranking,
        default_model: str | None,
        credit_usd_micros: int,
        database: Database,
        payers: Payers,
        uploads: Uploads,
        dispatcher: Dispatcher,
        today: Callable[[], date],
        now: Callable[[], int],
        new_id: Callable[[], str],
        gate: Gate | None = None,
    ) -> None:
        self._gate = gate
        self._catalog = catalog
        self._providers = providers
        self._ranking = ranking
        self._credit_usd_micros = credit_usd_micros
        self._database = database
        self._payers = payers
        self._uploads = uploads
        self._dispatcher = dispatcher
        self._today = today
        self._now = now
        self._new_id = new_id
        self._default = catalog.model(default_model or catalog.default_model)
        self._open = True
        self._log = structlog.get_logger("jobs")

    def models(self) -> list[ImageModel]:
        """Models some upstream that is on still serves today, the default first."""
        on_offer = [model for model in self._catalog.models.values() if self._offers(model)]
        return sorted(on_offer, key=lambda model: model.id != self._default.id)

    def _usual_model(self) -> ImageModel:
        """The default where some upstream that is on has it, else the first that one has."""
        return next(iter(self.models()), self._default)

    def menu(self) -> list[tuple[ImageModel, Quote]]:
        """Those models with what one picture of the usual resolution costs."""
        choices = []
        for model in self.models():
            usual = model.usual_resolution
            offer = self._offer(model, usual)
            if offer is not None:
                choices.append((model, Quote(usual, self._price(offer, usual))))
        return choices

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
    ) -> Draft:
        """Settle what was left open and check it all; raises a Refusal. Looks nothing up."""
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
        )
        policy.check(request, chosen, reference_images=reference_images)
        offer = self._capable(chosen, request, reference_images)
        if offer is None:
            self._check_thinking(chosen, request, reference_images)
            raise UnknownModel(chosen.nickname, ", ".join(m.nickname for m in self.models()))
        return Draft(
            kind, request, offer.provider, self._price(offer, request.resolution, request.thinking)
        )

    async def admit(self, draft: Draft, who: Who, channels: Sequence[int]) -> None:
        """Raise the Refusal of the server's rules, before anything of it can be seen."""
        if self._gate is not None:
            total = draft.price.credits * draft.request.count
            await self._gate.check(who, channels, draft.request, total)

    async def submit(
        self,
        draft: Draft,
        place: Place,
        *,
        uploads: Sequence[Upload] = (),
        pictures: Sequence[ImageRef] = (),
        origin: Origin | None = None,
        brought_by: int | None = None,
    ) -> Job:
        """Read the uploads, then reserve and enqueue in one transaction and wake a runner.

        `pictures` are stored ones to work from, before the uploads; `origin` is where the first of
        them comes from, when the job goes on from there; `brought_by` is whose they are, when the
        one who asks has not been shown them. Raises UnusablePicture, JobUnknown, LimitReached or
        NotEnoughCredits; then nothing is held and no upstream is asked. A job that is early for a
        limit by a minute at most begins later. An interaction that is delivered twice is one job:
        the second time the first's is returned. Raises what `admit` does, too.
        """
        who = Who(place.member_id, place.guild_id or 0, place.role_ids)
        await self.admit(draft, who, place.channels)
        pictures = await self._uploads.lighten(pictures)
        taken = await self._uploads.take(uploads)
        if not self._open:
            raise ShuttingDown
        request = replace(draft.request, reference_images=(*pictures, *taken))
        job_id = self._new_id()
        total = draft.price.credits * request.count

        async def promise(tx: Transaction) -> tuple[Job, int]:
            known = await queue.of_interaction(tx, place.interaction_id)
            if known is not None:
                return known, 0
            held = await self._payers.reserve(tx, who, place.channels, total, reason=draft.kind)
            job = Job(
                id=job_id,
                kind=draft.kind,
                state=JobState.QUEUED,
                place=place,
                request=request,
                provider=draft.provider,
                price=draft.price,
                account_id=held.account_id,
                reservation_id=held.reservation_id,
                created_at=self._now(),
                origin=origin,
                brought_by=brought_by,
            )
            await queue.add(tx, job)
            return job, held.wait

        try:
            job, wait = await self._database.write(promise)
        except (LimitReached, NotEnoughCredits) as refusal:
            await self._advise(refusal, request, who, place.channels)
            raise
        if job.id == job_id:
            self._dispatcher.wake(job.id, wait=wait)
            await self._note(job)
        return job

    async def stored(self, job_id: str) -> Stored | None:
        """A job that made pictures, with them; None for any other id."""

        async def look(tx: Transaction) -> Stored | None:
            job = await queue.get(tx, job_id)
            made = await queue.results(tx, job_id) if job else ()
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
            request, self.models(), lambda model, one: self._cost(model, one, count), room=room
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

    def _cost(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> int | None:
        offer = self._capable(model, request, reference_images)
        return self._price(offer, request.resolution, request.thinking).credits if offer else None

    async def _note(self, job: Job) -> None:
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

    def _price(
        self, offer: Offer, resolution: Resolution, thinking: Thinking | None = None
    ) -> Price:
        return price(offer, resolution, thinking, credit_usd_micros=self._credit_usd_micros)

    def _offers(self, model: ImageModel) -> list[Offer]:
        known = [self._catalog.offer(provider, model.id) for provider in self._providers]
        return [offer for offer in known if offer and not offer.retired(self._today())]

    def _capable(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> Offer | None:
        able = [
            offer
            for offer in self._offers(model)
            if offer.can(request, reference_images=reference_images)
        ]
        return self._first(able, request.resolution, request.thinking)

    def _check_thinking(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> None:
        """Raise as `policy.check_thinking` when that level alone is why no upstream can do it."""
        able = {
            level
            for level in (None, *model.thinking)
            if self._capable(model, replace(request, thinking=level), reference_images)
        }
        if able:
            policy.check_thinking(
                request, model, [level for level in model.thinking if level in able]
            )

    def _offer(self, model: ImageModel, resolution: Resolution) -> Offer | None:
        able = [offer for offer in self._offers(model) if resolution in offer.usd_micros]
        return self._first(able, resolution)

    def _first(
        self,
        offers: Sequence[Offer],
        resolution: Resolution,
        thinking: Thinking | None = None,
    ) -> Offer | None:
        def rank(offer: Offer) -> Rank:
            return self._ranking.rank(offer, resolution, thinking)

        return min(offers, key=rank, default=None)
