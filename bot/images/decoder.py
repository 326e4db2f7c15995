"""A file of any accepted kind to plain upright sRGB pixels. Runs in a worker process."""

import io
from contextlib import suppress
from pathlib import Path
from typing import IO

from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile

from bot.errors import NotAPicture, TooManyPixels, UnusablePicture
from bot.generation.formats import SNIFF_BYTES, sniff
from bot.images import formats

MEGAPIXELS = 40
PIXELS = MEGAPIXELS * 1_000_000
"""The most we decode: 160 MB as RGBA."""

DEEP_MODES = {"I;16": 1 / 256, "I;16B": 1 / 256, "I": 1 / 256, "F": 255.0}
"""Modes of more than 8 bits, and what brings their values down to 8."""


def decode(file: Path, *, name: str, side: int | None = None) -> Image.Image:
    """The first frame as RGB, or RGBA where something shows through, without any metadata.

    Scaled so that neither side exceeds `side`. `name` is the file's name in errors. Raises
    TooManyPixels before anything is decoded, and NotAPicture.
    """
    try:
        with file.open("rb") as stream:
            return _plain(_guarded(stream, name), side)
    except UnusablePicture:
        raise
    except Exception as error:  # decoders fed hostile bytes raise nearly anything
        raise NotAPicture(name) from error


def _guarded(stream: IO[bytes], name: str) -> ImageFile:
    mime = sniff(stream.read(SNIFF_BYTES))
    if mime is None:
        raise NotAPicture(name)
    stream.seek(0)
    Image.MAX_IMAGE_PIXELS = None  # ours comes next, with the number for the person
    picture = formats.parse(stream, mime)
    pixels = picture.width * picture.height
    if pixels > PIXELS:
        raise TooManyPixels(name, -(-pixels // 1_000_000), MEGAPIXELS)
    Image.MAX_IMAGE_PIXELS = PIXELS  # for what a decoder finds further on, such as frames
    return picture


def _plain(source: ImageFile, side: int | None) -> Image.Image:
    picture = _eight_bit(source)
    if side is not None and max(picture.size) > side:
        # On an untouched JPEG this makes the decoder itself skip detail, many times faster.
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    # Here and not in passing below: damage in the pixels must not count as damaged EXIF.
    picture.load()
    picture = _upright(picture)
    picture = _standard_colours(picture)
    see_through = picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255)
    plain = picture.convert("RGBA" if see_through else "RGB")
    plain.info.clear()  # savers put some of it back: comments, profiles, transparency
    return plain


def _eight_bit(source: ImageFile) -> Image.Image:
    """A mode that scales and converts well; JPEG's own modes are left undecoded."""
    if source.mode in DEEP_MODES:
        factor = DEEP_MODES[source.mode]
        source.info.pop("transparency", None)
        return source.convert("F").point(lambda value: value * factor + 0.0).convert("L")
    if source.has_transparency_data:
        return source.convert("RGBA")
    return source.convert("RGB") if source.mode in ("P", "1") else source


def _upright(picture: Image.Image) -> Image.Image:
    # A picture with damaged EXIF is still a picture; it just stays as it lies.
    with suppress(SyntaxError, ValueError, LookupError, TypeError, EOFError, OSError):
        return ImageOps.exif_transpose(picture)
    return picture


def _standard_colours(picture: Image.Image) -> Image.Image:
    """To sRGB where the file brings another profile; a broken profile is ignored."""
    profile_bytes = picture.info.get("icc_profile")
    if not profile_bytes:
        return picture
    with suppress(ImageCms.PyCMSError, OSError):
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_bytes))
        if "sRGB" in ImageCms.getProfileDescription(profile):
            return picture
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, profile, srgb, outputMode=mode) or picture
    return picture
