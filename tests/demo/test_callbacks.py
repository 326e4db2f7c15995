"""The stand-in tells a task's end to its maker's own server, and fetches from it, on loopback."""

import asyncio
import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from bot.demo.loopback import is_loopback
from bot.demo.upstream import running_upstream
from bot.providers.toapis import verify_signature

NAMES = ("evolink", "toapis", "aivideoapi")
POLLS = {
    "evolink": "/evolink/v1/tasks/",
    "toapis": "/toapis/v1/images/generations/",
    "aivideoapi": "/aivideoapi/v1/tasks/",
}
SECRET = "whsec-of-the-operator"
HEADERS = {"Authorization": "Bearer sk-test"}


@pytest.fixture(scope="module")
def standin():
    with running_upstream(seconds=(0, 0), toapis_secret=SECRET) as running:
        yield running


@dataclass
class Ours:
    """A client's own server: what it was told, and a picture it serves."""

    url: str = ""
    status: int = 204
    picture: bytes = b""
    heard: asyncio.Queue = field(default_factory=asyncio.Queue)
    fetched: int = 0

    async def take(self, request):
        self.heard.put_nowait((request.headers.copy(), await request.read()))
        return web.Response(status=self.status)

    async def serve(self, request):
        self.fetched += 1
        if not self.picture:
            raise web.HTTPFound("http://127.0.0.1:1/a.png")
        return web.Response(body=self.picture)

    async def next(self):
        async with asyncio.timeout(10):
            return await self.heard.get()


@pytest.fixture
async def ours():
    heard = Ours()
    application = web.Application()
    application.add_routes([web.post("/told", heard.take), web.get("/a.png", heard.serve)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    heard.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield heard
    await runner.cleanup()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession(headers=HEADERS) as opened:
        yield opened


@pytest.fixture
def create(session, standin):
    """A task that is to be told of; its id."""

    async def send(name, prompt, callback_url="", images=()):
        body = {"model": "gemini-3.1-flash-image-preview", "prompt": prompt, "quality": "1K"}
        body |= {"image_urls": list(images)}
        if name == "toapis":
            del body["quality"]
        if name == "aivideoapi":
            wanted = {"prompt": prompt, "image_urls": list(images)}
            body = {"model": "nano-banana-2", "input": wanted}
        if callback_url:
            body["callback_url"] = callback_url
        url = f"{standin.url}/{name}/v1/images/generations"
        async with session.post(url, json=body) as response:
            assert response.status == 200, await response.text()
            created = await response.json()
        return created["data"]["taskId"] if "data" in created else created["id"]

    return send


@pytest.fixture
def poll(session, standin):
    async def ask(name, task_id):
        async with session.get(standin.url + POLLS[name] + task_id) as response:
            return await response.json()

    return ask


@pytest.fixture
def journal(session, standin):
    async def find(prompt):
        async with session.get(f"{standin.url}/calls", params={"contains": prompt}) as response:
            [call] = await response.json()
        return call

    return find


def state_of(name, body):
    told = json.loads(body)
    return told["data"] if name == "toapis" else told


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("word", "status"), [("", "completed"), ("blocked", "failed"), ("empty", "failed")]
)
async def test_the_end_is_told_once_and_a_poll_then_says_the_same(
    create, poll, ours, name, word, status
):
    """Also of a failure, and the very next poll finds the task over."""
    task = await create(name, f"a told fox {word}", f"{ours.url}/told")
    _, body = await ours.next()
    told = state_of(name, body)
    assert (told["id"], told["status"]) == (task, status)
    assert (await poll(name, task))["status"] == status
    assert ours.heard.empty()


@pytest.mark.parametrize("name", NAMES)
async def test_the_journal_has_what_our_server_answered(create, journal, ours, name):
    ours.status = 202
    await create(name, f"a noted fox of {name}", f"{ours.url}/told")
    await ours.next()
    while (call := await journal(f"a noted fox of {name}"))["callback"] is None:
        pass
    assert call["callback"] == 202


async def test_toapis_signs_as_the_bot_verifies(create, ours):
    await create("toapis", "a signed fox", f"{ours.url}/told")
    headers, body = await ours.next()
    now = datetime.now(UTC)
    assert verify_signature(SECRET, headers, body, now)
    assert not verify_signature("another", headers, body, now)
    told = json.loads(body)
    assert told["type"] == "generation.completed"
    assert told["id"] == headers["X-ToAPIs-Webhook-Id"]


async def test_without_a_secret_toapis_tells_nobody(client, ours):
    """The others need none; theirs comes, and ToAPIs' has not come before it."""
    for name, model in (("toapis", "gemini-3.1-flash-image-preview"), ("evolink", None)):
        body = {"model": model or "gemini-3.1-flash-image-preview", "prompt": f"a fox at {name}"}
        body["callback_url"] = f"{ours.url}/told"
        url = f"{client.url}/{name}/v1/images/generations"
        async with client.session.post(url, json=body, headers=HEADERS) as response:
            assert response.status == 200
    _, told = await ours.next()
    assert b"image.generation.task" in told
    assert ours.heard.empty()


async def test_a_task_that_hangs_is_never_told_of(create, ours, poll):
    task = await create("evolink", "a fox, hang", f"{ours.url}/told")
    await create("evolink", "a fox", f"{ours.url}/told")
    await ours.next()
    assert ours.heard.empty()
    assert [(await poll("evolink", task))["status"] for _ in range(3)] == ["processing"] * 3


@pytest.mark.parametrize("name", NAMES)
async def test_a_picture_is_fetched_from_this_machine_and_drawn_upon(create, poll, ours, name):
    out = io.BytesIO()
    Image.new("RGB", (160, 90), "blue").save(out, "PNG")
    ours.picture = out.getvalue()
    task = await create(name, "make it nicer", images=[f"{ours.url}/a.png"])
    while (told := await poll(name, task))["status"] not in ("completed", "failed"):
        pass
    assert told["status"] == "completed"
    assert ours.fetched == 1


@pytest.mark.parametrize("picture", [b"", b"no picture"])
async def test_a_redirect_is_not_followed_and_what_is_no_picture_fails(create, poll, ours, picture):
    ours.picture = picture
    task = await create("aivideoapi", "make it nicer", images=[f"{ours.url}/a.png"])
    while (told := await poll("aivideoapi", task))["status"] not in ("completed", "failed"):
        pass
    assert told["status"] == "failed"


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("http://127.0.0.1:8080/a", True),
        ("https://127.8.8.8/a", True),
        ("http://[::1]:80/a", True),
        ("http://localhost/a", False),
        ("http://127.0.0.1.example/a", False),
        ("http://2130706433/a", False),
        ("http://10.0.0.1/a", False),
        ("http://169.254.169.254/a", False),
        ("https://example.com/a", False),
        ("ftp://127.0.0.1/a", False),
        ("file:///etc/hosts", False),
        ("http://[::ffff:10.0.0.1]/a", False),
        ("http://", False),
        ("", False),
    ],
)
def test_only_this_machine_by_number_is_asked(address, ours):
    assert is_loopback(address) is ours


async def test_the_same_picture_is_told_at_the_same_place(create, poll, ours, session):
    """What a callback names can be fetched, and is what a poll names."""
    task = await create("evolink", "a fox to fetch", f"{ours.url}/told")
    _, body = await ours.next()
    digests = set()
    for told in (json.loads(body), await poll("evolink", task)):
        async with session.get(told["results"][0]) as response:
            digests.add(hashlib.sha256(await response.read()).hexdigest())
    assert len(digests) == 1
