"""Cancel: the button below what waits or is drawn."""

import discord

from bot.client import Client
from bot.items import PersistentItem
from bot.pressing import NotYourPicture
from bot.ui.buttons import JOB_ID
from bot.ui.permission import check, may_change
from bot.ui.replies import begin


class CancelButton(PersistentItem, template=f"cancel:(?P<job>{JOB_ID})"):
    """What it names is looked up for the one who presses."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        check(interaction)
        cancellations = client.services.cancellations
        job = await cancellations.find(self.match["job"], interaction.user.id)
        if not may_change(interaction, job):
            raise NotYourPicture
        if await begin(interaction):
            await cancellations.cancel(job, reply_token=interaction.token)


async def setup(client: Client) -> None:
    client.add_dynamic_items(CancelButton)
