"""The stand-in's task upstreams on the wire, and the bot's own providers over them, end to end."""

import asyncio
import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
from blake3 import blake3
from PIL import Image
from pydantic import HttpUrl, SecretStr

from bot.demo.manners import AIVIDEOAPI, EVOLINK, TOAPIS
from bot.errors import ProviderError
from bot.generation.catalog import Catalog
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef, Resolution
from bot.providers import registry
from bot.providers.download import Downloader
from bot.providers.registry import Outfit
from bot.providers.transport import Transport, make_session
from bot.settings import Settings
from bot.workshop import World, open_workshop

NAMES = ("evolink", "toapis", "aivideoapi")
MODEL = "gemini-3.1-flash-image"
KEY = {"Authorization": "Bearer sk-test", "User-Agent": "a test"}
POLLS = {
    "evolink": "/evolink/v1/tasks/",
    "toapis": "/toapis/v1/images/generations/",
    "aivideoapi": "/aivideoapi/v1/tasks/",
}
BALANCES = {
    "evolink": "/evolink/v1/credits",
    "toapis": "/toapis/v1/user/balance",
    "aivideoapi": "/aivideoapi/v1/credits",
}
UPLOADS = {
    "evolink": "/evolink-files/api/v1/files/upload/stream",
    "toapis": "/toapis/v1/uploads/images",
}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def body(name, prompt, **changes):
    """The shortest request that each of them takes."""
    if name == "aivideoapi":
        return {"model": "nano-banana-2", "input": {"prompt": prompt, **changes}}
    shortest = {"model": "gemini-3.1-flash-image-preview", "prompt": prompt, **changes}
    return {"quality": "1K", **shortest} if name == "evolink" else shortest


@dataclass(frozen=True)
class Wire:
    """Asks the stand-in as a bare client would."""

    session: aiohttp.ClientSession
    url: str

    async def ask(self, method, path, *, headers=KEY, **sent):
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **sent
        ) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if raw.startswith(b"{") else raw

    async def create(self, name, prompt, **changes):
        sent = body(name, prompt, **changes)
        return await self.ask("POST", f"/{name}/v1/images/generations", json=sent)

    async def finish(self, name, task_id):
        """Poll until it is done; every status on the way and the last answer."""
        statuses = []
        while statuses[-1:] not in (["completed"], ["failed"]):
            _, answer = await self.ask("GET", POLLS[name] + task_id)
            statuses.append(answer["status"])
        return statuses, answer


@pytest.fixture
async def wire(client):
    return Wire(client.session, client.url)


def id_of(created):
    return created["data"]["taskId"] if "data" in created else created["id"]


def url_of(done):
    if "results" in done:
        return done["results"][0]
    return done["output"]["urls"][0] if "output" in done else done["result"]["data"][0]["url"]


def png(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


# --- on the wire -------------------------------------------------------------------------------


async def test_a_task_is_created_waits_and_is_completed_with_an_address(wire, client, name):
    """One paid call, however often it is asked about."""
    status, created = await wire.create(name, "a fox on a bicycle")
    assert status == 200
    statuses, done = await wire.finish(name, id_of(created))
    working = "in_progress" if name == "toapis" else "processing"
    assert statuses == [working, "completed"]
    async with wire.session.get(url_of(done)) as response:
        content = await response.read()
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (1024, 1024)
    [call] = await client.look("/calls")
    assert (call["route"], call["prompt"], call["paid"]) == (name, "a fox on a bicycle", True)
    assert (call["outcome"], call["http_status"]) == ("picture", 200)


def test_the_created_answers_have_the_documented_fields():
    """Pinned, because the bot reads little of them and would not notice."""
    assert set(EVOLINK.created("t", "m")) == {
        "created", "id", "model", "object", "progress", "status", "task_info", "type", "usage",
    }  # fmt: skip
    assert AIVIDEOAPI.created("t", "m") == {"code": 200, "msg": "success", "data": {"taskId": "t"}}
    assert set(TOAPIS.created("t", "m")) == {
        "id", "object", "model", "status", "progress", "created_at", "metadata",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("evolink", {"model": "gemini-9"}),
        ("evolink", {"prompt": ""}),
        ("evolink", {"prompt": "x" * 2001}),
        ("evolink", {"size": "7:3"}),
        ("evolink", {"quality": "1k"}),
        ("evolink", {"image_urls": ["data:image/png;base64,AAAA"]}),
        ("evolink", {"aspect_ratio": "16:9"}),
        ("toapis", {"n": "1"}),
        ("toapis", {"n": 2}),
        ("toapis", {"metadata": {"resolution": "8K"}}),
        ("toapis", {"reference_images": ["https://files.example/a.png"]}),
        ("toapis", {"image_urls": ["AAAA"]}),
        ("aivideoapi", {"resolution": "512"}),
        ("aivideoapi", {"output_format": "webp"}),
        ("aivideoapi", {"seed": 7}),
    ],
)
async def test_a_request_that_is_not_as_documented_is_refused_unpaid(wire, client, name, changes):
    status, answer = await wire.create(name, **{"prompt": "a fox", **changes})
    assert status == (404 if "model" in changes else 400)
    assert answer["error"]["message"]
    [call] = await client.look("/calls")
    assert not call["paid"]


