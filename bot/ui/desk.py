"""Where a step becomes a job: its card at once, then the promise."""

import discord

from bot.jobs.job import Job, Place
from bot.jobs.onward import Step
from bot.jobs.service import Studio
from bot.ui.cards import Cards
from bot.ui.letters import post, withdraw
from bot.ui.replies import acknowledge


class Desk:
    def __init__(self, *, studio: Studio, cards: Cards) -> None:
        self._studio = studio
        self._cards = cards

    async def submit(
        self, interaction: discord.Interaction, step: Step, *, private: bool = False
    ) -> None:
        """Answer an interaction with the job's card, then submit it; raises a Refusal."""
        card = self._card(step, interaction.locale.value, interaction.user.id)
        await self._promise(step, await acknowledge(interaction, card, private=private))

    async def answer(
        self, message: discord.Message, step: Step, *, locale: str, private: bool
    ) -> None:
        """Answer a message in the same way; `private` where only its author reads there."""
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

    def _card(self, step: Step, locale: str, member_id: int) -> discord.ui.LayoutView:
        return self._cards.accepted(
            step.draft,
            locale,
            step.press(member_id),
            reference_images=step.reference_images,
            kept=len(step.kept),
        )

    async def _promise(self, step: Step, place: Place) -> Job:
        return await self._studio.submit(
            step.draft,
            place,
            uploads=step.uploads,
            pictures=step.pictures,
            origin=step.origin,
            brought_by=step.brought_by,
            button=step.button,
            kept=step.kept,
        )
