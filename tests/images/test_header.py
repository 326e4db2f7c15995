"""Headers are read without decoding, and files that were cut short are refused."""

import io
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.errors import NotAPicture
from bot.images.codec import inspect
from bot.images.header import Header, read

KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


def encoded(kind: str, size=(60, 40), **options) -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize(("kind", "mime"), KINDS.items())
async def test_kind_and_sides_come_from_the_content(put, kind, mime):
    file = put("holiday.txt", encoded(kind))
    assert await inspect(file) == Header(mime, 60, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
async def test_a_cut_file_is_refused(put, kind, kept):
    content = encoded(kind)
    with pytest.raises(NotAPicture) as refused:
        await inspect(put("cut", content[: int(len(content) * kept)]))
    assert refused.value.name == "cut"


async def test_a_cut_jpeg_is_refused_though_its_thumbnail_has_an_end_mark(put):
    exif = Image.Exif()
    exif[0x010E] = "thumbnail \xff\xd8 \xff\xd9"
    content = encoded("JPEG", exif=b"Exif\0\0" + exif.tobytes()[6:] + b"\xff\xd9" * 8)
    assert content.count(b"\xff\xd9") > 1
    with pytest.raises(NotAPicture):
        await inspect(put("cut", content[:-20]))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_bytes_after_the_end_are_allowed(put, kind):
    assert (await inspect(put("long", encoded(kind) + b"appended by a phone"))).width == 60


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html><body>502 Bad Gateway</body></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00",
        b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xd9",
        b"RIFF\x04\x00\x00\x00WEBP",
        b"GIF89a;",
    ],
)
async def test_what_is_no_picture_is_refused(put, content):
    with pytest.raises(NotAPicture):
        await inspect(put("picture.png", content))


async def test_a_large_picture_is_read_in_no_time(put):
    """Only the header is parsed: 36 megapixels take no longer than one."""
    target = io.BytesIO()
    Image.new("L", (6000, 6000)).save(target, "PNG")
    file = put("large.png", target.getvalue())
    await inspect(file)
    began = time.perf_counter()
    assert await inspect(file) == Header("image/png", 6000, 6000)
    assert time.perf_counter() - began < 0.5


@settings(
    max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    flips=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 255)), max_size=6),
)
def test_damaged_headers_give_a_header_or_not_a_picture(tmp_path, kind, flips):
    content = bytearray(encoded(kind))
    for position, mask in flips:
        content[position % len(content)] ^= mask
    file = tmp_path / "damaged"
    file.write_bytes(content)
    with suppress(NotAPicture):
        assert read(file).width > 0
