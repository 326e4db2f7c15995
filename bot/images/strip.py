"""Thumbnails for a worker process to draw: versions of a picture as a tree, and sets in rows.

Named to the worker by reference, so Pillow is imported inside, in the worker alone.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from bot.images import thumbnail
from bot.images.thumbnail import LARGEST, LINE, MARK, PANEL, WORDS

LONGEST = 1600
SMALLEST = 64
"""Pixels of one thumbnail's side; as large as the longest line of edits allows."""
GAP = 0.2
"""Between thumbnails, as a part of their side."""
IN_ROWS = 160
"""Pixels of a thumbnail's side in rows."""

Cell = tuple[int, int]


def draw_versions(
    files: Sequence[tuple[Path, Path]], parents: Sequence[int | None], current: int
) -> bytes:
    """A PNG: an edit is to the right of what it goes on from, a branch below.

    `files` are originals, each with where a small copy is kept; `parents` are places in them.
    Thumbnails are numbered from 1 and `current` is framed.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    cells = layout(parents)
    columns, rows = (1 + max(cell[axis] for cell in cells) for axis in (0, 1))
    side = max(SMALLEST, min(LARGEST, int(LONGEST / (columns * (1 + GAP) + GAP))))
    gap = round(side * GAP)
    step = side + gap
    image = Image.new("RGB", (columns * step + gap, rows * step + gap), PANEL)
    pencil = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(14, side // 8))
    places = [(gap + column * step, gap + row * step) for column, row in cells]
    for place, parent in zip(places, parents, strict=True):
        if parent is not None:
            pencil.line(_bend(places[parent], place, side), LINE, max(2, side // 60))
    for number, (file, (left, top)) in enumerate(zip(files, places, strict=True)):
        pixels = thumbnail.square(*file, side)
        if pixels:
            image.paste(Image.frombytes("RGB", (side, side), pixels), (left, top))
        chosen = number == current
        box = (left, top, left + side - 1, top + side - 1)
        pencil.rectangle(box, outline=MARK if chosen else LINE, width=side // 24 if chosen else 1)
        label = (left, top, left + side // 4, top + side // 5)
        pencil.rectangle(label, fill=MARK if chosen else PANEL)
        middle = ((label[0] + label[2]) / 2, (label[1] + label[3]) / 2)
        pencil.text(middle, str(number + 1), PANEL if chosen else WORDS, font, anchor="mm")
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def draw_rows(rows: Sequence[Sequence[tuple[Path, Path]]]) -> bytes:
    """A PNG with a row of thumbnails for each set of files, as `draw_versions` has them.

    Each row begins with its number, from 1.
    """
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    side, gap = IN_ROWS, round(IN_ROWS * GAP)
    step, columns = side + gap, max(map(len, rows))
    image = Image.new("RGB", (step + columns * step, len(rows) * step + gap), PANEL)
    pencil = ImageDraw.Draw(image)
    font = ImageFont.load_default(side // 3)
    for row, files in enumerate(rows):
        top = gap + row * step
        pencil.text((step // 2, top + side // 2), str(row + 1), WORDS, font, anchor="mm")
        for column, file in enumerate(files):
            left = step + column * step
            if pixels := thumbnail.square(*file, side):
                image.paste(Image.frombytes("RGB", (side, side), pixels), (left, top))
            pencil.rectangle((left, top, left + side - 1, top + side - 1), outline=LINE)
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def layout(parents: Sequence[int | None]) -> list[Cell]:
    """A column and a row for each, from 0: the first edit of a picture stays in its row.

    Parents come before what goes on from them.
    """
    cells: list[Cell] = []
    continued: set[int] = set()
    rows = 0
    for parent in parents:
        column = 0 if parent is None else cells[parent][0] + 1
        if parent is None or parent in continued:
            cells.append((column, rows))
            rows += 1
        else:
            continued.add(parent)
            cells.append((column, cells[parent][1]))
    return cells


def _bend(parent: Cell, child: Cell, side: int) -> list[Cell]:
    """From the middle of one's right to the other's left, around corners."""
    begin = (parent[0] + side, parent[1] + side // 2)
    end = (child[0], child[1] + side // 2)
    corner = begin[0] + side // 10
    return [begin, (corner, begin[1]), (corner, end[1]), end]
