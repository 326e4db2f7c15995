"""/help: everything in one card; and the first card in a new server."""

from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.ui.greeting import greet
from bot.ui.help_cards import HelpCards, Listed
from bot.ui.replies import answer, server
from bot.ui.translator import localized, name_key
from bot.ui.whereabouts import caller


class Help(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._client = client
        services = client.services
        self._houses = services.people.houses
        self._cards = HelpCards(sentences=services.sentences, payers=services.payers)

    @app_commands.command(name="help", description=localized("help-description"))
    async def help(self, interaction: discord.Interaction) -> None:
        operates = await self._client.is_operator(interaction.user)
        card = self._cards.help(
            [*self._commands(operates=operates)],
            interaction.locale.value,
            here=server(interaction),
            manages=caller(interaction).manages,
        )
        await answer(interaction, card, private=True)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        chosen = (await self._houses.of(guild.id)).defaults.language
        locale = chosen or guild.preferred_locale.value
        await greet(guild, lambda: self._cards.welcome(guild.id, locale))

    def _commands(self, *, operates: bool) -> Iterator[Listed]:
        """Every command that is typed, by its permissions for all or for managers."""
        for command in self._client.tree.get_commands():
            if isinstance(command, app_commands.ContextMenu):
                continue
            needed = command.default_permissions
            if operates or needed is None or not needed.administrator:
                about = f"{command.name}-description"
                called = name_key(command.name)
                yield Listed(f"/{command.name}", about, called, manage=needed is not None)


async def setup(client: Client) -> None:
    await client.add_cog(Help(client))
