"""Answers to an interaction that are not a job: private cards and where a job may answer."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import discord
import structlog

from bot.jobs.job import Place
from bot.pressing import MessageGone

ALREADY_ANSWERED = 40060
"""An answer took effect although we were told that it did not."""
CHANGES = (
    discord.InteractionResponseType.deferred_message_update,
    discord.InteractionResponseType.message_update,
)
"""Answers that change the message whose button was pressed."""


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
        guild_id=server(interaction),
        # Where only the member brought the bot along, it can answer and do no more.
        channel_id=None if is_guest(interaction) else interaction.channel_id,
        message_id=message_id,
        application_id=interaction.application_id,
        reply_token=interaction.token,
        locale=interaction.locale.value,
        private=private,
        upload_limit=interaction.filesize_limit,
        interaction_id=interaction.id,
        parent_channel_id=None if is_guest(interaction) else _parent_id(interaction),
        role_ids=role_ids(interaction.user),
    )


def is_guest(interaction: discord.Interaction) -> bool:
    """Whether the bot is where it is not installed, with a member who brought it along."""
    return interaction.is_user_integration() and not interaction.is_guild_integration()


def server(interaction: discord.Interaction) -> int | None:
    """The server whose rules and credits count; None in a direct message, and as a guest."""
    return None if is_guest(interaction) else interaction.guild_id


def _parent_id(interaction: discord.Interaction) -> int | None:
    return getattr(interaction.channel, "parent_id", None)


async def rewrite(
    interaction: discord.Interaction, reply_token: str | None, card: discord.ui.LayoutView
) -> None:
    """Put another card in place of the one whose button was pressed and answered otherwise.

    `reply_token` is of the interaction that the card was an answer to, good for 15 minutes; None
    for a message of ours. Fails as `answer` does.
    """
    pressed = interaction.message
    if pressed is None:
        return
    if reply_token is None:
        await _said("rewrite the card", pressed.edit(view=card))
        return
    earlier = discord.Webhook.partial(
        interaction.application_id, reply_token, client=interaction.client
    )
    # Only an application's webhook answers in private; `partial` takes it for another kind.
    earlier.type = discord.WebhookType.application
    await _said("rewrite the card", earlier.edit_message(pressed.id, view=card))


async def take_away(interaction: discord.Interaction) -> None:
    """Delete the message whose button led here, after `begin`; raises MessageGone if it is gone."""
    try:
        await interaction.delete_original_response()
    except discord.NotFound as error:
        raise MessageGone from error


async def begin(interaction: discord.Interaction, *, alone: bool = False) -> bool:
    """Take up a press that takes a while: an answer for the presser alone, or the card changed.

    False where it is taken up already: it was delivered twice, and the first does the same.
    """
    return await _first(interaction.response.defer(thinking=alone, ephemeral=alone))


async def ask(interaction: discord.Interaction, form: discord.ui.Modal) -> None:
    """Open a form; one that was opened by the same press is there already."""
    await _first(interaction.response.send_modal(form))


async def open_with(
    interaction: discord.Interaction, card: discord.ui.LayoutView, *, private: bool
) -> bool:
    """Answer with a card that is to be changed soon; False as for `begin`."""
    return await _first(interaction.response.send_message(view=card, ephemeral=private))


async def _first(answering: Awaitable[object]) -> bool:
    try:
        await answering
    except discord.HTTPException as error:
        if error.code != ALREADY_ANSWERED:
            raise
        return False
    return True


def role_ids(member: discord.User | discord.Member) -> tuple[int, ...]:
    """The roles of a member, from the highest down, without the one that everyone has."""
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
        if interaction.type is not discord.InteractionType.application_command:
            # A press that was delivered twice: the first has answered, maybe by changing the card
            # that was pressed, which is then the "original" and must stay.
            await interaction.followup.send(view=card, ephemeral=True)
            return
    elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # Only private answers are deferred; see `acknowledge`.
        await interaction.edit_original_response(view=card)
        return
    elif interaction.response.type in CHANGES:
        # What was pressed was no answer of this press: it stays.
        await interaction.followup.send(view=card, ephemeral=True)
        return
    try:
        await interaction.followup.send(view=card, ephemeral=True)
    finally:
        # Whether or not they could be told, nobody is left looking at a card that never moves on.
        await interaction.delete_original_response()


async def answer(
    interaction: discord.Interaction,
    card: discord.ui.LayoutView,
    *,
    private: bool = False,
    mention: int | None = None,
    files: Sequence[discord.File] = (),
) -> None:
    """Say what has been done, to all or to one; `mention` may be notified by it, nobody else.

    It stays done, so that failing to say it is logged and is no error to tell.
    """
    sending = interaction.response.send_message(
        view=card, files=files, ephemeral=private, allowed_mentions=_mentions(mention)
    )
    await _said("answer", sending)


async def show(
    interaction: discord.Interaction, card: discord.ui.LayoutView, files: Sequence[discord.File]
) -> None:
    """Put a card in place of a deferred answer; fails as `answer` does."""
    showing = interaction.edit_original_response(view=card, attachments=files)
    await _said("show", showing)


async def attach(
    interaction: discord.Interaction, card: discord.ui.LayoutView, file: Path, *, private: bool
) -> None:
    """Post a card with a picture under the one that was pressed; fails as `answer` does."""
    picture = discord.File(file)
    try:
        await _said("attach", interaction.followup.send(view=card, file=picture, ephemeral=private))
    finally:
        picture.close()


async def turn(interaction: discord.Interaction, card: discord.ui.LayoutView) -> None:
    """Put another card in place of the one whose button was pressed; fails as `answer` does."""
    await _said("turn the card", interaction.response.edit_message(view=card))


async def announce(
    interaction: discord.Interaction,
    make_card: Callable[[], discord.ui.LayoutView],
    member_id: int,
) -> None:
    """Tell a member in the channel of an interaction, else by message; fails as `answer` does.

    `make_card` is called for each try, because a view remembers where it was sent.
    """
    mentions = _mentions(member_id)
    client, channel_id = interaction.client, interaction.channel_id

    async def by_channel() -> None:
        if channel_id is None:
            raise LookupError
        channel = client.get_partial_messageable(channel_id)
        await channel.send(view=make_card(), allowed_mentions=mentions)

    async def by_direct_message() -> None:
        member = await client.fetch_user(member_id)
        await member.send(view=make_card(), allowed_mentions=mentions)

    async def by_reply() -> None:
        await interaction.followup.send(view=make_card(), allowed_mentions=mentions)

    for way in (by_reply, by_channel, by_direct_message):
        if await _said("announce", way()):
            return


def _mentions(member_id: int | None) -> discord.AllowedMentions:
    users = [] if member_id is None else [discord.Object(member_id)]
    return discord.AllowedMentions(everyone=False, roles=False, users=users, replied_user=False)


async def _said(what: str, saying: Awaitable[object]) -> bool:
    try:
        await saying
    except Exception as trouble:  # noqa: BLE001 - discord.py lets many kinds through
        # One that is answered already was delivered twice, and the first did the same.
        problem = f"{type(trouble).__name__}: {trouble}"
        structlog.get_logger("replies").info("could not " + what, problem=problem)
        return False
    return True
