"""Pictures that are veiled until somebody presses on them, in channels that a server marked."""

from collections.abc import Awaitable, Callable

import discord
import structlog

from bot.errors import StorageError
from bot.jobs.job import Place
from bot.people.house import House


class Veil:
    """`rules` finds what a server has set, by its id."""

    def __init__(self, *, client: discord.Client, rules: Callable[[int], Awaitable[House]]) -> None:
        self._client = client
        self._rules = rules
        self._log = structlog.get_logger("delivery")

    async def drop(self, place: Place) -> bool:
        """Whether what is shown there is to be veiled; yes where nobody can say."""
        if place.guild_id is None or place.private or place.channel_id is None:
            return False
        try:
            rules = await self._rules(place.guild_id)
        except StorageError as error:
            self._log.warning("veiled to be safe", error=str(error))
            return True
        here = self._client.get_channel(place.channel_id)
        parent = here.parent_id if isinstance(here, discord.Thread) else None
        return bool(set(rules.spoilers) & {*place.channels, parent})


def veiled(card: discord.ui.LayoutView) -> discord.ui.LayoutView:
    """The card with every picture on it veiled."""
    for part in card.walk_children():
        if isinstance(part, discord.ui.MediaGallery):
            for item in part.items:
                item.spoiler = True
    return card
