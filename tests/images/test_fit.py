"""A picture over Discord's limit loses as little as it must, and a 4K one in seconds."""

import io
import sys
import time

import pytest
from PIL import Image, ImageChops

from bot.errors import NotAPicture, PictureTooHeavy, TooManyPixels
from bot.images.codec import inspect

MIB = 1024 * 1024


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


@pytest.fixture
def into(tmp_path):
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


async def checked(fitted, limit):
    """What is claimed of the file is true of the file."""
    header = await inspect(fitted.path)
    assert (header.mime, header.width, header.height) == (
        fitted.mime,
        fitted.width,
        fitted.height,
    )
    assert fitted.path.stat().st_size == fitted.size <= limit
    return fitted


async def test_what_fits_is_handed_back_untouched(codec, put, into, noise):
    content = saved(noise(60, 40), "PNG")
    file = put("small.png", content)
    fitted = await checked(await codec.fit(file, limit=len(content), into=into), len(content))
    assert (fitted.path, fitted.how) == (file, "unchanged")
    assert list(into.iterdir()) == []


async def test_a_png_that_lossless_webp_brings_under_keeps_every_pixel(codec, put, into, noise):
    picture = noise(700, 500, soft=20)
    content = saved(picture, "PNG", compress_level=0)
    file = put("flat.png", content)
    limit = len(content) * 3 // 4
    fitted = await checked(await codec.fit(file, limit=limit, into=into), limit)
    assert (fitted.how, fitted.mime) == ("lossless", "image/webp")
    with Image.open(fitted.path) as again:
        assert ImageChops.difference(again.convert("RGB"), picture).getbbox() is None


async def test_a_noisy_opaque_picture_becomes_jpeg_of_the_same_sides(codec, put, into, noise):
    file = put("noisy.png", saved(noise(1200, 1100), "PNG"))
    fitted = await checked(await codec.fit(file, limit=2 * MIB, into=into), 2 * MIB)
    assert (fitted.how, fitted.mime, fitted.width) == ("lossy", "image/jpeg", 1200)


async def test_what_shows_through_still_does(codec, put, into, noise):
    picture = noise(600, 600, "RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 300, 600))
    file = put("ghost.png", saved(picture, "PNG"))
    fitted = await checked(await codec.fit(file, limit=MIB // 2, into=into), MIB // 2)
    assert (fitted.how, fitted.mime) == ("lossy", "image/webp")
    with Image.open(fitted.path) as again:
        assert again.convert("RGBA").getpixel((100, 300))[3] == 0


async def test_a_tight_limit_scales_down_and_keeps_the_shape(codec, put, into, noise):
    file = put("noisy.jpg", saved(noise(1600, 800), "JPEG", quality=95))
    fitted = await checked(await codec.fit(file, limit=100_000, into=into), 100_000)
    assert fitted.how == "smaller"
    assert fitted.width < 1600
    assert fitted.width / fitted.height == pytest.approx(2, rel=0.02)
    assert fitted.size > 50_000, "the room there is should be used"


async def test_a_limit_nothing_can_meet_is_refused_with_the_numbers(codec, put, into, noise):
    content = saved(noise(300, 300), "PNG")
    with pytest.raises(PictureTooHeavy) as refused:
        await codec.fit(put("noisy.png", content), limit=50, into=into)
    assert (refused.value.size, refused.value.limit) == (len(content), 50)


async def test_a_damaged_file_is_refused(codec, put, into, noise):
    content = saved(noise(300, 300), "PNG")
    hollow = content[:50_000] + content[-12:]
    with pytest.raises(NotAPicture):
        await codec.fit(put("hollow.png", hollow), limit=1000, into=into)
    with pytest.raises(NotAPicture):
        await codec.fit(put("cut.png", content[:-30]), limit=MIB, into=into)


async def test_a_bomb_is_not_decoded(codec, put, into):
    file = put("bomb.png", saved(Image.new("1", (12_000, 12_000)), "PNG"))
    with pytest.raises(TooManyPixels):
        await codec.fit(file, limit=1000, into=into)


async def test_a_4k_png_of_noise_fits_ten_mebibytes_in_seconds(codec, put, into, noise):
    """The worst a model can hand us; lossless WebP is foreseen to fail and not tried."""
    rows = noise(4096, 1024).tobytes()
    picture = Image.frombytes("RGB", (4096, 4096), rows * 4)
    file = put("noise.png", saved(picture, "PNG", compress_level=0))
    began = time.perf_counter()
    fitted = await checked(await codec.fit(file, limit=10 * MIB, into=into), 10 * MIB)
    took = time.perf_counter() - began
    sys.stdout.write(f"4K noise to 10 MiB: {took:.2f} s\n")
    assert fitted.how == "lossy"
    assert took < 10
