"""The stand-in upstream on the wire: Google's shapes, every misbehaviour, and what it counts."""

import asyncio
import base64
import gzip
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import aiohttp
import pytest
from PIL import Image, ImageStat

from bot.demo.misbehaviour import MISBEHAVIOURS, ORDINARY, find
from bot.demo.upstream import running_upstream

GOLDEN = Path(__file__).parents[1] / "golden" / "sdk_requests"
APIYI = {"prefix": "/apiyi"}


def png(colour="red", size=(64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def edit(data: str, **blob: str) -> dict:
    inline = {"mimeType": "image/png", **blob, "data": data}
    return {"contents": [{"parts": [{"text": "make it nicer"}, {"inlineData": inline}]}]}


def image_config(**config: object) -> dict:
    return {
        "contents": [{"parts": [{"text": "a fox"}]}],
        "generationConfig": {"imageConfig": config},
    }


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return picture.size


# --- the answer -----------------------------------------------------------------------------


async def test_the_answer_has_googles_shape(client):
    body = {"contents": [{"role": "user", "parts": [{"text": "a red fox in the snow"}]}]}
    reply = await client.send(body)

    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert set(reply.body) == {"candidates", "usageMetadata", "modelVersion", "responseId"}
    thought, draft, text, final = reply.parts
    assert thought["thought"] is True
    assert thought["text"]
    assert draft["thought"] is True
    assert draft["inlineData"]["data"] != final["inlineData"]["data"]
    assert text["text"]
    assert text["thoughtSignature"]
    assert final["inlineData"]["mimeType"] == "image/png"
    assert final["thoughtSignature"]
    assert "thought" not in final
    candidate = reply.body["candidates"][0]
    assert candidate["content"]["role"] == "model"
    assert (candidate["finishReason"], candidate["index"]) == ("STOP", 0)
    assert reply.body["modelVersion"] == "gemini-3.1-flash-image"
    assert size_of(reply.picture) == (1024, 1024)


async def test_the_tokens_add_up_with_some_hidden(client):
    data = base64.b64encode(png()).decode()
    usage = (await client.send(edit(data))).body["usageMetadata"]

    assert usage["totalTokenCount"] == (
        usage["promptTokenCount"] + usage["candidatesTokenCount"] + usage["thoughtsTokenCount"]
    )
    assert usage["promptTokenCount"] == sum(d["tokenCount"] for d in usage["promptTokensDetails"])
    assert {d["modality"] for d in usage["promptTokensDetails"]} == {"TEXT", "IMAGE"}
    [detail] = usage["candidatesTokensDetails"]
    assert detail == {"modality": "IMAGE", "tokenCount": 1120}
    assert usage["candidatesTokenCount"] > detail["tokenCount"]


async def test_pro_answers_in_jpeg(client):
    reply = await client.ask("a fox", model="gemini-3-pro-image")

    assert reply.inline["mimeType"] == "image/jpeg"
    assert reply.picture.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("field", ["imageConfig", "responseFormat"])
async def test_ratio_and_size_are_honoured_in_both_spellings(client, field):
    config = {"aspectRatio": "16:9", "imageSize": "512"}
    config = config if field == "imageConfig" else {"image": config}
    body = {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": {field: config}}

    assert size_of((await client.send(body)).picture) == (688, 384)


@pytest.mark.parametrize("name", sorted(p.name for p in GOLDEN.glob("genai_*.json")))
async def test_what_the_official_sdk_sends_is_answered(client, name):
    """Captured requests are taken as they are; those with a Bearer go to the gateway's route.

    One of them carries a stub that is no whole JPEG, and one names a file that nobody uploaded, so
    only their pictures are found fault with.
    """
    captured = json.loads((GOLDEN / name).read_text("utf-8"))
    headers = dict(captured["headers"])
    path = captured["path"].removeprefix("/apiyi")
    prefix = "/apiyi" if "Authorization" in headers else ""
    kept = {k: v for k, v in headers.items() if k in ("x-goog-api-key", "Authorization")}
    url = client.url + prefix + path

    async with client.session.post(url, data=captured["body_raw"], headers=kept) as response:
        body = await response.json()

    if name == "genai_edit_three_images.json":
        assert "Unable to process input image" in body["error"]["message"]
        return
    if name == "genai_edit_file_uri.json":
        assert body["error"]["status"] == "PERMISSION_DENIED"
        return
    parts = body["candidates"][0]["content"]["parts"]
    assert size_of(base64.b64decode(parts[-1]["inlineData"]["data"]))
    config = captured["body_json"].get("generationConfig", {})
    spoken = [part for part in parts if "text" in part and "thought" not in part]
    assert bool(spoken) == ("TEXT" in config.get("responseModalities", ["TEXT"]))


async def test_asking_again_draws_another_picture(client):
    """As a model would, so that four pictures of one prompt differ."""
    pictures = {(await client.ask("a fox")).inline["data"] for _ in range(4)}

    assert len(pictures) == 4


async def test_an_edit_uses_the_uploaded_picture(client):
    for colour, strongest in (((210, 20, 20), 0), ((20, 20, 210), 2)):
        data = base64.b64encode(png(colour)).decode()
        reply = await client.send(edit(data))
        with Image.open(io.BytesIO(reply.picture)) as picture:
            mean = ImageStat.Stat(picture.convert("RGB")).mean
        assert max(range(3), key=mean.__getitem__) == strongest
        assert size_of(reply.picture) == (1200, 896)


async def test_the_second_turn_edits_what_the_first_drew(client):
    first = await client.ask("a fox")
    turns = [
        {"role": "user", "parts": [{"text": "a fox"}]},
        {"role": "model", "parts": first.parts},
        {"role": "user", "parts": [{"text": "black and white"}]},
    ]
    config = {"imageConfig": {"imageSize": "512"}}

    reply = await client.send({"contents": turns, "generationConfig": config})

    with Image.open(io.BytesIO(reply.picture)) as picture:
        red, green, _ = picture.convert("RGB").crop((0, 0, 460, 460)).split()
    assert red.tobytes() == green.tobytes()


@pytest.mark.parametrize("field", ["inline_data", "inlineData"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
async def test_both_spellings_and_both_alphabets_are_read(client, field, encode):
    mime = "mime_type" if field == "inline_data" else "mimeType"
    noisy = Image.effect_noise((40, 40), 90)
    out = io.BytesIO()
    noisy.save(out, "PNG")
    part = {field: {mime: "image/png", "data": encode(out.getvalue()).decode().rstrip("=")}}

    config = {"imageConfig": {"imageSize": "512"}}
    body = {"contents": [{"parts": [{"text": "nicer"}, part]}], "generationConfig": config}
    reply = await client.send(body)

    assert reply.status == 200


async def test_the_gateway_adds_a_signed_draft_that_is_not_marked_as_a_thought(client):
    reply = await client.ask("a fox", **APIYI)

    pictures = [p for p in reply.parts if "inlineData" in p and not p.get("thought")]
    assert len(pictures) == 2
    assert all(p["thoughtSignature"] for p in pictures)
    assert size_of(reply.picture) == (512, 512)


async def test_text_only_modality_gets_text(client):
    body = {
        "contents": [{"parts": [{"text": "hello"}]}],
        "generationConfig": {"responseModalities": ["TEXT"]},
    }
    reply = await client.send(body)

    assert [set(part) for part in reply.parts] == [{"text", "thoughtSignature"}]


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "bad-key", "bad-key-2"])
async def test_a_bad_key_is_told_as_google_does(client, key):
    reply = await client.ask("a fox", key=key)

    message = "API key not valid. Please pass a valid API key."
    assert reply.status == 400
    assert reply.body == {
        "error": {
            "code": 400,
            "message": message,
            "status": "INVALID_ARGUMENT",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com",
                    "metadata": {"service": "generativelanguage.googleapis.com"},
                },
                {
                    "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                    "locale": "en-US",
                    "message": message,
                },
            ],
        }
    }


async def test_a_bad_key_at_the_gateway_is_a_401_in_its_own_style(client):
    reply = await client.ask("a fox", key="bad-key", **APIYI)

    assert reply.status == 401
    assert reply.headers["x-request-id"]
    error = reply.body["error"]
    assert set(error) == {"message", "localized_message", "type", "param", "code"}
    assert error["type"] == "shell_api_error"


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_an_unknown_model_is_not_found(client, version):
    reply = await client.ask("a fox", model="gemini-3-pro-image-preview", version=version)

    assert reply.status == 404
    assert reply.body["error"]["status"] == "NOT_FOUND"
    start = f"models/gemini-3-pro-image-preview is not found for API version {version}, "
    assert reply.body["error"]["message"].startswith(start)


async def test_the_gateway_keeps_old_names_and_has_no_channel_for_unknown_ones(client):
    old = await client.ask("a fox", model="gemini-3-pro-image-preview", **APIYI)
    unknown = await client.ask("a fox", model="dall-e", **APIYI)

    assert old.status == 200
    assert unknown.status == 503
    assert "无可用渠道" in unknown.body["error"]["message"]
    assert unknown.body["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "Invalid JSON payload received."),
        (b"[]", "Invalid JSON payload received."),
        (b"\xff\xfe", "Invalid JSON payload received."),
        ({}, "contents is not specified"),
        ({"contents": []}, "contents is not specified"),
        ({"contents": [{"parts": []}]}, "parts must not be empty"),
        ({"contents": [{"parts": [{}]}]}, "required oneof field 'data'"),
        ({"contents": [{"parts": [{"text": 5}]}]}, "(TYPE_STRING), 5"),
        ({"contents": [{"role": "bot", "parts": [{"text": "a"}]}]}, "valid role"),
        (
            {"contents": [{"parts": [{"text": "a"}]}], "n": 2},
            'Unknown name "n": Cannot find field.',
        ),
        (
            image_config(aspect="1:1"),
            "Unknown name \"aspect\" at 'generation_config.image_config': Cannot find field.",
        ),
        (image_config(imageSize="1k"), "image_size"),
        (image_config(imageSize="8K"), "image_size"),
        (image_config(imageSize=1024), "(TYPE_STRING), 1024"),
        (image_config(aspectRatio="auto"), "aspect_ratio"),
        (image_config(aspectRatio="7:3"), "aspect_ratio"),
        (
            {
                "contents": [{"parts": [{"text": "a"}]}],
                "generationConfig": {"candidateCount": 2},
            },
            "Multiple candidates",
        ),
        (
            {
                "contents": [{"parts": [{"text": "a"}]}],
                "generationConfig": {"responseModalities": ["PICTURE"]},
            },
            "response_modalities[0]",
        ),
    ],
)
async def test_a_malformed_request_is_an_invalid_argument(client, body, said):
    reply = await client.send(body)

    assert reply.status == 400
    assert reply.body["error"]["status"] == "INVALID_ARGUMENT"
    assert said in reply.body["error"]["message"]
    assert (await client.look("/count"))["paid"] == 0


