"""Undo, Versions and Compare: the tree of edits that a picture belongs to."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord

from bot.client import Client
from bot.items import PersistentItem, chosen
from bot.jobs.job import Stored
from bot.ui.buttons import JOB_ID
from bot.ui.permission import check, may_change
from bot.ui.replies import attach, begin, show
from bot.ui.version_cards import VersionCards

Pressing = Callable[[Client, discord.Interaction, Stored], Awaitable[None]]


async def undo(client: Client, interaction: discord.Interaction, stored: Stored) -> None:
    """The picture before, in place of this one; for who may not change it, beside it."""
    services = client.services
    before = await services.history.before(stored, interaction.user.id)
    alike = before.job.place.private == stored.job.place.private
    if alike and may_change(interaction, stored.job):
        await services.showing.put(interaction, before)
    else:
        await services.showing.post(interaction, before, private=True)


async def versions(client: Client, interaction: discord.Interaction, stored: Stored) -> None:
    """The tree, for the one who asks."""
    if not await begin(interaction, alone=True):
        return
    tree = await client.services.versions.tree(stored, interaction.user.id)
    cards = VersionCards(client.services.sentences)
    await show(interaction, cards.versions(tree, interaction.locale.value), cards.strip(tree))


async def compare(client: Client, interaction: discord.Interaction, stored: Stored) -> None:
    """Before and after side by side, where the picture itself may be seen."""
    if not await begin(interaction):
        return
    services, cards = client.services, VersionCards(client.services.sentences)
    async with services.versions.compared(stored, interaction.user.id) as file:
        private = stored.job.place.private
        member_id, locale = interaction.user.id, interaction.locale.value
        card = cards.compared(stored, file.name, locale, member_id=member_id)
        card = await services.veil.cover(card, interaction, private=private)
        await attach(interaction, card, file, private=private)


PRESSES: Mapping[str, Pressing] = MappingProxyType(
    {"undo": undo, "versions": versions, "compare": compare}
)


class VersionButton(PersistentItem, template=f"(?P<verb>{'|'.join(PRESSES)}):(?P<job>{JOB_ID})"):
    """What it names is looked up for the one who presses."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        check(interaction)
        stored = await client.services.history.pressed(self.match["job"], interaction.user.id)
        await PRESSES[self.match["verb"]](client, interaction, stored)


class VersionMenu(PersistentItem, template=f"version:(?P<job>{JOB_ID})"):
    """One of the versions, chosen: its card, with every button, in place of the tree."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        check(interaction)
        for job_id in chosen(interaction)[:1]:
            stored = await client.services.history.pressed(job_id, interaction.user.id)
            await client.services.showing.put(interaction, stored)


async def setup(client: Client) -> None:
    client.add_dynamic_items(VersionButton, VersionMenu)
