"""A small square of a picture, from a copy that is kept beside the store. Runs in a worker process.

Named to the worker by reference, so Pillow is imported inside, in the worker alone.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from bot.errors import UnusablePicture

PANEL, LINE, MARK, WORDS = "#1E1F22", "#80848E", "#F2C230", "#F2F3F5"
"""A panel of its own, so that what is drawn can be seen in dark and in light mode."""
LARGEST = 240
"""Pixels of its side."""


class Picture(Protocol):
    """As Pillow's, which the parent does not import."""

    def save(self, file: Path, kind: str, /, *, quality: int) -> None: ...


def square(original: Path, small: Path, side: int) -> bytes:
    """The square middle of a picture as RGB; nothing for one that is gone.

    A whole 4K picture takes a second to decode, so what is made of it once is kept as `small`.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415

    from bot.images import decoder  # noqa: PLC0415

    try:
        if small.exists():
            kept = decoder.decode(small, name=small.name)
        else:
            kept = decoder.decode(original, name=original.name, side=2 * LARGEST)
            _keep(kept, small)
    except UnusablePicture:
        return b""
    square = ImageOps.fit(kept.convert("RGBA"), (side, side))
    ground = Image.new("RGBA", square.size, PANEL)
    return Image.alpha_composite(ground, square).convert("RGB").tobytes()


def _keep(picture: Picture, small: Path) -> None:
    """Whole or not at all; one that cannot be kept is made again the next time."""
    with suppress(OSError):
        small.parent.mkdir(parents=True, exist_ok=True)
        part = small.with_suffix(f".{os.getpid()}")
        picture.save(part, "WEBP", quality=85)
        part.replace(small)
