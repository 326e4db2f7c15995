"""generateContent on the wire: the request as the official SDK means it, every kind of answer."""

import base64
import json
import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from blake3 import blake3

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.request import (
    Appearance,
    AspectRatio,
    ImageRef,
    Resolution,
    Style,
    Thinking,
    Turn,
)
from bot.providers.download import AGAIN_SECONDS, Downloader
from bot.providers.pace import OpenGate
from bot.providers.purchase import UPLOAD_LIMIT
from bot.providers.replay import ReplayRefused
from bot.providers.retry import Retrying
from bot.providers.transport import CutAnswer

GOLDEN = Path(__file__).parents[1] / "golden/gemini"
STYLED = json.loads((GOLDEN / "requests.json").read_text("utf-8"))
ANSWERS = json.loads((GOLDEN / "answers.json").read_text("utf-8"))


def meaning(node):
    """The same for camelCase and snake_case, for either base64 alphabet, and for SDK defaults."""
    if isinstance(node, list):
        return [meaning(item) for item in node]
    if isinstance(node, dict):
        return {
            re.sub("_([a-z])", lambda found: found[1].upper(), name): (
                base64.urlsafe_b64decode(value.translate(str.maketrans("+/", "-_")))
                if name == "data"
                else meaning(value)
            )
            for name, value in node.items()
        }
    return node


@pytest.fixture
def reference(tmp_path):
    """Store bytes where the provider's `locate` finds them."""

    def store(data: bytes, mime: str) -> ImageRef:
        digest = blake3(data).hexdigest()
        (tmp_path / "references").mkdir(exist_ok=True)
        (tmp_path / "references" / digest).write_bytes(data)
        return ImageRef(digest, mime, 1, 1, len(data))

    return store


@pytest.mark.parametrize(
    ("capture", "changes"),
    [
        ("t2i_imageconfig", {"aspect_ratio": AspectRatio.W16_H9, "resolution": Resolution.R2K}),
        ("edit_one_image", {"prompt": "Make it watercolor"}),
    ],
)
async def test_the_body_is_the_sdks(
    upstream, make_provider, request_for, reference, observer, folder, golden, answer, png,
    capture, changes,
):  # fmt: skip
    """Byte for byte another text, but equal in meaning to what google-genai sends."""
    captured = golden(f"sdk_requests/genai_{capture}.json")
    references = tuple(
        reference(base64.urlsafe_b64decode(part["inlineData"]["data"]), "image/png")
        for part in captured["body_json"]["contents"][0]["parts"]
        if "inlineData" in part
    )
    upstream.script(upstream.reply(200, answer(png)))
    model = re.search("models/(.*):", captured["path"])[1]
    asked = request_for(model=model, reference_images=references, **changes)
    await make_provider(api_version="v1").generate(asked, folder=folder, observer=observer)
    [received] = upstream.received
    assert meaning(received.document) == meaning(captured["body_json"])
    assert received.method == captured["method"]
    assert received.path == captured["path"]
    assert received.header("content-type") == ["application/json"]


async def test_three_images_and_their_types(
    upstream, make_provider, request_for, reference, observer, folder, golden, answer, png
):
    """As the SDK's three-image edit, but for our modalities and size; the files are intact."""
    captured = golden("sdk_requests/genai_edit_three_images.json")["body_json"]
    parts = captured["contents"][0]["parts"]
    references = tuple(
        reference(
            base64.urlsafe_b64decode(part["inlineData"]["data"]), part["inlineData"]["mime_type"]
        )
        for part in parts[1:]
    )
    upstream.script(upstream.reply(200, answer(png)))
    asked = request_for(prompt="Combine image 1, 2 and 3", reference_images=references)
    await make_provider().generate(asked, folder=folder, observer=observer)
    assert meaning(upstream.received[0].document)["contents"] == meaning(captured)["contents"]


@pytest.mark.parametrize("row", STYLED, ids=lambda row: row["name"])
async def test_a_style_goes_with_the_prompt_and_a_house_style_in_the_systems_place(
    upstream, make_provider, request_for, reference, observer, folder, answer, png, row
):
    references = tuple(reference(b"PNG", "image/png") for _ in range(row["images"]))
    upstream.script(upstream.reply(200, answer(png)))
    asked = request_for(reference_images=references, **row["changes"])
    await make_provider().generate(asked, folder=folder, observer=observer)
    assert upstream.received[0].document == row["body"]


