"""What a picture file says of itself, read without decoding a single pixel."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.errors import NotAPicture
from bot.generation.formats import SNIFF_BYTES, sniff

TAIL = 64 * 1024
"""Bytes at the end in which a finished picture's end mark must lie; some tools append more."""
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG_END = b"\xff\xd9"
GIF_END = b";"


@dataclass(frozen=True, slots=True)
class Header:
    """`mime` by content, sides in pixels."""

    mime: str
    width: int
    height: int


def read(file: Path) -> Header:
    """Read what `file` is, and see that it was not cut short; raises NotAPicture.

    PNG, JPEG, WebP and GIF, the formats the store may hold. HEIC takes a native decoder to read,
    which is kept out of this process: uploads in it are re-encoded by a worker first.
    """
    with file.open("rb") as stream:
        mime = sniff(stream.read(SNIFF_BYTES))
        if mime is None or mime == "image/heic":
            raise NotAPicture(file.name)
        stream.seek(0)
        width, height = _sides(stream, mime, file.name)
        if not _whole(stream, mime):
            raise NotAPicture(file.name)
    return Header(mime, width, height)


def _sides(stream: IO[bytes], mime: str, name: str) -> tuple[int, int]:
    # Here and not above: Pillow is slow to import, and a start without pictures does without it.
    from bot.images import formats  # noqa: PLC0415

    try:
        return formats.parse(stream, mime).size
    except Exception as error:  # a parser fed hostile bytes may raise anything
        raise NotAPicture(name) from error


def _whole(stream: IO[bytes], mime: str) -> bool:
    """Whether the end mark is there; the stream stands where the header ended."""
    header_end = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    if mime == "image/webp":
        stream.seek(4)
        return int.from_bytes(stream.read(4), "little") + 8 <= size
    # Never before the header's end: a JPEG's thumbnail in there has an end mark of its own.
    stream.seek(max(header_end, size - TAIL))
    tail = stream.read()
    if mime == "image/gif":
        return tail.rstrip(b"\x00").endswith(GIF_END)
    return (PNG_END if mime == "image/png" else JPEG_END) in tail