@pytest.mark.parametrize(
    ("model", "config", "status"),
    [
        ("gemini-2.5-flash-image", {"imageSize": "1K"}, 400),
        ("gemini-2.5-flash-image", {"aspectRatio": "1:1"}, 200),
        ("gemini-nano-banana-2.1", {"imageSize": "512"}, 400),
        ("gemini-nano-banana-2.1", {"aspectRatio": "8:1"}, 200),
        ("gemini-3-pro-image", {"aspectRatio": "8:1"}, 400),
        ("gemini-3.1-flash-lite-image", {"imageSize": "2K"}, 400),
    ],
)
async def test_each_model_has_its_own_limits(client, model, config, status):
    assert (await client.send(image_config(**config), model=model)).status == status


@pytest.mark.parametrize(
    ("data", "mime", "said"),
    [
        (base64.b64encode(b"not a picture").decode(), "image/png", "Unable to process input image"),
        ("@@@", "image/png", "Unable to process input image"),
        ("", "image/png", "Unable to process input image"),
        (base64.b64encode(png()[:60]).decode(), "image/png", "Unable to process input image"),
        (base64.b64encode(png()).decode(), "image/gif", "Unsupported MIME type: image/gif"),
    ],
)
async def test_an_unusable_picture_is_refused(client, data, mime, said):
    reply = await client.send(edit(data, mimeType=mime))

    assert reply.status == 400
    assert said in reply.body["error"]["message"]