async def test_a_model_that_takes_no_instruction_has_it_before_the_prompt(
    upstream, make_provider, request_for, catalog, observer, folder, answer, png
):
    """As an operator says of it in plantain.toml."""
    google = catalog.upstreams["google"]
    known = google.offers["gemini-3-pro-image"]
    offer = replace(known, model=replace(known.model, omit_instruction=True))
    told = replace(google, offers={offer.model.id: offer})
    upstream.script(upstream.reply(200, answer(png)))
    asked = request_for(house_style="flat colours", style=Style("ink", "ink wash"))
    await make_provider(upstream=told).generate(asked, folder=folder, observer=observer)
    document = upstream.received[0].document
    assert "systemInstruction" not in document
    [part] = document["contents"][0]["parts"]
    assert part["text"] == "flat colours\n\nA red fox in snow\n\nink wash"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 48 * 1024, 48 * 1024 + 1, 1_000_000])
async def test_a_reference_image_of_any_length_arrives_whole(
    upstream, make_provider, request_for, reference, observer, folder, answer, png, size
):
    data = bytes(range(251)) * (size // 251 + 1)
    image = reference(data[:size], "image/jpeg")
    upstream.script(upstream.reply(200, answer(png)))
    await make_provider().generate(
        request_for(reference_images=(image,)), folder=folder, observer=observer
    )
    [received] = upstream.received
    part = received.document["contents"][0]["parts"][1]["inlineData"]
    assert base64.b64decode(part["data"], validate=True) == data[:size]
    assert part["mimeType"] == "image/jpeg"
    assert received.header("transfer-encoding") == []


async def test_size_and_ratio_are_left_out_where_they_must_be(
    upstream, make_provider, request_for, observer, folder, answer, png
):
    """AUTO sends no ratio; the oldest model's schema has no size, so its config may be empty."""
    upstream.script(upstream.reply(200, answer(png)))
    provider = make_provider()
    old = "gemini-2.5-flash-image"
    for asked in (
        request_for(),
        request_for(model=old, aspect_ratio=AspectRatio.SQUARE),
        request_for(model=old),
    ):
        await provider.generate(asked, folder=folder, observer=observer)
    configs = [received.document["generationConfig"] for received in upstream.received]
    assert [config.get("imageConfig") for config in configs] == [
        {"imageSize": "1K"},
        {"aspectRatio": "1:1"},
        None,
    ]


async def test_the_key_goes_in_one_header_only(
    upstream, make_provider, request_for, observer, folder, answer, png, key
):
    """Google's in x-goog-api-key, apiyi's as a Bearer token, neither in the other or the path."""
    upstream.script(upstream.reply(200, answer(png)))
    for name in ("google", "apiyi"):
        await make_provider(name).generate(request_for(), folder=folder, observer=observer)
    google, apiyi = upstream.received
    assert google.header("x-goog-api-key") == [key]
    assert google.header("authorization") == []
    assert apiyi.header("authorization") == [f"Bearer {key}"]
    assert apiyi.header("x-goog-api-key") == []
    assert key not in google.path + apiyi.path
    for received in upstream.received:
        assert received.header("accept-encoding") == ["identity"]
        assert received.header("cookie") == []


@pytest.mark.parametrize("suffix", ["", "/", "/apiyi", "/apiyi/"])
async def test_a_base_url_may_have_a_prefix_and_a_slash(
    upstream, make_provider, request_for, observer, folder, answer, png, suffix
):
    upstream.script(upstream.reply(200, answer(png)))
    provider = make_provider(base_url=upstream.url + suffix, api_version="v1")
    await provider.generate(request_for(), folder=folder, observer=observer)
    prefix = suffix.rstrip("/")
    expected = f"{prefix}/v1/models/gemini-3-pro-image:generateContent"
    assert upstream.received[0].path == expected


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_both_versions_are_spoken(
    upstream, make_provider, request_for, observer, folder, answer, png, version
):
    """One body, and a path that differs in the version alone."""
    upstream.script(upstream.reply(200, answer(png)))
    provider = make_provider(api_version=version)
    generation = await provider.generate(request_for(), folder=folder, observer=observer)
    [received] = upstream.received
    assert received.path == f"/{version}/models/gemini-3-pro-image:generateContent"
    assert received.document["contents"] == [
        {"role": "user", "parts": [{"text": "A red fox in snow"}]}
    ]
    assert generation.images[0].path.read_bytes() == png


@pytest.mark.parametrize(
    ("suffix", "path"),
    [
        ("/v1", "/v1/models"),
        ("/v1beta/", "/v1beta/models"),
        ("/v1beta/models/", "/v1beta/models"),
        ("/gateway/v1", "/gateway/v1/models"),
        ("/v1alpha", "/v1alpha/models"),
        ("/v1/gateway", "/v1/gateway/v1beta/models"),
        ("/v1beta-proxy", "/v1beta-proxy/v1beta/models"),
        ("/v2", "/v2/v1beta/models"),
    ],
)
async def test_a_base_url_with_a_version_does_not_get_another(
    upstream, make_provider, request_for, observer, folder, answer, png, suffix, path
):
    """What the operator wrote into the address goes before the catalog's version."""
    upstream.script(upstream.reply(200, answer(png)))
    provider = make_provider(base_url=upstream.url + suffix)
    await provider.generate(request_for(), folder=folder, observer=observer)
    assert upstream.received[0].path == f"{path}/gemini-3-pro-image:generateContent"


@pytest.mark.parametrize("row", ANSWERS, ids=[row["name"] for row in ANSWERS])
async def test_every_answer_that_has_been_seen(
    upstream, make_provider, request_for, observer, folder, row
):
    """A picture file and what came with it, or the kind, the bill and the words; no stray file."""
    upstream.script(upstream.reply(200, row["body"]))
    expected = row["outcome"]
    for name in ("google", "apiyi"):
        asked = make_provider(name).generate(request_for(), folder=folder, observer=observer)
        if "kind" not in expected:
            await check_picture(await asked, name, expected, folder)
            continue
        with pytest.raises(ProviderError) as caught:
            await asked
        error = caught.value
        billed = expected["billed"] if name == "google" else None
        assert error.kind == expected["kind"]
        assert error.billed == (billed or expected.get("billed_by_call", expected["billed"]))
        assert error.provider == name
        if "said" in expected:
            assert error.said == expected["said"]
        assert list(folder.iterdir()) == []
    assert len(upstream.received) == 2


async def check_picture(generation, name, expected, folder):
    assert generation.provider == name
    [image] = generation.images
    content = image.path.read_bytes()
    assert image.mime == expected["mime"]
    assert (image.size, image.digest) == (len(content), blake3(content).hexdigest())
    for fact in ("text", "upstream_model"):
        assert getattr(generation, fact) == expected.get(fact)
    assert generation.usage.total_tokens == expected.get("tokens")
    assert list(folder.iterdir()) == [image.path]
    image.path.unlink()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"model": "gemini-9"}, ErrorKind.MODEL_UNAVAILABLE),
        ({"resolution": Resolution.R512}, ErrorKind.INVALID_REQUEST),
        (
            {"reference_images": (ImageRef("0" * 64, "image/png", 1, 1, 1),)},
            ErrorKind.INVALID_IMAGE,
        ),
    ],
)
async def test_what_cannot_be_asked_is_refused_without_a_call(
    upstream, make_provider, request_for, observer, folder, changes, kind
):
    with pytest.raises(ProviderError) as caught:
        await make_provider().generate(request_for(**changes), folder=folder, observer=observer)
    assert (caught.value.kind, caught.value.billed) == (kind, Billed.NO)
    assert upstream.connections == 0


