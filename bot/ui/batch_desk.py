"""Where a list of prompts becomes a batch: its question, and the card it is shown on from then."""

from collections.abc import Sequence
from contextlib import ExitStack

import discord

from bot.jobs import lines
from bot.jobs.archive import Archives
from bot.jobs.batch import Course
from bot.jobs.batches import Batches, Proposal
from bot.jobs.job import Place
from bot.jobs.lines import Line
from bot.listing import BatchEmpty
from bot.ui.batch_cards import BatchCards
from bot.ui.preflight import Preflight
from bot.ui.replies import acknowledge, begin, is_guest, rewrite, role_ids, server
from bot.ui.whereabouts import channels, who


class BatchDesk:
    def __init__(
        self, *, batches: Batches, archives: Archives, cards: BatchCards, preflight: Preflight
    ) -> None:
        self._batches = batches
        self._archives = archives
        self._cards = cards
        self._preflight = preflight

    async def ask(
        self,
        interaction: discord.Interaction,
        file: discord.Attachment,
        usual: Line,
        *,
        private: bool,
    ) -> None:
        """Answer a list in private: with what it costs, or what is wrong with which lines.

        `usual` is what was chosen for all of them.
        """
        self._preflight.check(interaction, (), private=private)
        lines.weigh(file.size)
        if not await begin(interaction, alone=True):
            return
        found = await self._batches.ask(
            await file.read(),
            file.filename,
            usual,
            _place(interaction, private=private),
            who=who(interaction),
        )
        locale = interaction.locale.value
        if isinstance(found, Proposal):
            card = self._cards.asked(found, locale)
        else:
            card = self._cards.faults(found, locale)
        await interaction.edit_original_response(view=card)

    async def draw(self, interaction: discord.Interaction, proposal: Proposal) -> None:
        """Begin what was asked about, and take the buttons off the question; raises a Refusal."""
        place, locale = proposal.batch.place, interaction.locale.value
        self._preflight.check(interaction, (), private=place.private)
        card = self._cards.accepted(proposal, locale)
        begun = await acknowledge(interaction, card, private=place.private)
        await self._batches.begin(proposal, begun)
        await rewrite(interaction, place.reply_token, self._cards.taken(locale))

    async def fetch(self, interaction: discord.Interaction, course: Course) -> None:
        """Give what there is of a batch to who asks, in as many messages as it takes.

        Raises BatchEmpty.
        """
        await begin(interaction, alone=True)
        limit = interaction.filesize_limit
        pieces = await self._archives.are_here(course.pieces)
        posts = self._archives.plan(course, pieces, upload_limit=limit)
        if not posts:
            raise BatchEmpty
        first, of = 1, sum(len(parts) for parts in posts)
        for parts in posts:
            async with self._archives.open(course, parts, first=first, upload_limit=limit) as files:
                names = [file.name for file in files]
                card = self._cards.fetched(
                    course, names, interaction.locale.value, first=first, of=of
                )
                with ExitStack() as opened:
                    attachments = [discord.File(file) for file in files]
                    for attachment in attachments:
                        opened.callback(attachment.close)
                    await _give(interaction, card, attachments, again=first > 1)
            first += len(parts)


async def _give(
    interaction: discord.Interaction,
    card: discord.ui.LayoutView,
    files: Sequence[discord.File],
    *,
    again: bool,
) -> None:
    if again:
        await interaction.followup.send(view=card, files=files, ephemeral=True)
    else:
        await interaction.edit_original_response(view=card, attachments=files)


def _place(interaction: discord.Interaction, *, private: bool) -> Place:
    """Where a list was handed in; it has no card yet."""
    here = channels(interaction)
    return Place(
        member_id=interaction.user.id,
        guild_id=server(interaction),
        channel_id=None if is_guest(interaction) else interaction.channel_id,
        message_id=0,
        application_id=interaction.application_id,
        reply_token=interaction.token,
        locale=interaction.locale.value,
        private=private,
        upload_limit=interaction.filesize_limit,
        interaction_id=interaction.id,
        parent_channel_id=here[1] if len(here) > 1 else None,
        role_ids=role_ids(interaction.user),
    )
