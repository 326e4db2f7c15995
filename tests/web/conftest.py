"""The bot's web on a port of 127.0.0.1, and a stranger who writes every byte of what it asks."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pytest

from bot.web.server import serve
from bot.web.site import Web

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Heard:
    """What came back until the connection ended; a status of 0 for nothing."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def lasting(self) -> tuple:
        """All of it but the time of day."""
        return self.status, {k: v for k, v in self.headers.items() if k != "date"}, self.body


def parse(raw: bytes) -> Heard:
    if not raw:
        return Heard(0, {}, b"")
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return Heard(int(status.split(" ")[1]), {k.lower(): v for k, v in pairs}, body)


@dataclass(frozen=True)
class Stranger:
    """Somebody at the door. Nobody waits longer than five seconds."""

    port: int

    async def say(self, *pieces: bytes) -> Heard:
        """These bytes, as they are; then listen until the other side is done."""
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                return parse(await reader.read())
            except ConnectionError:
                return parse(b"")
            finally:
                writer.close()

    async def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict | None = None
    ) -> Heard:
        named = {"Host": "bot.example", **(headers or {})}
        if body is not None:
            named.setdefault("Content-Length", str(len(body)))
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        return await self.say(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + (body or b""))


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def make_site():
    """A Web with tokens that a test can name: token-1, token-2; anything can be overridden."""

    def make(**changes) -> Web:
        numbers = count(1)
        arguments = {
            "public_url": "https://bot.example",
            "now": lambda: NOW,
            "new_token": lambda: f"token-{next(numbers)}",
        }
        return Web(**(arguments | changes))

    return make


@pytest.fixture
def visit():
    """Open a site's door, and be a stranger at it."""

    @asynccontextmanager
    async def opened(site, **changes):
        async with serve(site, host="127.0.0.1", port=0, **changes) as port:
            yield Stranger(port)

    return opened
