"""/balance: what I have, what is held, what this month cost me."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.ui.translator import localized


class Balance(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._wallets = client.services.wallets
        self._cards = client.services.cards

    @app_commands.command(name="balance", description=localized("balance-description"))
    async def balance(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        statement = await self._wallets.statement(interaction.user.id)
        card = self._cards.balance(statement, interaction.locale.value)
        await interaction.edit_original_response(view=card)


async def setup(client: Client) -> None:
    await client.add_cog(Balance(client))
