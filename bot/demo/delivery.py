"""How a body goes over the wire: properly, or in one of the ways bodies go wrong."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from aiohttp import web

from bot.demo.answer import Piece

CHUNK = 64 * 1024
DRIP_SECONDS = 0.2
BOM = b"\xef\xbb\xbf"


async def send(
    request: web.Request,
    pieces: Sequence[Piece],
    *,
    done: Callable[[], None],
    words: frozenset[str] = frozenset(),
) -> web.StreamResponse:
    """Send 200 and the pieces in chunks; `words` are the misbehaviours to deliver them with.

    `done` is called before the client can know the end. Raises ConnectionError when it is gone.
    """
    if "bom" in words:
        pieces = [Piece(BOM), *pieces]
    response = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=UTF-8", "Vary": "Origin, X-Origin"}
    )
    if "gzip" in words:
        response.enable_compression(web.ContentCoding.gzip)
    elif "truncated" in words:
        response.content_length = sum(len(piece.content) for piece in pieces)
    else:
        response.enable_chunked_encoding()
    cut = bool({"truncated", "cut json"} & words)
    await response.prepare(request)
    for chunk in _chunks(pieces, size=1 if "slow body" in words else CHUNK, cut=cut):
        await response.write(chunk)
        if "slow body" in words:
            await asyncio.sleep(DRIP_SECONDS)
    done()
    if "truncated" in words:
        hang_up(request, politely=True)
    else:
        await response.write_eof()
    return response


def hang_up(request: web.Request, *, politely: bool) -> None:
    """Close the connection; `politely` lets the client have what was written so far."""
    if request.transport is None:
        return
    if politely:
        request.transport.close()
    else:
        request.transport.abort()


def _chunks(pieces: Sequence[Piece], *, size: int, cut: bool) -> Iterator[memoryview]:
    """The pieces in parts of at most `size` bytes; `cut` ends in the middle of the picture."""
    for piece in pieces:
        whole = memoryview(piece.content)
        end = len(whole) // 2 if cut and piece.picture else len(whole)
        for start in range(0, end, size):
            yield whole[start : min(start + size, end)]
        if cut and piece.picture:
            return
