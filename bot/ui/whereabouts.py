"""Who uses a command where, as the core knows people and places."""

import discord

from bot.jobs.person import Person
from bot.quotas.limit import Who
from bot.ui.replies import role_ids

Asked = discord.Interaction[discord.Client]


def who(interaction: Asked, user: discord.User | discord.Member | None = None) -> Who:
    """The one who uses the command, or `user`, as limits see them."""
    user = user or interaction.user
    return Who(user.id, interaction.guild_id or 0, role_ids(user))


def channels(interaction: Asked) -> tuple[int, ...]:
    """The thread and its channel, or the channel alone."""
    here = interaction.channel
    parent = here.parent_id if isinstance(here, discord.Thread) else None
    return tuple(place for place in (interaction.channel_id, parent) if place is not None)


def person(interaction: Asked, user: discord.User | discord.Member) -> Person:
    """Somebody whom the command names."""
    here = isinstance(user, discord.Member) and user.guild.id == interaction.guild_id
    return Person(user.id, user.bot, here)