async def test_more_than_20_mb_are_refused_after_all_of_it_was_sent(client):
    reply = await client.send(b" " * (20 * 1024 * 1024 + 1))

    assert reply.status == 400
    assert "Request payload size exceeds the limit" in reply.body["error"]["message"]


# --- words that fail ------------------------------------------------------------------------


def phrases(prompt: str) -> list[str]:
    return [word.phrase for word in find(prompt)]


def test_words_are_whole_words_in_any_case_and_the_longest_counts():
    assert phrases("a fox, 429 once") == ["429 once"]
    assert phrases("A fox. Text   Only!") == ["text only"]
    assert phrases("Huge gzip BOM") == ["huge", "bom", "gzip"]
    assert phrases("4290 foxes droppings emptying hanging 1500") == []
    assert phrases("a fox") == []


@pytest.mark.parametrize("word", sorted(ORDINARY))
def test_ordinary_words_strike_only_at_either_end(word):
    for prompt in (word, f"{word} a fox", f"a fox, {word}!", f"({word.upper()}) fox", f"«{word}»"):
        assert phrases(prompt) == [word], prompt
    for prompt in (f"an {word} beach", f"a {word}, and a fox.", f"a fox, {word}, 429"):
        assert word not in phrases(prompt), prompt


def test_other_words_strike_anywhere_beside_ordinary_ones():
    assert phrases("an empty beach, 429 daily, with a huge crab") == ["429 daily"]
    assert phrases("a fox, blocked, empty") == ["blocked", "empty"]


