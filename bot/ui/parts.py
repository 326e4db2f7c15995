"""What every card is made of."""

from collections.abc import Iterable

import discord

from bot.generation.formats import EXTENSIONS
from bot.jobs.delivery import Picture

BANANA = discord.Colour(0xF2C230)
TROUBLE = discord.Colour(0xD9534F)


def text(content: str) -> discord.ui.TextDisplay[discord.ui.LayoutView]:
    """Some lines of Discord's Markdown."""
    return discord.ui.TextDisplay(content)


def rule() -> discord.ui.Separator[discord.ui.LayoutView]:
    """A line between two parts."""
    return discord.ui.Separator()


def card(
    colour: discord.Colour, *items: discord.ui.Item[discord.ui.LayoutView]
) -> discord.ui.LayoutView:
    """A card with these items, the colour at its side."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*items, accent_colour=colour))
    # A stopped view is sent but not kept: presses are answered from the database, for ever.
    view.stop()
    return view


def named(job_id: str, pictures: Iterable[Picture]) -> list[tuple[str, Picture]]:
    """A job's pictures with the file names they are uploaded under."""
    return [
        (f"{stem(job_id, picture.number)}{EXTENSIONS[picture.mime]}", picture)
        for picture in pictures
    ]


def stem(job_id: str, number: int) -> str:
    """How the name of a picture's file begins, which no other's does."""
    return f"plantain-{job_id[-8:]}-{number}."
