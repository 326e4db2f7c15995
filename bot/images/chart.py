"""Small pictures of what was spent, for a worker process to draw.

Named to the worker by reference, so Pillow is imported inside, in the worker alone.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

WIDTH, HEIGHT = 1000, 300
LEFT, RIGHT, TOP, BOTTOM = 28, 28, 56, 52
"""Pixels around the bars, where the words are."""
PANEL, LINE, BAR, WORDS = "#1E1F22", "#4E5058", "#F2C230", "#F2F3F5"
"""A panel of its own, so that it can be read in dark and in light mode."""
LETTERS = 26
ROW, GAP = 44, 32
"""Pixels of one line of a ranking, and between two columns of them."""


def draw_days(amounts: Sequence[int], first: str, last: str) -> bytes:
    """A PNG of one bar for each amount; `first` and `last` name the ends, in Latin letters."""
    return _png(_days(amounts, first, last))


def draw_report(
    amounts: Sequence[int], first: str, last: str, groups: Sequence[Sequence[tuple[str, int]]]
) -> bytes:
    """The same above a column for each group: its names and what each of them spent.

    The font has Latin letters alone, and a name that leaves no room for its number is cut.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    rows = max(map(len, groups))
    image = Image.new("RGB", (WIDTH, HEIGHT + rows * ROW + GAP), PANEL)
    image.paste(_days(amounts, first, last), (0, 0))
    pencil = ImageDraw.Draw(image)
    font = ImageFont.load_default(LETTERS)
    width = (WIDTH - LEFT - RIGHT - GAP * (len(groups) - 1)) // len(groups)
    most = max(1, *(amount for group in groups for _, amount in group))
    for column, group in enumerate(groups):
        left = LEFT + column * (width + GAP)
        for row, (name, amount) in enumerate(group):
            middle = HEIGHT + row * ROW + ROW // 2
            number, label = f"{amount:,}", name.encode("ascii", "replace").decode("ascii")
            room = width - GAP // 2 - font.getlength(number)
            while label and font.getlength(label) > room:
                label = label[:-1]
            pencil.text((left, middle - 6), label, WORDS, font, anchor="lm")
            pencil.text((left + width, middle - 6), number, WORDS, font, anchor="rm")
            if amount > 0:
                right = left + max(4, round(amount / most * width))
                pencil.rounded_rectangle((left, middle + 10, right, middle + 16), 3, BAR)
    return _png(image)


def _days(amounts: Sequence[int], first: str, last: str) -> Any:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    image = Image.new("RGB", (WIDTH, HEIGHT), PANEL)
    pencil = ImageDraw.Draw(image)
    font = ImageFont.load_default(LETTERS)
    ground, most = HEIGHT - BOTTOM, max(1, *amounts)
    pencil.text((LEFT, TOP // 2), f"{max(amounts):,}", WORDS, font, anchor="lm")
    pencil.text((LEFT, HEIGHT - BOTTOM // 2), first, WORDS, font, anchor="lm")
    pencil.text((WIDTH - RIGHT, HEIGHT - BOTTOM // 2), last, WORDS, font, anchor="rm")
    pencil.line((LEFT, TOP, WIDTH - RIGHT, TOP), LINE, 2)
    pencil.line((LEFT, ground, WIDTH - RIGHT, ground), LINE, 2)
    step = (WIDTH - LEFT - RIGHT) / len(amounts)
    for place, amount in enumerate(amounts):
        if amount > 0:
            # Something was spent, so something is seen, beside whatever large sum.
            height = max(4, round(amount / most * (ground - TOP)))
            x = LEFT + place * step
            box = (x + step * 0.15, ground - height, x + step * 0.85, ground)
            pencil.rounded_rectangle(box, 4, BAR, corners=(True, True, False, False))
    return image


def _png(image: Any) -> bytes:
    target = BytesIO()
    image.quantize(32).save(target, "PNG", optimize=True)
    return target.getvalue()
