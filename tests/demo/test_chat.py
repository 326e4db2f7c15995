"""The stand-in's chat completions on the wire, and the command line drawing over them."""

import base64
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from blake3 import blake3
from PIL import Image

GOLDEN = Path(__file__).parents[1] / "golden" / "sdk_requests"
GATEWAYS = ["apiyi", "evolink"]
MODEL = "gemini-3.1-flash-image"
URI = re.compile(r"data:(image/\w+);base64,([A-Za-z0-9+/=]+)")


@pytest.fixture
def chat(client):
    """Send one completion; its status and its document."""

    async def send(body, *, gateway="apiyi", key="a-key"):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        url = f"{client.url}/{gateway}/v1/chat/completions"
        async with client.session.post(url, data=data, headers=headers) as response:
            return response.status, json.loads((await response.read()).decode("utf-8-sig"))

    return send


@pytest.fixture
def say(chat):
    """One prompt; the first choice of a good answer."""

    async def ask(prompt, *, gateway="apiyi"):
        status, document = await chat(asking(prompt), gateway=gateway)
        assert status == 200
        return document["choices"][0]

    return ask


def asking(content, *, model=MODEL):
    return {"model": model, "stream": False, "messages": [{"role": "user", "content": content}]}


def picture_of(uri: str) -> Image.Image:
    match = URI.search(uri)
    assert match
    return opened(base64.b64decode(match[2], validate=True))


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def png(colour="red", size=(64, 48)) -> str:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


# --- the answer -----------------------------------------------------------------------------


@pytest.mark.parametrize("gateway", GATEWAYS)
async def test_the_answer_is_a_completion_with_markdown(chat, gateway):
    status, document = await chat(asking("a red fox in the snow"), gateway=gateway)

    assert status == 200
    assert set(document) == {"id", "object", "created", "model", "choices", "usage"}
    assert (document["object"], document["model"]) == ("chat.completion", MODEL)
    usage = document["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    [choice] = document["choices"]
    assert (choice["index"], choice["finish_reason"]) == (0, "stop")
    assert choice["message"]["role"] == "assistant"
    assert re.fullmatch(r"Here you go\.\n\n!\[image\]\(data:[^()]+\)", choice["message"]["content"])
    assert picture_of(choice["message"]["content"]).size == (1024, 1024)


@pytest.mark.parametrize("name", sorted(p.name for p in GOLDEN.glob("openai_chat_*.json")))
async def test_what_the_official_sdk_sends_is_answered(chat, name):
    """Only a picture that would have to be fetched is refused, as current gateways do."""
    captured = json.loads((GOLDEN / name).read_text("utf-8"))

    status, document = await chat(captured["body_raw"].encode())

    if name == "openai_chat_multi_image_extra_body.json":
        assert status == 400
        assert document["error"]["type"] == "shell_api_error"
        return
    assert status == 200
    assert picture_of(document["choices"][0]["message"]["content"])


async def test_every_shape_has_the_picture_where_it_says(say, client):
    bare = (await say("a fox as data uri"))["message"]["content"]
    assert URI.fullmatch(bare)
    text, part = (await say("a fox as list"))["message"]["content"]
    assert text["type"] == "text"
    assert picture_of(part["image_url"]["url"])
    message = (await say("a fox as images"))["message"]
    assert "data:" not in message["content"]
    assert picture_of(message["images"][0]["image_url"]["url"])
    raw = (await say("a fox as base64"))["message"]["content"]
    assert opened(base64.b64decode(raw, validate=True))
    linked = (await say("a fox as link"))["message"]["content"]
    address = re.search(r"!\[image\]\((http[^)]+\.png)\)", linked)[1]
    assert address.startswith(client.url)
    async with client.session.get(address) as response:
        assert response.headers["Content-Type"] == "image/png"
        assert opened(await response.read()).size == (1024, 1024)
    async with client.session.get(f"{client.url}/chat-pictures/none.png") as response:
        assert response.status == 404


async def test_drafts_come_before_the_picture_and_a_wrong_type_stays_wrong(say):
    content = (await say("a fox with drafts"))["message"]["content"]
    *drafts, last = URI.findall(content)
    assert len(drafts) == 2
    assert last not in drafts
    content = (await say("a fox, wrong mime"))["message"]["content"]
    assert content.count("data:image/webp;base64,") == 1
    assert picture_of(content).format == "PNG"


async def test_an_edit_follows_the_picture_that_came_along(say, chat):
    """No size can be chosen; the shape is the picture's, and its colour is there to see."""
    parts = [
        {"type": "text", "text": "make it nicer"},
        {"type": "image_url", "image_url": {"url": png("blue", (160, 90))}},
    ]
    choice = await say(parts)
    width, height = picture_of(choice["message"]["content"]).size
    assert width / height == pytest.approx(16 / 9, rel=0.02)


# --- what goes wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "finish", "content"),
    [
        ("blocked", "content_filter", ""),
        ("unsafe picture", "content_filter", None),
        ("no image", "stop", ""),
        ("max tokens", "length", "The scene opens on a wide, quiet"),
    ],
)
async def test_answers_without_a_picture(say, words, finish, content):
    choice = await say(f"a hen, {words}")
    assert (choice["finish_reason"], choice["message"]["content"]) == (finish, content)


