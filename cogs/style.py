"""/style: words that are saved under a name, to go along with prompts."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.people.styles import NAME_LIMIT, WORDS_LIMIT, Owner, Wardrobe
from bot.ui.replies import answer
from bot.ui.style_cards import StyleCards
from bot.ui.translator import localized
from bot.ui.whereabouts import caller, who

Name = app_commands.Range[str, 1, NAME_LIMIT]
Words = app_commands.Range[str, 1, WORDS_LIMIT]
OWNERS = [
    app_commands.Choice(name=localized("choice-owner-member"), value=Owner.MEMBER.value),
    app_commands.Choice(name=localized("choice-owner-server"), value=Owner.SERVER.value),
]
Asked = discord.Interaction


class StyleGroup(
    commands.GroupCog, group_name="style", group_description=localized("style-description")
):
    """Every answer is for who asked alone. The service checks who changes a server's."""

    def __init__(self, client: Client) -> None:
        self._people = client.services.people
        self._cards = StyleCards(client.services.sentences.say)

    @app_commands.command(name="save", description=localized("style-save-description"))
    @app_commands.describe(
        name=localized("option-style-name"),
        words=localized("option-style-words"),
        owner=localized("option-style-owner"),
    )
    @app_commands.choices(owner=OWNERS)
    async def save(
        self, interaction: Asked, name: Name, words: Words, owner: str = Owner.MEMBER
    ) -> None:
        saved = await self._people.styles.save(caller(interaction), Owner(owner), name, words)
        await answer(interaction, self._cards.saved(saved, interaction.locale.value), private=True)

    @app_commands.command(name="list", description=localized("style-list-description"))
    async def show(self, interaction: Asked) -> None:
        house_style = await self._people.houses.house_style(who(interaction).guild_id)
        wardrobe = await self._wardrobe(interaction)
        card = self._cards.listed(wardrobe, house_style, interaction.locale.value)
        await answer(interaction, card, private=True)

    @app_commands.command(name="remove", description=localized("style-remove-description"))
    @app_commands.describe(
        name=localized("option-style-kept"), owner=localized("option-style-owner")
    )
    @app_commands.choices(owner=OWNERS)
    async def remove(self, interaction: Asked, name: Name, owner: str = Owner.MEMBER) -> None:
        gone = await self._people.styles.remove(caller(interaction), Owner(owner), name)
        await answer(interaction, self._cards.removed(gone, interaction.locale.value), private=True)

    @remove.autocomplete("name")
    async def offer(self, interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        """Those of whom was chosen, where that came first."""
        wardrobe = await self._wardrobe(interaction)
        chosen = getattr(interaction.namespace, "owner", None) or Owner.MEMBER
        theirs = (
            Wardrobe(wardrobe.own, ()) if chosen == Owner.MEMBER else Wardrobe((), wardrobe.servers)
        )
        return self._cards.choices(theirs, typed, interaction.locale.value)

    async def _wardrobe(self, interaction: Asked) -> Wardrobe:
        whose = who(interaction)
        return await self._people.styles.list(whose.member_id, whose.guild_id)


async def setup(client: Client) -> None:
    await client.add_cog(StyleGroup(client))
