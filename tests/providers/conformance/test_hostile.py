"""Answers made to do harm, or made carelessly: what is no picture, and addresses of our home."""

import base64
import json

import pytest

from bot.errors import Billed, ErrorKind

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"
NOT_PICTURES = {
    "svg": (SVG, "image/svg+xml"),
    "svg as png": (SVG, "image/png"),
    "svg after a declaration": (b'<?xml version="1.0"?>' + SVG, "image/png"),
    "page": (PAGE, "text/html"),
    "page as jpeg": (PAGE, "image/jpeg"),
    "json": (b'{"error": "gone"}', "image/png"),
    "pdf": (b"%PDF-1.7\n" + bytes(100), "image/png"),
    "program": (b"\x7fELF" + bytes(100), "image/webp"),
    "nothing but zeros": (bytes(500), "image/png"),
    "nearly a png": (b"\x89PNG\r\n\x1a\r" + bytes(100), "image/png"),
    "riff without webp": (b"RIFF\x00\x00\x00\x00WAVE" + bytes(100), "image/webp"),
}
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(200))
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(range(200))


@pytest.mark.parametrize("what", list(NOT_PICTURES))
async def test_what_is_no_picture_is_not_kept(name, stage, scripted, any_request, fail, what):
    """By its first bytes, whatever type is declared; an SVG never is one."""
    content, mime = NOT_PICTURES[what]
    stage.draw(content, mime=mime)
    failed = await fail(scripted(), any_request(name))
    assert failed.kind in (
        ErrorKind.MALFORMED_RESPONSE,
        ErrorKind.NO_IMAGE,
        ErrorKind.TEXT_ONLY,
    )
    assert failed.error.billed in (Billed.UNKNOWN, Billed.YES)
    assert stage.calls <= 2


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/webp"])
async def test_a_wrong_type_is_not_believed(
    name, stage, scripted, any_request, ask, check, png, kind
):
    content = {"image/png": png, "image/jpeg": JPEG, "image/webp": WEBP}[kind]
    provider = scripted()
    for declared in ("image/png", "image/webp", "image/jpg", "image/jpeg"):
        stage.draw(content, mime=declared)
        generation = await ask(provider, any_request(name))
        check(generation, content, kind)
        generation.images[0].path.unlink()


@pytest.mark.parametrize(
    "mime", ["", "image/png; charset=binary", "text/html", "application/octet-stream"]
)
async def test_a_download_of_any_declared_type_is_what_its_bytes_are(
    linking_name, stage_for, provider_at, any_request, ask, check, upstream, png, mime
):
    stage = stage_for(linking_name)
    stage.link(f"{upstream.url}/result/0.png")
    stage.result = stage.serve(png, mime)
    check(await ask(provider_at(linking_name, stage.opened()), any_request(linking_name)), png)


NOISE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def url_safe(data):
    return base64.urlsafe_b64encode(data)


def unpadded(data):
    return base64.b64encode(data).rstrip(b"=")


def in_lines(data):
    return base64.encodebytes(data)


def url_safe_in_windows_lines(data):
    return base64.urlsafe_b64encode(data).replace(b"A", b"A\r\n").rstrip(b"=")


@pytest.mark.parametrize("encode", [url_safe, unpadded, in_lines, url_safe_in_windows_lines])
@pytest.mark.parametrize("slashes", ["plain", "escaped", "in hex"])
async def test_base64_of_any_spelling_is_read(
    inline_name, stage_for, provider_at, any_request, ask, check, told, encode, slashes
):
    """Either alphabet, padded or not, in lines, with slashes escaped in JSON's two ways."""
    stage = stage_for(inline_name)
    provider = provider_at(inline_name, stage.opened())
    escaped = {"plain": b"/", "escaped": b"\\/", "in hex": b"\\u002F"}[slashes]
    for content in (NOISE, NOISE[:-1], NOISE[:-2]):
        spelled = encode(content)
        # In a text, space ends an address; where base64 is all of the text it does not.
        in_text = stage.dialect == "openai-chat" and b"\n" in spelled
        answer = stage.chat(spelled.decode()) if in_text else stage.embedded(spelled)
        stage.paid = told(json.dumps(answer).encode().replace(b"/", escaped))
        generation = await ask(provider, any_request(inline_name))
        check(generation, content)
        generation.images[0].path.unlink()


