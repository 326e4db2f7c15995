"""/moderation: the words that a server's managers keep out of prompts."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.generation.policy import PROMPT_LIMIT
from bot.people.words import WORD_LIMIT
from bot.ui.care_cards import CareCards
from bot.ui.translator import localized
from bot.ui.whereabouts import caller

Word = app_commands.Range[str, 1, WORD_LIMIT]
MOST_OFFERED = 25


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Moderation(
    commands.GroupCog,
    group_name="moderation",
    group_description=localized("moderation-description"),
):
    """Every answer is for who asked alone. The service checks who that is."""

    words = app_commands.Group(name="words", description=localized("moderation-words-description"))

    def __init__(self, client: Client) -> None:
        self._moderation = client.services.people.moderation
        self._cards = CareCards(client.services.sentences.say)

    @words.command(name="add", description=localized("words-add-description"))
    @app_commands.describe(word=localized("option-word"))
    async def add(self, interaction: discord.Interaction, word: Word) -> None:
        await _begin(interaction)
        entry = await self._moderation.add(caller(interaction), word)
        await _show(interaction, self._cards.added(entry, interaction.locale.value))

    @words.command(name="remove", description=localized("words-remove-description"))
    @app_commands.describe(word=localized("option-word-kept"))
    async def remove(self, interaction: discord.Interaction, word: Word) -> None:
        await _begin(interaction)
        entry = await self._moderation.remove(caller(interaction), word)
        await _show(interaction, self._cards.removed(entry, interaction.locale.value))

    @words.command(name="list", description=localized("words-list-description"))
    async def show(self, interaction: discord.Interaction) -> None:
        await _begin(interaction)
        words = await self._moderation.list(caller(interaction))
        await _show(interaction, self._cards.listed(words, interaction.locale.value))

    @words.command(name="test", description=localized("words-test-description"))
    @app_commands.describe(prompt=localized("option-word-test"))
    async def test(
        self, interaction: discord.Interaction, prompt: app_commands.Range[str, 1, PROMPT_LIMIT]
    ) -> None:
        await _begin(interaction)
        word = await self._moderation.test(caller(interaction), prompt)
        await _show(interaction, self._cards.tested(prompt, word, interaction.locale.value))

    @remove.autocomplete("word")
    async def offer(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        words = await self._moderation.list(caller(interaction))
        fitting = [word for word in words if typed.casefold().strip() in word]
        return [app_commands.Choice(name=word, value=word) for word in fitting[:MOST_OFFERED]]


async def _begin(interaction: discord.Interaction) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)


async def _show(interaction: discord.Interaction, card: discord.ui.LayoutView) -> None:
    await interaction.edit_original_response(view=card)


async def setup(client: Client) -> None:
    await client.add_cog(Moderation(client))
