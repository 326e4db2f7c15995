"""The stand-in's two routes to generateContent: Google's own and a gateway's."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from random import Random

from aiohttp import web

from bot.demo import rejection
from bot.demo.answer import Piece, Writer
from bot.demo.delivery import hang_up, send
from bot.demo.gallery import WORDS, Gallery, Order
from bot.demo.journal import Call, Journal
from bot.demo.keys import google_key, run_of
from bot.demo.misbehaviour import Way, strike
from bot.demo.question import SERVED, Examined, Question, examine
from bot.demo.rejection import Rejection

BODY_LIMIT = 20 * 1024 * 1024
WAYS = (Way.REJECTED, Way.PICTURELESS, Way.SPEECHLESS, Way.PICTURE)
VARIATIONS = 4
"""The same question asked again is drawn anew so often, then from the beginning."""

Answer = Callable[[], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a call will be answered; `paid` is whether the upstream bills it."""

    outcome: str
    http_status: int | None
    paid: bool
    answer: Answer


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call's connection, who writes its answer, and whom to tell that it is written."""

    request: web.Request
    writer: Writer
    done: Callable[[], None]

    async def send(
        self, pieces: Sequence[Piece], words: frozenset[str] = frozenset()
    ) -> web.StreamResponse:
        return await send(self.request, pieces, done=self.done, words=words)


