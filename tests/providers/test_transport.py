"""What the wire can do to a paid call, and what we then say about the bill."""

import asyncio
import gzip
import json
import socket
import zlib

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from blake3 import blake3

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.transport import Answer, CutAnswer, Transport, Upload, make_session

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
OPEN_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.fixture
def failing(upstream, make_provider, request_for, observer, folder):
    """The error of one call under a scripted step; proves that nothing stays on disk."""

    async def run(*steps, **changes) -> ProviderError:
        upstream.script(*steps)
        with pytest.raises(ProviderError) as caught:
            await make_provider(**changes).generate(request_for(), folder=folder, observer=observer)
        assert list(folder.iterdir()) == []
        return caught.value

    return run


async def test_a_refused_connection_is_not_billed(failing):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = await failing(base_url=f"http://127.0.0.1:{port}")
    assert (error.kind, error.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)


class NoSuchName(AbstractResolver):
    async def resolve(self, host, port=0, family=socket.AF_INET):
        raise OSError(f"{host} is not known")

    async def close(self):
        pass


async def test_a_name_that_does_not_resolve_is_not_billed(failing):
    connector = aiohttp.TCPConnector(resolver=NoSuchName())
    async with aiohttp.ClientSession(connector=connector) as session:
        transport = Transport(session=session)
        error = await failing(base_url="http://upstream.test", transport=transport)
    assert (error.kind, error.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)


@pytest.fixture
async def mute_port():
    """The port of a server that hangs up after the first bytes, whatever they are."""

    async def hang_up(reader, writer):
        await reader.read(1)
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_failed_tls_handshake_is_not_billed(failing, mute_port):
    error = await failing(base_url=f"https://127.0.0.1:{mute_port}")
    assert (error.kind, error.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("piece", [b"", b"HTTP/1.1 200 OK\r\nContent-"])
async def test_a_connection_lost_before_the_head_has_an_unknown_outcome(
    upstream, failing, reset, piece
):
    error = await failing(upstream.raw(piece, reset=reset))
    assert (error.kind, error.billed) == (ErrorKind.TIMEOUT_UNKNOWN, Billed.UNKNOWN)
    assert upstream.connections == len(upstream.received) == 1


async def test_silence_ends_at_the_time_limit_with_an_unknown_outcome(upstream, failing):
    error = await failing(upstream.hang(), time_limit=0.2)
    assert (error.kind, error.billed) == (ErrorKind.TIMEOUT_UNKNOWN, Billed.UNKNOWN)
    assert upstream.connections == 1


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX-Slow:", OPEN_HEAD, OPEN_HEAD + b'{"data":"']
)
async def test_a_dripping_answer_ends_at_the_time_limit(upstream, failing, head):
    """Every byte renews a read's timeout; only a limit on the whole call ends this."""
    error = await failing(upstream.drip(head, 0.02), time_limit=0.2)
    assert (error.kind, error.billed) == (ErrorKind.TIMEOUT_UNKNOWN, Billed.UNKNOWN)


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD, b'{"candidates":'),
        (HEAD, b'{"data":"QUJD'),
        (OPEN_HEAD, b'{"candidates":[{"content":{"parts":[{"inlineData":{"data":"QUJD'),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}   \r\n", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", b""),
    ],
    ids=["length", "length in a picture", "no length", "chunked", "broken chunk"],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_an_answer_cut_midway_is_malformed_and_marked_as_cut(
    upstream, failing, pieces, reset
):
    error = await failing(upstream.raw(*pieces, reset=reset))
    assert (error.kind, error.billed) == (ErrorKind.MALFORMED_RESPONSE, Billed.UNKNOWN)
    assert isinstance(error, CutAnswer)


async def test_no_http_at_all_is_never_asked_again(upstream, failing):
    error = await failing(upstream.raw(b"SSH-2.0-OpenSSH_9\r\n\r\n"))
    assert isinstance(error, CutAnswer)
    assert error.billed is Billed.UNKNOWN


async def test_a_whole_answer_that_is_no_json_is_not_marked_as_cut(upstream, failing):
    error = await failing(upstream.reply(200, b"<html>maintenance</html>"))
    assert (error.kind, error.billed) == (ErrorKind.MALFORMED_RESPONSE, Billed.UNKNOWN)
    assert not isinstance(error, CutAnswer)