@pytest.mark.parametrize(
    "headers", [{"User-Agent": "a"}, {**KEY, "Authorization": "Bearer bad-key"}]
)
async def test_nothing_is_done_without_a_key(wire, name, headers):
    sent = body(name, "a fox")
    for method, path, more in (
        ("POST", f"/{name}/v1/images/generations", {"json": sent}),
        ("GET", POLLS[name] + "t-1", {}),
        ("GET", BALANCES[name], {}),
    ):
        assert (await wire.ask(method, path, headers=headers, **more))[0] == 401


async def test_a_task_is_known_to_its_own_upstream_only(wire, name):
    _, created = await wire.create(name, "a fox")
    others = [other for other in NAMES if other != name]
    for path in [POLLS[name] + "unknown", *(POLLS[other] + id_of(created) for other in others)]:
        status, answer = await wire.ask("GET", path)
        assert status == 404
        assert answer["error"]["message"]


async def test_a_call_waits_while_the_gate_is_held(wire, client, name):
    await client.look("/hold", "POST")
    async with asyncio.TaskGroup() as group:
        creating = group.create_task(wire.create(name, "a held fox"))
        await client.look("/wait?calls=1&seconds=5")
        assert (await client.look("/count"))["waiting"] == 1
        await client.look("/release", "POST")
    assert creating.result()[0] == 200


@pytest.mark.parametrize("uploader", sorted(UPLOADS))
async def test_an_upload_is_kept_and_can_be_drawn_upon(wire, client, uploader):
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(png()), filename="a.png", content_type="image/png")
    status, answer = await wire.ask("POST", UPLOADS[uploader], data=form)
    assert (status, answer["success"]) == (200, True)
    url = answer["data"].get("file_url") or answer["data"]["url"]
    assert (await wire.ask("GET", url.removeprefix(wire.url)))[1] == png()
    _, created = await wire.create(uploader, "make it blue", image_urls=[url])
    statuses, _ = await wire.finish(uploader, id_of(created))
    assert statuses[-1] == "completed"
    [call] = await client.look("/calls")
    assert call["images_in"] == 1


@pytest.mark.parametrize("uploader", sorted(UPLOADS))
async def test_an_upload_that_is_no_picture_is_refused(wire, uploader):
    form = aiohttp.FormData()
    form.add_field("file", b"no picture", filename="a.png", content_type="image/png")
    assert (await wire.ask("POST", UPLOADS[uploader], data=form))[0] == 400


async def test_an_address_of_elsewhere_is_never_fetched(wire, name):
    """A reference that was not uploaded here makes the task fail."""
    _, created = await wire.create(name, "make it blue", image_urls=["http://127.0.0.1:1/a.png"])
    statuses, answer = await wire.finish(name, id_of(created))
    assert statuses[-1] == "failed"
    assert answer["error"]["code"]


# --- the bot's providers over it ---------------------------------------------------------------


