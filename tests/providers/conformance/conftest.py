"""What the conformance suite shares: every provider of the catalog, and two upstreams to play it.

A test that takes `name` runs for every provider, `offer` for every model of every provider, and
`editor` for those that take pictures; `inline_name`, `linking_name` and `task_name` are the
providers of some dialects. All come from the catalog, so that a new one is in the suite by being
in the data.
"""

import asyncio
import base64
import json
import traceback
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from blake3 import blake3
from pydantic import HttpUrl, SecretStr

from bot.errors import ErrorKind, ProviderError
from bot.generation.catalog import Catalog
from bot.generation.request import GenerationRequest, ImageRef
from bot.providers.download import Downloader
from bot.providers.registry import Outfit, build
from bot.providers.waits import utc_now
from bot.settings import Settings
from bot.web.server import serve
from bot.web.site import Web

CATALOG = Catalog.load(public_url=True)
KEY = "plainlookingkey"
"""Nothing in its look says that it is one, so that only knowing it keeps it out of a text."""
TASKS = ("evolink", "toapis", "aivideoapi")
LINKING = ("gemini", "openai-chat", *TASKS)
"""Dialects that may give a picture by its address; `INLINE` send its base64."""
INLINE = ("gemini", "openai-chat")
CREATED = {
    "evolink": {"id": "t-1", "status": "pending"},
    "toapis": {"id": "t-1", "status": "queued"},
    "aivideoapi": {"code": 200, "msg": "success", "data": {"taskId": "t-1"}},
}
UPLOADED = {
    "success": True,
    "data": {"file_url": "https://files.example/a.png", "url": "https://files.example/a.png"},
}


def pytest_generate_tests(metafunc):
    """Parametrise by the catalog; the ids say which provider and model failed."""
    offers = [
        offer for upstream in CATALOG.upstreams.values() for offer in upstream.offers.values()
    ]
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", list(CATALOG.upstreams))
    for wanted, dialects in (
        ("inline_name", INLINE),
        ("linking_name", LINKING),
        ("gemini_name", ("gemini",)),
        ("task_name", TASKS),
    ):
        if wanted in metafunc.fixturenames:
            names = [name for name in CATALOG.upstreams if dialect_of(name) in dialects]
            metafunc.parametrize(wanted, names)
    for wanted, chosen in (
        ("offer", offers),
        ("editor", [offer for offer in offers if offer.reference_images]),
    ):
        if wanted in metafunc.fixturenames:
            named = [f"{offer.provider} {offer.model.id}" for offer in chosen]
            metafunc.parametrize(wanted, chosen, ids=named)


def dialect_of(name: str) -> str:
    return CATALOG.upstreams[name].dialect


@pytest.fixture
def key():
    return KEY


# --- the providers --------------------------------------------------------------------------


@pytest.fixture
def catalog():
    return CATALOG


class Shelves(Web):
    """The site, which remembers what it offered and under which address."""

    def __init__(self, **given):
        super().__init__(**given)
        self.offered = []

    @contextmanager
    def offer(self, path, mime):
        with super().offer(path, mime) as url:
            self.offered.append((url, path.read_bytes()))
            yield url


@pytest.fixture
async def shelf():
    """What serves reference pictures by address to upstreams that fetch them."""
    site = Shelves(public_url="http://127.0.0.1", now=utc_now)
    async with serve(site, host="127.0.0.1", port=0) as port:
        # Only now is it known; at home an operator knows it before.
        site._public_url = f"http://127.0.0.1:{port}"
        yield site


