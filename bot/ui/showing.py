"""Finished jobs shown again: their pictures are uploaded anew, because links expire."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace

import discord

from bot.jobs.exhibit import Exhibit, Gallery
from bot.jobs.job import JobState, Stored
from bot.pressing import MessageGone
from bot.ui.cards import Cards
from bot.ui.parts import named
from bot.ui.replies import begin, open_with
from bot.ui.veil import Veil, veiled


class Showing:
    """`collect` settles a job whose maker has just got its kept pictures, by its id and message."""

    def __init__(
        self,
        *,
        gallery: Gallery,
        cards: Cards,
        collect: Callable[[str, int | None], Awaitable[bool]],
        veil: Veil,
    ) -> None:
        self._gallery = gallery
        self._cards = cards
        self._collect = collect
        self._veil = veil

    async def post(
        self, interaction: discord.Interaction, stored: Stored, *, private: bool
    ) -> None:
        """Answer with a job's card, in the language of who asks."""
        card = self._cards.fetching(interaction.locale.value)
        if await open_with(interaction, card, private=private):
            await self._put(interaction, stored, private=private)

    async def put(self, interaction: discord.Interaction, stored: Stored) -> None:
        """Show a job's card in place of the one that was pressed; raises MessageGone."""
        if await begin(interaction):
            await self._put(interaction, stored, private=stored.job.place.private)

    async def _put(
        self, interaction: discord.Interaction, stored: Stored, *, private: bool
    ) -> None:
        async with self._gallery.open(stored, interaction.filesize_limit) as exhibit:
            await self._send(interaction, exhibit, private=private)

    async def _send(
        self, interaction: discord.Interaction, exhibit: Exhibit, *, private: bool
    ) -> None:
        job = exhibit.stored.job
        place = replace(job.place, locale=interaction.locale.value, private=private)
        pictures = named(job.id, exhibit.pictures)
        card = self._cards.result(job.evolve(place=place), pictures, exhibit.receipt, None)
        card = await self._veil.cover(card, interaction, private=private)
        if not private and await self._veil.drop(job.place):
            card = veiled(card)
        with ExitStack() as files:
            attachments = [discord.File(picture.path, filename=name) for name, picture in pictures]
            for file in attachments:
                files.callback(file.close)
            try:
                shown = await interaction.edit_original_response(view=card, attachments=attachments)
            except discord.NotFound as error:
                raise MessageGone from error
        if job.state is JobState.GENERATED and job.place.member_id == interaction.user.id:
            # Discord would not take it at the time; now that its maker has it, it is paid for.
            await self._collect(job.id, shown.id)