async def test_eighteen_megabytes_are_the_most_that_is_sent(
    upstream, make_provider, request_for, reference, observer, folder
):
    """The limit counts the whole JSON: 13.5 MiB of pictures already reach it as base64."""
    heavy = reference(bytes(27 * 2**19), "image/png")
    with pytest.raises(ProviderError) as caught:
        await make_provider().generate(
            request_for(reference_images=(heavy,)), folder=folder, observer=observer
        )
    assert caught.value.kind is ErrorKind.PAYLOAD_TOO_LARGE
    assert upstream.connections == 0


async def test_a_folder_that_cannot_be_made_is_found_before_paying(
    upstream, make_provider, request_for, observer, tmp_path
):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ProviderError) as caught:
        await make_provider().generate(
            request_for(), folder=tmp_path / "file" / "x", observer=observer
        )
    assert caught.value.billed is Billed.NO
    assert upstream.connections == 0


async def test_a_disk_that_fails_after_paying_is_told_as_a_lost_result(
    upstream, make_provider, request_for, observer, folder, answer, png
):
    """The folder vanishes between the request and the answer: the picture was made and is owed."""
    reply = upstream.reply(200, answer(png))

    async def vanish(server, writer):
        folder.rmdir()
        await reply(server, writer)

    upstream.script(vanish)
    with pytest.raises(ProviderError) as caught:
        await make_provider().generate(request_for(), folder=folder, observer=observer)
    assert caught.value.kind is ErrorKind.RESULT_UNAVAILABLE
    assert caught.value.billed is Billed.YES


