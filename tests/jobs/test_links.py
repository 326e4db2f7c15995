"""Pictures that members link to: public addresses alone, and as many bytes as an upload."""

import io

import pytest
from aiohttp import web
from PIL import Image

from bot.images.store import ImageStore
from bot.jobs.links import Links
from bot.pressing import PictureUnreachable
from bot.providers.download import Downloader


@pytest.fixture
async def site():
    """A server with a picture, a page and a picture that is too large."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(buffer, "PNG")
    picture = buffer.getvalue()
    bodies = {"/fox.png": picture, "/page": b"<html>", "/huge.png": picture + bytes(100_000)}

    async def answer(request):
        return web.Response(body=bodies[request.path])

    app = web.Application()
    app.router.add_get("/{path}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    yield runner.addresses[0][1], picture
    await runner.cleanup()


async def test_a_link_is_read_like_an_upload(site, tmp_path):
    port, picture = site
    friendly = Downloader(allowed_hosts={"127.0.0.1"}, limit=50_000)
    links = Links(downloader=friendly, store=ImageStore(tmp_path / "images"))

    upload = links.upload(f"http://127.0.0.1:{port}/fox.png?size=large")
    assert upload.filename == "fox.png"
    assert await upload.read() == picture
    for path in ("page", "huge.png"):
        with pytest.raises(PictureUnreachable):
            await links.upload(f"http://127.0.0.1:{port}/{path}").read()
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{}/fox.png", "file:///etc/passwd", "http://["]
)
async def test_nothing_inside_is_reached(site, tmp_path, address):
    links = Links(downloader=Downloader(), store=ImageStore(tmp_path / "images"))
    with pytest.raises(PictureUnreachable):
        await links.upload(address.format(site[0])).read()
