"""What is looked at before anything is promised, from what Discord says of the place itself.

A refusal here is for one person, and has read no file, held no credits and asked no upstream.
"""

from collections.abc import Sequence

import discord

from bot.jobs import uploads
from bot.jobs.uploads import Upload
from bot.pressing import AgeRestrictedOnly, BotMayNot


class Preflight:
    """With `age_restricted_only`, pictures are made in channels of that kind alone."""

    def __init__(self, *, age_restricted_only: bool = False) -> None:
        self._age_restricted_only = age_restricted_only

    def check(
        self, interaction: discord.Interaction, files: Sequence[Upload], *, private: bool
    ) -> None:
        """Raise a Refusal where a job that was asked for there could not go well.

        In private we answer by the interaction alone, and need no permission.
        """
        self._check_age(interaction.channel)
        guild_id = interaction.guild_id
        here = guild_id is not None and interaction.client.get_guild(guild_id) is not None
        if here and not private:
            check_rights(interaction.channel, interaction.app_permissions)
        uploads.check(files)

    def check_message(self, message: discord.Message, files: Sequence[Upload]) -> None:
        """The same for a message that is answered."""
        here = message.channel
        self._check_age(here)
        if message.guild is not None and not isinstance(here, discord.PartialMessageable):
            check_rights(here, here.permissions_for(message.guild.me))
        uploads.check(files)

    def _check_age(self, here: object) -> None:
        """Raise AgeRestrictedOnly; nobody says of a direct message that it is for adults."""
        if not self._age_restricted_only:
            return
        is_restricted = getattr(here, "is_nsfw", None)
        if is_restricted is None or not is_restricted():
            raise AgeRestrictedOnly


def check_rights(
    here: object, rights: discord.Permissions, refusal: type[BotMayNot] = BotMayNot
) -> None:
    """Raise the refusal for the first that is missing: the picture may have to be posted anew."""
    if not rights.view_channel:
        raise refusal("seeing")
    if isinstance(here, discord.Thread) and not rights.send_messages_in_threads:
        raise refusal("threads")
    if not isinstance(here, discord.Thread) and not rights.send_messages:
        raise refusal("writing")
    if not rights.attach_files:
        raise refusal("files")
