"""/preferences: what somebody likes best, on one card that works after any restart."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.items import PersistentItem, chosen
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


class PreferenceList(PersistentItem, template=f"preferences:(?P<name>{'|'.join(OWN)})"):
    """One list of the card. Whoever chooses does so for themselves."""

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        setting = Setting(self.match["name"])
        values = [value for value in chosen(interaction) if value != NONE]
        now = await client.services.people.profiles.set(interaction.user.id, setting, values)
        # It may be the language that they are spoken to in.
        await client.meet(interaction)
        card = _cards(client).shown(now, interaction.locale.value, changed=setting)
        await turn(interaction, card)


async def setup(client: Client) -> None:
    client.add_dynamic_items(PreferenceList)
    await client.add_cog(Preferences(client))