# --- thinking -------------------------------------------------------------------------------

BANANA = "gemini-nano-banana-2.1"


@pytest.mark.parametrize(
    ("level", "capture"), [(Thinking.HIGH, "high"), (Thinking.MINIMAL, "minimal")]
)
async def test_a_level_of_thinking_is_asked_for_as_the_sdk_does(
    upstream, make_provider, request_for, observer, folder, golden, answer, png, level, capture
):
    """In either case of letters, as Google takes it, and without asking for the thoughts."""
    captured = golden(f"sdk_requests/genai_t2i_thinking_{capture}.json")["body_json"]
    upstream.script(upstream.reply(200, answer(png)))
    asked = request_for(model=BANANA, thinking=level)
    await make_provider().generate(asked, folder=folder, observer=observer)
    sent = upstream.received[0].document
    config = meaning(captured)["generationConfig"]["thinkingConfig"]
    config.pop("includeThoughts", None)
    assert sent["generationConfig"]["thinkingConfig"] == {
        name: value.lower() for name, value in config.items()
    }
    assert meaning(sent)["contents"] == meaning(captured)["contents"]


async def test_nobody_thinks_who_was_not_asked_to_or_cannot(
    upstream, make_provider, request_for, observer, folder, answer, png
):
    upstream.script(upstream.reply(200, answer(png)))
    await make_provider().generate(request_for(), folder=folder, observer=observer)
    assert "thinkingConfig" not in upstream.received[0].document["generationConfig"]
    with pytest.raises(ProviderError) as caught:
        await make_provider().generate(
            request_for(thinking=Thinking.HIGH), folder=folder, observer=observer
        )
    assert (caught.value.kind, caught.value.billed) == (ErrorKind.INVALID_REQUEST, Billed.NO)
    assert upstream.connections == 1


# --- pictures given by their address --------------------------------------------------------


@pytest.fixture
def fetching(upstream):
    """A `fetch` that may reach the scripted upstream."""
    downloader = Downloader(allowed_hosts={"127.0.0.1"})

    async def fetch(url, into):
        return await downloader.fetch(url, provider="apiyi", folder=into)

    return fetch


@pytest.fixture
def linking(upstream):
    """Answers whose picture lies at the upstream, in a part or in words."""
    url = f"{upstream.url}/results/fox.png"

    def make(*parts):
        shown = [
            {"fileData": {"fileUri": url, "mimeType": "image/png"}, "thoughtSignature": "s"}
            if part == "file"
            else {"text": f"Here: ![fox]({url})"}
            if part == "text"
            else part
            for part in parts
        ]
        return {"candidates": [{"content": {"parts": shown}, "finishReason": "STOP"}]}

    return make


@pytest.mark.parametrize(("part", "text"), [("file", None), ("text", "Here:")])
async def test_a_picture_given_by_its_address_is_fetched(
    upstream, make_provider, request_for, observer, folder, png, fetching, linking, part, text
):
    """Without the key, and paid for once."""
    upstream.script(
        upstream.reply(200, linking(part)),
        upstream.reply(200, png, {"Content-Type": "image/png"}),
    )
    generation = await make_provider("apiyi", fetch=fetching).generate(
        request_for(), folder=folder, observer=observer
    )
    [image] = generation.images
    assert image.path.read_bytes() == png
    assert generation.text == text
    assert (generation.turn is not None) == (part == "file")
    posted, got = upstream.received
    assert (posted.method, got.method, got.path) == ("POST", "GET", "/results/fox.png")
    assert got.header("authorization") == []
    assert list(folder.iterdir()) == [image.path]


async def test_a_picture_that_came_along_is_not_fetched(
    upstream, make_provider, request_for, observer, folder, png, fetching, linking, answer
):
    [inline] = answer(png)["candidates"][0]["content"]["parts"]
    upstream.script(upstream.reply(200, linking(inline, "file", "text")))
    generation = await make_provider("apiyi", fetch=fetching).generate(
        request_for(), folder=folder, observer=observer
    )
    assert generation.images[0].path.read_bytes() == png
    assert len(upstream.received) == 1