async def test_empty_has_no_choices(chat):
    assert (await chat(asking("a hen, empty")))[1]["choices"] == []


@pytest.mark.parametrize(
    ("prompt", "status", "code"),
    [
        ("a hen 429", 429, "rate_limit_exceeded"),
        ("a hen 503", 503, "unavailable"),
        ("a hen, insufficient quota", 403, "insufficient_user_quota"),
        ("a hen, no channel", 503, "model_not_found"),
    ],
)
@pytest.mark.parametrize("gateway", GATEWAYS)
async def test_refusals_are_one_apis(chat, client, gateway, prompt, status, code):
    answered, document = await chat(asking(prompt), gateway=gateway)
    assert answered == status
    assert set(document) == {"error"}
    assert document["error"]["code"] == code
    assert (await client.look("/count"))["paid"] == 0


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        (asking("a fox"), None, 401),
        (asking("a fox"), "bad-key", 401),
        (asking("a fox", model="dall-e-3"), "k", 503),
        (b"{", "k", 400),
        ([], "k", 400),
        ({"model": MODEL, "messages": [{"role": "robot", "content": "x"}]}, "k", 400),
        ({"model": MODEL, "messages": ["x"]}, "k", 400),
        ({"model": MODEL, "messages": []}, "k", 400),
        ({**asking("a fox"), "stream": True}, "k", 400),
        (asking([{"type": "image_url", "image_url": "x"}]), "k", 400),
        (asking([{"type": "image_url", "image_url": {"url": "https://a.example/b"}}]), "k", 400),
        (asking([{"type": "image_url", "image_url": {"url": png()[:60]}}]), "k", 400),
        (asking("x" * (20 * 1024 * 1024)), "k", 400),
    ],
)
async def test_what_no_gateway_would_take_is_refused_and_free(chat, client, body, key, status):
    answered, document = await chat(body, key=key)
    assert answered == status
    assert document["error"]["message"]
    [call] = await client.look("/calls")
    assert (call["http_status"], call["paid"]) == (status, False)


async def test_the_journal_tells_chats_apart_and_what_was_paid(say, chat, client):
    await say("a fox")
    await say("a hen, text only", gateway="evolink")
    await chat(asking("a cow 503 once"))
    await say("a cow 503 once")
    calls = await client.look("/calls")
    assert [(call["route"], call["outcome"], call["paid"]) for call in calls] == [
        ("apiyi-chat", "picture", True),
        ("evolink-chat", "text only", True),
        ("apiyi-chat", "503 once", False),
        ("apiyi-chat", "picture", True),
    ]
    assert {call["model"] for call in calls} == {MODEL}


# --- the command line -----------------------------------------------------------------------


def test_the_command_line_draws_over_chat(upstream, tmp_path):
    """`python -m bot generate --provider apiyi-chat`: one file, one JSON object, the chat route."""
    prompt = "a fox for the command line"
    command = [sys.executable, "-m", "bot", "generate", prompt, "--provider", "apiyi-chat"]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "APIYI_API_KEY": "a-key",
        "APIYI_BASE_URL": upstream.gateway_url,
    }
    done = subprocess.run(
        [*command, "-o", "x.png", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    content = (tmp_path / "x.png").read_bytes()
    assert answer["images"][0]["blake3"] == blake3(content).hexdigest()
    assert (answer["provider"], answer["usd"]) == ("apiyi-chat", 0.05)
    assert answer["text"] == "Here you go."
    assert opened(content).size == (1024, 1024)
