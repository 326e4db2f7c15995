"""The door to the web: a port, and how long and how many strangers may stand in it."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

from aiohttp import web

from bot.errors import SettingsError
from bot.web.site import Web

HEAD_SECONDS = 15.0
LINGERING_SECONDS = 0.5
"""How long the rest of a body is read away, so that its sender sees why it was refused."""
SHUTDOWN_SECONDS = 5.0
CONNECTIONS = 200


@asynccontextmanager
async def serve(
    site: Web,
    *,
    host: str,
    port: int,
    head_seconds: float = HEAD_SECONDS,
    connections: int = CONNECTIONS,
) -> AsyncIterator[int]:
    """Answer for `site` until the end; the port, which is one of the system's choice for 0.

    The head of a request must be here in `head_seconds`, however it trickles. Who comes beyond
    `connections` is hung up on: the bot's other work needs files and sockets too. Requests under
    way at the end have SHUTDOWN_SECONDS. Raises OSError when the port cannot be had.
    """
    runner = web.AppRunner(site.application(), shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    server = cast(web.Server, runner.server)
    loop = asyncio.get_running_loop()

    def accept() -> asyncio.Protocol:
        if len(server.connections) >= connections:
            return _Full()
        return _Connection(
            server,
            loop=loop,
            # Its lines would have the tokens in them.
            access_log=None,  # type: ignore[arg-type]
            keepalive_timeout=head_seconds,
            lingering_time=LINGERING_SECONDS,
            # A signature is of the bytes that were sent; unpacked they may be very many.
            auto_decompress=False,
        )

    try:
        listener = await loop.create_server(accept, host, port)
        try:
            yield listener.sockets[0].getsockname()[1]
        finally:
            listener.close()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_door(site: Web, *, host: str, port: int) -> AsyncIterator[None]:
    """As `serve`, where an operator chose host and port; raises SettingsError for what they set."""
    async with AsyncExitStack() as resources:
        try:
            await resources.enter_async_context(serve(site, host=host, port=port))
        except (socket.gaierror, UnicodeError) as error:
            problem = f"{host!r} is no name or address of this machine"
            raise SettingsError("WEB_HOST", problem) from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                problem = f"{host!r} is no address of this machine"
                raise SettingsError("WEB_HOST", problem) from error
            problem = f"port {port} cannot be had ({error.strerror})"
            raise SettingsError("WEB_PORT", problem) from error
        yield


class _Connection(web.RequestHandler):
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP gets no answer: it would tell what we are, and the log what was sent."""
        if status == web.HTTPBadRequest.status_code or isinstance(exc, ConnectionError):
            raise ConnectionError
        return super().handle_error(request, status, exc, message)


class _Full(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