async def test_an_error_whose_body_is_cut_is_told_by_its_status(upstream, failing):
    error = await failing(upstream.raw(b"HTTP/1.1 503 X\r\nContent-Length: 99\r\n\r\n{"))
    assert error.kind is ErrorKind.OVERLOADED


async def test_a_redirect_is_not_followed(upstream, failing):
    headers = {"Location": f"{upstream.url}/elsewhere"}
    error = await failing(upstream.reply(307, b"", headers))
    assert error.kind is ErrorKind.WRONG_ENDPOINT
    assert len(upstream.received) == 1


async def test_cookies_are_neither_kept_nor_sent(
    upstream, make_provider, request_for, observer, folder, answer, png
):
    upstream.script(upstream.reply(200, answer(png), {"Set-Cookie": "a=b; Path=/"}))
    for _ in range(2):
        await make_provider().generate(request_for(), folder=folder, observer=observer)
    assert upstream.received[1].header("cookie") == []


async def test_every_call_has_a_connection_of_its_own(
    upstream, make_provider, request_for, observer, folder, answer, png
):
    """A kept connection may be dead, and the call lost on it would have an unknown outcome."""
    upstream.script(upstream.reply(200, answer(png), {"Connection": "keep-alive"}))
    provider = make_provider()
    for _ in range(3):
        await provider.generate(request_for(), folder=folder, observer=observer)
    assert upstream.connections == 3


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
async def test_an_answer_in_pieces_of_any_size(
    upstream, make_provider, request_for, observer, folder, answer, png, size, bom
):
    body = bom + json.dumps(answer(png)).encode()
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    upstream.script(upstream.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", *pieces))
    made = await make_provider().generate(request_for(), folder=folder, observer=observer)
    assert made.images[0].digest == blake3(png).hexdigest()


def deflated_raw(data):
    squeezing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeezing.compress(data) + squeezing.flush()


PACKINGS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", deflated_raw),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("padding", [0, 65536 - 200, 200_000])
async def test_a_compressed_answer_is_read_all_the_same(
    upstream, make_provider, request_for, observer, folder, answer, png, packing, padding
):
    """Although we ask for none; long blanks make it inflate to much more than one read."""
    coding, pack = PACKINGS[packing]
    body = pack(json.dumps(answer(png)).encode() + b" " * padding)
    upstream.script(upstream.reply(200, body, {"Content-Encoding": coding}))
    made = await make_provider().generate(request_for(), folder=folder, observer=observer)
    assert made.images[0].digest == blake3(png).hexdigest()


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("trailing", [b"", b"trailing"])
async def test_inflating_ends_at_every_length(upstream, transport, packing, trailing):
    """Also where the last read is exactly full, and with bytes after the compressed end."""
    coding, pack = PACKINGS[packing]
    lengths = [*range(65536 - 260, 65536 + 3, 5), *range(2 * 65536 - 3, 2 * 65536 + 3)]
    for length in lengths:
        body = pack(b"x" * length) + trailing
        upstream.script(upstream.reply(200, body, {"Content-Encoding": coding}))
        async with post(transport, upstream) as answer:
            assert sum([len(chunk) async for chunk in answer]) == length


@pytest.mark.parametrize("body", [gzip.compress(b"{}" * 999, mtime=0)[:-9], b"no gzip at all"])
async def test_a_broken_compressed_answer_is_cut(upstream, failing, body):
    error = await failing(upstream.reply(200, body, {"Content-Encoding": "gzip"}))
    assert isinstance(error, CutAnswer)


async def test_an_encoding_nobody_asked_for_is_refused(upstream, failing):
    error = await failing(upstream.reply(200, b"xx", {"Content-Encoding": "br"}))
    assert isinstance(error, CutAnswer)


def post(transport, upstream, *, pieces=(b"{}",), time_limit=10.0):
    return transport.post(
        f"{upstream.url}/x",
        provider="somewhere",
        headers={},
        upload=Upload.measure(pieces),
        time_limit=time_limit,
    )


async def test_a_gzip_bomb_is_stopped_at_the_limit(upstream):
    """300 kB that inflate to 300 MB: refused after the limit, in pieces of 64 KiB."""
    packed = gzip.compress(bytes(300 * 2**20), compresslevel=1, mtime=0)
    upstream.script(upstream.reply(200, packed, {"Content-Encoding": "gzip"}))
    sizes = []

    async def read(response):
        async for chunk in Answer(response, provider="somewhere", limit=2**20):
            sizes.append(len(chunk))  # noqa: PERF401  the sizes up to the failure are wanted

    async with make_session() as session, session.post(upstream.url) as response:
        with pytest.raises(CutAnswer):
            await read(response)
    assert sum(sizes) <= 2**20
    assert max(sizes) <= 65536


async def test_an_error_page_without_end_is_read_only_so_far(upstream, transport):
    upstream.script(upstream.raw(b"HTTP/1.1 500 X\r\n\r\n", b"x" * 10_000_000))
    async with post(transport, upstream) as answer:
        assert len(await answer.excerpt()) == 65536


async def test_a_connection_lost_during_the_upload_is_not_billed(transport, mute_port, tmp_path):
    """Half a JSON body cannot have been acted on, so this may be sent again."""
    picture = tmp_path / "picture"
    picture.write_bytes(bytes(12_000_000))
    upload = Upload.measure((b"[", picture, b"]"))
    url = f"http://127.0.0.1:{mute_port}"
    with pytest.raises(ProviderError) as caught:
        async with transport.post(
            url, provider="somewhere", headers={}, upload=upload, time_limit=5.0
        ):
            pass
    assert (caught.value.kind, caught.value.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)


@pytest.mark.parametrize("length", [0, 10, 59_997, 60_003, 99_999])
async def test_a_reference_image_that_changes_meanwhile_spoils_the_call(
    upstream, transport, tmp_path, length
):
    """Its length was announced; rather than half a picture, nothing complete is sent."""
    picture = tmp_path / "picture"
    picture.write_bytes(bytes(60_000))
    upload = Upload.measure((b"[", picture, b"]"))
    picture.write_bytes(bytes(length))
    upstream.script(upstream.reply(200, b"{}"))
    with pytest.raises(ProviderError) as caught:
        async with transport.post(
            upstream.url, provider="somewhere", headers={}, upload=upload, time_limit=5.0
        ):
            pass
    assert (caught.value.kind, caught.value.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)
    assert upstream.received == []


async def test_cancelling_passes_through_and_leaves_no_file(
    upstream, make_provider, request_for, observer, folder
):
    """In the middle of a picture: the task is cancelled, not failed, and the file is gone."""
    halfway = OPEN_HEAD + b'{"data":"' + b"QUJD" * 1000
    upstream.script(upstream.drip(halfway, 0.01))
    task = asyncio.ensure_future(
        make_provider().generate(request_for(), folder=folder, observer=observer)
    )
    while not (folder.exists() and list(folder.iterdir())):
        await asyncio.wait([task], timeout=0.005)
        assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(folder.iterdir()) == []


async def test_answers_that_arrive_together_are_taken_one_in_a_turn(
    upstream, transport, turns, together
):
    """So that the loop is never held for longer than one chunk takes."""
    upstream.script(together(8, HEAD + b"j" * 100))
    taken = []

    async def call():
        upload = Upload.measure([b"{}"])
        sending = transport.post(
            upstream.url, provider="p", headers={}, upload=upload, time_limit=10
        )
        async with sending as answer:
            taken.extend([turns.now async for _ in answer])

    await asyncio.gather(*(call() for _ in range(8)))
    assert len(set(taken)) == len(taken) == 8


async def test_nothing_is_said_on_the_log(upstream, failing, caplog, key):
    caplog.set_level(0, logger="bot")
    await failing(upstream.reply(500, {"error": {"message": key}}))
    assert caplog.records == []


async def test_a_session_of_another_make_would_be_seen(upstream):
    """The paid session's own settings: no decompression by the library, no cookies, no reuse."""
    async with make_session() as session:
        assert session.auto_decompress is False
        assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)
        assert session.connector.force_close is True
        assert Transport(session=session) is not None
