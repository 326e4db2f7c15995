"""Brings alerts to people: a server's channel, else its owner; or those who run the bot."""

from collections.abc import Awaitable, Callable, Iterable

import discord
import structlog

from bot.errors import DeliveryFailed
from bot.jobs.levels import Alert
from bot.jobs.outlets import Outlet
from bot.ui.alert_cards import AlertCards

NONCE_LIMIT = 25
SERVER_ERRORS = 500
OPERATORS_LOCALE = "en"
"""Nobody has told us which language whoever runs the bot reads."""
QUIET = discord.AllowedMentions.none()


class DiscordTeller:
    """The Teller that alerts are given. `operators` finds the ids of those who run the bot.

    `language` finds what a server has chosen to be spoken to in, None for nothing.
    """

    def __init__(
        self,
        *,
        client: discord.Client,
        cards: AlertCards,
        operators: Callable[[], Awaitable[Iterable[int]]],
        language: Callable[[int], Awaitable[str | None]],
    ) -> None:
        self._language = language
        self._client = client
        self._cards = cards
        self._operators = operators
        self._log = structlog.get_logger("alerts")

    async def tell(self, alert: Alert, where: Outlet) -> None:
        try:
            if not alert.level.guild_id:
                await self._tell_operators(alert)
            elif where.channel_id is None or not await self._in_channel(alert, where.channel_id):
                await self._tell_owner(alert)
        except DeliveryFailed:
            raise
        except Exception as error:  # discord.py lets many kinds through
            refused = isinstance(error, discord.HTTPException) and error.status < SERVER_ERRORS
            problem = f"{type(error).__name__}: {error}"
            raise DeliveryFailed(problem, unreachable=not refused) from error

    async def _in_channel(self, alert: Alert, channel_id: int) -> bool:
        """False where Discord does not let us: it is gone, or closed to us."""
        guild = await self._guild(alert)
        card = self._cards.alert(alert, await self._locale(guild))
        channel = self._client.get_partial_messageable(channel_id, guild_id=guild.id)
        try:
            await channel.send(view=card, nonce=_nonce(alert), allowed_mentions=QUIET)
        except (discord.Forbidden, discord.NotFound) as error:
            self._log.info("no alert in the channel", channel=channel_id, problem=str(error))
            return False
        return True

    async def _tell_owner(self, alert: Alert) -> None:
        guild = await self._guild(alert)
        if guild.owner_id is None:
            raise DeliveryFailed("the server has no owner")
        card = self._cards.alert(alert, await self._locale(guild), server=guild.name)
        await self._write(alert, guild.owner_id, card)

    async def _tell_operators(self, alert: Alert) -> None:
        """All of them; told when one of them is."""
        problems: list[discord.DiscordException] = []
        people = sorted(await self._operators())
        for user_id in people:
            try:
                await self._write(alert, user_id, self._cards.alert(alert, OPERATORS_LOCALE))
            except discord.HTTPException as error:
                self._log.info("an operator was not told", user=user_id, problem=str(error))
                problems.append(error)
        if problems and len(problems) == len(people):
            raise problems[-1]

    async def _guild(self, alert: Alert) -> discord.Guild:
        guild_id = alert.level.guild_id
        return self._client.get_guild(guild_id) or await self._client.fetch_guild(guild_id)

    async def _locale(self, guild: discord.Guild) -> str:
        return await self._language(guild.id) or guild.preferred_locale.value

    async def _write(self, alert: Alert, user_id: int, card: discord.ui.LayoutView) -> None:
        user = await self._client.fetch_user(user_id)
        await user.send(view=card, nonce=_nonce(alert), allowed_mentions=QUIET)


def _nonce(alert: Alert) -> str:
    """Discord shows one message of a nonce within some minutes, however often it is sent."""
    return alert.id[-NONCE_LIMIT:]
