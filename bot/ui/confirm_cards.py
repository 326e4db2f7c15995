"""The card that asks before a dear request is drawn, and how it is shown and put away."""

import discord
from discord.utils import format_dt

from bot.generation.request import ImageRef
from bot.jobs.confirmations import Asked, Confirmations
from bot.jobs.job import Origin
from bot.jobs.payers import PaidBy
from bot.jobs.question import Question
from bot.jobs.service import Draft
from bot.jobs.uploads import Upload
from bot.ui.cards import Cards, harmless, quoted
from bot.ui.parts import BANANA, card, text
from bot.ui.refusals import Say
from bot.ui.replies import defer, rewrite
from bot.ui.times import moment
from bot.ui.whereabouts import channels, who


class ConfirmCards:
    """Cards that are seen by who asked alone, in their language."""

    def __init__(self, *, cards: Cards, say: Say) -> None:
        self._cards = cards
        self._say = say

    def asked(self, asked: Asked, locale: str) -> discord.ui.LayoutView:
        """What it is, what it costs, who would pay, and the buttons."""
        price = self._cards.credits(asked.draft.credits, locale)
        head = self._say("confirm-changed" if asked.changed else "confirm", locale, price=price)
        facts = [self._cards.size(asked.draft, locale), self._payer(asked, locale)]
        until = format_dt(moment(asked.question.open_until), "R")
        lines = [
            head,
            quoted(asked.draft.request.prompt),
            *(f"-# {fact}" for fact in facts),
            f"-# {self._say('confirm-until', locale, until=until)}",
        ]
        question_id = asked.question.id
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(
            discord.ui.Button(
                label=self._say("button-draw", locale, price=price),
                emoji="🍌",
                style=discord.ButtonStyle.success,
                custom_id=f"confirm:draw:{question_id}",
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


async def ask(
    interaction: discord.Interaction[discord.Client],
    confirmations: Confirmations,
    cards: ConfirmCards,
    draft: Draft,
    *,
    private: bool,
    uploads: list[discord.Attachment] | None = None,
    pictures: tuple[ImageRef, ...] = (),
    origin: Origin | None = None,
    brought_by: int | None = None,
) -> None:
    """Ask privately in place of drawing; uploads are read before Discord forgets them."""
    await defer(interaction)
    given: list[Upload] = [*(uploads or ())]
    asked = await confirmations.ask(
        draft,
        who(interaction),
        channels(interaction),
        interaction_id=interaction.id,
        reply_token=interaction.token,
        private=private,
        uploads=given,
        pictures=pictures,
        origin=origin,
        brought_by=brought_by,
    )
    await interaction.edit_original_response(view=cards.asked(asked, interaction.locale.value))


async def put_away(
    interaction: discord.Interaction[discord.Client], cards: ConfirmCards, question: Question
) -> None:
    """Take the buttons off a question whose request is being made."""
    await rewrite(
        interaction, question.reply_token, cards.taken(question, interaction.locale.value)
    )
