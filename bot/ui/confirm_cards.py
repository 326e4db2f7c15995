"""The card that asks before a dear request is drawn."""

import discord
from discord.utils import format_dt

from bot.jobs.confirmations import Asked
from bot.jobs.payers import PaidBy
from bot.jobs.question import Question
from bot.ui.cards import Cards, harmless, quoted
from bot.ui.parts import BANANA, card, text
from bot.ui.refusals import Say
from bot.ui.times import moment


class ConfirmCards:
    """Cards that are seen by who asked alone, in their language."""

    def __init__(self, *, cards: Cards, say: Say) -> None:
        self._cards = cards
        self._say = say

    def asked(self, asked: Asked, locale: str) -> discord.ui.LayoutView:
        """What it is, what it costs, who would pay, and the buttons."""
        price = self._cards.credits(asked.draft.credits, locale)
        change = "confirm-changed" if asked.changed else "confirm-payer-changed"
        head = self._say(
            change if asked.changed or asked.repaid else "confirm", locale, price=price
        )
        images = asked.question.request.reference_images
        what = self._cards.what(asked.draft, locale, len(images))
        facts = [what, self._payer(asked, locale)]
        until = format_dt(moment(asked.question.open_until), "R")
        lines = [
            head,
            quoted(asked.draft.request.prompt),
            *self._cards.hints(asked.draft.request, asked.question.press, locale),
            *(f"-# {fact}" for fact in facts),
            f"-# {self._say('confirm-until', locale, until=until)}",
        ]
        question_id = asked.question.id
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(
            discord.ui.Button(
                label=self._say("button-draw", locale, price=price),
                emoji="🍌",
                style=discord.ButtonStyle.success,
                custom_id=f"confirm:draw:{question_id}:{asked.paid_by}",
            ),
            discord.ui.Button(
                label=self._say("button-never-mind", locale),
                custom_id=f"confirm:drop:{question_id}",
            ),
        )
        return card(BANANA, text("\n".join(lines)), row)

    def taken(self, question: Question, locale: str) -> discord.ui.LayoutView:
        """In place of the buttons, once it is being made."""
        return self._ended("confirm-taken", question, locale)

    def declined(self, question: Question, locale: str) -> discord.ui.LayoutView:
        """In place of the buttons."""
        return self._ended("confirm-declined", question, locale)

    def _ended(self, key: str, question: Question, locale: str) -> discord.ui.LayoutView:
        return card(BANANA, text(f"{self._say(key, locale)}\n{quoted(question.request.prompt)}"))

    def _payer(self, asked: Asked, locale: str) -> str:
        if asked.paid_by is PaidBy.TEAM:
            return self._say("confirm-paid-team", locale, name=harmless(asked.team))
        by_server = asked.paid_by is PaidBy.SERVER
        return self._say("confirm-paid-server" if by_server else "confirm-paid-member", locale)
