"""Pictures made on the spot, and one codec for a whole module: a worker takes a while to start."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.images.codec import Codec


@pytest.fixture(scope="module")
def codec() -> Iterator[Codec]:
    made = Codec(workers=1, time_limit=60)
    yield made
    asyncio.run(made.close())


@pytest.fixture(scope="module")
def noise() -> Callable[..., Image.Image]:
    """Incompressible pixels; blurred ones, where `soft`, look like a photo to an encoder."""

    def make(width: int, height: int, mode: str = "RGB", *, soft: int = 0) -> Image.Image:
        small = (max(width // (soft or 1), 1), max(height // (soft or 1), 1))
        bands = len(Image.new(mode, (1, 1)).getbands())
        grains = Image.frombytes(mode, small, os.urandom(small[0] * small[1] * bands))
        return grains.resize((width, height), Image.Resampling.BICUBIC) if soft else grains

    return make


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Write a file into the test's folder."""

    def write(name: str, content: bytes) -> Path:
        file = tmp_path / name
        file.write_bytes(content)
        return file

    return write
