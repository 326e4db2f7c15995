"""Files that are for one person: by direct message, or where those are closed, beside a press."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import discord
from discord.utils import DEFAULT_FILE_SIZE_LIMIT_BYTES

from bot.care import CopyCut

MakeCard = Callable[[int, str], discord.ui.LayoutView]


@dataclass(frozen=True, slots=True)
class Handed:
    """How many parts there were, and whether they came by direct message."""

    parts: int
    directly: bool


def limit(interaction: discord.Interaction) -> int:
    """The most bytes of one file, wherever it is sent."""
    return min(DEFAULT_FILE_SIZE_LIMIT_BYTES, interaction.filesize_limit)


async def hand_over(
    interaction: discord.Interaction, parts: AsyncGenerator[Path, None], make_card: MakeCard
) -> Handed:
    """Send every part to who pressed, with a card made of its number and its file's name.

    Where the first cannot be sent directly, all of them come as private answers, which works for
    fifteen minutes. Raises CopyCut where Discord takes no more, and whatever `parts` does.
    """
    number, directly = 0, True
    async with aclosing(parts) as coming:
        async for part in coming:
            try:
                if directly:
                    directly = await _send(interaction, part, make_card, number + 1)
                if not directly:
                    await _answer(interaction, part, make_card(number + 1, part.name))
            except discord.HTTPException as error:
                raise CopyCut(number) from error
            number += 1
    return Handed(number, directly)


async def _send(
    interaction: discord.Interaction, part: Path, make_card: MakeCard, number: int
) -> bool:
    """False where the first one shows that direct messages are closed."""
    file = discord.File(part)
    try:
        await interaction.user.send(view=make_card(number, part.name), file=file)
    except discord.Forbidden:
        if number > 1:
            raise
        return False
    finally:
        file.close()
    return True


async def _answer(
    interaction: discord.Interaction, part: Path, card: discord.ui.LayoutView
) -> None:
    file = discord.File(part)
    try:
        await interaction.followup.send(view=card, file=file, ephemeral=True)
    finally:
        file.close()
