"""A page of a gallery as one picture, for a worker process to draw.

Named to the worker by reference, so Pillow is imported inside, in the worker alone.
"""

import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Protocol

from bot.images import thumbnail
from bot.images.thumbnail import LARGEST, LINE, MARK, PANEL, WORDS

COLUMNS = 3
GAP = 12
"""Pixels between thumbnails, and around them."""
LABEL = (56, 44)
"""Pixels of the corner that a number is in."""
STAR = 26
"""Pixels from the middle of a star to its tips."""


class Pencil(Protocol):
    """As Pillow's, which the parent does not import."""

    def polygon(self, points: list[tuple[float, float]], /, fill: str) -> None: ...


def draw(files: Sequence[tuple[Path, Path]], starred: Sequence[bool]) -> bytes:
    """A JPEG of thumbnails in rows of three, numbered from 1, with a star on some.

    `files` are originals, each with where a small copy is kept; one that is gone leaves its place
    empty.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    columns = min(COLUMNS, len(files))
    rows = math.ceil(len(files) / COLUMNS)
    step = LARGEST + GAP
    image = Image.new("RGB", (columns * step + GAP, rows * step + GAP), PANEL)
    pencil = ImageDraw.Draw(image)
    font = ImageFont.load_default(LABEL[1] * 2 // 3)
    for number, (file, is_starred) in enumerate(zip(files, starred, strict=True)):
        left, top = (GAP + place * step for place in (number % COLUMNS, number // COLUMNS))
        pixels = thumbnail.square(*file, LARGEST)
        if pixels:
            square = Image.frombytes("RGB", (LARGEST, LARGEST), pixels)
            image.paste(square, (left, top))
        pencil.rectangle((left, top, left + LARGEST - 1, top + LARGEST - 1), outline=LINE)
        pencil.rectangle((left, top, left + LABEL[0], top + LABEL[1]), fill=PANEL)
        middle = (left + LABEL[0] / 2, top + LABEL[1] / 2)
        pencil.text(middle, str(number + 1), WORDS, font, anchor="mm")
        if is_starred:
            _star(pencil, left + LARGEST - STAR - GAP, top + STAR + GAP)
    target = BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()


def _star(pencil: Pencil, x: float, y: float) -> None:
    """Five tips, the first upwards, on dark, to be seen on any picture."""
    for size, colour in ((STAR, PANEL), (STAR * 0.78, MARK)):
        points = []
        for corner in range(10):
            reach = size if corner % 2 == 0 else size * 0.45
            angle = math.pi * corner / 5
            points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
        pencil.polygon(points, fill=colour)