@pytest.fixture(scope="session")
def no_settings():
    """What an operator has who has set nothing, whatever this machine's environment says.

    Read once: reading takes longer than most tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        for variable in Settings.model_fields:
            patch.delenv(variable.upper(), raising=False)
        return Settings(_env_file=None)


@pytest.fixture
def provider_at(catalog, transport, pace, tmp_path, no_settings, shelf):
    """Build one provider as the registry does, with `url` (and a path) in place of its own.

    The only place of the suite that knows how providers are made.
    """

    def make(name, url, *, by_route=False, key=KEY, time_limit=20.0, hosts="127.0.0.1"):
        account = name.removesuffix("-chat")
        setting = {"google": "gemini"}.get(account, account)
        route = "" if account == "google" or not by_route else f"/{account}"
        files = url + ("/evolink-files" if by_route else "")
        chosen = {
            f"{setting}_api_key": SecretStr(key),
            f"{setting}_base_url": HttpUrl(url + route),
            "evolink_files_url": HttpUrl(files),
            "result_hosts": frozenset(hosts.split()),
        }
        settings = no_settings.model_copy(update=chosen)
        outfit = Outfit(
            transport=transport,
            downloader=Downloader(allowed_hosts=settings.result_hosts),
            locate=lambda ref: tmp_path / "references" / ref.digest,
            sleep=pace.sleep,
            random=lambda: 0.0,
            clock=lambda: pace.now,
            time_limit=time_limit,
            shelf=shelf,
        )
        ways = build(settings, catalog=catalog, outfit=outfit)
        return {way.name: way.patient for way in ways}[name]

    return make


@pytest.fixture
def ask(observer, folder):
    """Ask a provider for the best picture of a request."""

    async def run(provider, asked):
        return await provider.generate(asked, folder=folder, observer=observer)

    return run


@dataclass(frozen=True)
class Failed:
    """How a provider failed, and how often it called."""

    kind: ErrorKind
    error: ProviderError
    calls: int


@pytest.fixture
def fail(ask, observer, folder, caplog):
    """Ask for what cannot be had. Whatever fails: no file stays, and nothing shows the key."""

    async def run(provider, asked):
        before = len(observer.calls)
        with pytest.raises(ProviderError) as caught:
            await ask(provider, asked)
        error = caught.value
        shown = "".join(traceback.format_exception(error))
        kept = [str(context) for context in _chain(error)]
        seen = (str(error), repr(error), error.said or "", error.detail, shown, *kept)
        assert not any(KEY in text for text in (*seen, caplog.text))
        assert [path for path in folder.rglob("*") if path.is_file()] == []
        return Failed(error.kind, error, len(observer.calls) - before)

    return run


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@pytest.fixture
def request_of(stored_reference, png):
    """A request that an offer can do, unless a change makes it one that it cannot.

    `pictures` is how many different ones to work from.
    """

    def make(offer, *, pictures=0, **changes):
        resolution = min(offer.usd_micros, key=list(offer.model.resolutions).index)
        usual = {"prompt": "a fox", "model": offer.model.id, "resolution": resolution}
        references = tuple(stored_reference(_stretched(png, n)) for n in range(pictures))
        return GenerationRequest(**{**usual, "reference_images": references, **changes})

    return make


def _stretched(png: bytes, number: int) -> bytes:
    """Another file of the same picture: what follows its end is not read."""
    return png + b"%d" % number


@pytest.fixture
def any_request(request_of):
    """One that a provider can do."""

    def make(name, **changes):
        return request_of(next(iter(CATALOG.upstreams[name].offers.values())), **changes)

    return make


@pytest.fixture
def missing_picture():
    return ImageRef("0" * 64, "image/png", 1, 1, 100)


# --- the stand-in ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Journal:
    """What the stand-in was asked in this test."""

    session: aiohttp.ClientSession
    url: str

    async def calls(self):
        """All since the last time, oldest first; the same request is then drawn the same again."""
        async with self.session.get(f"{self.url}/calls") as response:
            calls = await response.json()
        async with self.session.delete(f"{self.url}/calls"):
            return calls


@pytest.fixture
async def journal(standin):
    async with aiohttp.ClientSession() as session:
        journal = Journal(session, standin.url)
        await journal.calls()
        yield journal


@pytest.fixture
def drawing_provider(provider_at, standin):
    def make(name, **changes):
        return provider_at(name, standin.url, by_route=True, **changes)

    return make


# --- the scripted upstream ------------------------------------------------------------------


@dataclass
class Stage:
    """The scripted upstream as one dialect's: what it does with each kind of call.

    `paid` is the answer to the paid call, or a function of how many there were before; of tasks
    that is the creating one.
    """

    upstream: object
    told: object
    dialect: str
    paid: object = None
    poll: object = None
    result: object = None
    heard: list[str] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How many paid calls there were."""
        return self.heard.count("paid")

    def opened(self) -> str:
        self.upstream.script(self._play)
        return self.upstream.url

    async def _play(self, server, writer):
        received = server.received[-1]
        kind = self._kind(received)
        self.heard.append(kind)
        step = self.told(UPLOADED) if kind == "upload" else getattr(self, kind)
        await step(server, writer)

    def _kind(self, received) -> str:
        if received.path.startswith("/result"):
            return "result"
        if "/upload" in received.path:
            return "upload"
        return "paid" if received.method == "POST" else "poll"

    # What each dialect says; a picture is its bytes, and the last of several is the result.

    def draw(self, *pictures: bytes, mime: str = "image/png", encode=base64.b64encode) -> None:
        """Answer with pictures, each with base64 of its own where the dialect has any."""
        if self.dialect in TASKS:
            self.link(*(f"{self.upstream.url}/result/{n}" for n in range(len(pictures))))
            self.result = self.serve(pictures[-1], mime)
            return
        self.paid = self.told(self.embedded(*(encode(data) for data in pictures), mime=mime))

    def embedded(self, *texts: bytes, mime: str = "image/png"):
        """A good answer with these pictures, already encoded."""
        decoded = [text.decode() for text in texts]
        if self.dialect == "gemini":
            parts = [{"inlineData": {"mimeType": mime, "data": text}} for text in decoded]
            return {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
        return self.chat(" ".join(f"![image](data:{mime};base64,{text})" for text in decoded))

    def link(self, *urls: str) -> None:
        """Answer with addresses of pictures."""
        if self.dialect == "gemini":
            parts = [{"fileData": {"fileUri": url, "mimeType": "image/png"}} for url in urls]
            answer = {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}
            self.paid = self.told(answer)
        elif self.dialect == "openai-chat":
            self.paid = self.told(self.chat(" ".join(f"![image]({url})" for url in urls)))
        else:
            self.paid = self.told(CREATED[self.dialect])
            self.poll = self.told(self.completed(*urls))

    def chat(self, content: str) -> Mapping[str, object]:
        message = {"role": "assistant", "content": content}
        return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}

    def completed(self, *urls: str) -> Mapping[str, object]:
        done = {"id": "t-1", "status": "completed"}
        if self.dialect == "evolink":
            return {**done, "results": list(urls)}
        if self.dialect == "toapis":
            return {**done, "result": {"data": [{"url": url} for url in urls]}}
        return {**done, "output": {"urls": list(urls)}}

    def whole(self, picture: bytes) -> bytes:
        """The body of a good answer to the paid call."""
        if self.dialect in TASKS:
            self.draw(picture)
            return json.dumps(CREATED[self.dialect]).encode()
        return json.dumps(self.embedded(base64.b64encode(picture))).encode()

    def serve(self, content: bytes, mime: str = "image/png", **headers: str):
        named = {"Content-Type": mime, "Content-Length": str(len(content)), **headers}
        return self.told(content, 200, named)