@pytest.mark.parametrize("gone", [1, 2])
async def test_a_picture_that_does_not_come_is_asked_for_once_more(
    upstream, make_provider, request_for, observer, folder, png, pace, fetching, linking, gone
):
    """The paid call is not repeated, and what is lost in the end is owed."""
    missing = [upstream.reply(404, b"")] * gone
    upstream.script(upstream.reply(200, linking("file")), *missing, upstream.reply(200, png))
    asked = make_provider("apiyi", fetch=fetching).generate(
        request_for(), folder=folder, observer=observer
    )
    if gone == 1:
        assert (await asked).images[0].path.read_bytes() == png
    else:
        with pytest.raises(ProviderError) as caught:
            await asked
        assert (caught.value.kind, caught.value.billed) == (
            ErrorKind.RESULT_UNAVAILABLE,
            Billed.YES,
        )
    assert pace.waits == [AGAIN_SECONDS]
    assert [received.method for received in upstream.received] == ["POST", "GET", "GET"]


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("gs://bucket/fox.png", ErrorKind.RESULT_UNAVAILABLE),
        ("https://pictures.example/fox.svg", ErrorKind.RESULT_UNAVAILABLE),
        ("http://169.254.169.254/fox.png", ErrorKind.UNSAFE_URL),
    ],
)
async def test_an_address_that_must_not_be_asked_is_not(
    upstream, make_provider, request_for, observer, folder, fetching, linking, uri, kind
):
    upstream.script(upstream.reply(200, linking({"fileData": {"fileUri": uri}})))
    with pytest.raises(ProviderError) as caught:
        await make_provider("apiyi", fetch=fetching).generate(
            request_for(), folder=folder, observer=observer
        )
    assert (caught.value.kind, caught.value.billed) == (kind, Billed.YES)
    assert len(upstream.received) == 1


class Shelf:
    """Offers pictures at made-up addresses and remembers which are out."""

    def __init__(self) -> None:
        self.out: dict[str, Path] = {}
        self.seen: list[tuple[Path, str]] = []

    @contextmanager
    def offer(self, path, mime):
        url = f"https://plantain.example/references/{len(self.seen)}"
        self.seen.append((path, mime))
        self.out[url] = path
        yield url
        del self.out[url]


async def test_what_has_no_room_goes_by_address_the_largest_first(
    upstream, make_provider, request_for, reference, observer, folder, golden, answer, png
):
    """As the SDK names a file; the address is good until the answer is there, and no longer."""
    sizes = (6, 8, 7)
    references = tuple(reference(bytes([n]) * n * 2**20, "image/png") for n in sizes)
    shelf = Shelf()
    out = []
    reply = upstream.reply(200, answer(png))

    async def look(server, writer):
        out.append(len(shelf.out))
        await reply(server, writer)

    upstream.script(look)
    await make_provider(shelf=shelf).generate(
        request_for(prompt="Make it watercolor", reference_images=references),
        folder=folder,
        observer=observer,
    )
    [received] = upstream.received
    text, *parts = received.document["contents"][0]["parts"]
    assert [next(iter(part)) for part in parts] == ["inlineData", "fileData", "inlineData"]
    captured = golden("sdk_requests/genai_edit_file_uri.json")["body_json"]
    expected = meaning(captured)["contents"][0]["parts"]
    expected[1]["fileData"]["fileUri"] = "https://plantain.example/references/0"
    assert [text, parts[1]] == expected
    assert len(received.body) <= UPLOAD_LIMIT
    assert [path.name for path, _ in shelf.seen] == [references[1].digest]
    assert (out, shelf.out) == ([1], {})


async def test_a_request_with_room_offers_nothing(
    upstream, make_provider, request_for, reference, observer, folder, answer, png
):
    shelf = Shelf()
    upstream.script(upstream.reply(200, answer(png)))
    asked = request_for(reference_images=(reference(png, "image/png"),))
    await make_provider(shelf=shelf).generate(asked, folder=folder, observer=observer)
    assert shelf.seen == []


# --- going on from a picture ----------------------------------------------------------------


