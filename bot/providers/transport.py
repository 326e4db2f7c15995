"""One paid HTTP call: sent once, bounded in time and size, and honest about what may be owed."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import aiohttp
import pybase64

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.redaction import redact
from bot.providers.turnstile import Turnstile

CONNECT_SECONDS = 10.0
ANSWER_LIMIT = 512 * 1024 * 1024
EXCERPT_BYTES = 64 * 1024
READ_AHEAD = 64 * 1024
"""A connection with twice as much waiting to be taken is not read on."""

_READ = 48 * 1024  # a multiple of 3, so that only a file's end is padded
_INFLATED = 64 * 1024


@dataclass(eq=False)
class CutAnswer(ProviderError):
    """An answer not read to its end, so that asking again might pay twice for one picture."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A JSON body in pieces: its own text, and files that go out as base64. `size` in bytes."""

    pieces: tuple[bytes | Path, ...]
    size: int

    @classmethod
    def measure(cls, pieces: Sequence[bytes | Path]) -> Self:
        """Add up what will be sent; raises OSError for a file that is not there."""
        sizes = (
            len(piece) if isinstance(piece, bytes) else -(-piece.stat().st_size // 3) * 4
            for piece in pieces
        )
        return cls(tuple(pieces), sum(sizes))

    def chunks(self) -> Iterator[bytes]:
        """The body, never holding more than one read of a file; raises OSError."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            with piece.open("rb", buffering=0) as file:
                while data := file.read(_READ):
                    yield pybase64.b64encode(data)


class _Sending:
    """The body as aiohttp pulls it. `over` from before the last of it leaves, to be safe."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self.over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._upload.size
        for chunk in self._upload.chunks():
            left -= len(chunk)
            if left < 0:
                break
            self.over = left == 0
            yield chunk
        if left:
            raise OSError("a reference image changed while it was sent")


class _Inflating(Protocol):
    """What we use of zlib's decompressing objects."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Answer:
    """What came back: the head, and the body as an async iterator of decoded chunks.

    Chunks that share a `turnstile` with those of other answers take turns. Iterating raises
    ProviderError: timeout_unknown, or CutAnswer for a body that broke off.
    """

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        *,
        provider: str,
        limit: int = ANSWER_LIMIT,
        turnstile: Turnstile | None = None,
    ) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._content = response.content
        self._provider = provider
        self._limit = limit
        self._turnstile = turnstile
        self._received = 0
        self._decoded = 0
        self._coding = self.headers.get("Content-Encoding", "identity").strip().lower()
        self._inflating: _Inflating | None = None
        self._more = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk = await (self._receive() if self._coding in ("", "identity") else self._inflate())
        if not chunk:
            raise StopAsyncIteration
        self._decoded += len(chunk)
        self._bound(self._decoded)
        return chunk

    async def excerpt(self) -> bytes:
        """The beginning of the body, as much as came; EXCERPT_BYTES are enough to tell why."""
        beginning = bytearray()
        try:
            async for chunk in self:
                beginning += chunk
                if len(beginning) >= EXCERPT_BYTES:
                    break
        except ProviderError:
            # The status line alone tells enough.
            pass
        return bytes(beginning[:EXCERPT_BYTES])

    async def _receive(self) -> bytes:
        try:
            chunk = await self._content.readany()
        except TimeoutError as error:
            raise _failure(ErrorKind.TIMEOUT_UNKNOWN, self._provider, error) from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._cut(_describe(error)) from None
        self._received += len(chunk)
        self._bound(self._received)
        if self._turnstile:
            await self._turnstile.wait()
        return chunk

    async def _inflate(self) -> bytes:
        chunk = b""
        while not chunk:
            if self._inflating is not None and self._inflating.eof:
                return b""
            tail = self._inflating.unconsumed_tail if self._inflating else b""
            data = tail if tail or self._more else await self._receive()
            if not data and not self._more:
                if self._inflating is None:
                    return b""
                raise self._cut("the compressed body broke off")
            chunk = self._inflate_some(data)
            # A few bytes may inflate to very many: others get their turn in between.
            await asyncio.sleep(0)
        return chunk

    def _inflate_some(self, data: bytes) -> bytes:
        if self._inflating is None:
            self._inflating = zlib.decompressobj(self._window(data))
        try:
            chunk = self._inflating.decompress(data, _INFLATED)
        except zlib.error as error:
            raise self._cut(_describe(error)) from None
        # A full read may have left some inside, even with all of its input taken.
        self._more = len(chunk) == _INFLATED
        return chunk

    def _window(self, data: bytes) -> int:
        if self._coding in ("gzip", "x-gzip"):
            return zlib.MAX_WBITS | 16
        if self._coding != "deflate":
            raise self._cut(f"a content encoding we did not ask for: {self._coding}")
        zlib_header = data[0] & 0x0F == zlib.DEFLATED
        return zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS

    def _bound(self, size: int) -> None:
        if size > self._limit:
            raise self._cut(f"more than {self._limit} bytes")

    def _cut(self, problem: str) -> CutAnswer:
        return CutAnswer(
            kind=ErrorKind.MALFORMED_RESPONSE,
            provider=self._provider,
            billed=Billed.UNKNOWN,
            detail=redact(problem),
        )


class Transport:
    """Sends paid calls over a session from `make_session`, which stays its owner's to close."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._turnstile = Turnstile()

    @asynccontextmanager
    async def post(
        self,
        url: str,
        *,
        provider: str,
        headers: Mapping[str, str],
        upload: Upload,
        time_limit: float,
        secret: str = "",
    ) -> AsyncIterator[Answer]:
        """Send `upload` once, whatever happens; `time_limit` in seconds, until the last byte.

        `secret` is kept out of every error, wherever the upstream repeats it.

        Raises ProviderError: connect_failed while the upstream cannot have got the whole request,
        timeout_unknown after that.
        """
        sending = _Sending(upload)
        try:
            response = await self._session.post(
                url,
                data=sending,
                headers={
                    **headers,
                    "Content-Type": "application/json",
                    "Content-Length": str(upload.size),
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                    "User-Agent": "plantain",
                },
                timeout=aiohttp.ClientTimeout(total=time_limit, connect=CONNECT_SECONDS),
                allow_redirects=False,
            )
        except aiohttp.ClientResponseError as error:
            raise CutAnswer(
                kind=ErrorKind.MALFORMED_RESPONSE,
                provider=provider,
                billed=Billed.UNKNOWN,
                detail=_describe(error, secret),
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            kind = ErrorKind.TIMEOUT_UNKNOWN if sending.over else ErrorKind.CONNECT_FAILED
            raise _failure(kind, provider, error, secret) from None
        async with response:
            yield Answer(response, provider=provider, turnstile=self._turnstile)


def make_session() -> aiohttp.ClientSession:
    """A session for paid calls; made inside the running loop, closed by the caller.

    Every call gets a connection of its own: one kept alive may be dead, and a request lost on it
    cannot be told from one that was served.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        read_bufsize=READ_AHEAD,
    )


def _failure(kind: ErrorKind, provider: str, error: Exception, secret: str = "") -> ProviderError:
    # Raised without its cause: aiohttp's errors carry the request's headers, the key among them.
    billed = Billed.UNKNOWN if kind is ErrorKind.TIMEOUT_UNKNOWN else Billed.NO
    return ProviderError(
        kind=kind, provider=provider, billed=billed, detail=_describe(error, secret)
    )


def _describe(error: Exception, secret: str = "") -> str:
    return redact(f"{type(error).__name__}: {error}", secret)
