"""The private card of everything that is known of a job."""

from io import BytesIO

import discord
from discord.utils import format_dt

from bot.generation.request import GenerationRequest
from bot.generation.wording import spoken
from bot.i18n import Sentences
from bot.jobs.history import Details
from bot.ledger.entry import LedgerEntry
from bot.ui.cards import Cards, harmless, quoted
from bot.ui.parts import BANANA, card, rule, text
from bot.ui.times import moment

PROMPT_FILE = "prompt.txt"
PROMPT_SHOWN = 900
"""Characters; a longer prompt is a file beside its beginning, because quoting may double it."""
STYLE_SHOWN = 200
"""Characters of each style; where there are more, all that was sent is in the file."""


class DetailCards:
    def __init__(self, *, sentences: Sentences, cards: Cards) -> None:
        self._say = sentences.say
        self._cards = cards

    def details(self, details: Details, locale: str) -> discord.ui.LayoutView:
        """To be sent with the file of `prompt`."""
        job, request = details.stored.job, details.stored.job.request
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [
            text(f"{self._say('details-title', locale, job=job.id[-8:])}\n"
                 f"{quoted(request.prompt, PROMPT_SHOWN)}")
        ]  # fmt: skip
        if styles := self._styles(request, locale):
            items.append(text("\n".join(styles)))
        if _cut(request):
            items.append(discord.ui.File(f"attachment://{PROMPT_FILE}"))
        items += [rule(), text("\n".join(self._parameters(details, locale)))]
        if details.entries:
            head = self._say("details-entries", locale)
            lines = [self._entry(entry, locale) for entry in details.entries]
            items += [rule(), text("\n".join([head, *lines]))]
        return card(BANANA, *items)

    def prompt(self, details: Details) -> list[discord.File]:
        """All that was sent, where the card holds only its beginning."""
        request = details.stored.job.request
        if not _cut(request):
            return []
        return [discord.File(BytesIO(spoken(request).encode()), filename=PROMPT_FILE)]

    def _styles(self, request: GenerationRequest, locale: str) -> list[str]:
        """What went along with the prompt, word for word."""
        lines = []
        if request.style is not None:
            name, words = harmless(request.style.name), _beginning(request.style.words)
            lines.append(self._say("details-style", locale, name=name, words=words))
        if request.house_style is not None:
            words = _beginning(request.house_style)
            lines.append(self._say("details-house-style", locale, words=words))
        return lines

    def _parameters(self, details: Details, locale: str) -> list[str]:
        job, receipt = details.stored.job, details.receipt
        member = f"<@{job.place.member_id}>"
        lines = [
            self._say(
                "details-made",
                locale,
                member=member,
                at=format_dt(moment(job.created_at), "f"),
                seconds=receipt.seconds,
            ),
            self._say(
                "details-size",
                locale,
                model=self._cards.nickname(job),
                size=self._cards.size(job.request, locale, len(job.request.reference_images)),
            ),
            self._say(
                "details-count", locale, made=len(details.stored.results), asked=receipt.asked
            ),
            self._say(
                f"details-paid-{job.paid_by}",
                locale,
                charged=self._cards.credits(receipt.charged, locale),
                member=member,
            ),
            self._say("details-id", locale, job=job.id),
        ]
        if details.providers is not None:
            lines.append(
                self._say("details-providers", locale, names=", ".join(details.providers) or "?")
            )
        return lines

    def _entry(self, entry: LedgerEntry, locale: str) -> str:
        when = format_dt(moment(entry.at), "f")
        name = self._say(f"entry-{entry.kind}", locale)
        return self._say(
            "details-entry",
            locale,
            when=when,
            name=name,
            available=f"{entry.available_change:+}",
            held=f"{entry.held_change:+}",
        )


def _cut(request: GenerationRequest) -> bool:
    """Whether the card holds less than was sent."""
    styles = (request.style.words if request.style else "", request.house_style or "")
    return len(request.prompt) > PROMPT_SHOWN or any(len(one) > STYLE_SHOWN for one in styles)


def _beginning(words: str) -> str:
    shown = harmless(" ".join(words[:STYLE_SHOWN].split()))
    return f"{shown}…" if len(words) > STYLE_SHOWN else shown