async def test_an_empty_beach_is_drawn(client):
    reply = await client.ask("an empty beach in a wild region of huge cliffs")

    assert size_of(reply.picture) == (512, 512)
    assert (await client.look("/calls"))[-1]["outcome"] == "picture"


async def test_the_page_names_the_ordinary_words(client):
    async with client.session.get(client.url) as response:
        text = (await response.text()).partition("The ordinary words")[2]
    named = text.partition("strike only")[0]

    assert set(re.findall("<code>(.+?)</code>", named)) == ORDINARY


def test_the_page_can_explain_every_word():
    assert all(word.effect for word in MISBEHAVIOURS.values())


async def test_the_page_lists_the_words_and_the_last_calls(client):
    await client.ask("a <fox> 503")
    async with client.session.get(client.url) as response:
        page = await response.text()

    assert all(f"<code>{phrase}</code>" in page for phrase in MISBEHAVIOURS)
    assert "a &lt;fox&gt; 503" in page


@pytest.mark.parametrize(
    ("word", "status", "name", "said"),
    [
        ("429", 429, "RESOURCE_EXHAUSTED", "Please retry in 2s"),
        ("429 daily", 429, "RESOURCE_EXHAUSTED", "Quota exceeded"),
        ("429 zero", 429, "RESOURCE_EXHAUSTED", "limit: 0"),
        ("spending cap", 429, "RESOURCE_EXHAUSTED", "exceeded its monthly spending cap"),
        ("prepay", 429, "RESOURCE_EXHAUSTED", "prepayment credits are depleted"),
        ("503", 503, "UNAVAILABLE", "overloaded"),
        ("500", 500, "INTERNAL", "internal error"),
        ("504", 504, "DEADLINE_EXCEEDED", "Deadline"),
        ("leaked key", 403, "PERMISSION_DENIED", "reported as leaked"),
        ("region", 400, "FAILED_PRECONDITION", "User location is not supported"),
        ("payload too large", 400, "INVALID_ARGUMENT", "payload size exceeds the limit"),
        ("bad input", 400, "INVALID_ARGUMENT", "Unable to process input image"),
    ],
)
async def test_http_errors_speak_both_dialects_and_cost_nothing(client, word, status, name, said):
    google = await client.ask(f"a fox, {word}")
    gateway = await client.ask(f"a fox, {word}", **APIYI)

    assert google.status == gateway.status == status
    assert google.body["error"]["status"] == name
    assert google.body["error"]["code"] == status
    assert said in google.body["error"]["message"]
    assert said in gateway.body["error"]["message"]
    assert gateway.body["error"]["type"] == "shell_api_error"
    calls = await client.look("/calls")
    assert [(c["outcome"], c["paid"], c["http_status"]) for c in calls] == [
        (word, False, status)
    ] * 2


