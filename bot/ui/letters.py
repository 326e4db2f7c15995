"""Replies that people write to cards: what they say, and how they are answered without a token."""

from contextlib import suppress

import discord
from discord.utils import DEFAULT_FILE_SIZE_LIMIT_BYTES

from bot.jobs.job import Place
from bot.pressing import MayNotUseHere, NothingSaid
from bot.ui.replies import role_ids


async def answered(message: discord.Message) -> discord.Message | None:
    """The message that this one replies to; None where there is none, or not any more."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    if reference.resolved is not None or reference.message_id is None:
        return reference.resolved if isinstance(reference.resolved, discord.Message) else None
    with suppress(discord.HTTPException):
        return await message.channel.fetch_message(reference.message_id)
    return None


def words(message: discord.Message, me: discord.abc.User) -> str:
    """What it says beside naming us; raises NothingSaid."""
    said = message.content.replace(f"<@{me.id}>", "").replace(f"<@!{me.id}>", "").strip()
    if not said:
        raise NothingSaid
    return said


def check_author(message: discord.Message) -> None:
    """Raise MayNotUseHere for who may not use applications in this channel."""
    here, author = message.channel, message.author
    if not isinstance(author, discord.Member) or isinstance(here, discord.PartialMessageable):
        return  # not in a server, or in a place of which nothing is known
    if not here.permissions_for(author).use_application_commands:
        raise MayNotUseHere


async def post(
    message: discord.Message, card: discord.ui.LayoutView, *, locale: str, private: bool
) -> Place:
    """Answer a message with a job's card; returns where the job may go on from it.

    There is no interaction and so no token: the card is changed as any message of ours.
    """
    # Also where the words have been deleted by now.
    there = message.to_reference(fail_if_not_exists=False)
    sent = await message.channel.send(view=card, reference=there, mention_author=False)
    guild, here = message.guild, message.channel
    return Place(
        member_id=message.author.id,
        guild_id=guild.id if guild else None,
        channel_id=here.id,
        message_id=sent.id,
        application_id=sent.author.id,
        reply_token=None,
        locale=locale,
        private=private,
        upload_limit=guild.filesize_limit if guild else DEFAULT_FILE_SIZE_LIMIT_BYTES,
        # One message is one job, as one interaction is.
        interaction_id=message.id,
        parent_channel_id=getattr(here, "parent_id", None),
        role_ids=role_ids(message.author),
    )


async def withdraw(message: discord.Message, place: Place) -> None:
    """Delete the card that answered a message; one that is gone is no error."""
    with suppress(discord.HTTPException):
        sent = await message.channel.fetch_message(place.message_id)
        await sent.delete()


async def tell_author(
    message: discord.Message, card: discord.ui.LayoutView, hint: discord.ui.LayoutView | None
) -> None:
    """Show a card to the author alone, or `hint` in the channel where that cannot be.

    Without a hint there is nothing private in the card, and the channel is where it is read.
    """
    if hint is not None:
        try:
            await message.author.send(view=card)
        except discord.HTTPException:
            card = hint
        else:
            return
    await message.reply(view=card, mention_author=False)
