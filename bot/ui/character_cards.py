"""The private cards about characters, and their names as choices."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import discord
from discord import app_commands

from bot.generation.cast import Character, fold
from bot.i18n import Sentences
from bot.jobs.characters import MOST, Ensemble, Saved
from bot.ui.cards import harmless
from bot.ui.parts import BANANA, card, text

STRIP = "characters.png"


class CharacterCards:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say

    def saved(self, saved: Saved, locale: str) -> discord.ui.LayoutView:
        key = "character-saved-anew" if saved.anew else "character-saved"
        return card(
            BANANA, text(f"{self._facts(key, saved.character, locale)}\n{self._how(locale)}")
        )

    def listed(self, ensemble: Ensemble, locale: str) -> discord.ui.LayoutView:
        """To be sent with the file of `strip`."""
        if not ensemble.characters:
            return card(BANANA, text(self._say("character-none", locale)))
        head = self._say("character-list", locale, count=len(ensemble.characters), most=MOST)
        lines = [
            self._facts("character-line", one, locale, number=number)
            for number, one in enumerate(ensemble.characters, 1)
        ]
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [text("\n".join([head, *lines]))]
        if ensemble.strip:
            alt = self._say("character-strip-alt", locale)
            picture = discord.MediaGalleryItem(f"attachment://{STRIP}", description=alt)
            items.append(discord.ui.MediaGallery(picture))
        return card(BANANA, *items, text(self._how(locale)))

    def strip(self, ensemble: Ensemble) -> list[discord.File]:
        """The picture on the card, where there is one."""
        return [discord.File(BytesIO(ensemble.strip), STRIP)] if ensemble.strip else []

    def shown(
        self, character: Character, files: Sequence[Path], locale: str
    ) -> discord.ui.LayoutView:
        """To be sent with these files, as `attachments` names them."""
        head = text(self._facts("character-shown", character, locale))
        if not files:
            return card(BANANA, head)
        gallery = discord.ui.MediaGallery[discord.ui.LayoutView](
            *(
                discord.MediaGalleryItem(f"attachment://{name}", description=character.name)
                for name, _ in _named(files)
            )
        )
        return card(BANANA, head, gallery)

    def attachments(self, files: Sequence[Path]) -> list[discord.File]:
        """Those files, to be sent."""
        return [discord.File(file, filename=name) for name, file in _named(files)]

    def removed(self, character: Character, locale: str) -> discord.ui.LayoutView:
        return card(BANANA, text(self._facts("character-removed", character, locale)))

    def _facts(self, key: str, character: Character, locale: str, **more: int) -> str:
        name, count = harmless(character.name), len(character.pictures)
        return self._say(key, locale, name=name, count=count, **more)

    def _how(self, locale: str) -> str:
        return f"-# {self._say('character-how', locale)}"


def choices(characters: Sequence[Character], typed: str) -> list[app_commands.Choice[str]]:
    """The names that have what was typed in them."""
    part = fold(typed.strip().lstrip("@＠"))
    return [
        app_commands.Choice(name=one.name, value=one.name)
        for one in characters
        if part in fold(one.name)
    ]


def _named(files: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    for number, file in enumerate(files, 1):
        yield f"character-{number}{file.suffix}", file