async def test_a_429_carries_the_quota_and_the_delay(client):
    violations, delays = {}, {}
    for word in ("429", "429 daily", "429 zero"):
        details = (await client.ask(word)).body["error"]["details"]
        by_type = {d["@type"].rsplit(".", 1)[-1]: d for d in details}
        violations[word] = by_type["QuotaFailure"]["violations"][0]
        delays[word] = by_type["RetryInfo"]["retryDelay"]

    assert delays["429"] == "2s"
    assert "PerMinute" in violations["429"]["quotaId"]
    assert "PerDay" in violations["429 daily"]["quotaId"]
    assert violations["429 zero"]["quotaId"].endswith("-FreeTier")
    assert violations["429 zero"]["quotaValue"] == "0"


async def test_the_gateways_own_errors(client):
    poor = await client.ask("insufficient quota", **APIYI)
    nobody = await client.ask("no channel", **APIYI)

    assert (poor.status, poor.body["error"]["code"]) == (403, "insufficient_user_quota")
    assert (nobody.status, nobody.body["error"]["code"]) == (503, "model_not_found")
    assert "无可用渠道" in nobody.body["error"]["message"]


@pytest.mark.parametrize("word", ["429 once", "503 once", "500 once"])
async def test_once_fails_the_first_time_for_a_key_and_prompt(client, word):
    statuses = [(await client.ask(word)).status for _ in range(3)]
    other_key = (await client.ask(word, key="another")).status
    other_prompt = (await client.ask(f"{word}, a fox")).status

    assert statuses == [int(word[:3]), 200, 200]
    assert other_key == other_prompt == int(word[:3])
    assert [c["paid"] for c in await client.look("/calls")] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("word", "reason", "paid"),
    [
        ("unsafe picture", "IMAGE_SAFETY", False),
        ("recitation", "IMAGE_RECITATION", False),
        ("no image", "NO_IMAGE", False),
        ("text only", "STOP", True),
        ("max tokens", "MAX_TOKENS", True),
    ],
)
async def test_answers_without_a_picture(client, word, reason, paid):
    """Google bills only what it answered in words; the gateway bills everything."""
    google = await client.ask(f"a fox {word}")
    gateway = await client.ask(f"a fox {word}", **APIYI)

    for reply in (google, gateway):
        [candidate] = reply.body["candidates"]
        assert reply.status == 200
        assert candidate["finishReason"] == reason
        assert b"inlineData" not in reply.content
    if not paid:
        assert "content" not in google.body["candidates"][0]
        assert gateway.body["candidates"][0]["content"]["parts"] is None
        assert "not be charged" in google.body["candidates"][0]["finishMessage"]
    assert [c["paid"] for c in await client.look("/calls")] == [paid, True]


async def test_a_blocked_prompt_and_an_empty_answer_have_no_candidates(client):
    blocked, empty = (await client.ask("blocked")).body, (await client.ask("empty")).body

    assert blocked["promptFeedback"]["blockReason"] == "PROHIBITED_CONTENT"
    assert "candidates" not in blocked
    assert "candidates" not in empty
    assert "promptFeedback" not in empty
    usage = blocked["usageMetadata"]
    assert usage["candidatesTokenCount"] == usage["thoughtsTokenCount"]


async def test_drafts(client):
    reply = await client.ask("a fox, drafts")

    pictures = [p for p in reply.parts if "inlineData" in p and not p.get("thought")]
    assert [size_of(base64.b64decode(p["inlineData"]["data"])) for p in pictures] == [
        (256, 256),
        (256, 256),
        (512, 512),
    ]


async def test_wrong_mime_is_still_a_png(client):
    reply = await client.ask("wrong mime")

    assert reply.inline["mimeType"] == "image/webp"
    assert reply.picture.startswith(b"\x89PNG")


async def test_not_an_image_is_valid_base64_of_something_else(client):
    assert (await client.ask("not an image")).picture.startswith(b"This is a sentence")


