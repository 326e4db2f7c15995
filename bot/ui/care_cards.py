"""The cards of /moderation and /operator, and what a server's log says."""

from collections.abc import Sequence

import discord

from bot.people.doorway import Note
from bot.people.moderation import MOST_WORDS, Entry
from bot.ui.cards import harmless, quoted
from bot.ui.parts import BANANA, TROUBLE, card, text
from bot.ui.refusals import Say

LIST_LENGTH = 3000
"""Characters of a list of words; a card holds 4,000 in all."""


class CareCards:
    """Cards that mention nobody."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def added(self, entry: Entry, locale: str) -> discord.ui.LayoutView:
        key = "words-added" if entry.changed else "words-there"
        return self._one(key, entry.word, locale)

    def removed(self, entry: Entry, locale: str) -> discord.ui.LayoutView:
        key = "words-removed" if entry.changed else "words-not-there"
        return self._one(key, entry.word, locale)

    def listed(self, words: Sequence[str], locale: str) -> discord.ui.LayoutView:
        if not words:
            return card(BANANA, text(self._say("words-none", locale)))
        shown: list[str] = []
        for word in map(harmless, words):
            if sum(map(len, shown)) + 3 * len(shown) + len(word) > LIST_LENGTH:
                break
            shown.append(word)
        lines = [
            self._say("words-title", locale, count=len(words), limit=MOST_WORDS),
            " · ".join(shown),
        ]
        if len(shown) < len(words):
            lines.append(self._say("words-more", locale, count=len(words) - len(shown)))
        return card(BANANA, text("\n".join(lines)))

    def tested(self, prompt: str, word: str | None, locale: str) -> discord.ui.LayoutView:
        """What would become of a prompt."""
        if word is None:
            said = self._say("words-let-through", locale)
        else:
            said = self._say("words-stopped", locale, word=harmless(word))
        return card(BANANA if word is None else TROUBLE, text(f"{said}\n{quoted(prompt)}"))

    def blocked(self, member_id: int, locale: str, *, changed: bool) -> discord.ui.LayoutView:
        key = "operator-blocked" if changed else "operator-blocked-before"
        return card(BANANA, text(self._say(key, locale, member=f"<@{member_id}>")))

    def unblocked(self, member_id: int, locale: str, *, changed: bool) -> discord.ui.LayoutView:
        key = "operator-unblocked" if changed else "operator-not-blocked"
        return card(BANANA, text(self._say(key, locale, member=f"<@{member_id}>")))

    def note(self, note: Note, locale: str) -> discord.ui.LayoutView:
        """For a server's log: who, what, and where it is seen."""
        member = f"<@{note.member_id}>"
        if note.word is not None:
            head = self._say("log-stopped", locale, member=member, word=harmless(note.word))
            return card(TROUBLE, text(f"{head}\n{quoted(note.prompt)}"))
        job = (note.job_id or "")[-8:]
        if note.message is None:
            tail = self._say("log-private", locale, job=job)
        else:
            place = "/".join(map(str, (note.guild_id, *note.message)))
            link = f"https://discord.com/channels/{place}"
            tail = self._say("log-seen", locale, job=job, link=link)
        head = self._say("log-asked", locale, member=member)
        return card(BANANA, text(f"{head}\n{quoted(note.prompt)}\n-# {tail}"))

    def _one(self, key: str, word: str, locale: str) -> discord.ui.LayoutView:
        return card(BANANA, text(self._say(key, locale, word=harmless(word))))