@pytest.mark.parametrize("drafts", [1, 9, 29])
async def test_the_last_of_many_pictures_counts(
    name, stage, scripted, any_request, ask, check, png, drafts
):
    """Drafts come first, up to ten have been seen; only the result is kept."""
    stage.draw(*(png + b"draft %d" % number for number in range(drafts)), png)
    check(await ask(scripted(), any_request(name)), png)
    assert stage.calls == 1


# --- addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "home",
    [
        "{url}/result/0.png",
        "http://localhost:{port}/0.png",
        "http://0.0.0.0:{port}/0.png",
        "http://127.1:{port}/0.png",
        "http://2130706433:{port}/0.png",
        "http://[::1]:{port}/0.png",
        "http://[::ffff:127.0.0.1]:{port}/0.png",
        "http://me:secret@127.0.0.1:{port}/0.png",
        "http://169.254.169.254/latest/meta-data/0.png",
        "http://10.0.0.1/0.png",
    ],
)
async def test_an_address_of_our_own_home_is_not_asked(
    linking_name, stage_for, provider_at, any_request, fail, canary, home
):
    """The canary counts who comes; the operator has named no host."""
    stage = stage_for(linking_name)
    port = canary.url.rpartition(":")[2]
    stage.link(home.format(url=canary.url, port=port))
    provider = provider_at(linking_name, stage.opened(), hosts="")
    failed = await fail(provider, any_request(linking_name))
    assert canary.asked == 0
    if "[" in home and stage.dialect in ("gemini", "openai-chat"):
        # No address in a text ends in a bracket, so that it is not even taken for one.
        lost = stage.dialect == "gemini"
        assert failed.kind is (ErrorKind.RESULT_UNAVAILABLE if lost else ErrorKind.NO_IMAGE)
        return
    assert (failed.kind, failed.error.billed) == (ErrorKind.UNSAFE_URL, Billed.YES)
    assert stage.calls == 1


@pytest.mark.parametrize("address", ["ftp://files.example/0.png", "file:///etc/hosts.png", "//x"])
async def test_an_address_that_is_none_of_the_web_is_not_asked(
    task_name, stage_for, provider_at, any_request, fail, address
):
    stage = stage_for(task_name)
    stage.link(address)
    failed = await fail(provider_at(task_name, stage.opened()), any_request(task_name))
    assert (failed.kind, stage.calls) == (ErrorKind.UNSAFE_URL, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_our_own_home_is_not_followed(
    linking_name, stage_for, provider_at, any_request, fail, canary, told, upstream, status
):
    """Also from a host that the operator trusts, to the same machine by another name."""
    stage = stage_for(linking_name)
    home = canary.url.replace("127.0.0.1", "localhost") + "/0.png"
    stage.link(f"{upstream.url}/result/0.png")
    stage.result = told(b"", status, {"Location": home})
    provider = provider_at(linking_name, stage.opened())
    failed = await fail(provider, any_request(linking_name))
    assert (failed.kind, failed.error.billed) == (ErrorKind.UNSAFE_URL, Billed.YES)
    assert (canary.asked, stage.calls) == (0, 1)


async def test_redirects_without_end_are_left(
    linking_name, stage_for, provider_at, any_request, fail, told, upstream
):
    stage = stage_for(linking_name)
    stage.link(f"{upstream.url}/result/0.png")
    stage.result = told(b"", 302, {"Location": f"{upstream.url}/result/1.png"})
    failed = await fail(provider_at(linking_name, stage.opened()), any_request(linking_name))
    assert failed.kind in (ErrorKind.UNSAFE_URL, ErrorKind.RESULT_UNAVAILABLE)
    assert stage.calls == 1
    assert stage.heard.count("result") <= 16


async def test_the_key_goes_to_the_upstream_alone(
    name, stage, scripted, any_request, ask, check, upstream, key, png
):
    """In one header, in no address, and not to where a picture is fetched from."""
    stage.draw(png)
    check(await ask(scripted(), any_request(name)), png)
    for kind, sent in zip(stage.heard, upstream.received, strict=True):
        carrying = [header for header, value in sent.headers if key in value]
        assert len(carrying) == (0 if kind == "result" else 1)
        assert key not in sent.path
        assert key.encode() not in sent.body
        assert sent.header("cookie") == []
