"""/settings: what a server's managers set, on one card that works after any restart."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client
from bot.errors import ManagersOnly
from bot.items import PersistentItem, chosen
from bot.jobs.limits import Caller
from bot.people.house import Overview
from bot.people.setting import Setting
from bot.ui.replies import answer, turn
from bot.ui.setting_form import SettingForm
from bot.ui.settings_cards import SettingsCards
from bot.ui.translator import localized
from bot.ui.whereabouts import caller

Asked = discord.Interaction
Press = Callable[[Client, Asked, Caller, Setting | None], Awaitable[None]]
"""The setting is None where a button is for all of them."""


class Settings(commands.Cog):
    def __init__(self, client: Client) -> None:
        self._client = client

    @app_commands.command(name="settings", description=localized("settings-description"))
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def settings(self, interaction: discord.Interaction) -> None:
        await show(self._client, interaction, caller(interaction), None)


async def show(client: Client, interaction: Asked, asker: Caller, setting: Setting | None) -> None:
    """Everything, or one thing to change, for who asked alone."""
    seen = await client.services.people.houses.show(asker)
    await answer(interaction, _card(client, interaction, seen, setting), private=True)


async def choose(client: Client, interaction: Asked, asker: Caller, _: Setting | None) -> None:
    """The setting that was chosen from the list of them."""
    setting = next((one for one in Setting if one in chosen(interaction)), None)
    seen = await client.services.people.houses.show(asker)
    await turn(interaction, _card(client, interaction, seen, setting))


async def put(client: Client, interaction: Asked, asker: Caller, setting: Setting | None) -> None:
    await _change(client, interaction, asker, setting, chosen(interaction))


async def clear(client: Client, interaction: Asked, asker: Caller, setting: Setting | None) -> None:
    await _change(client, interaction, asker, setting, [])


async def fill_in(
    client: Client, interaction: Asked, asker: Caller, setting: Setting | None
) -> None:
    """A form for what is typed."""
    if setting is None:
        return

    async def submit(submitted: Asked, typed: str) -> None:
        async with client.telling(submitted):
            await _change(client, submitted, caller(submitted), setting, [typed])

    seen = await client.services.people.houses.show(asker)
    locale = interaction.locale.value
    title, label = _cards(client).form(setting, seen, locale)
    await interaction.response.send_modal(SettingForm(title, label, submit))


async def back(client: Client, interaction: Asked, asker: Caller, _: Setting | None) -> None:
    seen = await client.services.people.houses.show(asker)
    await turn(interaction, _card(client, interaction, seen, None))


async def _change(
    client: Client, interaction: Asked, asker: Caller, setting: Setting | None, values: list[str]
) -> None:
    if setting is None:
        return
    seen = await client.services.people.houses.set(asker, setting, values)
    # It may be the language that they are spoken to in.
    await client.meet(interaction)
    await turn(interaction, _card(client, interaction, seen, None, changed=setting))


def _card(
    client: Client,
    interaction: Asked,
    seen: Overview,
    setting: Setting | None,
    *,
    changed: Setting | None = None,
) -> discord.ui.LayoutView:
    cards, locale = _cards(client), interaction.locale.value
    guild, guild_id = interaction.guild, interaction.guild_id or 0
    if setting is None:
        closed = (
            {channel.id for channel in guild.channels if not _writable(channel)} if guild else ()
        )
        return cards.overview(seen, guild_id, locale, changed=changed, closed=closed)
    present = {one.id for one in (*guild.channels, *guild.roles)} if guild else set()
    return cards.panel(setting, seen, guild_id, locale, present=present)


def _cards(client: Client) -> SettingsCards:
    return SettingsCards(client.services.sentences, client.services.people.choices)


def _writable(channel: discord.abc.GuildChannel) -> bool:
    may = channel.permissions_for(channel.guild.me)
    return may.view_channel and may.send_messages


PRESSES: Mapping[str, Press] = MappingProxyType(
    {
        "open": show,
        "menu": choose,
        "set": put,
        "clear": clear,
        "type": fill_in,
        "back": back,
    }
)


class SettingsItem(
    PersistentItem,
    template=(
        f"settings:(?P<verb>{'|'.join(PRESSES)}):(?P<name>{'|'.join(['all', *Setting])})"
        ":(?P<guild>[0-9]{1,20})"
    ),
):
    """Any part of the card."""

    async def press(self, client: Client, interaction: Asked) -> None:
        asker, name = caller(interaction), self.match["name"]
        if int(self.match["guild"]) != asker.guild_id:
            raise ManagersOnly
        setting = None if name == "all" else Setting(name)
        await PRESSES[self.match["verb"]](client, interaction, asker, setting)


async def setup(client: Client) -> None:
    client.add_dynamic_items(SettingsItem)
    await client.add_cog(Settings(client))
