"""/preferences: what somebody likes best, on one card that works after any restart."""

import re
from typing import Any, Self, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.people.setting import OWN, Setting
from bot.ui.preference_cards import NONE, PreferenceCards
from bot.ui.replies import answer, turn
from bot.ui.translator import localized


class Preferences(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(name="preferences", description=localized("preferences-description"))
    async def preferences(self, interaction: discord.Interaction) -> None:
        chosen = await self._client.services.people.profiles.show(interaction.user.id)
        card = _cards(self._client).shown(chosen, interaction.locale.value)
        await answer(interaction, card, private=True)


def _cards(client: Client) -> PreferenceCards:
    return PreferenceCards(client.services.sentences, client.services.people.choices)


class PreferenceList(
    discord.ui.DynamicItem[discord.ui.Item[Any]],
    template=f"preferences:(?P<name>{'|'.join(OWN)})",
):
    """One list of the card. Whoever chooses does so for themselves."""

    def __init__(self, item: discord.ui.Item[Any], setting: Setting) -> None:
        super().__init__(item)
        self._setting = setting

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        del interaction
        return cls(item, Setting(match["name"]))

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await cast(Client, interaction.client).serves(interaction)

    async def callback(self, interaction: discord.Interaction) -> None:
        client = cast(Client, interaction.client)
        async with client.telling(interaction):
            data = cast(dict[str, Any], interaction.data or {})
            values = [str(value) for value in data.get("values", []) if value != NONE]
            member_id = interaction.user.id
            chosen = await client.services.people.profiles.set(member_id, self._setting, values)
            # It may be the language that they are spoken to in.
            await client.meet(interaction)
            locale = interaction.locale.value
            card = _cards(client).shown(chosen, locale, changed=self._setting)
            await turn(interaction, card)


async def setup(client: Client) -> None:
    client.add_dynamic_items(PreferenceList)
    await client.add_cog(Preferences(client))
