"""Who uses a command where, as the core knows people and places."""

import discord

from bot.jobs.limits import Caller
from bot.jobs.person import Person
from bot.quotas.limit import Who
from bot.ui.replies import is_guest, role_ids, server

Asked = discord.Interaction[discord.Client]


def who(interaction: Asked, user: discord.User | discord.Member | None = None) -> Who:
    """The one who uses the command, or `user`, as limits see them."""
    user = user or interaction.user
    return Who(user.id, server(interaction) or 0, role_ids(user))


def channels(interaction: Asked) -> tuple[int, ...]:
    """The thread and its channel, or the channel alone; none where the bot is a guest."""
    if is_guest(interaction):
        return ()
    here = interaction.channel
    parent = here.parent_id if isinstance(here, discord.Thread) else None
    return tuple(place for place in (interaction.channel_id, parent) if place is not None)


def person(interaction: Asked, user: discord.User | discord.Member) -> Person:
    """Somebody whom the command names."""
    here = isinstance(user, discord.Member) and user.guild.id == interaction.guild_id
    return Person(user.id, user.bot, here)


def caller(interaction: Asked) -> Caller:
    """Who asks for something that only some may do, and whether they manage the server."""
    guild_id = server(interaction) or 0
    return Caller(
        member_id=interaction.user.id,
        guild_id=guild_id,
        manages=bool(guild_id) and interaction.permissions.manage_guild,
    )
