"""/operator: whom the bot serves, for whoever runs it."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.jobs.limits import Caller
from bot.ui.care_cards import CareCards
from bot.ui.translator import localized
from bot.ui.whereabouts import caller


@app_commands.default_permissions(administrator=True)
class Operator(
    commands.GroupCog, group_name="operator", group_description=localized("operator-description")
):
    """Every answer is for who asked alone. The service checks who that is."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._blocks = client.services.people.blocks
        self._cards = CareCards(client.services.sentences.say)

    @app_commands.command(name="block", description=localized("operator-block-description"))
    @app_commands.describe(member=localized("option-block-member"))
    async def block(self, interaction: discord.Interaction, member: discord.User) -> None:
        asker = await self._begin(interaction)
        operates = await self._client.is_operator(member)
        changed = await self._blocks.block(asker, member.id, operates=operates)
        card = self._cards.blocked(member.id, interaction.locale.value, changed=changed)
        await interaction.edit_original_response(view=card)

    @app_commands.command(name="unblock", description=localized("operator-unblock-description"))
    @app_commands.describe(member=localized("option-unblock-member"))
    async def unblock(self, interaction: discord.Interaction, member: discord.User) -> None:
        asker = await self._begin(interaction)
        changed = await self._blocks.unblock(asker, member.id)
        card = self._cards.unblocked(member.id, interaction.locale.value, changed=changed)
        await interaction.edit_original_response(view=card)

    async def _begin(self, interaction: discord.Interaction) -> Caller:
        await interaction.response.defer(thinking=True, ephemeral=True)
        operates = await self._client.is_operator(interaction.user)
        return replace(caller(interaction), operates=operates)


async def setup(client: Client) -> None:
    await client.add_cog(Operator(client))
