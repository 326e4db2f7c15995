"""Formats by their first bytes, from real files and from what only pretends."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.generation.formats import EXTENSIONS, SNIFF_BYTES, sniff


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_real_files_are_known_by_their_head(kind, mime):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind)

    assert sniff(out.getvalue()[:SNIFF_BYTES]) == mime


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1", b"hevc"])
def test_iphone_pictures_are_known_by_their_brand(brand):
    assert sniff(b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 4) == "image/heic"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x89PNG",
        b"\x89PNG\n\x1a\n ",
        b"\xff\xd8",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"GIF88a",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00",
        b"<svg xmlns='http",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 E",
        b"BM\x00\x00\x00\x00",
        b" \x89PNG\r\n\x1a\n",
    ],
)
def test_everything_else_is_no_picture_we_know(head):
    assert sniff(head) is None


@given(st.binary(max_size=64))
def test_any_bytes_give_a_known_type_or_none(head):
    """SNIFF_BYTES are enough: what follows them changes nothing."""
    assert sniff(head) in (*EXTENSIONS, None)
    assert sniff(head[:SNIFF_BYTES]) == sniff(head)