class Diary:
    """An Observer that remembers the tasks and the failures."""

    def __init__(self):
        self.calls, self.tasks, self.failures = [], [], []

    party = 0
    run = ""

    async def calling(self, call):
        self.calls.append((call.provider, call.attempt))

    async def submitted(self, provider, task_id):
        self.tasks.append((provider, task_id))

    async def failed(self, error, attempt, wait):
        self.failures.append((str(error.kind), wait))


@pytest.fixture
def diary():
    return Diary()


def settings_for(url, **more):
    return Settings(
        _env_file=None,
        evolink_api_key="sk-evo-test",
        evolink_base_url=f"{url}/evolink",
        evolink_files_url=f"{url}/evolink-files",
        toapis_api_key="sk-toapis-test",
        toapis_base_url=f"{url}/toapis",
        aivideoapi_api_key="sk-aivideo-test",
        aivideoapi_base_url=f"{url}/aivideoapi",
        result_hosts="127.0.0.1",
        **more,
    )


@dataclass
class Pace:
    """A clock that only sleeping moves, so that a wait is over when it begins."""

    now: float = 0.0

    async def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def pace():
    return Pace()


@pytest.fixture
async def providers(client, pace, tmp_path):
    async with make_session() as session:
        settings = settings_for(client.url)
        outfit = Outfit(
            transport=Transport(session=session),
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            locate=lambda ref: tmp_path / ref.digest,
            sleep=pace.sleep,
            random=lambda: 0.0,
            clock=lambda: pace.now,
        )
        ways = registry.build(settings, catalog=Catalog.load(), outfit=outfit)
        yield {way.name: way for way in ways}


@pytest.fixture
def draw(providers, diary, tmp_path):
    async def run(name, prompt, **changes):
        request = GenerationRequest(prompt, MODEL, **changes)
        folder = tmp_path / "pictures"
        return await providers[name].patient.generate(request, folder=folder, observer=diary)

    return run


async def test_a_prompt_becomes_a_picture(draw, client, diary, name):
    """In the ratio and size asked for; one paid call, and its task is told."""
    generation = await draw(
        name, "a lighthouse", aspect_ratio=AspectRatio.W16_H9, resolution=Resolution.R2K
    )
    with Image.open(generation.images[-1].path) as picture:
        assert picture.size == (2752, 1536)
        assert picture.format == "PNG"
    [call] = await client.look("/calls")
    assert (call["route"], call["paid"]) == (name, True)
    assert [provider for provider, _ in diary.tasks] == [name]


@pytest.mark.parametrize("uploader", sorted(UPLOADS))
async def test_pictures_are_edited(draw, client, tmp_path, uploader):
    references = []
    for colour in ("red", "blue"):
        content = png(colour)
        digest = blake3(content).hexdigest()
        (tmp_path / digest).write_bytes(content)
        references.append(ImageRef(digest, "image/png", 64, 48, len(content)))
    generation = await draw(uploader, "put them side by side", reference_images=tuple(references))
    assert generation.images
    [call] = await client.look("/calls")
    assert call["images_in"] == 2


KINDS = {
    "402": "billing_exhausted",
    "429": "rate_limited",
    "429 zero": "billing_exhausted",
    "insufficient quota": "billing_exhausted",
    "prepay": "billing_exhausted",
    "500": "upstream_error",
    "503": "overloaded",
    "504": "upstream_error",
    "leaked key": "auth_invalid",
    "region": "permission_denied",
    "no channel": "model_unavailable",
    "payload too large": "payload_too_large",
    "blocked": "content_blocked",
    "unsafe picture": "content_blocked",
    "hang": "task_timeout",
    "drop": "timeout_unknown",
    "html": "malformed_response",
    "not an image": "malformed_response",
    "truncated": "result_unavailable",
    "private link": "unsafe_url",
    "redirect home": "unsafe_url",
}
EXCEPTIONS = {
    ("aivideoapi", "503"): "upstream_error",
    ("evolink", "429 daily"): "quota_daily",
    ("evolink", "no image"): "no_image",
    ("evolink", "bad input"): "invalid_image",
    ("aivideoapi", "spending cap"): "spend_limit",
    ("aivideoapi", "429 daily"): "spend_limit",
}
PAID = {"hang": 1, "drop": 1, "not an image": 1, "truncated": 1, "private link": 1,
        "redirect home": 1}  # fmt: skip
