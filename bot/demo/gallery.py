"""Drawn and encoded pictures, made in worker threads and kept for the next who asks the same."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial

import pybase64

from bot.demo.answer import Encoded
from bot.demo.drawing import Drawing, draw, noise, sketch
from bot.generation.request import AspectRatio, Resolution

WORDS = ("not an image", "bad base64", "url-safe", "escaped")
"""The misbehaviours that change a picture's bytes or its base64."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that decides the bytes of a picture; `twists` are some of WORDS."""

    prompt: str
    pictures: tuple[bytes, ...]
    aspect_ratio: AspectRatio
    resolution: Resolution
    mime: str
    variation: int = 0
    twists: frozenset[str] = frozenset()
    huge: bool = False

    def fill(self, *, coarse: bool) -> Encoded:
        """Draw and encode; work for a thread."""
        drawing = self._drawing(coarse=coarse)
        draft = _base64(sketch(drawing).content, self.twists - {"bad base64"})
        content = drawing.content
        if "not an image" in self.twists:
            content = b"This is a sentence, not a picture. " * 40
        return Encoded(drawing.mime, _base64(content, self.twists), draft)

    def _drawing(self, *, coarse: bool) -> Drawing:
        if self.huge:
            return noise()
        return draw(
            self.prompt,
            self.aspect_ratio,
            self.resolution,
            self.pictures,
            variation=self.variation,
            mime=self.mime,
            coarse=coarse,
        )


class Gallery:
    """Fills orders in an executor and keeps the last `kept`; the same order is filled once."""

    def __init__(self, executor: Executor, *, coarse: bool = False, kept: int = 48) -> None:
        self._executor = executor
        self._coarse = coarse
        self._kept = kept
        self._drawn: OrderedDict[Order, Future[Encoded]] = OrderedDict()

    async def show(self, order: Order) -> Encoded:
        """The order filled, at once if it was before."""
        future = self._drawn.get(order)
        if future is None:
            future = self._drawn[order] = self._executor.submit(
                partial(order.fill, coarse=self._coarse)
            )
            if len(self._drawn) > self._kept:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(order)
        try:
            # Shielded: the next in line wants it even if this client leaves.
            return await asyncio.shield(asyncio.wrap_future(future))
        except Exception:
            self._drawn.pop(order, None)
            raise


def _base64(content: bytes, twists: frozenset[str]) -> bytes:
    encoded: bytes = pybase64.b64encode(content)
    if "url-safe" in twists:
        encoded = encoded.translate(bytes.maketrans(b"+/", b"-_"))
    if "escaped" in twists:
        middle = len(encoded) // 2
        front, back = encoded[:middle], encoded[middle:]
        encoded = front.replace(b"/", b"\\/") + back.replace(b"/", b"\\u002f")
    if "bad base64" in twists:
        middle = len(encoded) // 2
        encoded = encoded[:middle] + b"*?*" + encoded[middle:]
    return encoded
