"""The picture of what was spent: small, drawn in a worker, and true to the numbers."""

import io

import pytest
from PIL import Image

from bot.images.chart import BAR, HEIGHT, PANEL, ROW, WIDTH, draw_days, draw_report
from bot.images.codec import Codec

FIRST, LAST = "2026-10-23", "2026-11-21"


def bars(png):
    """For each of thirty days, how many of its pixels are of the bars' colour."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    wanted = tuple(int(BAR[n : n + 2], 16) for n in (1, 3, 5))
    step = (WIDTH - 56) / 30
    return [
        sum(image.getpixel((int(28 + (day + 0.5) * step), y)) == wanted for y in range(HEIGHT))
        for day in range(30)
    ]


def test_a_bar_is_as_high_as_its_day_was_dear():
    heights = bars(draw_days([0] * 10 + [50] * 10 + [100] * 10, FIRST, LAST))
    assert heights[:10] == [0] * 10
    pairs = zip(heights[10:20], heights[20:], strict=True)
    assert all(0.47 < half / whole < 0.53 for half, whole in pairs)


def test_a_single_credit_is_seen_beside_a_large_sum():
    heights = bars(draw_days([1] + [10**12] * 29, FIRST, LAST))
    assert heights[0] >= 3


@pytest.mark.parametrize(
    "amounts", [[n * 37 % 91 for n in range(30)], [10**12] * 30, [0] * 29 + [1]]
)
def test_it_is_small_and_brings_its_own_background(amounts):
    """Its words are read against the panel, in dark and in light mode."""
    png = draw_days(amounts, FIRST, LAST)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert len(png) <= 20_000
    assert image.size == (WIDTH, HEIGHT)
    panel = tuple(int(PANEL[n : n + 2], 16) for n in (1, 3, 5))
    corners = [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1)]
    assert {image.getpixel(corner) for corner in corners} == {panel}


def test_below_a_reports_days_each_of_a_group_has_a_bar_as_long_as_it_was_dear():
    groups = [
        [("@1", 100), ("@2", 50)],
        [("Nano Banana of a very long name", 10**12)],
        [("模型", 0)],
    ]
    png = draw_report([7] * 30, FIRST, LAST, groups)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert len(png) <= 20_000
    assert bars(png) == bars(draw_days([7] * 30, FIRST, LAST))
    wanted = tuple(int(BAR[n : n + 2], 16) for n in (1, 3, 5))
    lengths = [
        sum(image.getpixel((x, HEIGHT + row * ROW + ROW // 2 + 13)) == wanted for x in range(WIDTH))
        for row in (0, 1)
    ]
    width = (WIDTH - 56 - 64) // 3
    assert lengths[0] - width in range(4, 7)
    assert lengths[1] in range(4, 7)


async def test_a_worker_draws_the_same():
    amounts = list(range(30))
    async with Codec(workers=1, time_limit=30) as codec:
        drawn = await codec.draw_days(amounts, first=FIRST, last=LAST)
        groups = [[("@1", 7)], [("#1", 7)]]
        report = await codec.draw_report(amounts, first=FIRST, last=LAST, groups=groups)
    assert drawn == draw_days(amounts, FIRST, LAST)
    assert report == draw_report(amounts, FIRST, LAST, groups)


async def test_what_cannot_be_drawn_in_time_is_left_out():
    async with Codec(workers=1, time_limit=0) as codec:
        assert await codec.draw_days([1] * 30, first=FIRST, last=LAST) is None
        assert await codec.draw_report([1], first=FIRST, last=LAST, groups=[[]]) is None
