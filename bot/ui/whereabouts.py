"""Who uses a command where, as the core knows people and places."""

from collections.abc import Awaitable, Callable

import discord

from bot.jobs.limits import Caller
from bot.jobs.person import Person
from bot.ledger.teams import Team
from bot.quotas.limit import Who
from bot.ui.replies import is_guest, role_ids, server

Asked = discord.Interaction[discord.Client]


def who(interaction: Asked, user: discord.User | discord.Member | None = None) -> Who:
    """The one who uses the command, or `user`, as limits see them."""
    user = user or interaction.user
    return Who(user.id, server(interaction) or 0, role_ids(user))


def channels(interaction: Asked) -> tuple[int, ...]:
    """The thread and its channel, or the channel alone; none where the bot is a guest."""
    if is_guest(interaction):
        return ()
    here = interaction.channel
    parent = here.parent_id if isinstance(here, discord.Thread) else None
    return tuple(place for place in (interaction.channel_id, parent) if place is not None)


def person(interaction: Asked, user: discord.User | discord.Member) -> Person:
    """Somebody whom the command names."""
    here = isinstance(user, discord.Member) and user.guild.id == interaction.guild_id
    return Person(user.id, user.bot, here)


def caller(interaction: Asked) -> Caller:
    """Who asks for something that only some may do, and whether they manage the server."""
    guild_id = server(interaction) or 0
    return Caller(
        member_id=interaction.user.id,
        guild_id=guild_id,
        manages=bool(guild_id) and interaction.permissions.manage_guild,
    )


class Places:
    """Which servers and channels there still are, as far as Discord tells this bot."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def gone(self, team: Team) -> bool:
        """Whether a team's channel or thread is no more, or the bot has left its server.

        No is the answer as long as nobody knows.
        """
        if not self._client.is_ready():
            return False
        guild = self._client.get_guild(team.guild_id)
        try:
            if guild is None:
                # Not only the cache is asked: another process may serve that server.
                guild = await self._client.fetch_guild(team.guild_id, with_counts=False)
            if guild.get_channel_or_thread(team.channel_id) is None:
                await guild.fetch_channel(team.channel_id)
        except discord.NotFound:
            return True
        except discord.DiscordException:
            # A channel that the bot may not see is there.
            return False
        return False

    def in_server(self, guild_id: int) -> Callable[[Team], Awaitable[bool]]:
        """As `gone`, for the teams of one server alone."""

        async def gone(team: Team) -> bool:
            return team.guild_id == guild_id and await self.gone(team)

        return gone

    @staticmethod
    def of_server(guild_id: int) -> Callable[[Team], Awaitable[bool]]:
        """Whether a team is of that server, which the bot has left."""

        async def gone(team: Team) -> bool:
            return team.guild_id == guild_id

        return gone
