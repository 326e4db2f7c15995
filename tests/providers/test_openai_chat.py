"""Chat completions on the wire: the request as the official SDK means it, every answer's shape."""

import base64
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from blake3 import blake3

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.request import Appearance, ImageRef
from bot.providers.base import ImageFile
from bot.providers.chat_outcome import read
from bot.providers.download import AGAIN_SECONDS, Downloader
from bot.providers.openai_chat import ChatProvider
from bot.providers.registry import Outfit, build
from bot.settings import Settings

GOLDEN = Path(__file__).parents[1] / "golden/openai_chat"
ANSWERS = json.loads((GOLDEN / "answers.json").read_text("utf-8"))
STYLED = json.loads((GOLDEN / "requests.json").read_text("utf-8"))
LINK = "https://pictures.example/files/a.png"
BILLS_REFUSALS = {"apiyi": True, "google": False}
"""Upstreams of the catalog that differ in what they charge for; the dialect is ours either way."""


class Fetching:
    """Plays one result a call, a picture's bytes or an error; `urls` are what was asked for."""

    def __init__(self, *results: bytes | ErrorKind) -> None:
        self._results = list(results)
        self.urls: list[str] = []

    async def __call__(self, url: str, folder: Path) -> ImageFile:
        self.urls.append(url)
        result = self._results.pop(0)
        if isinstance(result, ErrorKind):
            raise ProviderError(result, "apiyi-chat", Billed.YES)
        path = folder / "fetched"
        path.write_bytes(result)
        return ImageFile(path, blake3(result).hexdigest(), "image/png", len(result))


@pytest.fixture
def sleeps():
    """Seconds that were waited."""
    return []


@pytest.fixture
def make_chat(upstream, transport, catalog, tmp_path, key, sleeps):
    """A ChatProvider that talks to the scripted upstream; any argument can be overridden."""

    async def sleep(seconds):
        sleeps.append(seconds)

    def make(name: str = "apiyi-chat", **changes) -> ChatProvider:
        arguments = {
            "upstream": catalog.upstreams[name],
            "api_key": key,
            "base_url": upstream.url,
            "transport": transport,
            "locate": lambda ref: tmp_path / "references" / ref.digest,
            "fetch": None,
            "sleep": sleep,
            "time_limit": 10.0,
            "now": lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        }
        return ChatProvider(**(arguments | changes))

    return make


@pytest.fixture
def reference(tmp_path):
    """Store bytes where the provider's `locate` finds them."""

    def store(data: bytes, mime: str = "image/png") -> ImageRef:
        digest = blake3(data).hexdigest()
        (tmp_path / "references").mkdir(exist_ok=True)
        (tmp_path / "references" / digest).write_bytes(data)
        return ImageRef(digest, mime, 1, 1, len(data))

    return store


@pytest.fixture
def drawn(png):
    """The body of a good answer."""
    return said(f"![image](data:image/png;base64,{base64.b64encode(png).decode()})")


def said(content: object, finish: str = "stop", **message: object) -> dict:
    message = {"role": "assistant", "content": content, **message}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


# --- the request ----------------------------------------------------------------------------


@pytest.mark.parametrize("capture", ["text", "image_input"])
async def test_the_body_is_the_sdks(
    upstream, make_chat, request_for, reference, observer, folder, golden, drawn, key, capture
):
    """Equal in meaning to what the openai library sends; `stream` is said where it leaves it."""
    captured = golden(f"sdk_requests/openai_chat_{capture}.json")
    [message] = captured["body_json"]["messages"]
    parts = message["content"] if isinstance(message["content"], list) else []
    prompt = parts[0]["text"] if parts else message["content"]
    references = tuple(
        reference(base64.b64decode(part["image_url"]["url"].partition(",")[2]))
        for part in parts[1:]
    )
    upstream.script(upstream.reply(200, drawn))
    model = captured["body_json"]["model"]
    asked = request_for(prompt=prompt, model=model, reference_images=references)
    await make_chat().generate(asked, folder=folder, observer=observer)
    [received] = upstream.received
    assert received.document == {"stream": False, **captured["body_json"]}
    assert (received.method, received.path) == (captured["method"], captured["path"])
    assert received.header("content-type") == ["application/json"]
    assert received.header("authorization") == [f"Bearer {key}"]
    assert received.header("accept-encoding") == ["identity"]


