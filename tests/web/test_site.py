"""What a stranger can make the site do, which is little: end a wait, and fetch what is lent."""

import asyncio
import gzip
import hashlib
import hmac
import logging
import os
import re
from contextlib import ExitStack
from datetime import timedelta

import pytest

from bot.web.site import BODY_LIMIT, Web

SECRET = "whsec-0123456789"
SIGNING = {"webhook_secrets": {"toapis": SECRET}}
BODY = b'{"id":"evt_1","type":"generation.completed","data":{"task_id":"task_img_1"}}'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def signed(at, body=BODY, secret=SECRET, event="evt_1"):
    """The headers that ToAPIs sends with a body."""
    timestamp = str(int(at.timestamp()))
    message = f"{event}.{timestamp}.".encode() + body
    return {
        "X-ToAPIs-Webhook-Id": event,
        "X-ToAPIs-Webhook-Timestamp": timestamp,
        "X-ToAPIs-Webhook-Signature": "v1="
        + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest(),
    }


async def was_called(callback):
    """Whether a wait would end at once."""
    waiting = asyncio.ensure_future(callback.called())
    for _ in range(5):
        await asyncio.sleep(0)
    if waiting.done():
        return True
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return False


# --- callbacks ---------------------------------------------------------------------------------


async def test_a_call_is_taken_and_ends_a_wait(make_site, visit):
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        assert callback.url == "https://bot.example/callbacks/evolink/token-1"
        async with visit(site) as stranger:
            waiting = asyncio.ensure_future(callback.called())
            heard = await stranger.ask("POST", "/callbacks/evolink/token-1", b'{"status":"x"}')
            assert (heard.status, heard.body) == (204, b"")
            async with asyncio.timeout(1):
                await waiting


async def test_calls_before_a_wait_are_one_and_not_lost(make_site, visit):
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        assert not await was_called(callback)
        async with visit(site) as stranger:
            for _ in range(3):
                await stranger.ask("POST", "/callbacks/evolink/token-1", b"{}")
        assert await was_called(callback)
        assert not await was_called(callback)


async def test_each_call_has_its_own_address(make_site, visit):
    """Two at one upstream: what is told to the one does not wake the other."""
    site = make_site()
    with (
        site.expect("aivideoapi", signed=False) as first,
        site.expect("aivideoapi", signed=False) as second,
    ):
        assert first.url != second.url
        async with visit(site) as stranger:
            heard = await stranger.ask("POST", "/callbacks/aivideoapi/token-2", b"{}")
        assert heard.status == 204
        assert not await was_called(first)
        assert await was_called(second)


async def test_a_call_is_forgotten_at_its_end(make_site, visit):
    """Also one that comes after a restart finds nobody, like this."""
    site = make_site()
    async with visit(site) as stranger:
        with pytest.raises(OSError, match="given up"), site.expect("evolink", signed=False):
            raise OSError("given up")
        heard = await stranger.ask("POST", "/callbacks/evolink/token-1", b"{}")
    assert heard.status == 404


def test_tokens_cannot_be_guessed(now):
    """256 bits, none twice, safe in a path."""
    site = Web(public_url="https://bot.example/bot/", now=lambda: now)
    with ExitStack() as expected:
        urls = [
            expected.enter_context(site.expect("my gate", signed=False)).url for _ in range(100)
        ]
    start = "https://bot.example/bot/callbacks/my%20gate/"
    tokens = {url.removeprefix(start) for url in urls}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in tokens)


