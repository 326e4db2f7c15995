"""The words that a server's managers keep out of prompts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.care import TooManyWords, UnusableWord
from bot.db.database import Database, Transaction
from bot.jobs.limits import Caller, managed
from bot.people.words import found, tidy

MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A word as it is kept; `changed` says whether the list is another now."""

    word: str
    changed: bool


class Moderation:
    """Each method raises ManagersOnly. `now` in microseconds UTC."""

    def __init__(self, *, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    async def add(self, caller: Caller, word: str) -> Entry:
        """Keep a word, phrase or pattern out; raises UnusableWord and TooManyWords."""
        guild_id, kept = managed(caller), tidy(word)
        if kept is None:
            raise UnusableWord(word)

        async def write(tx: Transaction) -> bool:
            row = await tx.one(
                "block_word",
                guild_id=guild_id,
                word=kept,
                set_by=caller.member_id,
                now=self._now(),
            )
            if (
                row is not None
                and len(await tx.all("blocked_words", guild_id=guild_id)) > MOST_WORDS
            ):
                raise TooManyWords(MOST_WORDS)
            return row is not None

        return Entry(kept, await self._database.write(write))

    async def remove(self, caller: Caller, word: str) -> Entry:
        """Let a word be used again."""
        guild_id, kept = managed(caller), tidy(word) or word
        gone = await self._database.write(
            lambda tx: tx.run("unblock_word", guild_id=guild_id, word=kept)
        )
        return Entry(kept, gone > 0)

    async def list(self, caller: Caller) -> tuple[str, ...]:
        """Every word, in order."""
        guild_id = managed(caller)
        return await self._database.read(lambda tx: words(tx, guild_id))

    async def test(self, caller: Caller, text: str) -> str | None:
        """The part of a prompt that would be kept out."""
        return await search(text, await self.list(caller))


async def words(tx: Transaction, guild_id: int) -> tuple[str, ...]:
    """What no prompt in a server may have."""
    return tuple(row["word"] for row in await tx.all("blocked_words", guild_id=guild_id))


async def search(text: str, kept_out: tuple[str, ...]) -> str | None:
    """As `words.found`, in a thread: a long list over a long prompt takes its time."""
    return await asyncio.to_thread(found, text, kept_out) if kept_out else None