@pytest.mark.parametrize("row", STYLED, ids=lambda row: row["name"])
async def test_a_style_goes_with_the_prompt_and_a_house_style_is_the_systems_message(
    upstream, make_chat, request_for, reference, observer, folder, drawn, row
):
    references = tuple(reference(b"PNG") for _ in range(row["images"]))
    upstream.script(upstream.reply(200, drawn))
    asked = request_for(reference_images=references, **row["changes"])
    await make_chat().generate(asked, folder=folder, observer=observer)
    assert upstream.received[0].document == row["body"]


async def test_two_images_are_two_parts_after_the_text(
    upstream, make_chat, request_for, reference, observer, folder, golden, drawn, png
):
    """As in the SDK's call with two images, but that every one of ours travels inside."""
    captured = golden("sdk_requests/openai_chat_multi_image_extra_body.json")["body_json"]
    theirs = captured["messages"][0]["content"]
    asked = request_for(
        prompt=theirs[0]["text"],
        reference_images=(reference(png), reference(b"\xff\xd8\xff", "image/jpeg")),
    )
    upstream.script(upstream.reply(200, drawn))
    await make_chat().generate(asked, folder=folder, observer=observer)
    ours = upstream.received[0].document["messages"][0]["content"]
    assert ours[:2] == theirs[:2]
    jpeg = {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/"}}
    assert ours[2:] == [jpeg]


async def test_a_request_with_characters_says_which_pictures_they_are(
    upstream, make_chat, request_for, reference, observer, folder, golden, drawn
):
    cast = (Appearance("Mia", 1, 2), Appearance("小明", 3, 1))
    images = tuple(reference(b"%d" % n) for n in range(4))
    upstream.script(upstream.reply(200, drawn))
    asked = request_for(reference_images=images, characters=cast)
    await make_chat().generate(asked, folder=folder, observer=observer)
    assert upstream.received[0].document == golden("openai_chat/characters.json")


@pytest.mark.parametrize("size", [0, 1, 48 * 1024 + 1, 1_000_000])
async def test_a_reference_image_of_any_length_arrives_whole(
    upstream, make_chat, request_for, reference, observer, folder, drawn, size
):
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    upstream.script(upstream.reply(200, drawn))
    asked = request_for(prompt='"quoted" 狐', reference_images=(reference(data),))
    await make_chat().generate(asked, folder=folder, observer=observer)
    text, image = upstream.received[0].document["messages"][0]["content"]
    assert text["text"] == '"quoted" 狐'
    head, _, encoded = image["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(encoded, validate=True) == data


@pytest.mark.parametrize("suffix", ["", "/", "/apiyi", "/apiyi/"])
async def test_a_base_url_may_have_a_prefix_and_a_slash(
    upstream, make_chat, request_for, observer, folder, drawn, suffix
):
    upstream.script(upstream.reply(200, drawn))
    chat = make_chat(base_url=upstream.url + suffix)
    await chat.generate(request_for(), folder=folder, observer=observer)
    assert upstream.received[0].path == suffix.rstrip("/") + "/v1/chat/completions"


async def test_eighteen_megabytes_are_the_most_that_is_sent(
    upstream, make_chat, request_for, reference, observer, folder
):
    heavy = reference(bytes(27 * 2**19))
    with pytest.raises(ProviderError) as caught:
        await make_chat().generate(
            request_for(reference_images=(heavy,)), folder=folder, observer=observer
        )
    assert caught.value.kind is ErrorKind.PAYLOAD_TOO_LARGE
    assert upstream.connections == 0


# --- the answer -----------------------------------------------------------------------------


@pytest.mark.parametrize("row", ANSWERS, ids=[row["name"] for row in ANSWERS])
async def test_every_shape_of_answer(
    upstream, make_chat, catalog, request_for, observer, folder, row
):
    """A picture file and what came with it, or the kind, the bill and the words; no stray file."""
    upstream.script(upstream.reply(200, row["body"]))
    expected = row["outcome"]
    for name, by_call in BILLS_REFUSALS.items():
        chat = make_chat(upstream=catalog.upstreams[name])
        asked = chat.generate(request_for(), folder=folder, observer=observer)
        if "kind" not in expected:
            await check_picture(await asked, expected, folder)
            continue
        with pytest.raises(ProviderError) as caught:
            await asked
        error = caught.value
        billed = expected["billed"]
        assert error.kind == expected["kind"]
        assert error.billed == (expected.get("billed_by_call", billed) if by_call else billed)
        if "said" in expected:
            assert error.said == expected["said"]
        assert list(folder.iterdir()) == []
    assert len(upstream.received) == len(BILLS_REFUSALS)


async def check_picture(generation, expected, folder):
    [image] = generation.images
    content = image.path.read_bytes()
    assert image.mime == expected["mime"]
    assert (image.size, image.digest) == (len(content), blake3(content).hexdigest())
    for fact in ("text", "upstream_model"):
        assert getattr(generation, fact) == expected.get(fact)
    assert generation.usage.total_tokens == expected.get("tokens")
    assert list(folder.iterdir()) == [image.path]
    image.path.unlink()


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_an_answer_may_arrive_in_any_pieces(
    upstream, make_chat, request_for, observer, folder, png, size
):
    """As packets cut anywhere, with every slash escaped."""
    uri = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    body = json.dumps(said(f"![image]({uri}) é")).replace("/", "\\u002f").encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    upstream.script(upstream.raw(head, *pieces))
    generation = await make_chat().generate(request_for(), folder=folder, observer=observer)
    assert generation.images[0].path.read_bytes() == png
    assert generation.text == "é"


# --- pictures given by their address --------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "link", "text"),
    [
        ({"content": f"Here: ![image]({LINK})"}, LINK, "Here:"),
        ({"content": f'![image](<{LINK}> "a fox")'}, LINK, None),
        ({"content": "![image](https://pictures.example/by/id?x=1)"}, None, None),
        ({"content": f"Here: {LINK}."}, LINK, "Here:"),
        ({"content": f"**{LINK}?sig=a/b#c**"}, f"{LINK}?sig=a/b#c", None),
        ({"content": f"[download]({LINK})"}, LINK, None),
        ({"content": f"![]({LINK}) https://a.example/b.png"}, LINK, None),
        ({"content": f"https://a.example/b {LINK}"}, LINK, "https://a.example/b"),
        ({"content": f"![](https://a.example/b.svg) {LINK}"}, LINK, None),
        ({"content": f"![](https://a.example/1) ![]({LINK})"}, LINK, None),
        ({"content": None, "images": [{"image_url": {"url": LINK}}]}, LINK, None),
        ({"content": "https://a.example/b.png", "images": [{"url": LINK}]}, LINK, None),
        ({"content": [{"type": "image_url", "image_url": {"url": LINK}}]}, LINK, None),
        ({"content": [{"type": "output_image", "image_url": LINK}]}, LINK, None),
        ({"content": f"data:image/png;base64,{'A' * 40} {LINK}"}, LINK, None),
    ],
)
async def test_a_linked_picture_is_fetched_and_not_spoken_of(
    upstream, make_chat, request_for, observer, folder, png, message, link, text
):
    upstream.script(upstream.reply(200, said(**message)))
    fetch = Fetching(png)
    generation = await make_chat(fetch=fetch).generate(
        request_for(), folder=folder, observer=observer
    )
    assert generation.images[0].path.read_bytes() == png
    assert fetch.urls == [link or "https://pictures.example/by/id?x=1"]
    assert len(list(folder.iterdir())) == 1
    assert generation.text == text


async def test_a_picture_that_came_along_is_not_fetched(
    upstream, make_chat, request_for, observer, folder, drawn
):
    drawn["choices"][0]["message"]["images"] = [{"image_url": {"url": LINK}}]
    upstream.script(upstream.reply(200, drawn))
    fetch = Fetching()
    await make_chat(fetch=fetch).generate(request_for(), folder=folder, observer=observer)
    assert fetch.urls == []


@pytest.mark.parametrize(
    ("results", "kind", "waits"),
    [
        ([ErrorKind.RESULT_UNAVAILABLE, None], None, [AGAIN_SECONDS]),
        ([ErrorKind.RESULT_UNAVAILABLE] * 2, ErrorKind.RESULT_UNAVAILABLE, [AGAIN_SECONDS]),
        ([ErrorKind.UNSAFE_URL], ErrorKind.UNSAFE_URL, []),
        ([ErrorKind.MALFORMED_RESPONSE], ErrorKind.MALFORMED_RESPONSE, []),
    ],
)
async def test_a_picture_that_does_not_come_is_asked_for_once_more(
    upstream, make_chat, request_for, observer, folder, png, sleeps, results, kind, waits
):
    """It is paid for; an unsafe address or what is no picture will not get better."""
    upstream.script(upstream.reply(200, said(f"![]({LINK})")))
    chat = make_chat(fetch=Fetching(*(result or png for result in results)))
    if kind is None:
        await chat.generate(request_for(), folder=folder, observer=observer)
    else:
        with pytest.raises(ProviderError) as caught:
            await chat.generate(request_for(), folder=folder, observer=observer)
        assert (caught.value.kind, caught.value.billed) == (kind, Billed.YES)
        assert list(folder.iterdir()) == []
    assert sleeps == waits
    assert len(upstream.received) == 1


@pytest.mark.parametrize(
    "text",
    [
        "![" * 20_000,
        "![](" * 20_000,
        "![](" + "a" * 20_000,
        "![](a " + " " * 20_000,
        "[" * 20_000,
        "http://" * 20_000,
        "data:image/" * 20_000,
        "data:image/png;base64,1;" * 20_000,
        "https://a/b.png " * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_keeps_the_reader_busy(text):
    """Gone through again from every character, each would take seconds."""
    began = time.thread_time()
    read(said(text))
    assert time.thread_time() - began < 0.5


# --- over the stand-in, as the registry builds it -------------------------------------------


def built(monkeypatch, catalog, transport, **changes):
    """The registry's providers with these settings alone."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    keys = {"apiyi_api_key": "a-key", "evolink_api_key": "b-key"}

    async def at_once(seconds):
        return None

    settings = Settings(_env_file=None, **(keys | changes))
    outfit = Outfit(
        transport=transport,
        downloader=Downloader(allowed_hosts=settings.result_hosts),
        locate=lambda ref: Path(ref.digest),
        sleep=at_once,
        random=lambda: 0.0,
        clock=lambda: 0.0,
    )
    return {way.name: way.patient for way in build(settings, catalog=catalog, outfit=outfit)}


@pytest.fixture
def over_standin(monkeypatch, catalog, transport, standin):
    addresses = {
        "apiyi_base_url": f"{standin.url}/apiyi",
        "evolink_base_url": f"{standin.url}/evolink",
    }

    def make(**changes):
        return built(monkeypatch, catalog, transport, **(addresses | changes))

    return make


def test_chat_is_the_last_that_is_asked(over_standin):
    assert list(over_standin())[-2:] == ["apiyi-chat", "evolink-chat"]


@pytest.mark.parametrize("name", ["apiyi-chat", "evolink-chat"])
@pytest.mark.parametrize(
    "words",
    [
        *("", "as data uri", "as list", "as images", "as base64", "as link", "drafts", "escaped"),
        *("url-safe", "gzip", "bom", "wrong mime", "503 once", "drafts as images", "huge"),
    ],
)
async def test_a_picture_comes_in_every_shape(
    over_standin, request_for, observer, folder, name, words
):
    asked = request_for(prompt=f"a fox, {words}, for {name}", model="gemini-3.1-flash-image")
    provider = over_standin(result_hosts="127.0.0.1")[name]
    generation = await provider.generate(asked, folder=folder, observer=observer)
    [image] = generation.images
    assert image.mime == "image/png"
    assert image.size > 10_000
    assert list(folder.iterdir()) == [image.path]
    assert len(observer.calls) == (2 if "once" in words else 1)
