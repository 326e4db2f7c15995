"""Buttons and menus that are known by their ids alone, and so work after any restart."""

import re
from typing import Any, Self, cast

import discord

from bot.client import Client


class PersistentItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template="(?!)"):
    """A button or menu. Its custom id and its values are data from outside.

    Each kind has a `template`, which the whole id matches, and its own `press`. Whom the bot does
    not serve is told so, and so is, to the presser alone, whatever goes wrong.
    """

    def __init__(self, item: discord.ui.Item[Any], match: re.Match[str]) -> None:
        super().__init__(item)
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        del interaction
        return cls(item, match)

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        return await cast(Client, interaction.client).serves(interaction)

    async def callback(self, interaction: discord.Interaction) -> None:
        client = cast(Client, interaction.client)
        async with client.telling(interaction):
            await self.press(client, interaction)

    async def press(self, client: Client, interaction: discord.Interaction) -> None:
        """What comes of it; may raise anything."""
        raise NotImplementedError


def chosen(interaction: discord.Interaction) -> list[str]:
    """The values chosen from the menu that was pressed; none of a button."""
    data = cast(dict[str, Any], interaction.data or {})
    return [str(value) for value in data.get("values", [])]