@pytest.mark.parametrize(
    "path",
    [
        "/callbacks/evolink/token-2",
        "/callbacks/evolink/TOKEN-1",
        "/callbacks/evolink/token-1/",
        "/callbacks/evolink/token-1/more",
        "/callbacks/evolink/",
        "/callbacks/evolink",
        "/callbacks/aivideoapi/token-1",
        "/callbacks/toapis/token-1",
        "/callbacks/toapis",
        "/callbacks/nobody/token-1",
        "/callbacks//token-1",
        "/callbacks/",
        "/callbacks/evolink%2Ftoken-1",
        "/callbacks/x/../evolink%2Ftoken-1",
        "/callbacks/evolink/%00",
        "/callbacks/evolink/%FF",
        "/references/token-1",
        "/",
        "/admin",
    ],
)
async def test_whatever_is_wrong_looks_the_same(make_site, visit, path):
    """And wakes nobody."""
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            usual = await stranger.ask("POST", "/callbacks/evolink/wrong", b"{}")
            heard = await stranger.ask("POST", path, b"{}")
        assert usual.status == 404
        assert heard.lasting == usual.lasting
        assert not await was_called(callback)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_a_call_is_a_post(make_site, visit, method):
    """The same for an address that is right and one that is wrong."""
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            heard = await stranger.ask(method, "/callbacks/evolink/token-1")
            wrong = await stranger.ask(method, "/callbacks/evolink/token-9")
            nowhere = await stranger.ask(method, "/")
        assert heard.status == 404
        assert heard.lasting == wrong.lasting == nowhere.lasting
        assert not await was_called(callback)


@pytest.mark.parametrize("path", ["/callbacks/evolink/token-1", "/callbacks/evolink/no", "/no"])
async def test_who_expects_something_odd_hears_what_all_do(make_site, visit, path):
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            usual = await stranger.ask("POST", "/", b"{}")
            heard = await stranger.ask("POST", path, b"{}", {"Expect": "200-perhaps"})
        assert heard.status == 404
        assert heard.lasting == usual.lasting
        assert not await was_called(callback)


async def test_who_asks_before_sending_a_body_is_told_to_go_on(make_site, visit):
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            path, expecting = "/callbacks/evolink/token-1", {"Expect": "100-Continue"}
            heard = await stranger.ask("POST", path, b"{}", expecting)
        assert (heard.status, heard.headers) == (100, {})
        assert heard.body.startswith(b"HTTP/1.1 204 ")
        assert await was_called(callback)


async def test_a_body_of_the_limit_is_taken_and_a_larger_one_is_not(make_site, visit):
    site = make_site()
    path = "/callbacks/evolink/token-1"
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            heard = await stranger.ask("POST", path, bytes(BODY_LIMIT))
            assert heard.status == 204
            assert await was_called(callback)
            heard = await stranger.ask("POST", path, bytes(BODY_LIMIT + 1))
            assert heard.status == 413
            chunks = b"%x\r\n" % BODY_LIMIT + bytes(BODY_LIMIT) + b"\r\n"
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            heard = await stranger.say(head, chunks, chunks, b"0\r\n\r\n")
            assert heard.status == 413
        assert not await was_called(callback)


async def test_an_endless_body_is_cut_off(make_site, visit):
    """It says so much is to come, and it is not waited for."""
    site = make_site()
    with site.expect("evolink", signed=False):
        async with visit(site) as stranger:
            for path in ("/callbacks/evolink/token-1", "/callbacks/evolink/wrong"):
                head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
                heard = await stranger.say(head.encode(), bytes(BODY_LIMIT + 1))
                assert heard.status == (413 if path.endswith("token-1") else 404)


async def test_a_slow_body_is_not_waited_for(make_site, visit):
    site = make_site(body_seconds=0.05)
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            head = (
                b"POST /callbacks/evolink/token-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
            )
            heard = await stranger.say(head, b"{")
        assert heard.status == 408
        assert not await was_called(callback)


async def test_a_broken_body_wakes_nobody(make_site, visit, caplog):
    """Neither one whose parts make no sense nor one that ends with its connection."""
    site = make_site()
    head = b"POST /callbacks/evolink/token-1 HTTP/1.1\r\nHost: x\r\n"
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            chunked = b"Transfer-Encoding: chunked\r\n\r\n"
            heard = await stranger.say(head + chunked, b"zz\r\nzz\r\n")
            assert heard.status in (0, 400)
            _, writer = await asyncio.open_connection("127.0.0.1", stranger.port)
            writer.write(head + b"Content-Length: 9\r\n\r\n{")
            await writer.drain()
            writer.close()
            assert (await stranger.ask("GET", "/healthz")).status == 200
        assert not await was_called(callback)
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


