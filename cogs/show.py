"""/show: any picture back, with its buttons, wherever one may write."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.jobs.history import short
from bot.ui.permission import may_show
from bot.ui.replies import server
from bot.ui.translator import localized

CHOICES = 25
LABEL = 100


class Show(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._history = client.services.history
        self._showing = client.services.showing

    @app_commands.command(name="show", description=localized("show-description"))
    @app_commands.describe(
        job=localized("option-show-job"), private=localized("option-show-private")
    )
    async def show(self, interaction: discord.Interaction, job: str, private: bool = False) -> None:
        stored = await self._history.find(job, interaction.user.id, server(interaction))
        alone = private or not may_show(interaction, stored.job)
        await self._showing.post(interaction, stored, private=alone)

    @show.autocomplete("job")
    async def offer_jobs(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        recent = await self._history.recent(interaction.user.id)
        offered = [(f"{short(one.job_id)} · {' '.join(one.prompt.split())}", one) for one in recent]
        return [
            app_commands.Choice(name=label[:LABEL], value=one.job_id)
            for label, one in offered
            if typed.casefold() in label.casefold()
        ][:CHOICES]


async def setup(client: Client) -> None:
    await client.add_cog(Show(client))
