"""The stand-in upstream, quick: one drawing for all, with each prompt written into its picture.

`python tests/crash/stage/upstream.py` takes the options of `python -m bot.demo.upstream`. The
prompt shows whose picture it is, wherever it turns up.
"""

import logging
import zlib
from dataclasses import replace

import pybase64

from bot.demo import gallery, upstream
from bot.demo.answer import Encoded

PNG_END = 12
"""The last chunk of a PNG, which says only that it is the last."""
JPEG_START = b"\xff\xd8"


class OneDrawing(gallery.Gallery):
    async def show(self, order: gallery.Order) -> Encoded:
        drawn = await super().show(replace(order, prompt="", pictures=(), variation=0))
        return replace(drawn, picture=_signed(drawn.picture, order.prompt))


def _signed(encoded: bytes, prompt: str) -> bytes:
    """The picture with a text chunk before a PNG's end, or a comment at a JPEG's beginning."""
    content = pybase64.b64decode(encoded)
    text = b"tEXtwish\0" + prompt.encode() + b"\0"
    if content.startswith(JPEG_START):
        comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
        return pybase64.b64encode(JPEG_START + comment + content[len(JPEG_START) :])
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    return pybase64.b64encode(content[:-PNG_END] + chunk + content[-PNG_END:])


if __name__ == "__main__":
    # Its clients are killed in the middle of an answer, which is no news here.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    upstream.Gallery = OneDrawing
    upstream.main()
