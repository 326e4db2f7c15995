"""What people attach."""

import io

import pytest
from PIL import Image


@pytest.fixture
def photo():
    """A picture that no drawing of the stand-in is like."""
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(buffer, "PNG")
    return "photo.png", buffer.getvalue()