@pytest.fixture
def turned(upstream, make_provider, request_for, observer, folder, reference):
    """Let a provider answer a scripted body, and make the turn of it that the bot would store."""

    async def make(body, *, name="google", **changes):
        upstream.script(upstream.reply(200, body))
        asked = request_for(**changes)
        generation = await make_provider(name).generate(asked, folder=folder, observer=observer)
        [image] = generation.images
        stored = reference(image.path.read_bytes(), image.mime)
        image.path.unlink()
        upstream.received.clear()
        return Turn(
            name,
            asked.model,
            asked.prompt,
            asked.reference_images,
            stored,
            generation.turn,
            asked.characters,
        )

    return make


async def test_the_second_turn_is_the_sdks(
    upstream, make_provider, request_for, observer, folder, golden, turned
):
    """The same parts with the same signatures; only the thoughts, which it echoes, are left out."""
    captured = golden("sdk_requests/genai_multiturn_second_turn.json")
    contents = meaning(captured["body_json"])["contents"]
    first, model, _ = captured["body_json"]["contents"]
    model_id = re.search("models/(.*):", captured["path"])[1]
    turn = await turned(
        {"candidates": [{"content": model, "finishReason": "STOP"}]},
        model=model_id,
        prompt=first["parts"][0]["text"],
    )
    asked = request_for(
        model=model_id,
        prompt="Add mountains",
        reference_images=(turn.image,),
        history=(turn,),
        house_style="flat colours",
    )
    await make_provider(api_version="v1").generate(asked, folder=folder, observer=observer)
    [received] = upstream.received
    contents[1]["parts"] = [part for part in contents[1]["parts"] if not part.get("thought")]
    assert meaning(received.document)["contents"] == contents
    # A server's words are not of the conversation, and are said anew with each request.
    assert received.document["systemInstruction"] == {"parts": [{"text": "flat colours"}]}
    assert received.path == captured["path"]


@pytest.fixture
def conversation(turned, answer, reference):
    """Three turns, each from the picture before; the first from an upload, the last with another.

    `weigh` adds to the size of each turn's picture, in bytes.
    """

    async def make(*weigh, **changes):
        pictures = [b"\x89PNG\r\n\x1a\n" + bytes([n]) * (100 + more)
                    for n, more in enumerate(weigh)]  # fmt: skip
        turns, before = [], reference(b"upload", "image/jpeg")
        for number, picture in enumerate(pictures):
            other = (reference(b"other", "image/webp"),) if number == len(pictures) - 1 else ()
            body = answer(picture)
            [part] = body["candidates"][0]["content"]["parts"]
            part["thoughtSignature"] = f"signature {number}"
            changed = {"prompt": f"step {number}", "reference_images": (before, *other)} | changes
            turns.append(await turned(body, **changed))
            before = turns[-1].image
        return tuple(turns)

    return make


def outlined(received):
    """Each turn's role and parts: words, or the hash of a picture and its signature."""
    return [
        (content["role"], [
            part.get("text")
            or (
                blake3(base64.b64decode(part["inlineData"]["data"])).hexdigest(),
                part.get("thoughtSignature"),
            )
            for part in content["parts"]
        ])
        for content in received.document["contents"]
    ]  # fmt: skip


async def test_a_long_conversation_shows_every_picture_once(
    upstream, make_provider, request_for, reference, observer, folder, conversation
):
    """Also when the reference is a smaller copy of the last picture, and one came with the wish."""
    turns = await conversation(0, 0, 0)
    copy, new = reference(b"smaller copy", "image/jpeg"), reference(b"new", "image/png")
    again = turns[0].reference_images[0]
    asked = request_for(prompt="go on", reference_images=(copy, new, again), history=turns)
    await make_provider().generate(asked, folder=folder, observer=observer)
    upload, other = again.digest, turns[2].reference_images[1].digest
    first, second, third = (turn.image.digest for turn in turns)
    assert outlined(upstream.received[0]) == [
        ("user", ["step 0", (upload, None)]),
        ("model", [(first, "signature 0")]),
        ("user", ["step 1"]),
        ("model", [(second, "signature 1")]),
        ("user", ["step 2", (other, None)]),
        ("model", [(third, "signature 2")]),
        ("user", ["go on", (new.digest, None)]),
    ]


