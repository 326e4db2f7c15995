"""Says the first thing in a new server: where its managers are likely to read it."""

from collections.abc import Callable, Iterator

import discord
import structlog

MOST_TRIED = 5
QUIET = discord.AllowedMentions.none()


async def greet(guild: discord.Guild, make_card: Callable[[], discord.ui.LayoutView]) -> None:
    """In the channel for the system's messages, else in another, else to the owner; never raises.

    `make_card` is called for each try, because a view remembers where it was sent.
    """
    log = structlog.get_logger("greeting")
    for channel in [*_channels(guild)][:MOST_TRIED]:
        try:
            await channel.send(view=make_card(), allowed_mentions=QUIET)
        except Exception as error:  # noqa: BLE001 - discord.py lets many kinds through
            log.info("not greeted in a channel", problem=f"{type(error).__name__}: {error}")
        else:
            return
    try:
        owner = guild.owner or await guild.fetch_member(guild.owner_id or 0)
        await owner.send(view=make_card(), allowed_mentions=QUIET)
    except Exception as error:  # noqa: BLE001 - as above; /help says the same
        log.info("not greeted", server=guild.id, problem=f"{type(error).__name__}: {error}")


def _channels(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    first = guild.system_channel
    rest = (channel for channel in guild.text_channels if channel != first)
    for channel in (first, *rest):
        if channel is not None:
            may = channel.permissions_for(guild.me)
            if may.view_channel and may.send_messages:
                yield channel