@pytest.fixture
def stage_for(upstream, told):
    def make(name: str) -> Stage:
        return Stage(upstream, told, dialect_of(name))

    return make


@pytest.fixture
def stage(stage_for, name):
    return stage_for(name)


@pytest.fixture
def scripted(provider_at, stage, name):
    """The provider over its stage, which must be set before anything is asked."""

    def make(**changes):
        return provider_at(name, stage.opened(), **changes)

    return make


@pytest.fixture
def check(folder):
    """The one picture of a generation: the same bytes, and everything said of them true."""

    def same(generation, content, mime="image/png"):
        [image] = generation.images
        assert image.path.read_bytes() == content
        assert (image.size, image.mime) == (len(content), mime)
        assert image.digest == blake3(content).hexdigest()
        assert [path for path in folder.rglob("*") if path.is_file()] == [image.path]

    return same


# --- a canary -------------------------------------------------------------------------------


@dataclass
class Canary:
    """A server that nobody may ask; `asked` counts who did."""

    url: str = ""
    asked: int = 0


@pytest.fixture
async def canary():
    bird = Canary()

    async def sing(reader, writer):
        bird.asked += 1
        writer.close()

    server = await asyncio.start_server(sing, "127.0.0.1", 0)
    bird.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield bird
    server.close()
    await server.wait_closed()