WORDS = [
    pytest.param(name, word, EXCEPTIONS.get((name, word), kind), id=f"{name} {word}")
    for name in NAMES
    for word, kind in KINDS.items()
] + [
    pytest.param(name, word, kind, id=f"{name} {word}")
    for (name, word), kind in EXCEPTIONS.items()
    if word not in KINDS
]


@pytest.mark.parametrize(("name", "word", "kind"), WORDS)
async def test_each_word_fails_in_its_way_and_costs_what_it_says(
    draw, client, tmp_path, name, word, kind
):
    """The journal's count of paid calls is what the operator would be billed."""
    with pytest.raises(ProviderError) as caught:
        await draw(name, f"a fox, {word}")
    assert caught.value.kind == kind
    count = await client.look("/count")
    assert count["paid"] == PAID.get(word, 0)
    if not count["paid"]:
        assert caught.value.billed in ("no", "unknown")
    else:
        assert caught.value.billed in ("yes", "unknown")
    assert list((tmp_path / "pictures").glob("*")) == []


async def test_a_dead_link_is_made_good_by_asking_again(draw, client, name):
    generation = await draw(name, "a fox, dead link")
    assert generation.images
    assert (await client.look("/count"))["paid"] == 1


@pytest.mark.parametrize("word", ["429 once", "503 once", "500 once"])
async def test_what_passes_is_tried_again(draw, client, diary, name, word):
    generation = await draw(name, f"a fox, {word}")
    assert generation.images
    assert [attempt for _, attempt in diary.calls] == [1, 2]
    assert await client.look("/count") == {"calls": 2, "paid": 1, "waiting": 0}


async def test_balances_are_told(providers, name):
    """A free question."""
    balance = await providers[name].probe()
    assert balance.amount > 0
    assert balance.unit == ("unknown" if name == "toapis" else "credits")


async def test_the_generation_client_draws_and_edits_with_what_it_drew(
    client, pace, tmp_path, diary
):
    """Through the composition root, with the real image store: as `plantain generate` does."""
    world = replace(World(), sleep=pace.sleep)
    settings = settings_for(client.url, data_dir=tmp_path)
    async with open_workshop(settings, tmp_path, world=world) as workshop:
        for name in ("evolink", "toapis"):
            provider = workshop.way(name).patient
            async with workshop.store.scratch() as folder:
                drawn = await provider.generate(
                    GenerationRequest("a fox", MODEL), folder=folder, observer=diary
                )
                clean = await workshop.codec.prepare_upload(
                    drawn.images[-1].path, name="fox.png", into=folder
                )
                reference = await workshop.store.add(clean)
                request = GenerationRequest("blue", MODEL, reference_images=(reference,))
                edited = await provider.generate(request, folder=folder, observer=diary)
                stored = await workshop.store.adopt(
                    edited.images[-1].path, digest=edited.images[-1].digest
                )
                assert Path(workshop.store.path(stored)).is_file()


async def test_the_bot_keeps_the_id_of_every_task(scene_over, settings, client):
    """In the attempt's row; the whole bot over EvoLink alone, from the command to the books."""
    chosen = {
        "gemini_api_key": None,
        "default_model": "nano-banana-2",
        "evolink_api_key": SecretStr("sk-evo-test"),
        "evolink_base_url": HttpUrl(f"{client.url}/evolink"),
        "result_hosts": frozenset({"127.0.0.1"}),
    }
    async with scene_over(settings.model_copy(update=chosen)) as scene:
        alice = scene.member("alice")
        shown = await alice.slash(scene.channel, "imagine", prompt="a fox with a task")
        assert len(shown.response.attachments) == 1
        [attempt] = await scene.attempts()
        assert attempt["provider"] == "evolink"
        assert attempt["task_id"].startswith("task-unified-")
        assert (attempt["outcome"], attempt["billed"]) == ("image", "yes")
        await scene.assert_books_balance()