async def test_a_packed_body_is_not_unpacked(make_site, visit):
    """What would be 5 MB is a body of 5 kB, and dropped as that."""
    site = make_site()
    packed = gzip.compress(bytes(5_000_000))
    assert len(packed) < BODY_LIMIT
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            gzipped = {"Content-Encoding": "gzip"}
            heard = await stranger.ask("POST", "/callbacks/evolink/token-1", packed, gzipped)
        assert heard.status == 204
        assert await was_called(callback)


async def test_a_wait_that_is_given_up_loses_no_call(make_site, visit):
    site = make_site()
    with site.expect("evolink", signed=False) as callback:
        async with visit(site) as stranger:
            assert not await was_called(callback)
            await stranger.ask("POST", "/callbacks/evolink/token-1", b"{}")
        assert await was_called(callback)


# --- callbacks that are signed -----------------------------------------------------------------


def test_without_a_secret_no_address_is_given_to_who_signs(make_site):
    for secrets in ({}, {"toapis": ""}, {"other": SECRET}):
        with make_site(webhook_secrets=secrets).expect("toapis", signed=True) as callback:
            assert callback.url is None


async def test_a_call_that_is_signed_is_taken(make_site, visit, now):
    """Under a token it ends that wait; without one it is a test, or about nobody's task."""
    site = make_site(**SIGNING)
    with site.expect("toapis", signed=True) as callback:
        assert callback.url == "https://bot.example/callbacks/toapis/token-1"
        async with visit(site) as stranger:
            heard = await stranger.ask("POST", "/callbacks/toapis", BODY, signed(now))
            assert heard.status == 204
            assert not await was_called(callback)
            heard = await stranger.ask("POST", "/callbacks/toapis/token-1", BODY, signed(now))
            assert heard.status == 204
            assert await was_called(callback)
            heard = await stranger.ask("POST", "/callbacks/toapis/token-2", BODY, signed(now))
            assert heard.status == 404


async def test_a_signature_is_of_the_bytes_that_were_sent(make_site, visit, now):
    site = make_site(**SIGNING)
    packed = gzip.compress(BODY)
    headers = {**signed(now, packed), "Content-Encoding": "gzip"}
    async with visit(site) as stranger:
        assert (await stranger.ask("POST", "/callbacks/toapis", packed, headers)).status == 204


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: {},
        lambda headers: {**headers, "X-ToAPIs-Webhook-Signature": "v1=" + "0" * 64},
        lambda headers: {**headers, "X-ToAPIs-Webhook-Signature": "v1=\xff"},
        lambda headers: {**headers, "X-ToAPIs-Webhook-Id": "evt_2"},
        lambda headers: {**headers, "X-ToAPIs-Webhook-Timestamp": "0"},
    ],
    ids=["none", "wrong", "no text", "another event", "another time"],
)
async def test_a_call_that_is_not_signed_right_wakes_nobody(make_site, visit, now, change):
    """It hears the same whether there is such a call or not."""
    site = make_site(**SIGNING)
    with site.expect("toapis", signed=True) as callback:
        async with visit(site) as stranger:
            first, *others = [
                await stranger.ask("POST", f"/callbacks/toapis{token}", BODY, change(signed(now)))
                for token in ("/token-1", "/token-2", "")
            ]
        assert first.status == 401
        assert [heard.lasting for heard in others] == [first.lasting] * 2
        assert not await was_called(callback)


async def test_another_body_under_a_good_signature_wakes_nobody(make_site, visit, now):
    site = make_site(**SIGNING)
    with site.expect("toapis", signed=True) as callback:
        async with visit(site) as stranger:
            headers = signed(now)
            heard = await stranger.ask("POST", "/callbacks/toapis/token-1", BODY + b" ", headers)
        assert heard.status == 401
        assert not await was_called(callback)


@pytest.mark.parametrize(("minutes", "status"), [(0, 204), (4, 204), (6, 401), (-6, 401)])
async def test_a_call_is_repeated_in_vain_after_five_minutes(
    make_site, visit, now, minutes, status
):
    """Sooner it is one more look at the task, no more."""
    at = now + timedelta(minutes=minutes)
    site = make_site(now=lambda: at, **SIGNING)
    with site.expect("toapis", signed=True) as callback:
        async with visit(site) as stranger:
            heard = await stranger.ask("POST", "/callbacks/toapis/token-1", BODY, signed(now))
        assert heard.status == status
        assert await was_called(callback) is (status == 204)


