"""The door: it opens on a port, closes at the end, and no stranger stands in it for long."""

import asyncio
import logging

import pytest

from bot.web.server import serve


async def test_the_port_is_had_until_the_end(make_site, visit):
    async with visit(make_site()) as stranger:
        assert (await stranger.ask("GET", "/healthz")).status == 200
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", stranger.port)


async def test_a_port_that_is_taken_is_an_error(make_site, visit):
    async with visit(make_site()) as stranger:
        with pytest.raises(OSError, match="address already in use"):
            async with serve(make_site(), host="127.0.0.1", port=stranger.port):
                raise AssertionError


async def test_the_end_does_not_wait_for_who_says_nothing(make_site, visit):
    async with asyncio.timeout(2), visit(make_site()) as stranger:
        _, writer = await asyncio.open_connection("127.0.0.1", stranger.port)
        assert (await stranger.ask("GET", "/healthz")).status == 200
    writer.close()


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"GET /he"])
async def test_a_slow_head_is_not_waited_for(make_site, visit, said):
    async with visit(make_site(), head_seconds=0.05) as stranger:
        assert (await stranger.say(said)).status == 0


async def test_a_trickling_head_is_not_waited_for(make_site, visit):
    """A byte now and then does not earn it more time."""
    async with visit(make_site(), head_seconds=0.2) as stranger:
        loop = asyncio.get_running_loop()
        reader, writer = await asyncio.open_connection("127.0.0.1", stranger.port)
        began = loop.time()
        writer.write(b"GET /healthz HTTP/1.1\r\nX: ")
        ended = asyncio.ensure_future(reader.read())
        while not ended.done() and loop.time() - began < 5:
            writer.write(b"x")
            await asyncio.wait([ended], timeout=0.02)
        assert ended.done()
        await asyncio.gather(ended, return_exceptions=True)
        writer.close()


async def test_who_is_one_too_many_is_hung_up_on(make_site, visit):
    """Until somebody leaves."""
    async with visit(make_site(), connections=2) as stranger:
        inside = [await asyncio.open_connection("127.0.0.1", stranger.port) for _ in range(2)]
        assert (await stranger.ask("GET", "/healthz")).status == 0
        _, writer = inside.pop()
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(5):
            while (await stranger.ask("GET", "/healthz")).status != 200:
                await asyncio.sleep(0)
        inside[0][1].close()


async def test_a_connection_is_for_one_request(make_site, visit):
    """So that what bounds the one bounds the other."""
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    async with visit(make_site()) as stranger:
        heard = await stranger.say(request * 3)
    assert (heard.status, heard.body) == (200, b"ok")


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"HELO\r\n\r\n",
        b"BREW /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nno header\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 1000 + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=[
        "tls",
        "words",
        "method",
        "version",
        "header",
        "long path",
        "long header",
        "headers",
        "smuggling",
    ],
)
async def test_what_is_no_http_gets_no_answer(make_site, visit, caplog, said):
    """Nor a line in the log, which strangers could fill."""
    caplog.set_level(logging.INFO)
    async with visit(make_site()) as stranger:
        assert (await stranger.say(said)).status == 0
        assert (await stranger.ask("GET", "/healthz")).status == 200
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []
