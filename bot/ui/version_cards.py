"""The private card of all versions of a picture, and the one of before and after."""

from collections.abc import Iterator
from io import BytesIO

import discord
from discord.utils import format_dt

from bot.i18n import Sentences
from bot.jobs.job import Stored
from bot.jobs.versions import Tree, Version
from bot.ui.cards import quoted
from bot.ui.parts import BANANA, card, text
from bot.ui.times import moment

STRIP = "versions.png"
LABEL = 90
WORDS_SHOWN = 80
"""Characters of a prompt in a line; there may be 25 of them, and quoting may double each."""


class VersionCards:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say

    def versions(self, tree: Tree, locale: str) -> discord.ui.LayoutView:
        """To be sent with the file of `strip`."""
        current = tree.versions[tree.current].stored.job
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [
            text(self._say("versions-title", locale, number=tree.current + 1))
        ]
        if tree.strip:
            alt = self._say("versions-alt", locale, count=len(tree.versions))
            picture = discord.MediaGalleryItem(f"attachment://{STRIP}", description=alt)
            items.append(discord.ui.MediaGallery(picture))
        lines = [self._line(place, one, locale) for place, one in enumerate(tree.versions)]
        items.append(text("\n".join(lines)))
        items.append(discord.ui.ActionRow(self._select(tree, locale)))
        if current.origin is not None:
            compare: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(
                label=self._say("button-compare", locale),
                emoji="🌓",
                custom_id=f"compare:{current.id}",
            )
            items.append(discord.ui.ActionRow(compare))
        return card(BANANA, *items)

    def strip(self, tree: Tree) -> list[discord.File]:
        """The picture on the card, where there is one."""
        return [discord.File(BytesIO(tree.strip), filename=STRIP)] if tree.strip else []

    def compared(
        self, stored: Stored, name: str, locale: str, *, member_id: int
    ) -> discord.ui.LayoutView:
        """Before and after, for all to see, to be sent with the file called `name`.

        `member_id` is who asked for it.
        """
        pressed = self._say("compare-pressed", locale, member=f"<@{member_id}>")
        head = self._say("compare-title", locale, job=stored.job.id[-8:])
        alt = self._say("compare-alt", locale)
        picture = discord.MediaGalleryItem(f"attachment://{name}", description=alt)
        words = quoted(stored.job.request.prompt)
        return card(BANANA, text(f"{pressed}\n{head}\n{words}"), discord.ui.MediaGallery(picture))

    def _line(self, place: int, version: Version, locale: str) -> str:
        job = version.stored.job
        words = quoted(_line_of(job.request.prompt), WORDS_SHOWN).removeprefix("> ")
        when = format_dt(moment(job.created_at), "t")
        line = self._say("versions-line", locale, number=place + 1, words=words, when=when)
        if version.parent is None:
            return line
        return self._say("versions-from", locale, line=line, parent=version.parent + 1)

    def _select(self, tree: Tree, locale: str) -> discord.ui.Select[discord.ui.LayoutView]:
        current = tree.versions[tree.current].stored.job
        return discord.ui.Select(
            custom_id=f"version:{current.id}",
            placeholder=self._say("select-version", locale),
            options=list(self._options(tree)),
        )

    def _options(self, tree: Tree) -> Iterator[discord.SelectOption]:
        for place, version in enumerate(tree.versions):
            job = version.stored.job
            words = _line_of(job.request.prompt)
            yield discord.SelectOption(label=f"{place + 1} · {words}"[:LABEL], value=job.id)


def _line_of(prompt: str) -> str:
    return " ".join(prompt.split())
