"""A small picture of what was spent on each day, for a worker process to draw.

Named to the worker by reference, so Pillow is imported inside, in the worker alone.
"""

from collections.abc import Sequence
from io import BytesIO

WIDTH, HEIGHT = 1000, 300
LEFT, RIGHT, TOP, BOTTOM = 28, 28, 56, 52
"""Pixels around the bars, where the words are."""
PANEL, LINE, BAR, WORDS = "#1E1F22", "#4E5058", "#F2C230", "#F2F3F5"
"""A panel of its own, so that it can be read in dark and in light mode."""
LETTERS = 26


def draw_days(amounts: Sequence[int], first: str, last: str) -> bytes:
    """A PNG of one bar for each amount; `first` and `last` name the ends, in Latin letters."""
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
    target = BytesIO()
    image.quantize(32).save(target, "PNG", optimize=True)
    return target.getvalue()
