"""ZIP files of a batch: every picture in one of them, each within the place's limit."""

import csv
import io
from dataclasses import replace

import pytest

from bot.generation.request import ImageRef
from bot.images.bundle import OVERHEAD
from bot.jobs.archive import Archives, _manifest, file_name
from bot.jobs.delivery import REQUEST_BYTES
from bot.jobs.job import JobState
from tests.ui.batch_samples import course

MB = 1_000_000
ARCHIVES = Archives(store=None, codec=None)


def of_sizes(*sizes, prompt="A red fox, in snow"):
    found = course("en-US", prompt, *((JobState.DONE, None, 1),) * len(sizes))
    pieces = [
        replace(piece, image=ImageRef(f"{number:064x}", "image/png", 1, 1, size))
        for number, (piece, size) in enumerate(zip(found.pieces, sizes, strict=True))
    ]
    return replace(found, pieces=tuple(pieces)), pieces


@pytest.mark.parametrize("limit", [8 * MB, 10_485_760, 25 * MB, 100 * MB])
@pytest.mark.parametrize(
    "sizes", [(MB,), (1_500_000,) * 50, (9 * MB,) * 7, (20 * MB, MB, 20 * MB), (100,) * 50]
)
def test_every_picture_is_in_one_file_and_every_message_is_light_enough(sizes, limit):
    found, pieces = of_sizes(*sizes)

    posts = ARCHIVES.plan(found, pieces, upload_limit=limit)

    most = min(limit, REQUEST_BYTES)
    marks = [mark for parts in posts for part in parts for mark in part]
    assert marks == [piece.mark for piece in pieces]
    weights = {piece.mark: min(piece.image.size + OVERHEAD, most) for piece in pieces}
    for parts in posts:
        assert 1 <= len(parts) <= 10
        heavy = [sum(weights[mark] for mark in part) for part in parts]
        assert max(heavy) <= most
        assert sum(heavy) <= REQUEST_BYTES


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A red fox, in snow", "01-a-red-fox-in-snow.webp"),
        ("../../etc/passwd & <more>", "01-etc-passwd-more.webp"),
        ("灯塔 与 海", "01-灯塔-与-海.webp"),
        ("\u202e!!!", "01.webp"),
        ("x" * 6000, f"01-{'x' * 40}.webp"),
        (
            "many words that go on and on and on and on",
            "01-many-words-that-go-on-and-on-and-on-and.webp",
        ),
    ],
)
def test_a_file_is_called_by_its_line_and_its_first_words(prompt, name):
    _, [piece] = of_sizes(MB, prompt=prompt)
    one = replace(piece, item=replace(piece.item, line=1, count=1))
    assert file_name(one, "image/webp") == name
    assert file_name(replace(one, item=replace(one.item, count=2)), "image/png") == (
        name.replace(".webp", "-1.png")
    )


def test_the_list_is_shown_by_a_spreadsheet_and_never_calculated():
    found, _ = of_sizes(MB, prompt="=1+1\nfox")
    content = _manifest(found)
    assert content.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row["prompt"] == "'=1+1\nfox"
    assert (row["line"], row["state"], row["pictures"], row["credits"]) == ("3", "done", "1", "7")
