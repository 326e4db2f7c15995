"""Writes what members ask for into the channel that their server's managers chose for it."""

import asyncio

import discord
import structlog

from bot.people.doorway import Note
from bot.ui.care_cards import CareCards

MOST_WAITING = 200
"""Notes that wait for Discord to take them; more are not written at all."""
QUIET = discord.AllowedMentions.none()


class DiscordScribe:
    """The Scribe of the doorway: in the background, so that nobody waits for it."""

    def __init__(self, *, client: discord.Client, cards: CareCards) -> None:
        self._client = client
        self._cards = cards
        self._writing: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("scribe")

    def write(self, note: Note, channel_id: int, language: str | None) -> None:
        if len(self._writing) >= MOST_WAITING:
            self._log.warning("a note is lost: too many wait", server=note.guild_id)
            return
        task = asyncio.create_task(self._post(note, channel_id, language))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close(self, grace: float) -> None:
        """Give what is being written some seconds, and drop the rest."""
        if self._writing:
            _, late = await asyncio.wait(self._writing, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _post(self, note: Note, channel_id: int, language: str | None) -> None:
        guild = self._client.get_guild(note.guild_id)
        theirs = guild.preferred_locale.value if guild else ""
        card = self._cards.note(note, language or theirs)
        channel = self._client.get_partial_messageable(channel_id, guild_id=note.guild_id)
        try:
            await channel.send(view=card, allowed_mentions=QUIET)
        except Exception as error:  # noqa: BLE001 - discord.py lets many kinds through
            # Deleted, closed to us, or we have left: the picture is made all the same.
            problem = f"{type(error).__name__}: {error}"
            self._log.info("not written", server=note.guild_id, problem=problem)
