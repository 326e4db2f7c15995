"""Answers to an interaction that are not a job: private cards and where a job may answer."""

import discord

from bot.jobs.job import Place

ALREADY_ANSWERED = 40060
"""An answer took effect although we were told that it did not."""


async def acknowledge(
    interaction: discord.Interaction, card: discord.ui.LayoutView, *, private: bool
) -> Place:
    """Answer with the job's card before anything slow; returns where the job may go on from it.

    A card and not "thinking": the first follow-up to "thinking" would take its place for all to
    see, and a refusal after this is for one person.
    """
    message_id: int | None = None
    try:
        answer = await interaction.response.send_message(view=card, ephemeral=private)
        message_id = answer.message_id
    except discord.HTTPException as error:
        # Our own answer, told of twice, or that of the same interaction delivered twice. Submitting
        # finds out: one interaction is one job.
        if error.code != ALREADY_ANSWERED:
            raise
    if message_id is None:
        message_id = (await interaction.original_response()).id
    return Place(
        member_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        message_id=message_id,
        application_id=interaction.application_id,
        reply_token=interaction.token,
        locale=interaction.locale.value,
        private=private,
        upload_limit=interaction.filesize_limit,
        interaction_id=interaction.id,
        parent_channel_id=getattr(interaction.channel, "parent_id", None),
        role_ids=role_ids(interaction),
    )


def role_ids(interaction: discord.Interaction) -> tuple[int, ...]:
    """The roles of who asked, from the highest down, without the one that everyone has."""
    member = interaction.user
    if not isinstance(member, discord.Member):
        return ()
    return tuple(role.id for role in reversed(member.roles) if not role.is_default())


async def tell(interaction: discord.Interaction, card: discord.ui.LayoutView) -> None:
    """Show a card to the person alone, in place of whatever has been answered so far."""
    if not interaction.response.is_done():
        try:
            await interaction.response.send_message(view=card, ephemeral=True)
        except discord.HTTPException as error:
            if error.code != ALREADY_ANSWERED:
                raise
        else:
            return
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # Only private answers are deferred; see `acknowledge`.
        await interaction.edit_original_response(view=card)
        return
    try:
        await interaction.followup.send(view=card, ephemeral=True)
    finally:
        # Whether or not they could be told, nobody is left looking at a card that never moves on.
        await interaction.delete_original_response()