async def test_a_request_with_characters_says_which_pictures_they_are(
    upstream, make_provider, request_for, reference, observer, folder, golden, answer, png, turned
):
    """Alone, and as a later turn: there a character is shown again, and counted in its message."""
    upload, mia, ming = (reference(b"%d" % n, "image/png") for n in range(3))
    cast = (Appearance("Mia", 1, 1), Appearance("小明", 2, 1))
    alone = request_for(reference_images=(upload, mia, ming), characters=cast)
    turn = await turned(
        answer(b"\x89PNG\r\n\x1a\nfirst"), reference_images=(upload, mia), characters=cast[:1]
    )
    later = request_for(
        prompt="now both",
        reference_images=(turn.image, mia, ming),
        characters=cast,
        history=(turn,),
    )
    upstream.received.clear()
    for asked in (alone, later):
        upstream.script(upstream.reply(200, answer(png)))
        await make_provider().generate(asked, folder=folder, observer=observer)
    sent = [received.document["contents"] for received in upstream.received]
    assert dict(zip(("alone", "later"), sent, strict=True)) == golden("gemini/characters.json")


MIB = 2**20


@pytest.mark.parametrize(
    ("weights", "left"),
    [((5, 5, 1), 3), ((8, 5, 1), 2), ((1, 13, 1), 1), ((1, 1, 14), 0), ((13, 1, 1), 2)],
)
async def test_the_oldest_turns_give_way_when_there_is_no_room(
    upstream, make_provider, request_for, reference, observer, folder, conversation, weights, left
):
    """A turn that comes first now shows what it worked from; without any, the request is plain."""
    turns = await conversation(*(weight * MIB for weight in weights))
    copy = reference(b"smaller copy", "image/jpeg")
    # A turn's own reference may be a smaller copy as well: what the bot stores is never heavy.
    turns = tuple(
        Turn(t.provider, t.model, t.prompt, (reference(b"%d" % n, "image/png"),), t.image, t.parts)
        for n, t in enumerate(turns)
    )
    asked = request_for(prompt="go on", reference_images=(copy,), history=turns)
    await make_provider().generate(asked, folder=folder, observer=observer)
    [received] = upstream.received
    assert len(received.body) <= UPLOAD_LIMIT
    said = outlined(received)
    expected = [
        ("model", [(turn.image.digest, f"signature {3 - left + n}")])
        for n, turn in enumerate(turns[3 - left :])
    ]
    assert [entry for entry in said if entry[0] == "model"] == expected
    oldest = turns[3 - left].reference_images if left else (copy,)
    assert said[0][1][1:] == [(image.digest, None) for image in oldest]
    assert [len(parts) for role, parts in said[1:] if role == "user"] == [1] * left


async def test_no_more_pictures_are_sent_than_the_model_takes(
    upstream, make_provider, request_for, reference, observer, folder, conversation
):
    """The oldest model takes three: of a conversation with five, two of its turns are left."""
    old = "gemini-2.5-flash-image"
    turns = await conversation(0, 0, 0, model=old)
    asked = request_for(
        model=old, prompt="go on", reference_images=(turns[2].image,), history=turns
    )
    await make_provider().generate(asked, folder=folder, observer=observer)
    roles = [role for role, _ in outlined(upstream.received[0])]
    assert roles == ["user", "model", "user"]


@pytest.mark.parametrize("stranger", [("apiyi", None), ("google", "gemini-3.1-flash-lite-image")])
async def test_nobody_else_is_told_what_a_model_said(
    upstream, make_provider, request_for, observer, folder, conversation, stranger
):
    """Another upstream or model works from the picture alone."""
    turns = await conversation(0)
    name, model = stranger
    asked = request_for(reference_images=(turns[0].image,), history=turns)
    if model:
        asked = request_for(model=model, reference_images=(turns[0].image,), history=turns)
    await make_provider(name).generate(asked, folder=folder, observer=observer)
    assert outlined(upstream.received[0]) == [
        ("user", ["A red fox in snow", (turns[0].image.digest, None)])
    ]


class Counted(OpenGate):
    """Lets everybody through, and counts."""

    passed = 0

    def call(self, party, check):
        self.passed += 1
        return super().call(party, check)


