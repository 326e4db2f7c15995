"""The file formats we let Pillow parse, each by its own reader and by no other.

`Image.open` would try what is registered; naming the reader leaves EPS, AVIF and the rest out,
whatever a file pretends to be. Imports Pillow, so only workers and `header` import this.
"""

from typing import IO

from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

READERS: dict[str, type[ImageFile]] = {
    "image/png": PngImageFile,
    "image/jpeg": JpegImageFile,
    "image/webp": WebPImageFile,
    "image/gif": GifImageFile,
}


def parse(stream: IO[bytes], mime: str) -> ImageFile:
    """The picture with its header read and its pixels not. Raises whatever the reader raises."""
    if mime == "image/heic":
        # An optional package; without it the ImportError makes the file one we cannot read.
        from pillow_heif import HeifImageFile  # noqa: PLC0415

        return HeifImageFile(stream)  # type: ignore[no-untyped-call]
    return READERS[mime](stream)
