"""generateContent on the wire: the request as the official SDK means it, every kind of answer."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.request import AspectRatio, ImageRef, Resolution

ANSWERS = json.loads((Path(__file__).parents[1] / "golden/gemini/answers.json").read_text("utf-8"))


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
        sha256 = hashlib.sha256(data).hexdigest()
        (tmp_path / "references").mkdir(exist_ok=True)
        (tmp_path / "references" / sha256).write_bytes(data)
        return ImageRef(sha256, mime, 1, 1, len(data))

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
    assert (image.size, image.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    for fact in ("text", "tokens", "upstream_model"):
        assert getattr(generation, fact) == expected.get(fact)
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
