"""Every card people see, as Components V2. A card is built from facts and a locale; no I/O."""

from collections.abc import Callable, Sequence

import discord
from discord.utils import escape_markdown, escape_mentions, format_dt

from bot.errors import CommitUnknown, PictureKept, PlantainError, ProviderError
from bot.generation.catalog import Catalog, ImageModel
from bot.generation.guidance import guide
from bot.generation.request import AspectRatio, GenerationRequest
from bot.i18n import Sentences
from bot.jobs.delivery import Picture
from bot.jobs.job import Button, Job, Press, Receipt, Shortfall
from bot.jobs.payers import PaidBy
from bot.jobs.service import Draft, Quote
from bot.pressing import TooLateToCancel
from bot.ui.buttons import Buttons, Row
from bot.ui.parts import BANANA, TROUBLE
from bot.ui.parts import card as _card
from bot.ui.parts import text as _text
from bot.ui.refusals import advice
from bot.ui.times import moment

PROMPT_SHOWN = 900
"""Characters; a card holds 4,000 in all and a prompt may have 6,000."""
PROMPT_REPEATED = 700
"""Characters; fewer, as there may be an upstream's words beside it."""
ALT_TEXT = 1000
REPEATED = frozenset({Button.AGAIN, Button.VARY, Button.UPSCALE})
"""What says nothing new, so that nothing is to be said of it."""
FACT_SHOWN = 500
"""Characters; what people type where a model's name belongs may have 6,000."""


