"""The private cards about pictures that are kept for the next request."""

import discord
from discord.utils import format_dt

from bot.i18n import Sentences
from bot.jobs.kept import Shelf
from bot.ui.parts import BANANA, card, text
from bot.ui.times import moment


class KeptCards:
    def __init__(self, sentences: Sentences) -> None:
        self._say = sentences.say

    def kept(self, shelf: Shelf, locale: str) -> discord.ui.LayoutView:
        until = format_dt(moment(shelf.until), "R")
        said = self._say("kept-title", locale, count=len(shelf.pictures), until=until)
        drop: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(
            label=self._say("button-drop", locale), custom_id="kept:drop"
        )
        return card(BANANA, text(said), discord.ui.ActionRow(drop))

    def dropped(self, locale: str) -> discord.ui.LayoutView:
        return card(BANANA, text(self._say("kept-dropped", locale)))
