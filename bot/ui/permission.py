"""Who may press and see what, by what Discord says of them at that moment."""

from collections.abc import Callable
from functools import cache

import discord

from bot.errors import JobUnknown
from bot.jobs.job import Job, Place
from bot.pressing import MayNotUseHere
from bot.ui.replies import server


def check(interaction: discord.Interaction) -> None:
    """Raise MayNotUseHere for who may not use applications in this channel.

    A command does not reach us from them; a button does.
    """
    if interaction.guild_id and not interaction.permissions.use_application_commands:
        raise MayNotUseHere


def may_change(interaction: discord.Interaction, job: Job) -> bool:
    """Whether a message that shows the job is theirs to change, for all to see."""
    return may_change_place(interaction, job.place)


def may_change_place(interaction: discord.Interaction, place: Place) -> bool:
    """The same of what was asked for there."""
    if place.member_id == interaction.user.id:
        return True
    # What may be managed here says nothing of another server.
    here = interaction.guild_id is not None and place.guild_id == server(interaction)
    return here and interaction.permissions.manage_messages


def may_write(interaction: discord.Interaction) -> bool:
    """Whether they may write where they are themselves."""
    if not interaction.guild_id:
        return True
    thread = isinstance(interaction.channel, discord.Thread)
    rights = interaction.permissions
    return rights.send_messages_in_threads if thread else rights.send_messages


def is_restricted(channel: object) -> bool:
    """Whether Discord asks for an age before a channel can be seen."""
    asked = getattr(channel, "is_nsfw", None)
    return bool(asked and asked())


def may_show(interaction: discord.Interaction, job: Job) -> bool:
    """Whether a job may be shown to everybody where they are."""
    if job.place.private or not may_write(interaction):
        return False
    made_in = interaction.client.get_channel(job.place.channel_id or 0)
    return is_restricted(interaction.channel) or not is_restricted(made_in)


def sight(interaction: discord.Interaction) -> Callable[[int | None], bool]:
    """Which of this server's channels they may see, by their ids; none where there is no server.

    Of a private thread nobody can say who is in it, so it is seen from inside and by its managers.
    Each channel is looked at once.
    """

    @cache
    def sees(channel_id: int | None) -> bool:
        guild, member = interaction.guild, interaction.user
        if server(interaction) is None or guild is None or channel_id is None:
            return False
        channel = guild.get_channel_or_thread(channel_id)
        if not isinstance(member, discord.Member) or channel is None:
            return False
        if isinstance(channel, discord.Thread):
            if channel.parent is None:
                return False
            if channel.is_private() and channel_id != interaction.channel_id:
                return channel.permissions_for(member).manage_threads
        return channel.permissions_for(member).view_channel

    return sees


def look(interaction: discord.Interaction, job: Job) -> None:
    """Raise JobUnknown unless it is theirs, or public in a channel that they see in this server."""
    place = job.place
    if place.member_id == interaction.user.id:
        return
    if place.private or place.guild_id != server(interaction) or place.guild_id is None:
        raise JobUnknown
    if not sight(interaction)(place.channel_id):
        raise JobUnknown


def may_take_down(interaction: discord.Interaction, job: Job) -> bool:
    """Whether it is theirs, or was posted where they may manage messages, in this server."""
    if job.place.member_id == interaction.user.id:
        return True
    guild, member, here = interaction.guild, interaction.user, job.place.channel_id
    if not sight(interaction)(here) or guild is None or here is None:
        return False
    channel = guild.get_channel_or_thread(here)
    return (
        channel is not None
        and isinstance(member, discord.Member)
        and channel.permissions_for(member).manage_messages
    )
