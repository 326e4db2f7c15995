"""What is to be found at the public address: upstreams call here, and fetch what they work from.

Nothing that comes in is believed. A call ends a wait, and the upstream is then asked itself.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.hdrs import EXPECT, METH_ANY, METH_GET, METH_HEAD, METH_POST

from bot.generation.formats import EXTENSIONS
from bot.providers.outside import Callback
from bot.providers.toapis import verify_signature

BODY_LIMIT = 64 * 1024
BODY_SECONDS = 10.0
PICTURE_SECONDS = 120.0

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class _Bell:
    """A paid call that may be told that something has happened."""

    url: str | None
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def called(self) -> None:
        await self.rung.wait()
        self.rung.clear()


class Web:
    """Callbacks and Shelf over HTTP, below `public_url`, which leads to where this is served.

    `now` is in UTC. `webhook_secrets` are by the name of a provider that signs what it sends;
    `new_token` gives text that is safe in a path and that nobody can guess. A body of at most
    BODY_LIMIT bytes must be here, and a picture taken away, within so many seconds in all.
    """

    def __init__(
        self,
        *,
        public_url: str,
        now: Callable[[], datetime],
        webhook_secrets: Mapping[str, str] = MappingProxyType({}),
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
        body_seconds: float = BODY_SECONDS,
        picture_seconds: float = PICTURE_SECONDS,
    ) -> None:
        self._public_url = public_url.rstrip("/")
        self._now = now
        self._secrets = {name: secret for name, secret in webhook_secrets.items() if secret}
        self._new_token = new_token
        self._body_seconds = body_seconds
        self._picture_seconds = picture_seconds
        self._bells: dict[tuple[str, str], _Bell] = {}
        self._lent: dict[str, tuple[Path, str]] = {}

    @contextmanager
    def expect(self, provider: str, *, signed: bool) -> Iterator[Callback]:
        """As Callbacks says."""
        if signed and provider not in self._secrets:
            yield _Bell(None)
            return
        token = self._new_token()
        bell = _Bell(f"{self._public_url}/callbacks/{quote(provider, safe='')}/{token}")
        self._bells[provider, token] = bell
        try:
            yield bell
        finally:
            del self._bells[provider, token]

    @contextmanager
    def offer(self, path: Path, mime: str) -> Iterator[str]:
        """As Shelf says. The address has an ending, as some tell a picture's format by that."""
        name = f"{self._new_token()}.{EXTENSIONS[mime]}"
        self._lent[name] = (path, mime)
        try:
            yield f"{self._public_url}/references/{name}"
        finally:
            del self._lent[name]

    def application(self) -> web.Application:
        """All there is to see from outside."""
        application = web.Application(client_max_size=BODY_LIMIT)
        for method, path, handler in (
            (METH_GET, "/healthz", _tell_health),
            (METH_HEAD, "/healthz", _tell_health),
            (METH_POST, "/callbacks/{provider}", self._take),
            (METH_POST, "/callbacks/{provider}/{token}", self._take),
            (METH_GET, "/references/{name}", self._send),
            (METH_HEAD, "/references/{name}", self._send),
            # Else what is there to be posted to would tell so to who gets it, and the other way.
            (METH_ANY, "/{path:.*}", _find_nothing),
        ):
            application.router.add_route(method, path, handler, expect_handler=_go_on)
        application.on_response_prepare.append(_finish)
        return application

    async def _take(self, request: web.Request) -> web.Response:
        """Without a token it is the address that an operator enters where callbacks are signed."""
        provider, token = request.match_info["provider"], request.match_info.get("token")
        secret = self._secrets.get(provider)
        bell = self._bells.get((provider, token)) if token else None
        if secret is None and bell is None:
            raise web.HTTPNotFound
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except web.RequestPayloadError:
            raise web.HTTPBadRequest from None
        if secret and not verify_signature(secret, request.headers, body, self._now()):
            raise web.HTTPUnauthorized
        if bell:
            bell.rung.set()
        elif token:
            raise web.HTTPNotFound
        return web.Response(status=204)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        found = self._lent.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return _Picture(*found, self._picture_seconds)


class _Picture(web.FileResponse):
    """A file, sent by the operating system."""

    def __init__(self, path: Path, mime: str, seconds: float) -> None:
        super().__init__(path, headers={"Content-Type": mime})
        self._seconds = seconds

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await super().prepare(request)
        except TimeoutError:
            # Closing it would wait for a reader who does not read.
            if request.transport:
                request.transport.abort()
            raise ConnectionError from None


async def _go_on(request: web.Request) -> None:
    """To who asks before sending a body; anything else that is expected is not to be had here."""
    if request.headers.get(EXPECT, "").lower() != "100-continue":
        raise web.HTTPNotFound
    if request.version >= HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The answer itself has not begun.
        request.writer.output_size = 0


async def _find_nothing(_request: web.Request) -> web.Response:
    raise web.HTTPNotFound


async def _tell_health(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _finish(_request: web.Request, response: web.StreamResponse) -> None:
    """One request a connection, so that a limit on the one is a limit on the other."""
    response.force_close()
    response.headers.update(_HEADERS, Connection="close")
    response.headers.pop("Server", None)
