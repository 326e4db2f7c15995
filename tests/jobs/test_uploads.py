"""Stored pictures on their way to an upstream: light ones as they are, heavy ones as uploads."""

import os

import pytest
from blake3 import blake3
from PIL import Image

from bot.errors import JobUnknown
from bot.generation.request import ImageRef
from bot.images.codec import Codec
from bot.images.store import ImageStore
from bot.jobs.uploads import Uploads

LIMIT = 5 * 1024 * 1024


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path / "images")


@pytest.fixture
async def uploads(store):
    async with Codec(workers=1, time_limit=20) as codec:
        yield Uploads(store=store, codec=codec)


@pytest.fixture
def stored(store, tmp_path):
    """A stored PNG of noise, three bytes a pixel."""

    async def keep(width: int, height: int) -> ImageRef:
        file = tmp_path / "noise.png"
        noise = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
        noise.save(file, "PNG", compress_level=0)
        return await store.add(file)

    return keep


async def test_only_heavy_pictures_are_made_smaller(uploads, stored, store):
    """In their places; the copy is light, the original still there, and twice is once."""
    light, heavy = await stored(30, 20), await stored(2600, 800)
    assert heavy.size > LIMIT

    first, second, third = await uploads.lighten([light, heavy, light])

    assert (first, third) == (light, light)
    assert second.size <= LIMIT
    assert (second.width, second.height) == (2048, 630)
    copy, original = store.path(second).read_bytes(), store.path(heavy).read_bytes()
    assert blake3(copy).hexdigest() == second.digest
    assert blake3(original).hexdigest() == heavy.digest
    assert await uploads.lighten([heavy]) == (second,)


async def test_a_picture_of_exactly_the_limit_is_sent_as_it_is(uploads):
    """It is not even looked for."""
    exact = ImageRef("0" * 64, "image/png", 1, 1, LIMIT)

    assert await uploads.lighten([exact]) == (exact,)


async def test_a_heavy_picture_that_is_gone_is_not_known(uploads):
    with pytest.raises(JobUnknown):
        await uploads.lighten([ImageRef("0" * 64, "image/png", 1, 1, LIMIT + 1)])
