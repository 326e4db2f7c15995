"""Pixels to the best file under a size limit. Runs in a worker process."""

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from bot.images.fitted import How

SAMPLE_TILE = 64
SAMPLE_TILES = 8
"""A sample is 8 x 8 tiles taken evenly all over: 1/64 of a 4K picture's work."""
OPTIMISM = 1.1
"""A rung whose sample foretells up to this many times the limit is still tried."""
SMALLEST_SIDE = 64


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to save: Pillow's format name and its options."""

    format: str
    how: How
    quality: int = 75
    lossless: bool = False
    subsampling: str = "4:2:0"

    def save(self, picture: Image.Image) -> bytes | None:
        """The file's bytes, or None where the encoder gives up."""
        target = io.BytesIO()
        try:
            if self.format == "JPEG":
                picture.save(target, "JPEG", quality=self.quality, subsampling=self.subsampling)
            elif self.format == "PNG":
                picture.save(target, "PNG")
            else:
                # Lossless stays at the quickest effort. Lossy needs 2: below it libwebp fails on
                # detailed 4K pictures (a partition overflows), and 4 takes twice as long.
                effort = 0 if self.lossless else 2
                picture.save(
                    target, "WEBP", lossless=self.lossless, quality=self.quality, method=effort
                )
        except (ValueError, OSError):
            return None
        return target.getvalue()


PNG = Rung("PNG", "lossless")
LOSSLESS_WEBP = Rung("WEBP", "lossless", quality=0, lossless=True)
OPAQUE = (
    Rung("JPEG", "lossy", quality=92, subsampling="4:4:4"),
    Rung("JPEG", "lossy", quality=92),
    Rung("JPEG", "lossy", quality=85),
    Rung("JPEG", "lossy", quality=75),
)
SEE_THROUGH = (
    Rung("WEBP", "lossy", quality=92),
    Rung("WEBP", "lossy", quality=85),
    Rung("WEBP", "lossy", quality=75),
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A whole file in memory; sides in pixels."""

    content: bytes
    mime: str
    width: int
    height: int
    how: How


def encode(picture: Image.Image, *, limit: int, first: Iterable[Rung] = ()) -> Encoded | None:
    """The first rung that gives at most `limit` bytes: `first`, then lossy, then ever smaller.

    None where not even a tiny picture would fit.
    """
    lossy = SEE_THROUGH if picture.mode == "RGBA" else OPAQUE
    for rung in (*first, *lossy):
        if _foretold(picture, rung) > limit * OPTIMISM:
            continue
        content = rung.save(picture)
        if content is not None and len(content) <= limit:
            return _encoded(content, rung.format, picture.size, rung.how)
    return _smaller(picture, lossy[1], limit)


def _smaller(picture: Image.Image, rung: Rung, limit: int) -> Encoded | None:
    size = _foretold(picture, rung) or limit * 2
    scaled = picture
    while True:
        # A file grows about as its pixels do; aim a little low, and never creep or leap.
        factor = min(max(math.sqrt(limit / size) * 0.97, 0.25), 0.9)
        sides = (round(scaled.width * factor), round(scaled.height * factor))
        if max(sides) < SMALLEST_SIDE or min(sides) < 1:
            return None
        scaled = scaled.resize(sides, Image.Resampling.LANCZOS, reducing_gap=2.0)
        content = rung.save(scaled)
        if content is not None and len(content) <= limit:
            return _encoded(content, rung.format, sides, "smaller")
        size = len(content) if content else size * factor


def _foretold(picture: Image.Image, rung: Rung) -> float:
    """About how many bytes the rung will need, by an evenly spread sample; 0 where it is quick."""
    side = SAMPLE_TILE * SAMPLE_TILES
    if min(picture.size) < 2 * side:
        return 0
    sample = Image.new(picture.mode, (side, side))
    for row in range(SAMPLE_TILES):
        for column in range(SAMPLE_TILES):
            left = (picture.width - SAMPLE_TILE) * column // (SAMPLE_TILES - 1)
            top = (picture.height - SAMPLE_TILE) * row // (SAMPLE_TILES - 1)
            tile = picture.crop((left, top, left + SAMPLE_TILE, top + SAMPLE_TILE))
            sample.paste(tile, (column * SAMPLE_TILE, row * SAMPLE_TILE))
    content = rung.save(sample)
    return len(content or b"") * (picture.width * picture.height / side**2)


def _encoded(content: bytes, kind: str, sides: tuple[int, int], how: How) -> Encoded:
    return Encoded(content, Image.MIME[kind], *sides, how)
