"""An upstream on 127.0.0.1 that does exactly what a test scripts, byte for byte."""

import asyncio
import base64
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from blake3 import blake3

from bot.errors import ProviderError
from bot.generation.catalog import Catalog
from bot.generation.request import GenerationRequest, ImageRef, Style
from bot.providers.aivideoapi import AiVideoApi
from bot.providers.download import Downloader
from bot.providers.evolink import EvoLink
from bot.providers.gemini import GeminiProvider
from bot.providers.task import TaskProvider, make_free_session
from bot.providers.toapis import ToApis
from bot.providers.transport import Transport, make_session

GOLDEN = Path(__file__).parents[1] / "golden"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJg"
    "gg=="
)
KEY = "sk-test-0123456789abcdef"


@dataclass
class Received:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def document(self) -> dict:
        return json.loads(self.body)


Step = Callable[["Upstream", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Upstream:
    """Plays one step a call, the last of them again and again; `received` counts what came."""

    port: int = 0
    steps: list[Step] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, *steps: Step) -> None:
        self.steps = list(steps)

    def reply(self, status: int, body: object, headers: dict[str, str] | None = None) -> Step:
        """A whole answer; `body` as it is when bytes, else as JSON."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"Content-Type": "application/json", "Content-Length": len(payload)}
        named |= headers or {}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        return self.raw(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + payload)

    def raw(self, *pieces: bytes, reset: bool = False) -> Step:
        """These pieces, each as its own packet, then the end of the connection."""

        async def step(upstream: Upstream, writer: asyncio.StreamWriter) -> None:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if reset:
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

        return step

    def drip(self, head: bytes, pause: float) -> Step:
        """The head, then a byte every `pause` seconds for as long as the test runs."""

        async def step(upstream: Upstream, writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            while not upstream.over.is_set() and not writer.is_closing():
                writer.write(b" ")
                try:
                    await asyncio.wait_for(upstream.over.wait(), pause)
                except TimeoutError:
                    continue

        return step

    def hang(self) -> Step:
        async def step(upstream: Upstream, writer: asyncio.StreamWriter) -> None:
            await upstream.over.wait()

        return step

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.received.append(await self._read(reader))
            step = self.steps[min(len(self.received), len(self.steps)) - 1]
            await step(self, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = [tuple(line.split(": ", 1)) for line in head[1:] if line]
        length = next((int(v) for k, v in headers if k.lower() == "content-length"), 0)
        return Received(method, path, headers, await reader.readexactly(length))


@pytest.fixture
async def upstream():
    scripted = Upstream()
    tasks = set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        await scripted.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    scripted.port = server.sockets[0].getsockname()[1]
    yield scripted
    scripted.over.set()
    server.close()
    await asyncio.gather(*tasks)
    await server.wait_closed()


@pytest.fixture
async def transport():
    async with make_session() as session:
        yield Transport(session=session)


@pytest.fixture(scope="session")
def catalog():
    return Catalog.load()


@pytest.fixture
def png():
    return PNG


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def golden():
    """Read a file under tests/golden as JSON."""
    return lambda name: json.loads((GOLDEN / name).read_text("utf-8"))


@pytest.fixture
def answer():
    """The body of a good answer with these pictures, in this order."""

    def make(*pictures: bytes) -> dict:
        parts = [
            {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}
            for data in pictures
        ]
        return {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}

    return make


@pytest.fixture
def make_provider(upstream, transport, catalog, pace, tmp_path):
    """A GeminiProvider that talks to the scripted upstream; any argument can be overridden."""

    def make(name: str = "google", **changes) -> GeminiProvider:
        arguments = {
            "upstream": catalog.upstreams[name],
            "api_key": KEY,
            "base_url": upstream.url,
            "api_version": "v1beta",
            "transport": transport,
            "locate": lambda ref: tmp_path / "references" / ref.digest,
            "bearer": name != "google",
            "sleep": pace.sleep,
            "time_limit": 10.0,
            "now": lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        }
        return GeminiProvider(**(arguments | changes))

    return make


class Recorder:
    """An Observer that remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.tasks: list[tuple[str, str]] = []
        self.failures: list[tuple[ProviderError, int, float | None]] = []

    party = 0
    run = ""

    async def calling(self, call):
        self.calls.append((call.provider, call.attempt))

    async def submitted(self, provider, task_id):
        self.tasks.append((provider, task_id))

    async def failed(self, error, attempt, wait):
        self.failures.append((error, attempt, wait))


@pytest.fixture
def observer():
    return Recorder()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pictures"


@pytest.fixture
def request_for():
    """A GenerationRequest with any field changed; a style may be as golden files have it."""

    def make(**changes) -> GenerationRequest:
        if isinstance(changes.get("style"), dict):
            changes["style"] = Style(**changes["style"])
        return GenerationRequest(
            **({"prompt": "A red fox in snow", "model": "gemini-3-pro-image"} | changes)
        )

    return make


class Pace:
    """A clock that only sleeping moves; `waits` are the seconds slept, in order."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def pace():
    return Pace()


@pytest.fixture
def make_task_provider(upstream, transport, catalog, pace, tmp_path):
    """A TaskProvider that talks to the scripted upstream; any argument can be overridden."""
    dialects = {
        "evolink": lambda: EvoLink(upstream.url, files_url=f"{upstream.url}/files"),
        "toapis": lambda: ToApis(upstream.url),
        "aivideoapi": lambda: AiVideoApi(upstream.url),
    }

    def make(name: str, **changes) -> TaskProvider:
        arguments = {
            "upstream": catalog.upstreams[name],
            "dialect": dialects[name](),
            "api_key": KEY,
            "transport": transport,
            "downloader": Downloader(allowed_hosts={"127.0.0.1"}),
            "make_session": make_free_session,
            "locate": lambda ref: tmp_path / "references" / ref.digest,
            "sleep": pace.sleep,
            "clock": lambda: pace.now,
            "new_id": lambda: "0123456789abcdef" * 2,
            "now": lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        }
        return TaskProvider(**(arguments | changes))

    return make


class Turns:
    """How often the running loop has come round since `count` began."""

    def __init__(self) -> None:
        self.now = 0

    async def count(self) -> None:
        while True:
            self.now += 1
            await asyncio.sleep(0)


@pytest.fixture
async def turns():
    counted = Turns()
    counting = asyncio.ensure_future(counted.count())
    yield counted
    counting.cancel()


@pytest.fixture
def together(upstream):
    """A step that answers this many calls in one turn of the loop, once all of them have come."""

    def make(calls: int, payload: bytes) -> Step:
        everybody = asyncio.Event()

        async def step(upstream: Upstream, writer: asyncio.StreamWriter) -> None:
            if len(upstream.received) == calls:
                everybody.set()
            await everybody.wait()
            writer.write(payload)

        return step

    return make


@pytest.fixture
def told(upstream):
    """A whole answer on a connection that is closed after it, as this upstream always does."""

    def make(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Step:
        return upstream.reply(status, body, {"Connection": "close", **(headers or {})})

    return make


@pytest.fixture
def stored_reference(tmp_path):
    """Store bytes where a task provider's `locate` finds them."""

    def store(data: bytes, mime: str = "image/png") -> ImageRef:
        digest = blake3(data).hexdigest()
        (tmp_path / "references").mkdir(exist_ok=True)
        (tmp_path / "references" / digest).write_bytes(data)
        return ImageRef(digest, mime, 1, 1, len(data))

    return store
