"""/character: pictures that a member keeps under a name, to take part in prompts."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.generation.cast import NAME_LIMIT
from bot.ui.character_cards import CharacterCards, choices
from bot.ui.replies import begin, show
from bot.ui.translator import localized

Name = app_commands.Range[str, 1, NAME_LIMIT + 1]
"""With its sign."""


class CharacterCog(
    commands.GroupCog,
    group_name="character",
    group_description=localized("character-description"),
):
    """Every answer is for who asked alone, and about their own."""

    def __init__(self, client: Client) -> None:
        self._characters = client.services.characters
        self._cards = CharacterCards(client.services.sentences)

    @app_commands.command(name="save", description=localized("character-save-description"))
    @app_commands.describe(
        name=localized("option-character-name"),
        image=localized("option-character-image"),
        **{f"image{number}": localized("option-character-more") for number in range(2, 5)},
    )
    async def save(
        self,
        interaction: discord.Interaction,
        name: Name,
        image: discord.Attachment,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
    ) -> None:
        if not await begin(interaction, alone=True):
            return
        given = [one for one in (image, image2, image3, image4) if one is not None]
        saved = await self._characters.save(interaction.user.id, name, given)
        await show(interaction, self._cards.saved(saved, interaction.locale.value), [])

    @app_commands.command(name="list", description=localized("character-list-description"))
    async def browse(self, interaction: discord.Interaction) -> None:
        if not await begin(interaction, alone=True):
            return
        ensemble = await self._characters.gather(interaction.user.id)
        card = self._cards.listed(ensemble, interaction.locale.value)
        await show(interaction, card, self._cards.strip(ensemble))

    @app_commands.command(name="show", description=localized("character-show-description"))
    @app_commands.describe(name=localized("option-character-whom"))
    async def look(self, interaction: discord.Interaction, name: Name) -> None:
        if not await begin(interaction, alone=True):
            return
        character = await self._characters.find(interaction.user.id, name)
        files = await self._characters.files(character)
        card = self._cards.shown(character, files, interaction.locale.value)
        await show(interaction, card, self._cards.attachments(files))

    @app_commands.command(name="remove", description=localized("character-remove-description"))
    @app_commands.describe(name=localized("option-character-whom"))
    async def remove(self, interaction: discord.Interaction, name: Name) -> None:
        if not await begin(interaction, alone=True):
            return
        gone = await self._characters.remove(interaction.user.id, name)
        await show(interaction, self._cards.removed(gone, interaction.locale.value), [])

    @save.autocomplete("name")
    @look.autocomplete("name")
    @remove.autocomplete("name")
    async def offer(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return choices(await self._characters.all(interaction.user.id), typed)


async def setup(client: Client) -> None:
    await client.add_cog(CharacterCog(client))