async def test_bad_base64_cannot_be_decoded_strictly(client):
    reply = await client.ask("bad base64")

    with pytest.raises(ValueError, match="Only base64 data is allowed"):
        base64.b64decode(reply.inline["data"], validate=True)


async def test_url_safe_uses_the_other_alphabet(client):
    data = (await client.ask("a fox, url-safe")).inline["data"]

    assert {"-", "_"} & set(data)
    assert not {"+", "/"} & set(data)
    assert size_of(base64.urlsafe_b64decode(data)) == (512, 512)


async def test_escaped_slashes_read_as_slashes(client):
    reply = await client.ask("a fox, escaped")

    assert rb"\/" in reply.content
    assert rb"\u002f" in reply.content
    assert size_of(reply.picture) == (512, 512)


async def test_bom(client):
    reply = await client.ask("bom")

    assert reply.content.startswith(b"\xef\xbb\xbf{")
    assert reply.picture


async def test_gzip(client):
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.post(
            client.address(),
            json={"contents": [{"parts": [{"text": "gzip"}]}]},
            headers={"x-goog-api-key": "k"},
        ) as response,
    ):
        assert response.headers["Content-Encoding"] == "gzip"
        body = json.loads(gzip.decompress(await response.read()))
    assert body["candidates"][0]["finishReason"] == "STOP"


async def test_huge_is_a_real_picture_of_24_mb_whatever_the_resolution(client):
    reply = await client.ask("huge")

    assert 23_000_000 < len(reply.picture) < 25_000_000
    assert size_of(reply.picture) == (4096, 4096)


async def test_html(client):
    reply = await client.ask("html")

    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert reply.content.startswith(b"<!doctype html>")


async def test_truncated_has_an_honest_length_and_ends_inside_the_picture(client):
    got, cut = b"", False
    async with client.opened("truncated") as response:
        promised = int(response.headers["Content-Length"])
        try:
            while chunk := await response.content.readany():
                got += chunk
        except aiohttp.ClientPayloadError:
            cut = True

    assert cut
    assert 1000 < len(got) < promised
    assert got.count(b'"data": "') == 2
    assert (await client.look("/count"))["paid"] == 1


async def test_cut_json_ends_cleanly_inside_the_picture(client):
    reply = await client.ask("cut json")

    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert reply.content.count(b'"data": "') == 2
    with pytest.raises(json.JSONDecodeError, match="Unterminated string"):
        json.loads(reply.content)


async def test_drop_closes_without_a_byte_and_is_paid(client):
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.ask("drop")

    [call] = await client.look("/wait?answered=1")
    assert (call["outcome"], call["http_status"], call["paid"]) == ("drop", None, True)


async def test_hang_waits_until_the_client_leaves(client):
    asking = asyncio.create_task(client.ask("hang"))
    [waiting] = await client.look("/wait?calls=1")
    asking.cancel()
    [left] = await client.look("/wait?answered=1")

    assert (waiting["outcome"], waiting["client_left"], waiting["paid"]) == (None, False, True)
    assert (left["outcome"], left["client_left"], left["paid"]) == ("hang", True, True)


async def test_slow_body_drips_bytes_until_the_client_leaves(client):
    async with client.opened("slow body") as response:
        assert response.status == 200
        assert await response.content.readexactly(3) == b"{\n "
        response.close()

    [call] = await client.look("/wait?answered=1")
    assert (call["outcome"], call["client_left"]) == ("slow body", True)


async def test_ways_of_delivery_go_together(client):
    reply = await client.ask("a fox, bom gzip escaped wrong mime")

    assert reply.content.startswith(b"\xef\xbb\xbf")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert rb"\u002f" in reply.content
    assert reply.inline["mimeType"] == "image/webp"
    [call] = await client.look("/calls")
    assert call["outcome"] == "wrong mime + escaped + bom + gzip"


# --- counting and holding -------------------------------------------------------------------