@pytest.fixture
def patient(pace):
    """A provider that asks again by the policy, and the gate at which each call has its turn."""

    def make(provider):
        gate = Counted()
        retrying = Retrying(
            provider,
            attempts=None,
            sleep=pace.sleep,
            random=lambda: 0.0,
            clock=lambda: pace.now,
            gate=gate,
        )
        return retrying, gate

    return make


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Corrupted thought signature."),
        (400, "Image part is missing a thought_signature in content position 2, part position 1."),
        (400, "Unable to process input image. Please retry"),
        (413, "Request payload size exceeds the limit"),
    ],
)
async def test_a_conversation_that_is_refused_for_nothing_is_left_out(
    upstream, make_provider, request_for, observer, folder, conversation, answer, png,
    patient, status, message,
):  # fmt: skip
    """By Retrying, as a call of its own: it has its turn at the gate, and is on record."""
    turns = await conversation(0)
    error = {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}
    upstream.script(upstream.reply(status, error), upstream.reply(200, answer(png)))
    asked = request_for(reference_images=(turns[0].image,), history=turns)
    provider, gate = patient(make_provider())
    generation = await provider.generate(asked, folder=folder, observer=observer)
    assert generation.images[0].path.read_bytes() == png
    assert [len(received.document["contents"]) for received in upstream.received] == [3, 1]
    assert observer.calls == [("google", 1), ("google", 2)]
    assert gate.passed == 2
    [(refused, attempt, wait)] = observer.failures
    assert isinstance(refused, ReplayRefused)
    assert (attempt, wait) == (1, 0)


async def test_a_request_that_is_refused_alone_too_is_not_asked_a_third_time(
    upstream, make_provider, request_for, observer, folder, conversation, patient
):
    turns = await conversation(0)
    error = {"error": {"code": 400, "message": "Bad.", "status": "INVALID_ARGUMENT"}}
    upstream.script(upstream.reply(400, error))
    asked = request_for(reference_images=(turns[0].image,), history=turns)
    provider, _ = patient(make_provider())
    with pytest.raises(ProviderError, match="Bad"):
        await provider.generate(asked, folder=folder, observer=observer)
    assert [len(received.document["contents"]) for received in upstream.received] == [3, 1]


CUT = b'{"candidates": [{"content": {"parts": [{"inlineData": {"data": "iVBO'
UNSIGNED = {"candidates": [{"finishReason": "MISSING_THOUGHT_SIGNATURE"}]}


@pytest.mark.parametrize(
    ("status", "body", "kind", "leaf"),
    [
        (200, UNSIGNED, "invalid_request", ReplayRefused),
        (500, {"error": {"message": "no", "status": "INTERNAL"}}, "upstream_error", ProviderError),
        (429, {"error": {"message": "slow down"}}, "rate_limited", ProviderError),
        (200, {"promptFeedback": {"blockReason": "SAFETY"}}, "content_blocked", ProviderError),
        (200, CUT, "malformed_response", CutAnswer),
    ],
)
async def test_any_other_failure_keeps_the_conversation_or_is_in_doubt(
    upstream, make_provider, request_for, observer, folder, conversation, status, body, kind, leaf
):
    turns = await conversation(0)
    upstream.script(upstream.reply(status, body))
    asked = request_for(reference_images=(turns[0].image,), history=turns)
    with pytest.raises(ProviderError) as caught:
        await make_provider().generate(asked, folder=folder, observer=observer)
    assert caught.value.kind == kind
    assert type(caught.value) is leaf
    assert len(upstream.received) == 1


async def test_a_conversation_that_may_be_on_the_bill_is_not_left_out(
    upstream, make_provider, request_for, observer, folder, conversation, patient
):
    turns = await conversation(0)
    upstream.script(upstream.reply(200, UNSIGNED))
    asked = request_for(reference_images=(turns[0].image,), history=turns)
    provider, _ = patient(make_provider())
    with pytest.raises(ReplayRefused) as caught:
        await provider.generate(asked, folder=folder, observer=observer)
    assert caught.value.billed is Billed.UNKNOWN
    assert len(upstream.received) == 1


async def test_a_picture_of_the_conversation_that_is_gone_ends_it_there(
    upstream, make_provider, request_for, reference, observer, folder, conversation, tmp_path
):
    """The store lost the second picture: what came after it is all that can be said again."""
    turns = await conversation(0, 0, 0)
    (tmp_path / "references" / turns[0].image.digest).unlink()
    asked = request_for(prompt="go on", reference_images=(turns[2].image,), history=turns)
    await make_provider().generate(asked, folder=folder, observer=observer)
    said = outlined(upstream.received[0])
    assert [entry for entry in said if entry[0] == "model"] == [
        ("model", [(turns[2].image.digest, "signature 2")])
    ]
