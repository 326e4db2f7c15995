"""Answers that come late, broken, too large or in another shape, and what they cost.

Whatever becomes of an answer, a call whose outcome is unknown is one call.
"""

import base64
import gzip
import json
import zlib

import pytest

from bot.errors import Billed, ErrorKind

MIB = 1024 * 1024
SOON = 0.15
"""Seconds for a call that must run out of them."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"


@pytest.fixture
def unknown(scripted, any_request, fail, stage, name):
    """Ask; it must fail in one of these ways after one paid call whose bill nobody knows."""

    async def run(*kinds, **changes):
        failed = await fail(scripted(**changes), any_request(name))
        assert failed.kind in kinds
        assert failed.error.billed is Billed.UNKNOWN
        assert stage.calls == failed.calls == 1

    return run


@pytest.fixture
def is_task(stage):
    return stage.dialect in ("evolink", "toapis", "aivideoapi")


# --- late -----------------------------------------------------------------------------------


async def test_no_answer_in_time_is_one_call_of_unknown_outcome(stage, unknown, upstream):
    stage.paid = upstream.hang()
    await unknown(ErrorKind.TIMEOUT_UNKNOWN, time_limit=SOON)


@pytest.mark.parametrize("began", [b"", b'{"id": "t-1", "candi'])
async def test_an_answer_that_drips_is_one_call_of_unknown_outcome(stage, unknown, upstream, began):
    stage.paid = upstream.drip(HEAD + b"Content-Length: 1000000\r\n\r\n" + began, SOON / 8)
    await unknown(ErrorKind.TIMEOUT_UNKNOWN, time_limit=SOON)


async def test_a_head_that_drips_is_one_call_of_unknown_outcome(stage, unknown, upstream):
    stage.paid = upstream.drip(b"HTTP/1.1 200 OK\r\nX: ", SOON / 8)
    await unknown(ErrorKind.TIMEOUT_UNKNOWN, time_limit=SOON)


async def test_nobody_listening_is_free_and_tried_again(
    provider_at, any_request, fail, name, unused_tcp_port
):
    provider = provider_at(name, f"http://127.0.0.1:{unused_tcp_port}")
    failed = await fail(provider, any_request(name))
    assert (failed.kind, failed.error.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)
    assert failed.calls == 4


# --- cut ------------------------------------------------------------------------------------


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("place", ["before", "head", "after the head", "middle", "last byte"])
async def test_an_answer_that_breaks_off_is_never_asked_for_again(
    stage, unknown, upstream, png, place, reset
):
    body = stage.whole(png)
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(body)
    sent = {
        "before": b"",
        "head": head[:20],
        "after the head": head,
        "middle": head + body[: len(body) // 2],
        "last byte": head + body[:-1],
    }[place]
    stage.paid = upstream.raw(sent, reset=reset)
    await unknown(ErrorKind.TIMEOUT_UNKNOWN, ErrorKind.MALFORMED_RESPONSE)


@pytest.mark.parametrize("kept", ["half", "all but one"])
async def test_half_an_answer_without_a_length_is_never_asked_for_again(
    stage, unknown, upstream, png, kept
):
    """The end of the connection is its honest end, and yet JSON ends in the middle."""
    body = stage.whole(png)
    end = len(body) // 2 if kept == "half" else len(body) - 1
    stage.paid = upstream.raw(HEAD + b"\r\n" + body[:end])
    await unknown(ErrorKind.MALFORMED_RESPONSE)


async def test_a_chunked_answer_without_its_last_chunk_is_never_asked_for_again(
    stage, unknown, upstream, png
):
    body = stage.whole(png)
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(body), body)
    stage.paid = upstream.raw(chunked)
    await unknown(ErrorKind.MALFORMED_RESPONSE)


# --- too large ------------------------------------------------------------------------------


def pieces(upstream, *parts):
    """Bytes, and (bytes, times), as one answer of their length."""
    split = [part if isinstance(part, tuple) else (part, 1) for part in parts]
    length = sum(len(data) * times for data, times in split)

    async def step(server, writer):
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % length)
        for data, times in split:
            for _ in range(times):
                writer.write(data)
                await writer.drain()

    return step


async def test_words_without_end_are_left_off(stage, unknown, upstream):
    stage.paid = pieces(upstream, b'{"text": "', (b"no picture " * 100_000, 8), b'"}')
    await unknown(ErrorKind.MALFORMED_RESPONSE)


async def test_a_picture_over_the_limit_is_left_off(
    stage, scripted, any_request, fail, name, upstream, told, is_task
):
    """Of 50 MiB and a little; where it is downloaded, its length alone is enough."""
    if is_task:
        stage.link(f"{upstream.url}/result/0")
        stage.result = told(b"", 200, {"Content-Length": str(50 * MIB + 1)})
    else:
        mark = b"@@@"
        before, after = json.dumps(stage.embedded(mark)).encode().split(mark)
        heavy = (base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(MIB - 8)).rstrip(b"="), 52)
        stage.paid = pieces(upstream, before, heavy, after)
    failed = await fail(scripted(), any_request(name))
    assert failed.kind is ErrorKind.MALFORMED_RESPONSE
    assert failed.error.billed in (Billed.UNKNOWN, Billed.YES)
    assert stage.calls == 1


@pytest.mark.parametrize("inside", ["words", "a picture"])
async def test_a_bomb_is_not_inflated(stage, unknown, told, png, inside):
    """200 MB of nothing in 200 kB: read no further than the limit for what it pretends to be."""
    field = "text" if inside == "words" else "data"
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    packed = packer.compress(stage.whole(png)[:-1] + f', "{field}": "'.encode())
    packed += packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the same bytes are packed the same, so that one block serves for all.
    packed += (packer.compress(b"A" * MIB) + packer.flush(zlib.Z_FULL_FLUSH)) * 200
    stage.paid = told(packed, 200, {"Content-Encoding": "gzip"})
    await unknown(ErrorKind.MALFORMED_RESPONSE)


# --- another shape --------------------------------------------------------------------------


NOT_THEIRS = (
    b"",
    b"   \n",
    b"<!doctype html><html><h1>One moment</h1></html>",
    b"OK",
    b"null",
    b"42",
    b'"a text"',
    b"[]",
    b"{}",
    b'{"hello": ["world"]}',
    b'{"data": 1, "choices": 2, "candidates": 3, "id": 4, "status": 5, "code": 6}',
    b'{"data": {}, "choices": {}, "candidates": {}, "id": [], "status": {}}',
    b'{"choices": [null], "candidates": [null], "id": null, "data": [null]}',
    b'{"choices": [{"message": 1}], "candidates": [{"content": {"parts": [1, null]}}]}',
    b'{"candidates": [{"content": {"parts": [{"inlineData": "x"}]}}], "choices": [[]]}',
    b'{"candidates": [{"content": {"parts": [{"inlineData": {"data": ["x"]}}]}}]}',
    b'{"candidates": [{"content": {"parts": [{"inlineData": {"data": {"data": "x"}}}]}}]}',
    b'\xff\xfe{\x00"\x00i\x00d\x00"\x00:\x00"\x00a\x00"\x00}\x00',
    b'{"id": "\xe9\xe8"}',
    b"[" * 100_000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"n": ' + b"9" * 5000 + b"}",
    b"NaN",
)


async def test_an_answer_that_is_none_of_theirs_is_told_as_such(
    stage, scripted, any_request, fail, told, name, flaws
):
    """A failure with a name, asked for at most once more; an empty or odd answer is no crash."""
    for body in NOT_THEIRS:
        with flaws.of(body[:60]):
            stage.heard.clear()
            stage.paid = stage.poll = told(body)
            failed = await fail(scripted(), any_request(name))
            assert failed.kind in (
                ErrorKind.MALFORMED_RESPONSE,
                ErrorKind.NO_IMAGE,
                ErrorKind.UPSTREAM_ERROR,
                ErrorKind.TASK_TIMEOUT,
            )
            assert stage.calls == failed.calls <= 2


async def test_a_whole_page_in_place_of_an_answer_is_tried_once_more(
    stage_for, provider_at, any_request, ask, check, told, inline_name, png
):
    """And with the second call all is well; but a task may have been created all the same."""
    stage = stage_for(inline_name)
    stage.draw(png)
    good, page = stage.paid, told(b"<html>One moment</html>", 200, {"Content-Type": "text/html"})

    async def step(server, writer):
        await (page if stage.calls == 1 else good)(server, writer)

    stage.paid = step
    check(await ask(provider_at(inline_name, stage.opened()), any_request(inline_name)), png)
    assert stage.calls == 2


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-32"])
async def test_another_encoding_than_utf_8_is_no_crash(
    stage, scripted, any_request, fail, told, name, png, coding
):
    """JSON is UTF-8 on the wire; a good answer in another encoding is not read as one."""
    stage.draw(png)
    stage.paid = told(stage.whole(png).decode().encode(coding))
    failed = await fail(scripted(), any_request(name))
    assert failed.kind is ErrorKind.MALFORMED_RESPONSE
    assert stage.calls <= 2


@pytest.mark.parametrize("dress", ["plain", "bom", "gzip", "deflate", "spread"])
async def test_a_good_answer_in_odd_clothes_is_taken(
    stage, scripted, any_request, ask, check, told, name, png, dress
):
    """Whatever type is declared; with a byte order mark, compressed, with space everywhere."""
    body = stage.whole(png)
    body, headers = {
        "plain": (body, {}),
        "bom": (b"\xef\xbb\xbf" + body, {}),
        "gzip": (gzip.compress(body), {"Content-Encoding": "gzip"}),
        "deflate": (zlib.compress(body), {"Content-Encoding": "deflate"}),
        "spread": (b"\r\n\t " + json.dumps(json.loads(body), indent=3).encode() + b"\n\n", {}),
    }[dress]
    provider = scripted()
    for content_type in ("text/plain", "text/html; charset=latin-1", "x", ""):
        stage.paid = told(body, 200, {"Content-Type": content_type, **headers})
        generation = await ask(provider, any_request(name))
        check(generation, png)
        generation.images[0].path.unlink()
    assert stage.calls == 4


# --- the rest of a task ---------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["cut", "html", "503", "hang up", "429"])
async def test_a_poll_that_fails_says_nothing_about_the_task(
    task_name, stage_for, provider_at, any_request, ask, check, told, upstream, png, trouble
):
    """It is asked again, and the task is paid for once."""
    stage = stage_for(task_name)
    stage.draw(png)
    good, bad = stage.poll, {
        "cut": upstream.raw(HEAD + b"Content-Length: 100\r\n\r\n{"),
        "html": told(b"<html>", 200),
        "503": told(b"", 503),
        "hang up": upstream.raw(b"", reset=True),
        "429": told({"error": {"code": 429, "message": "slow down"}}, 429),
    }[trouble]  # fmt: skip

    async def step(server, writer):
        await (bad if stage.heard.count("poll") == 1 else good)(server, writer)

    stage.poll = step
    provider = provider_at(task_name, stage.opened())
    check(await ask(provider, any_request(task_name)), png)
    assert stage.heard == ["paid", "poll", "poll", "result"]


async def test_a_task_that_never_ends_is_given_up_after_one_paid_call(
    task_name, stage_for, provider_at, any_request, fail, told
):
    stage = stage_for(task_name)
    stage.draw(b"")
    stage.poll = told({"id": "t-1", "status": "processing"})
    failed = await fail(provider_at(task_name, stage.opened()), any_request(task_name))
    assert (failed.kind, failed.error.billed) == (ErrorKind.TASK_TIMEOUT, Billed.UNKNOWN)
    assert stage.calls == 1


@pytest.mark.parametrize("broken", ["half", "last byte", "404", "empty"])
async def test_a_result_that_does_not_come_is_asked_for_again_and_not_paid_again(
    linking_name, stage_for, provider_at, any_request, fail, told, upstream, png, broken
):
    stage = stage_for(linking_name)
    stage.link(f"{upstream.url}/result/0.png")
    head = HEAD + b"Content-Length: %d\r\n\r\n" % len(png)
    stage.result = {
        "half": upstream.raw(head + png[: len(png) // 2]),
        "last byte": upstream.raw(head + png[:-1]),
        "404": told(b"gone", 404),
        "empty": told(b"", 200),
    }[broken]
    failed = await fail(provider_at(linking_name, stage.opened()), any_request(linking_name))
    assert (failed.kind, failed.error.billed) == (ErrorKind.RESULT_UNAVAILABLE, Billed.YES)
    assert stage.heard.count("result") >= 2
    assert stage.calls == 1
