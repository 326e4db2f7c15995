"""The tree of versions as a picture, and one picture beside another."""

import io

import pytest
from PIL import Image

from bot.errors import NotAPicture
from bot.images import contact_sheet, strip, thumbnail

RED, BLUE, PANEL = (220, 30, 30), (30, 30, 220), (30, 31, 34)


@pytest.mark.parametrize(
    ("parents", "cells"),
    [
        ([None], [(0, 0)]),
        ([None, 0, 1], [(0, 0), (1, 0), (2, 0)]),
        ([None, 0, 0, 1, 2, 0], [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (1, 2)]),
        ([None, 0, 1, 1], [(0, 0), (1, 0), (2, 0), (2, 1)]),
        ([None, None, 1], [(0, 0), (0, 1), (1, 1)]),
    ],
    ids=["alone", "a line", "branches", "a late branch", "what began it is gone"],
)
def test_the_first_edit_stays_in_its_row_and_no_two_share_a_place(parents, cells):
    found = strip.layout(parents)
    assert found == cells
    assert len(set(found)) == len(found)


@pytest.fixture
def files(tmp_path):
    made = []
    for number, (colour, size) in enumerate([(RED, (900, 300)), (BLUE, (300, 900))]):
        made.append(tmp_path / f"{number}.png")
        Image.new("RGB", size, colour).save(made[-1])
    return made


async def test_thumbnails_are_where_the_tree_has_them(codec, files, tmp_path):
    """Red, blue, and one that is gone, which leaves its place empty; the current one is framed."""
    pairs = [(file, tmp_path / "small" / file.name) for file in (*files, tmp_path / "gone.png")]
    drawn = await codec.draw_versions(pairs, [None, 0, 0], 1)
    for file in files:
        file.unlink()  # from here on from what was kept
    assert len(await codec.draw_versions(pairs, [None, 0, 0], 1)) > len(drawn) / 2
    with Image.open(io.BytesIO(drawn)) as image:
        side, gap = strip.LARGEST, round(strip.LARGEST * strip.GAP)
        step = side + gap
        assert image.size == (2 * step + gap, 2 * step + gap)
        assert image.getpixel((gap + side // 2, gap + side // 2)) == RED
        assert image.getpixel((step + gap + side // 2, gap + side // 2)) == BLUE
        assert len(list((tmp_path / "small").iterdir())) == 2
        assert image.getpixel((step + gap + side // 2, step + gap + side // 2)) == (30, 31, 34)
        assert image.getpixel((step + gap + side - 2, gap + side - 2)) == (242, 194, 48)


async def test_a_long_line_of_edits_is_still_a_small_picture(codec, files, tmp_path):
    pair = (files[0], tmp_path / "small.webp")
    drawn = await codec.draw_versions([pair] * 25, [None, *range(24)], 24)
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.width <= 25 * strip.SMALLEST * 1.3
        assert image.height < 100
    assert len(drawn) < 1_000_000


async def test_before_is_on_the_left_and_after_on_the_right(codec, files, tmp_path):
    joined = await codec.compare(*files, into=tmp_path)
    with Image.open(joined) as image:
        assert image.height == 900
        assert image.width == 2700 + 96 + 300
        left, right = image.getpixel((10, 450)), image.getpixel((image.width - 10, 450))
    assert all(abs(a - b) < 12 for a, b in zip(left, RED, strict=True))
    assert all(abs(a - b) < 12 for a, b in zip(right, BLUE, strict=True))


async def test_what_cannot_be_compared_is_refused(codec, files, tmp_path):
    with pytest.raises(FileNotFoundError):
        await codec.compare(files[0], tmp_path / "gone.png", into=tmp_path)
    (tmp_path / "words.png").write_text("not a picture")
    with pytest.raises(NotAPicture):
        await codec.compare(files[0], tmp_path / "words.png", into=tmp_path)


async def test_a_contact_sheet_has_numbered_squares_in_rows_of_three(codec, files, tmp_path):
    """Red, blue, one that is gone and red again, the second with a star; a small JPEG."""
    gone = tmp_path / "gone.png"
    pairs = [(file, tmp_path / "small" / file.name) for file in (*files, gone, files[0])]
    drawn = await codec.draw_contact_sheet(pairs, [False, True, False, False])
    assert drawn.startswith(b"\xff\xd8")
    with Image.open(io.BytesIO(drawn)) as image:
        side, gap = thumbnail.LARGEST, contact_sheet.GAP
        step = side + gap
        assert image.size == (3 * step + gap, 2 * step + gap)

        def near(x, y, colour):
            pixel = image.getpixel((gap + x, gap + y))
            return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))

        assert near(side // 2, side // 2, RED)
        assert near(step + side // 2, side // 2, BLUE)
        assert near(2 * step + side // 2, side // 2, PANEL)
        assert near(side // 2, step + side // 2, RED)
        corner = side - gap - contact_sheet.STAR
        assert near(step + corner, gap + contact_sheet.STAR, (242, 194, 48))
        assert near(corner, gap + contact_sheet.STAR, RED)
    alone = await codec.draw_contact_sheet(pairs[:1], [False])
    with Image.open(io.BytesIO(alone)) as image:
        assert image.size == (step + gap, step + gap)
    assert len(list((tmp_path / "small").iterdir())) == 2
