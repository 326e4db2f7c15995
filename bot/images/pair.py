"""Two pictures side by side, for a worker process to draw."""

from pathlib import Path

from PIL import Image, ImageDraw

from bot.images import decoder

PANEL, MARK = "#1E1F22", "#F2C230"
HEIGHT = 1024
"""Pixels; smaller where both pictures are."""
GAP = 96


def join(before: Path, after: Path) -> Image.Image:
    """The first on the left, an arrow, the second on the right. Raises NotAPicture."""
    pictures = [decoder.decode(file, name=file.name, side=2048) for file in (before, after)]
    height = min(HEIGHT, max(picture.height for picture in pictures))
    scaled = [
        picture.convert("RGBA").resize(
            (max(1, round(picture.width * height / picture.height)), height),
            Image.Resampling.LANCZOS,
        )
        for picture in pictures
    ]
    left, right = scaled
    joined = Image.new("RGB", (left.width + GAP + right.width, height), PANEL)
    joined.paste(left, (0, 0), left)
    joined.paste(right, (left.width + GAP, 0), right)
    middle, tip = height // 2, left.width + GAP - GAP // 4
    points = [
        (tip, middle),
        (tip - GAP // 2, middle - GAP // 3),
        (tip - GAP // 2, middle + GAP // 3),
    ]
    ImageDraw.Draw(joined).polygon(points, MARK)
    return joined