async def test_every_call_is_recorded(client):
    await client.ask("a fox")
    data = base64.b64encode(png()).decode()
    await client.send(edit(data), key="other", **APIYI)
    await client.ask("a fox 503")
    await client.ask("a bird", key="bad-key")

    calls = await client.look("/calls")

    told = [(c["route"], c["prompt"], c["images_in"], c["outcome"], c["paid"]) for c in calls]
    assert told == [
        ("google", "a fox", 0, "picture", True),
        ("apiyi", "make it nicer", 1, "picture", True),
        ("google", "a fox 503", 0, "503", False),
        ("google", "a bird", 0, "bad key", False),
    ]
    assert [c["n"] for c in calls] == sorted(c["n"] for c in calls)
    assert len({c["key_hash"] for c in calls}) == 3
    assert all(len(c["key_hash"]) == 12 for c in calls)


async def test_calls_are_filtered_and_forgotten(client):
    await client.ask("a fox")
    await client.ask("a fox and a bird 503")

    assert len(await client.look("/calls?prompt=a fox")) == 1
    assert len(await client.look("/calls?contains=a fox")) == 2
    assert await client.look("/count?contains=bird") == {"calls": 1, "paid": 0, "waiting": 0}
    await client.look("/calls", "DELETE")
    assert await client.look("/calls") == []


async def test_held_calls_wait_until_released(client):
    await client.look("/hold", "POST")
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(client.ask(f"a fox {n}")) for n in range(3)]
        waiting = await client.look("/wait?calls=3")
        assert [c["outcome"] for c in waiting] == [None] * 3
        assert await client.look("/count") == {"calls": 3, "paid": 3, "waiting": 3}
        assert not any(task.done() for task in asking)
        await client.look("/release", "POST")

    assert {task.result().status for task in asking} == {200}
    assert (await client.look("/count"))["waiting"] == 0


async def test_a_client_that_leaves_while_held_is_noted_and_still_pays(client):
    await client.look("/hold", "POST")
    asking = asyncio.create_task(client.ask("a fox"))
    await client.look("/wait?calls=1")
    asking.cancel()

    [call] = await client.look("/wait?answered=1")
    assert (call["client_left"], call["paid"], call["outcome"]) == (True, True, "picture")


async def test_wait_gives_up_in_time(client):
    async with client.session.get(client.url + "/wait?calls=1&seconds=0.01") as response:
        assert response.status == 408


async def test_the_last_request_is_shown_with_its_base64_shortened(client):
    data = base64.b64encode(png()).decode()
    body = edit(data)
    await client.send(body)

    seen = await client.look("/last-request")

    part = seen["contents"][0]["parts"][1]
    assert part["inlineData"].pop("data") == f"{data[:24]}...({len(data)} characters)"
    del body["contents"][0]["parts"][1]["inlineData"]["data"]
    assert seen == body


async def test_many_at_once_are_all_answered(client):
    replies = await asyncio.gather(*(client.ask("a fox") for _ in range(24)))

    assert {reply.status for reply in replies} == {200}
    assert (await client.look("/count"))["paid"] == 24


# --- the process ----------------------------------------------------------------------------


def test_it_ends_with_its_context_even_while_a_call_hangs():
    with running_upstream(seconds=(0, 0)) as upstream:
        assert upstream.gateway_url == upstream.url + "/apiyi"
        assert upstream.url.startswith("http://127.0.0.1:")
        host = upstream.url.removeprefix("http://")
        hanging = http.client.HTTPConnection(host, timeout=10)
        path = "/v1beta/models/gemini-3-pro-image:generateContent"
        body = json.dumps({"contents": [{"parts": [{"text": "hang"}]}]})
        hanging.request("POST", path, body, {"x-goog-api-key": "k"})
        with urllib.request.urlopen(upstream.url + "/wait?calls=1") as response:  # noqa: S310
            assert json.load(response)[0]["outcome"] is None

    hanging.close()
    with pytest.raises(ProcessLookupError):
        os.kill(upstream.pid, 0)


def test_it_tells_its_address_and_ends_on_sigterm():
    command = [sys.executable, "-m", "bot.demo.upstream", "--seconds", "0", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        line = json.loads(process.stdout.readline())
        assert line["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_importing_it_does_not_import_discord():
    code = "import sys, bot.demo.upstream; print({'discord', 'simcord'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
