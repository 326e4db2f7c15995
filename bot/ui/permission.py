"""Who may press what, by what Discord says of them at that moment."""

import discord

from bot.jobs.job import Job, Place
from bot.pressing import MayNotUseHere


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
    mine = place.member_id == interaction.user.id
    return mine or bool(interaction.guild_id and interaction.permissions.manage_messages)


def may_write(interaction: discord.Interaction) -> bool:
    """Whether they may write where they are themselves."""
    if not interaction.guild_id:
        return True
    thread = isinstance(interaction.channel, discord.Thread)
    rights = interaction.permissions
    return rights.send_messages_in_threads if thread else rights.send_messages
