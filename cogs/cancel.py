"""Cancel: the button below what waits or is drawn."""

import re
from typing import Self, cast

import discord

from bot.client import Client
from bot.pressing import NotYourPicture
from bot.ui.buttons import JOB_ID
from bot.ui.permission import check, may_change
from bot.ui.replies import begin


class CancelButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=f"cancel:(?P<job>{JOB_ID})",
):
    """The id is data from outside: what it names is looked up for the one who presses."""

    def __init__(self, job_id: str) -> None:
        super().__init__(discord.ui.Button(custom_id=f"cancel:{job_id}"))
        self._job_id = job_id

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
            cancellations = client.services.cancellations
            job = await cancellations.find(self._job_id, interaction.user.id)
            if not may_change(interaction, job):
                raise NotYourPicture
            if await begin(interaction):
                await cancellations.cancel(job, reply_token=interaction.token)


async def setup(client: Client) -> None:
    client.add_dynamic_items(CancelButton)
