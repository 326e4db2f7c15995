"""Undo, Versions and Compare: the tree of edits that a picture belongs to."""

import re
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Self, cast

import discord

from bot.client import Client
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
        card = cards.compared(stored, file.name, interaction.locale.value)
        card = await services.veil.cover(card, interaction, private=private)
        await attach(interaction, card, file, private=private)


PRESSES: Mapping[str, Pressing] = MappingProxyType(
    {"undo": undo, "versions": versions, "compare": compare}
)


class VersionButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=f"(?P<verb>{'|'.join(PRESSES)}):(?P<job>{JOB_ID})",
):
    """The id is data from outside: what it names is looked up for the one who presses."""

    def __init__(self, verb: str, job_id: str) -> None:
        super().__init__(discord.ui.Button(custom_id=f"{verb}:{job_id}"))
        self._verb = verb
        self._job_id = job_id

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> Self:
        del interaction, item
        return cls(match["verb"], match["job"])

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await cast(Client, interaction.client).serves(interaction)

    async def callback(self, interaction: discord.Interaction) -> None:
        client = cast(Client, interaction.client)
        async with client.telling(interaction):
            check(interaction)
            stored = await client.services.history.pressed(self._job_id, interaction.user.id)
            await PRESSES[self._verb](client, interaction, stored)


class VersionMenu(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=f"version:(?P<job>{JOB_ID})",
):
    """One of the versions, chosen: its card, with every button, in place of the tree."""

    def __init__(self, job_id: str) -> None:
        super().__init__(discord.ui.Select(custom_id=f"version:{job_id}"))

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,
        item: discord.ui.Item[discord.ui.View],
        match: re.Match[str],
    ) -> Self:
        del interaction, item
        return cls(match["job"])

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await cast(Client, interaction.client).serves(interaction)

    async def callback(self, interaction: discord.Interaction) -> None:
        client = cast(Client, interaction.client)
        async with client.telling(interaction):
            check(interaction)
            for job_id in self.item.values[:1]:
                stored = await client.services.history.pressed(job_id, interaction.user.id)
                await client.services.showing.put(interaction, stored)


async def setup(client: Client) -> None:
    client.add_dynamic_items(VersionButton, VersionMenu)
