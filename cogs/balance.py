"""/balance: what I have, may use here and spent; for managers also what a member uses here."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.ui.balance_cards import BalanceCards
from bot.ui.translator import localized
from bot.ui.whereabouts import channels, who


class Balance(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._client = client
        self._standings = client.services.standings
        self._cards = BalanceCards(client.services.sentences)

    @app_commands.command(name="balance", description=localized("balance-description"))
    @app_commands.describe(member=localized("option-balance-member"))
    async def balance(
        self, interaction: discord.Interaction, member: discord.User | None = None
    ) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        manages = interaction.permissions.manage_guild
        whose, here = who(interaction, member), channels(interaction)
        if member is not None:
            standing = await self._standings.of_member(whose, here, manages=manages)
        else:
            operates = await self._client.is_operator(interaction.user)
            standing = await self._standings.mine(whose, here, manages=manages, operates=operates)
        card = self._cards.balance(standing, interaction.locale.value)
        files = self._cards.chart(standing)
        await interaction.edit_original_response(view=card, attachments=files)


async def setup(client: Client) -> None:
    await client.add_cog(Balance(client))
