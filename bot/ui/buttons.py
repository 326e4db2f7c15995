"""What is below a result, for going on from it. Every id names the job; the rest is looked up."""

import re
from collections.abc import Sequence

import discord

from bot.i18n import Sentences
from bot.jobs.job import Job
from bot.jobs.service import Quote

Row = discord.ui.ActionRow[discord.ui.LayoutView]
JOB_ID = "[0-9a-f]{32}"
CARD = re.compile(f"again:({JOB_ID})")
"""What every result's card has, and no other card."""
MORE = {"remix": "📝", "details": "🔎", "delete": "🗑️"}
"""What is chosen less often, in a menu."""
MOST_IN_A_ROW = 5


class Buttons:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say

    def rows(self, job: Job, larger: Sequence[Quote]) -> list[Row]:
        """Three at most: what people press most is first, and one finger wide."""
        locale = job.place.locale
        again, one = (self._price(n, locale) for n in (job.reserved, job.price.credits))
        first = [
            _button(self._say("button-again", locale, price=again), "🔁", f"again:{job.id}"),
            _button(self._say("button-edit", locale), "✏️", f"edit:{job.id}"),
            _button(self._say("button-vary", locale, price=one), "🎲", f"vary:{job.id}"),
            _button(self._say("button-star", locale), "⭐", f"star:{job.id}"),
        ]
        second = [self._upscale(job, quote) for quote in larger]
        if job.origin is not None:
            second += [
                _button(self._say("button-undo", locale), "↩️", f"undo:{job.id}"),
                _button(self._say("button-versions", locale), "🌳", f"versions:{job.id}"),
            ]
        rows = [discord.ui.ActionRow(*first)]
        if second:
            rows.append(discord.ui.ActionRow(*second[-MOST_IN_A_ROW:]))
        return [*rows, discord.ui.ActionRow(self._more(job))]

    def cancel(self, job: Job) -> Row:
        """Below a job that waits or is drawn."""
        label = self._say("button-cancel", job.place.locale)
        return discord.ui.ActionRow(_button(label, "✖️", f"cancel:{job.id}"))

    def _upscale(self, job: Job, quote: Quote) -> discord.ui.Button[discord.ui.LayoutView]:
        locale = job.place.locale
        label = self._say(
            "button-upscale",
            locale,
            resolution=quote.resolution,
            price=self._price(quote.price.credits, locale),
        )
        return _button(label, "🔍", f"upscale:{job.id}:{quote.resolution}")

    def _more(self, job: Job) -> discord.ui.Select[discord.ui.LayoutView]:
        locale = job.place.locale
        return discord.ui.Select(
            custom_id=f"more:{job.id}",
            placeholder=self._say("select-more", locale),
            options=[
                discord.SelectOption(
                    label=self._say(f"more-{verb}", locale),
                    description=self._say(f"more-{verb}-hint", locale),
                    emoji=emoji,
                    value=verb,
                )
                for verb, emoji in MORE.items()
            ],
        )

    def _price(self, amount: int, locale: str) -> str:
        return self._say("credits", locale, credits=amount)


def job_of(message: discord.Message) -> str | None:
    """The id of the job that a message of ours shows, by its buttons; None for any other."""
    found = (CARD.fullmatch(custom_id) for custom_id in _custom_ids(message.components))
    return next((match[1] for match in found if match), None)


def _custom_ids(components: Sequence[object]) -> list[str]:
    own = [getattr(component, "custom_id", None) for component in components]
    below = [_custom_ids(getattr(component, "children", ())) for component in components]
    return [*filter(None, own), *(custom_id for part in below for custom_id in part)]


def _button(label: str, emoji: str, custom_id: str) -> discord.ui.Button[discord.ui.LayoutView]:
    return discord.ui.Button(label=label, emoji=emoji, custom_id=custom_id)