class Cards:
    """Builds cards. `catalog` gives models their nicknames.

    `larger` tells what larger copies of a job's pictures cost.
    """

    def __init__(
        self,
        *,
        sentences: Sentences,
        catalog: Catalog,
        larger: Callable[[Job], Sequence[Quote]] = lambda _job: (),
    ) -> None:
        self._say = sentences.say
        self._explain = sentences.explain
        self._catalog = catalog
        self._larger = larger
        self._buttons = Buttons(sentences)

    def accepted(
        self,
        draft: Draft,
        locale: str,
        press: Press | None = None,
        *,
        reference_images: int = 0,
        kept: int = 0,
    ) -> discord.ui.LayoutView:
        """The first answer, before uploads are read and credits are held.

        `kept` of the reference images were kept for this.
        """
        total = draft.price.credits * draft.request.count
        head = self._pressed(press, locale) + self._say("card-accepted", locale)
        if kept:
            head += f"\n-# {self._say('card-kept', locale, count=kept)}"
        hints = self.hints(draft.request, press, locale)
        return self._progress(draft.request, total, locale, head, reference_images, hints)

    def queued(self, job: Job, ahead: int, ready_at: int | None = None) -> discord.ui.LayoutView:
        """`ready_at` is when pictures may be there, in microseconds UTC; None for nobody knows."""
        head = self._say("card-queued", job.place.locale, ahead=ahead)
        return self._job_progress(job, head + self._ready(job, ready_at))

    def postponed(self, job: Job, begins_at: int) -> discord.ui.LayoutView:
        """`begins_at` in microseconds UTC."""
        begins = format_dt(moment(begins_at), "R")
        return self._job_progress(job, self._say("card-postponed", job.place.locale, begins=begins))

    def drawing(self, job: Job, ready_at: int | None = None) -> discord.ui.LayoutView:
        """`ready_at` as for `queued`."""
        since = format_dt(moment(job.started_at or job.created_at), "R")
        model = self.nickname(job)
        head = self._say("card-drawing", job.place.locale, model=model, since=since)
        return self._job_progress(job, head + self._ready(job, ready_at))

    def waiting(self, job: Job, until: int) -> discord.ui.LayoutView:
        """`until` is when the upstream is asked again, in microseconds UTC."""
        head = self._say(
            "card-waiting",
            job.place.locale,
            model=self.nickname(job),
            until=format_dt(moment(until), "R"),
        )
        return self._job_progress(job, head)

    def moved(self, job: Job, link: str) -> discord.ui.LayoutView:
        """In place of a card that could not become the picture; `link` is where that is."""
        head = self._say("card-moved", job.place.locale, link=link)
        return self._job_progress(job, head, cancellable=False)

    def cancelled(self, job: Job) -> discord.ui.LayoutView:
        """In place of the card of a job that was taken back."""
        locale = job.place.locale
        said = self._say("card-cancelled", locale)
        return _card(TROUBLE, _text(f"{said}\n{quoted(job.request.prompt, PROMPT_REPEATED)}"))

    def fetching(self, locale: str) -> discord.ui.LayoutView:
        """While a finished job's pictures are uploaded anew."""
        return _card(BANANA, _text(self._say("card-fetching", locale)))

    def said(self, key: str, locale: str) -> discord.ui.LayoutView:
        """One sentence, with nothing to press."""
        return _card(BANANA, _text(self._say(key, locale)))

    def result(
        self,
        job: Job,
        pictures: list[tuple[str, Picture]],
        receipt: Receipt,
        shortfall: Shortfall | None,
    ) -> discord.ui.LayoutView:
        """`pictures` by the file names they are uploaded under."""
        locale = job.place.locale
        alt = job.request.prompt[:ALT_TEXT]
        gallery = discord.ui.MediaGallery[discord.ui.LayoutView](
            *(
                discord.MediaGalleryItem(f"attachment://{name}", description=alt)
                for name, _ in pictures
            )
        )
        first = pictures[0][1]
        pixels = f"{first.original.width}×{first.original.height}"
        lines = [
            self._say(
                "card-result",
                locale,
                model=self.nickname(job),
                size=self.size(job.request, locale, len(job.request.reference_images)),
                pixels=pixels,
                seconds=receipt.seconds,
            ),
            self._say("card-short", locale, paid=self._paid(job, receipt), job=job.id[-8:]),
        ]
        notes = sorted({picture.how for _, picture in pictures} - {"unchanged"})
        lines += [self._say(f"card-refit-{how}", locale, pixels=pixels) for how in notes]
        if shortfall is not None:
            made = receipt.asked - shortfall.missing
            why = self._explain(ProviderError(shortfall.kind, ""), locale)
            lines.append(
                self._say("card-shortfall", locale, made=made, asked=receipt.asked, why=why)
            )
        return _card(
            BANANA,
            _text(self._pressed(job.press, locale) + quoted(job.request.prompt)),
            gallery,
            _text("\n".join(f"-# {line}" for line in lines)),
            *self._buttons.rows(job, self._larger(job)),
        )

    def _paid(self, job: Job, receipt: Receipt) -> str:
        """What was charged and who paid; what a member has left only where they alone read it."""
        locale = job.place.locale
        if job.paid_by is PaidBy.MEMBER and job.place.private and receipt.left is not None:
            charged = self.credits(receipt.charged, locale)
            left = self.credits(receipt.left, locale)
            return self._say("card-charged-left", locale, charged=charged, left=left)
        return self.charged(receipt.charged, job.paid_by, job.place.member_id, locale)

    def charged(self, amount: int, paid_by: PaidBy, member_id: int, locale: str) -> str:
        """What was charged, and who paid."""
        charged = self.credits(amount, locale)
        if paid_by is PaidBy.MEMBER:
            member = f"<@{member_id}>"
            return self._say("card-charged-member", locale, charged=charged, member=member)
        key = "card-charged-team" if paid_by is PaidBy.TEAM else "card-charged-server"
        return self._say(key, locale, charged=charged)

    def problem(
        self, error: PlantainError, locale: str, *, quoting: bool = True, prompt: str = ""
    ) -> discord.ui.LayoutView:
        """What happened, that nothing was charged, what to do; `quoting` the upstream's words.

        `prompt` is what it happened to, to tell one from another and to copy it.
        """
        lines = [self.sentence(error, locale), *advice(error, locale, self._say)]
        if quoting and isinstance(error, ProviderError) and error.said:
            lines.append(self._say("provider-said", locale, said=_fact(error.said)))
        if prompt:
            lines.append(quoted(prompt, PROMPT_REPEATED))
        if not isinstance(error, PictureKept | CommitUnknown | TooLateToCancel):
            lines.append(f"-# {self._say('problem-not-charged', locale)}")
        return _card(TROUBLE, _text("\n".join(lines)))

    def sections(self, *texts: str) -> discord.ui.LayoutView:
        """Texts one below the other, with a line between them."""
        items: list[discord.ui.Item[discord.ui.LayoutView]] = []
        for text in texts:
            items += [discord.ui.Separator[discord.ui.LayoutView](), _text(text)]
        return _card(BANANA, *items[1:])

    def sentence(self, error: PlantainError, locale: str) -> str:
        """The error in words, its facts made harmless to show."""
        return self._explain(error, locale, clean=_fact)

    def model_choice(self, model: ImageModel, quote: Quote, locale: str) -> str:
        """A model as the list of choices shows it, with its price."""
        return self._say(
            "choice-model",
            locale,
            model=model.nickname,
            price=self.credits(quote.price.credits, locale),
            resolution=quote.resolution,
        )

    def credits(self, amount: int, locale: str) -> str:
        """An amount with its unit, such as "7 credits"."""
        return self._say("credits", locale, credits=amount)

    def what(self, draft: Draft, locale: str, reference_images: int) -> str:
        """How many pictures of which size by which model, in words."""
        request = draft.request
        model = self._catalog.model(request.model).nickname
        size = self.size(request, locale, reference_images)
        return self._say("confirm-what", locale, count=request.count, size=size, model=model)

    def _job_progress(
        self, job: Job, head: str, *, cancellable: bool = True
    ) -> discord.ui.LayoutView:
        locale = job.place.locale
        head = self._pressed(job.press, locale) + head
        references = len(job.request.reference_images)
        rows = [self._buttons.cancel(job)] if cancellable else []
        # What is over, such as a card that points to its picture, needs no advice.
        hints = self.hints(job.request, job.press, locale) if cancellable else []
        return self._progress(job.request, job.reserved, locale, head, references, hints, rows)

    def _ready(self, job: Job, ready_at: int | None) -> str:
        if ready_at is None:
            return ""
        ready = format_dt(moment(ready_at), "R")
        return f"\n-# {self._say('card-ready', job.place.locale, ready=ready)}"

    def _pressed(self, press: Press | None, locale: str) -> str:
        """A line that names who pressed a button; Discord itself names who used a command."""
        if press is None:
            return ""
        said = self._say(f"card-pressed-{press.button}", locale, member=f"<@{press.member_id}>")
        return f"-# {said}\n"

    def _progress(
        self,
        request: GenerationRequest,
        total: int,
        locale: str,
        head: str,
        reference_images: int,
        hints: Sequence[str],
        rows: Sequence[Row] = (),
    ) -> discord.ui.LayoutView:
        size = self.size(request, locale, reference_images)
        price = self.credits(total, locale)
        held = self._say("card-price", locale, count=request.count, size=size, price=price)
        lines = [head, quoted(request.prompt), *hints, f"-# {held}"]
        return _card(BANANA, _text("\n".join(lines)), *rows)

    def hints(self, request: GenerationRequest, press: Press | None, locale: str) -> list[str]:
        """Small lines about what somebody wrote, for before it is drawn; they ask for nothing."""
        if press is not None and press.button in REPEATED:
            return []
        guidance = guide(request)
        said = [
            self._say("hint-clash", locale, one=harmless(clash.one), other=harmless(clash.other))
            for clash in guidance.clashes
        ]
        if guidance.words is not None:
            said.append(self._say("hint-long", locale, words=guidance.words))
        return [f"-# {line}" for line in said]

    def size(self, request: GenerationRequest, locale: str, reference_images: int) -> str:
        """What was chosen: the ratio where it was, how long to think where it was, from what, and
        which styles go along.
        """
        auto = request.aspect_ratio is AspectRatio.AUTO
        size = self._say(
            "card-size-auto" if auto else "card-size",
            locale,
            aspect_ratio=request.aspect_ratio,
            resolution=request.resolution,
        )
        if request.thinking is not None:
            thinking = self._say(f"thinking-{request.thinking}", locale)
            size = self._say("card-thinking", locale, size=size, thinking=thinking)
        if reference_images:
            size = self._say("card-references", locale, size=size, count=reference_images)
        if request.characters:
            names = ", ".join(harmless(one.name) for one in request.characters)
            size = self._say("card-characters", locale, size=size, names=names)
        if request.style is not None:
            size = self._say("card-style", locale, size=size, style=harmless(request.style.name))
        if request.house_style is not None:
            size = self._say("card-house-style", locale, size=size)
        return size

    def nickname(self, job: Job) -> str:
        """What people call its model."""
        return self.model_name(job.request.model)

    def model_name(self, model_id: str) -> str:
        """What people call a model; one that the catalog has lost since goes by its id."""
        model = self._catalog.models.get(model_id)
        return model.nickname if model else model_id


def quoted(prompt: str, length: int = PROMPT_SHOWN) -> str:
    """A prompt as a block quote of bounded length that pings nobody and formats nothing."""
    # Line by line, because what formats at the start of a line is escaped only there.
    lines = _shortened(prompt, length).splitlines()
    return "\n".join(f"> {harmless(line)}" for line in lines)


def harmless(text: str) -> str:
    """Text from outside, without formatting, links' effect or mentions."""
    # A named link is escaped as one, and would keep what formats inside its name.
    return escape_mentions(escape_markdown(text.replace("](", "]\u200b(")))


def _fact(text: str) -> str:
    return harmless(_shortened(text, FACT_SHOWN))


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
