"""What an option of a command offers to choose from."""

from collections.abc import Iterable

from discord import app_commands

from bot.generation.catalog import ImageModel
from bot.generation.request import AspectRatio, Resolution
from bot.jobs.service import Quote
from bot.ui.cards import Cards

MOST = 25
"""Choices that Discord takes for one option."""
RATIOS = [app_commands.Choice(name=ratio.value, value=ratio.value) for ratio in AspectRatio]
RESOLUTIONS = [app_commands.Choice(name=size.value, value=size.value) for size in Resolution]


def models(
    menu: Iterable[tuple[ImageModel, Quote]], typed: str, cards: Cards, locale: str
) -> list[app_commands.Choice[str]]:
    """Models of a menu that what was typed so far may mean, each with its price."""
    return [
        app_commands.Choice(name=cards.model_choice(model, quote, locale), value=model.id)
        for model, quote in menu
        if typed.casefold() in f"{model.nickname} {model.id}".casefold()
    ][:MOST]
