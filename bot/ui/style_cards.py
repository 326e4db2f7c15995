"""The cards of /style, and how it offers names; all are for who asked alone."""

from collections.abc import Iterator, Sequence

import discord
from discord import app_commands

from bot.generation.request import Style
from bot.people.styles import MOST_STYLES, WORDS_LIMIT, Owner, Saved, Wardrobe
from bot.ui.cards import harmless, quoted
from bot.ui.parts import BANANA, card, rule, text
from bot.ui.refusals import Say

LIST_LENGTH = 1700
"""Characters of each of two lists; a card holds 4,000 in all."""
WORDS_LISTED = 80
MOST_OFFERED = 25


class StyleCards:
    def __init__(self, say: Say) -> None:
        self._say = say

    def saved(self, saved: Saved, locale: str) -> discord.ui.LayoutView:
        """A style as it is kept now, and how it is used."""
        if saved.owner is Owner.SERVER:
            key = "style-replaced-server" if saved.replaced else "style-saved-server"
        else:
            key = "style-replaced" if saved.replaced else "style-saved"
        head = self._say(key, locale, name=harmless(saved.style.name))
        words = quoted(saved.style.words, WORDS_LIMIT)
        return card(BANANA, text(f"{head}\n{words}\n-# {self._say('style-how', locale)}"))

    def removed(self, saved: Saved, locale: str) -> discord.ui.LayoutView:
        server = saved.owner is Owner.SERVER
        key = "style-removed-server" if server else "style-removed"
        return card(BANANA, text(self._say(key, locale, name=harmless(saved.style.name))))

    def listed(
        self, wardrobe: Wardrobe, house_style: str | None, locale: str
    ) -> discord.ui.LayoutView:
        """Everything that may go along with a prompt here."""
        items: list[discord.ui.Item[discord.ui.LayoutView]] = []
        for key, styles in (("style-own", wardrobe.own), ("style-servers", wardrobe.servers)):
            if styles:
                head = self._say(key, locale, count=len(styles), limit=MOST_STYLES)
                items += [rule(), text("\n".join([head, *self._lines(styles, locale)]))]
        if not items:
            items += [rule(), text(self._say("style-none", locale))]
        if house_style is not None:
            words = harmless(_beginning(house_style))
            items += [rule(), text(self._say("style-house", locale, words=words))]
        return card(BANANA, *items[1:])

    def choices(
        self, wardrobe: Wardrobe, typed: str, locale: str
    ) -> list[app_commands.Choice[str]]:
        """Those whose name has what was typed, each with whose it is."""
        keys = {Owner.MEMBER: "choice-style-own", Owner.SERVER: "choice-style-server"}
        return [
            app_commands.Choice(
                name=self._say(keys[owner], locale, name=style.name), value=style.name
            )
            for owner, style in wardrobe.like(typed)[:MOST_OFFERED]
        ]

    def _lines(self, styles: Sequence[Style], locale: str) -> Iterator[str]:
        length = 0
        for number, style in enumerate(styles):
            name, words = harmless(style.name), harmless(_beginning(style.words))
            line = self._say("style-line", locale, name=name, words=words)
            length += len(line) + 1
            if length > LIST_LENGTH:
                yield self._say("settings-more", locale, count=len(styles) - number)
                return
            yield line


def _beginning(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= WORDS_LISTED else f"{shown[:WORDS_LISTED]}…"