# --- what is lent ------------------------------------------------------------------------------


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "store" / "picture.png"
    path.parent.mkdir()
    path.write_bytes(PNG)
    return path


async def test_a_picture_is_lent_whole(make_site, visit, picture):
    site = make_site()
    with site.offer(picture, "image/png") as url:
        assert url == "https://bot.example/references/token-1.png"
        async with visit(site) as stranger:
            heard = await stranger.ask("GET", "/references/token-1.png")
            looked = await stranger.ask("HEAD", "/references/token-1.png")
    assert (heard.status, heard.body) == (200, PNG)
    assert heard.headers["content-type"] == "image/png"
    assert heard.headers["content-length"] == str(len(PNG))
    assert heard.headers["cache-control"] == "no-store"
    assert heard.headers["x-content-type-options"] == "nosniff"
    assert looked.lasting == (200, {k: v for k, v in heard.headers.items() if k != "date"}, b"")


@pytest.mark.parametrize(
    ("mime", "ending"), [("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp")]
)
async def test_a_picture_is_named_by_what_it_is(make_site, visit, picture, mime, ending):
    """Whatever its file is called."""
    site = make_site()
    with site.offer(picture, mime) as url:
        assert url.endswith(f"/token-1.{ending}")
        async with visit(site) as stranger:
            heard = await stranger.ask("GET", f"/references/token-1.{ending}")
    assert heard.headers["content-type"] == mime


async def test_a_picture_is_lent_to_each_call_by_itself(make_site, visit, picture):
    """The one that ends first takes only its own address away."""
    site = make_site()
    async with visit(site) as stranger:
        with site.offer(picture, "image/png"):
            with site.offer(picture, "image/png"):
                assert (await stranger.ask("GET", "/references/token-2.png")).status == 200
            assert (await stranger.ask("GET", "/references/token-2.png")).status == 404
            assert (await stranger.ask("GET", "/references/token-1.png")).status == 200
        assert (await stranger.ask("GET", "/references/token-1.png")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/references/token-2.png",
        "/references/token-1",
        "/references/token-1.png/",
        "/references/picture.png",
        "/references/",
        "/references",
        "/references/../store/picture.png",
        "/references/..%2Fstore%2Fpicture.png",
        "/references/%2e%2e/store/picture.png",
        "/references//etc/passwd",
        "/references/%2Fetc%2Fpasswd",
        "/references/token-1.png%00.jpg",
        "/store/picture.png",
        "http://bot.example/references/picture.png",
        "//references/token-1.png",
    ],
)
async def test_nothing_but_what_is_lent_is_to_be_had(make_site, visit, picture, path):
    site = make_site()
    with site.offer(picture, "image/png"):
        async with visit(site) as stranger:
            usual = await stranger.ask("GET", "/references/wrong")
            heard = await stranger.ask("GET", path)
    assert usual.status == 404
    assert heard.lasting == usual.lasting


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_is_lent_cannot_be_changed(make_site, visit, picture, method):
    site = make_site()
    with site.offer(picture, "image/png"):
        async with visit(site) as stranger:
            heard = await stranger.ask(method, "/references/token-1.png", b"x")
            usual = await stranger.ask("GET", "/references/wrong")
    assert heard.status == 404
    assert heard.lasting == usual.lasting
    assert picture.read_bytes() == PNG


async def test_a_picture_that_is_gone_from_the_disk_is_not_found(make_site, visit, picture):
    site = make_site()
    with site.offer(picture, "image/png"):
        picture.unlink()
        async with visit(site) as stranger:
            heard = await stranger.ask("GET", "/references/token-1.png")
    assert heard.status == 404
    assert PNG[:8] not in heard.body


