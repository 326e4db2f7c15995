"""Where a step becomes a job: its card, then the promise; a dear one is asked about first."""

import discord

from bot.jobs.confirmations import Asked, Confirmations
from bot.jobs.job import Job, Place
from bot.jobs.onward import Step
from bot.jobs.service import Studio
from bot.quotas.limit import Who
from bot.ui.cards import Cards
from bot.ui.confirm_cards import ConfirmCards
from bot.ui.letters import post, withdraw
from bot.ui.preflight import Preflight
from bot.ui.replies import acknowledge, begin, rewrite, role_ids
from bot.ui.whereabouts import channels, who


class Desk:
    def __init__(
        self,
        *,
        studio: Studio,
        cards: Cards,
        confirmations: Confirmations,
        confirm_cards: ConfirmCards,
        preflight: Preflight,
    ) -> None:
        self._preflight = preflight
        self._studio = studio
        self._cards = cards
        self._confirmations = confirmations
        self._confirm_cards = confirm_cards

    async def submit(
        self, interaction: discord.Interaction, step: Step, *, private: bool = False
    ) -> None:
        """Answer an interaction with the job's card, then submit it; raises a Refusal.

        One that is dear is asked about in private instead.
        """
        self._preflight.check(interaction, step.uploads, private=private)
        await self._studio.admit(step.draft, who(interaction), channels(interaction))
        if self._confirmations.need(step.draft):
            await self._ask(interaction, step, private=private)
        else:
            await self._submit(interaction, step, private=private)

    async def draw(self, interaction: discord.Interaction, asked: Asked) -> None:
        """Submit what was asked about, and take the buttons off the question; raises a Refusal."""
        question = asked.question
        self._preflight.check(interaction, (), private=question.private)
        await self._studio.admit(asked.step.draft, who(interaction), channels(interaction))
        await self._submit(
            interaction, asked.step, private=question.private, question_id=question.id
        )
        card = self._confirm_cards.taken(question, interaction.locale.value)
        await rewrite(interaction, question.reply_token, card)

    async def answer(
        self, message: discord.Message, step: Step, *, locale: str, private: bool
    ) -> None:
        """Answer a message in the same way; `private` where only its author reads there."""
        self._preflight.check_message(message, step.uploads)
        await self._studio.admit(step.draft, *_author(message))
        if self._confirmations.need(step.draft):
            await self._ask_author(message, step, locale=locale, private=private)
            return
        card = self._card(step, locale, message.author.id)
        place = await post(message, card, locale=locale, private=private)
        try:
            job = await self._promise(step, place)
        except Exception:
            await withdraw(message, place)
            raise
        if job.place.message_id != place.message_id:
            # Delivered to us twice: the card that came first is the job's.
            await withdraw(message, place)

    async def _ask(self, interaction: discord.Interaction, step: Step, *, private: bool) -> None:
        """Uploads are read before Discord forgets them."""
        await begin(interaction, alone=True)
        asked = await self._confirmations.ask(
            step,
            who(interaction),
            channels(interaction),
            interaction_id=interaction.id,
            reply_token=interaction.token,
            private=private,
        )
        card = self._confirm_cards.asked(asked, interaction.locale.value)
        await interaction.edit_original_response(view=card)

    async def _ask_author(
        self, message: discord.Message, step: Step, *, locale: str, private: bool
    ) -> None:
        """Where others may read it, but only the author is listened to."""
        asked = await self._confirmations.ask(
            step,
            *_author(message),
            interaction_id=message.id,
            reply_token=None,
            private=private,
        )
        if asked.known:
            return  # delivered to us twice: the first answers it
        there = message.to_reference(fail_if_not_exists=False)
        card = self._confirm_cards.asked(asked, locale)
        await message.channel.send(view=card, reference=there, mention_author=False)

    async def _submit(
        self,
        interaction: discord.Interaction,
        step: Step,
        *,
        private: bool,
        question_id: str | None = None,
    ) -> None:
        card = self._card(step, interaction.locale.value, interaction.user.id)
        place = await acknowledge(interaction, card, private=private)
        await self._promise(step, place, question_id)

    def _card(self, step: Step, locale: str, member_id: int) -> discord.ui.LayoutView:
        return self._cards.accepted(
            step.draft,
            locale,
            step.press(member_id),
            reference_images=step.reference_images,
            kept=len(step.kept),
        )

    async def _promise(self, step: Step, place: Place, question_id: str | None = None) -> Job:
        return await self._studio.submit(
            step.draft,
            place,
            uploads=step.uploads,
            pictures=step.pictures,
            origin=step.origin,
            brought_by=step.brought_by,
            button=step.button,
            kept=step.kept,
            cast=step.cast,
            question_id=question_id,
        )


def _author(message: discord.Message) -> tuple[Who, tuple[int, ...]]:
    """Who wrote it, and where: the thread and its channel, or the channel alone."""
    author, here = message.author, message.channel
    parent = getattr(here, "parent_id", None)
    who_wrote = Who(author.id, message.guild.id if message.guild else 0, role_ids(author))
    return who_wrote, (here.id, parent) if parent else (here.id,)