class StandIn:
    """Answers generateContent while the gate is open; `seconds` is how long a model takes."""

    def __init__(
        self,
        *,
        journal: Journal,
        gallery: Gallery,
        executor: Executor,
        dice: Random,
        seconds: tuple[float, float],
        gate: asyncio.Event,
    ) -> None:
        self._journal = journal
        self._gallery = gallery
        self._executor = executor
        self._dice = dice
        self._seconds = seconds
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        """Google's route, and the same as a gateway serves it."""
        call = "/{version:v1|v1beta}/models/{model}:generateContent"
        return [
            web.post(call, partial(self.generate, gateway=False)),
            web.post("/apiyi" + call, partial(self.generate, gateway=True)),
        ]

    async def generate(self, request: web.Request, *, gateway: bool) -> web.StreamResponse:
        """One call: read, wait while held, answer as the prompt's words say; all of it noted."""
        model, key = request.match_info["model"], google_key(request, gateway=gateway)
        raw, size = await _body(request)
        self._journal.last_body = raw
        examined = await self._examine(raw, request, key, gateway=gateway)
        if size > BODY_LIMIT:
            too_large = rejection.payload_too_large(BODY_LIMIT)
            examined = Examined("", 0, refused=too_large, reason="payload too large")
        call = self._journal.begin(
            route="apiyi" if gateway else "google", key=key, asked=examined.asked(model)
        )
        plan = self._plan(request, call, examined, key, gateway=gateway)
        self._journal.promise(call, paid=plan.paid, run=run_of(request, key))
        try:
            await self._gate.wait()
            response = await plan.answer()
        except (asyncio.CancelledError, ConnectionError):
            self._journal.end(call, plan.outcome, plan.http_status, client_left=True)
            raise
        self._journal.end(call, plan.outcome, plan.http_status)
        return response

    async def _examine(
        self, raw: bytes, request: web.Request, key: str, *, gateway: bool
    ) -> Examined:
        work = partial(
            examine,
            raw,
            model=request.match_info["model"],
            version=request.match_info["version"],
            key=key,
            gateway=gateway,
        )
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _plan(
        self, request: web.Request, call: Call, examined: Examined, key: str, *, gateway: bool
    ) -> Plan:
        """What the request and the words of its prompt and key call for."""
        question = examined.question
        if question is None:
            refused = examined.refused or rejection.invalid("The request could not be read.")
            return self._refusal(examined.reason, refused, gateway=gateway)
        words = strike(self._journal, call, key, *WAYS)
        name = " + ".join(word.phrase for word in words)
        plain = "picture" if "IMAGE" in question.modalities else "text"
        first = next((word for word in words if word.way is not Way.PICTURE), None)
        if first and first.refuse:
            refused = first.refuse(call.model, first.seconds)
            return self._refusal(name, refused, gateway=gateway)
        exchange = Exchange(
            request,
            Writer(question=question, model=call.model, gateway=gateway, dice=self._dice),
            partial(self._journal.end, call, name or plain, 200),
        )
        if first:
            paid = first.gateway_paid if gateway else first.paid
            status = None if first.phrase in ("hang", "drop") else 200
            return Plan(name, status, paid, partial(self._misbehave, exchange, first.phrase))
        if plain == "text":
            return Plan(name or plain, 200, paid=True, answer=partial(self._say, exchange))
        phrases = frozenset(word.phrase for word in words)
        draw = partial(self._draw, exchange, question, phrases, gateway=gateway)
        return Plan(name or plain, 200, paid=True, answer=draw)

    def _refusal(self, outcome: str, refused: Rejection, *, gateway: bool) -> Plan:
        refused = refused.by(gateway=gateway)
        answer = partial(self._reject, refused, gateway=gateway)
        return Plan(outcome, refused.http_status, paid=False, answer=answer)

    async def _reject(self, refused: Rejection, *, gateway: bool) -> web.Response:
        request_id = f"{self._dice.getrandbits(64):016x}"
        body = refused.body(gateway=gateway, request_id=request_id)
        return web.Response(
            status=refused.http_status,
            body=json.dumps(body, indent=2, ensure_ascii=False).encode() + b"\n",
            headers={
                "Content-Type": "application/json; charset=UTF-8",
                **({"x-request-id": request_id} if gateway else {}),
            },
        )

    async def _misbehave(self, exchange: Exchange, phrase: str) -> web.StreamResponse:
        """The outcomes without a picture."""
        await self._work()
        if phrase == "hang":
            await asyncio.Event().wait()
        if phrase == "drop":
            hang_up(exchange.request, politely=False)
            return web.Response()
        if phrase == "html":
            text = "<!doctype html><title>One moment</title><h1>Checking your browser</h1>"
            return web.Response(text=text, content_type="text/html")
        return await exchange.send(exchange.writer.pictureless(phrase))

    async def _say(self, exchange: Exchange) -> web.StreamResponse:
        await self._work()
        said = "I see what you mean: a picture in words only."
        return await exchange.send(exchange.writer.text(said))

    async def _draw(
        self, exchange: Exchange, question: Question, phrases: frozenset[str], *, gateway: bool
    ) -> web.StreamResponse:
        await self._work()
        model = exchange.request.match_info["model"].removesuffix("-preview")
        encoded = await self._gallery.show(self._order(question, model, phrases))
        mime = "image/webp" if "wrong mime" in phrases else encoded.mime
        drafts = 2 if "drafts" in phrases else int(gateway)
        pieces = exchange.writer.pictured(encoded, mime=mime, drafts=drafts)
        return await exchange.send(pieces, phrases)

    def _order(self, question: Question, model: str, phrases: frozenset[str]) -> Order:
        twists = phrases & frozenset(WORDS)
        ratio, resolution = question.aspect_ratio, question.resolution
        if "huge" in phrases:
            return Order("", (), ratio, resolution, "image/png", twists=twists, huge=True)
        asked = self._journal.times("drawn", question.wanted, ratio, resolution)
        return Order(
            prompt=question.wanted,
            pictures=question.pictures,
            aspect_ratio=ratio,
            resolution=resolution,
            mime=SERVED[model].mime,
            variation=asked % VARIATIONS,
            twists=twists,
        )

    async def _work(self) -> None:
        """The time a model takes."""
        await asyncio.sleep(self._dice.uniform(*self._seconds))


async def _body(request: web.Request) -> tuple[bytes, int]:
    """The body, as far as it is within the limit, and the size of all that was sent."""
    kept, size = bytearray(), 0
    async for chunk in request.content.iter_chunked(256 * 1024):
        size += len(chunk)
        if size <= BODY_LIMIT:
            kept += chunk
    return bytes(kept), size