async def test_who_does_not_read_is_not_waited_for(make_site, visit, picture):
    """And the connection is gone, not left to a reader who may begin one day."""
    os.truncate(picture, 30_000_000)
    site = make_site(picture_seconds=0.1)
    with site.offer(picture, "image/png"):
        async with visit(site) as stranger, asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", stranger.port, limit=1024)
            writer.transport.pause_reading()
            writer.write(b"GET /references/token-1.png HTTP/1.1\r\nHost: x\r\n\r\n")
            loop = asyncio.get_running_loop()
            began = loop.time()
            while loop.time() < began + 0.2:
                # Others are served meanwhile.
                assert (await stranger.ask("GET", "/healthz")).status == 200
            writer.transport.resume_reading()
            received = 0
            try:
                while chunk := await reader.read(1_000_000):
                    received += len(chunk)
            except ConnectionError:
                pass
            writer.close()
    assert received < 30_000_000


# --- everything --------------------------------------------------------------------------------


async def test_it_says_that_it_is_well(make_site, visit):
    async with visit(make_site()) as stranger:
        heard = await stranger.ask("GET", "/healthz")
    assert (heard.status, heard.body) == (200, b"ok")


async def test_no_answer_says_what_we_run_or_may_be_kept_or_framed(make_site, visit, picture, now):
    """Good or bad, of every status there is."""
    site = make_site(body_seconds=0.05, **SIGNING)
    bad = b"POST /callbacks/evolink/token-1 HTTP/1.1\r\nHost: x\r\n"
    with site.expect("evolink", signed=False), site.offer(picture, "image/png"):
        async with visit(site) as stranger:
            answers = [
                await stranger.ask("GET", "/healthz"),
                await stranger.ask("POST", "/callbacks/evolink/token-1", b"{}"),
                await stranger.ask("POST", "/callbacks/toapis", BODY, signed(now)),
                await stranger.ask("GET", "/references/token-2.png"),
                await stranger.ask("GET", "/references/token-2.png", None, {"Range": "bytes=0-3"}),
                await stranger.ask("GET", "/references/token-2.png", None, {"Range": "bytes=z"}),
                await stranger.ask("POST", "/callbacks/toapis", BODY),
                await stranger.ask("GET", "/nowhere"),
                await stranger.ask("PUT", "/healthz"),
                await stranger.say(bad + b"Content-Length: 9\r\n\r\n{"),
                await stranger.ask("POST", "/callbacks/evolink/token-1", bytes(BODY_LIMIT + 1)),
                await stranger.ask("POST", "/callbacks/evolink/x", b"", {"Expect": "a miracle"}),
            ]
    statuses = [heard.status for heard in answers]
    assert statuses == [200, 204, 204, 200, 206, 416, 401, 404, 404, 408, 413, 404]
    for heard in answers:
        assert "server" not in heard.headers
        assert "aiohttp" not in heard.body.decode("latin-1")
        assert heard.headers["connection"] == "close"
        assert heard.headers["cache-control"] == "no-store"
        assert heard.headers["x-content-type-options"] == "nosniff"
        assert heard.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in heard.headers["content-security-policy"]


async def test_no_token_reaches_the_log(make_site, visit, picture, caplog, now):
    """Not even of a request that is no HTTP, and not at the log's loudest."""
    caplog.set_level(logging.DEBUG)
    site = make_site(**SIGNING)
    with site.expect("evolink", signed=False), site.offer(picture, "image/png"):
        async with visit(site) as stranger:
            await stranger.ask("POST", "/callbacks/evolink/token-1", b"{}")
            await stranger.ask("POST", "/callbacks/evolink/token-1", bytes(BODY_LIMIT + 1))
            await stranger.ask("GET", "/callbacks/evolink/token-1")
            await stranger.ask("GET", "/references/token-2.png")
            await stranger.say(b"GET /references/token-2.png\r\n\r\n")
            await stranger.say(b"P\x00ST /callbacks/evolink/token-1 HTTP/1.1\r\n\r\n")
            await stranger.say(b"GET / HTTP/1.1\r\ntoken-1: \x00\r\ntoken-2\r\n\r\n")
    ours = [record for record in caplog.records if record.name.startswith("aiohttp")]
    assert "token-" not in caplog.text
    assert ours == []
