"""Pictures that are veiled until somebody presses on them, in channels that a server marked."""

from collections.abc import Awaitable, Callable, Iterable

import discord
import structlog

from bot.errors import StorageError
from bot.jobs.job import Place
from bot.people.house import House
from bot.ui.replies import server
from bot.ui.whereabouts import channels


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
        here = self._client.get_channel(place.channel_id)
        parent = here.parent_id if isinstance(here, discord.Thread) else None
        return await self.hides(place.guild_id, (*place.channels, parent))

    async def cover(
        self, card: discord.ui.LayoutView, interaction: discord.Interaction, *, private: bool
    ) -> discord.ui.LayoutView:
        """The card as it may be shown in answer to an interaction, where it is asked for."""
        guild_id, here = server(interaction), channels(interaction)
        if private or guild_id is None or not here:
            return card
        return veiled(card) if await self.hides(guild_id, here) else card

    async def hides(self, guild_id: int, places: Iterable[int | None]) -> bool:
        """Whether pictures are to be veiled in one of these channels; yes where nobody can say."""
        try:
            rules = await self._rules(guild_id)
        except StorageError as error:
            self._log.warning("veiled to be safe", error=str(error))
            return True
        return not set(rules.spoilers).isdisjoint(places)


def veiled(card: discord.ui.LayoutView) -> discord.ui.LayoutView:
    """The card with every picture on it veiled."""
    for part in card.walk_children():
        if isinstance(part, discord.ui.MediaGallery):
            for item in part.items:
                item.spoiler = True
    return card
