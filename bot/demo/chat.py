"""The stand-in's chat completions, as API易 and EvoLink serve them: one-api's errors, no sizes.

A prompt's words may choose where in the answer the picture is.
"""

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import pybase64
from aiohttp import web

from bot.demo import rejection
from bot.demo.answer import FILTERED, RECITED, REFUSAL, Encoded, Piece
from bot.demo.delivery import hang_up, send
from bot.demo.gallery import WORDS, Gallery, Order
from bot.demo.journal import Call, Journal
from bot.demo.keys import bearer, is_known, run_of
from bot.demo.manners import CREATED
from bot.demo.misbehaviour import Way, strike
from bot.demo.question import SERVED, Examined, Question, prompt_of, read
from bot.demo.rejection import Body, Rejection
from bot.demo.standin import BODY_LIMIT, VARIATIONS, WAYS
from bot.generation.formats import EXTENSIONS

MOST_LINKS = 64
SAID = "Here you go."

_MARK = re.compile(r"@@picture-(\d)@@")
_DATA_URI = re.compile(r"data:([\w/+.-]+);base64,")
_PICTURELESS: Mapping[str, Body] = {
    "blocked": {"content": "", "finish": "content_filter"},
    "unsafe picture": {"content": None, "refusal": FILTERED, "finish": "content_filter"},
    "recitation": {"content": None, "refusal": RECITED, "finish": "content_filter"},
    "no image": {"content": "", "finish": "stop"},
    "text only": {"content": REFUSAL, "finish": "stop"},
    "max tokens": {"content": "The scene opens on a wide, quiet", "finish": "length"},
}


def _markdown(addresses: Sequence[str]) -> Body:
    return {"content": "\n\n".join([SAID, *(f"![image]({url})" for url in addresses)])}


def _bare(addresses: Sequence[str]) -> Body:
    return {"content": "\n".join(addresses)}


def _parts(addresses: Sequence[str]) -> list[Body]:
    return [{"type": "image_url", "image_url": {"url": url}} for url in addresses]


def _list(addresses: Sequence[str]) -> Body:
    return {"content": [{"type": "text", "text": SAID}, *_parts(addresses)]}


def _images(addresses: Sequence[str]) -> Body:
    return {"content": SAID, "images": _parts(addresses)}


def _base64(addresses: Sequence[str]) -> Body:
    return {"content": _DATA_URI.sub("", addresses[-1])}


SHAPES: Mapping[str, Callable[[Sequence[str]], Body]] = {
    "as markdown": _markdown,
    "as data uri": _bare,
    "as list": _list,
    "as images": _images,
    "as base64": _base64,
    "as link": _markdown,
}
"""How each word puts pictures into a message; the first by itself."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a call will be answered, and whether the upstream bills it."""

    outcome: str
    http_status: int | None
    paid: bool
    answer: Callable[[], Awaitable[web.StreamResponse]]


class Chats:
    """Answers chat completions while the gate is open; `seconds` is how long a model takes."""

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
        self._linked: OrderedDict[str, Encoded] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        """Both gateways' route, and that of the pictures they link to."""
        return [
            web.post("/apiyi/v1/chat/completions", partial(self.complete, route="apiyi-chat")),
            web.post("/evolink/v1/chat/completions", partial(self.complete, route="evolink-chat")),
            web.get("/chat-pictures/{name}", self.linked),
        ]

    async def complete(self, request: web.Request, *, route: str) -> web.StreamResponse:
        """One call: read, wait while held, answer as the prompt's words say; all of it noted."""
        raw = await _body(request)
        self._journal.last_body = raw
        key = bearer(request)
        model, examined = await asyncio.get_running_loop().run_in_executor(
            self._executor, partial(examine, raw, key=key)
        )
        call = self._journal.begin(route=route, key=key, asked=examined.asked(model))
        plan = self._plan(request, call, examined, key)
        self._journal.promise(call, paid=plan.paid, run=run_of(request, key))
        try:
            await self._gate.wait()
            response = await plan.answer()
        except (asyncio.CancelledError, ConnectionError):
            self._journal.end(call, plan.outcome, plan.http_status, client_left=True)
            raise
        self._journal.end(call, plan.outcome, plan.http_status)
        return response

    async def linked(self, request: web.Request) -> web.Response:
        """A picture that an answer linked to."""
        encoded = self._linked.get(request.match_info["name"])
        if encoded is None:
            raise web.HTTPNotFound
        content = pybase64.b64decode(encoded.picture)
        return web.Response(body=content, content_type=encoded.mime)

    def _plan(self, request: web.Request, call: Call, examined: Examined, key: str) -> _Plan:
        question = examined.question
        if question is None:
            refused = examined.refused or rejection.invalid("The request could not be read.")
            return self._refusal(examined.reason, refused)
        words = strike(self._journal, call, key, *WAYS, Way.SHAPE)
        name = " + ".join(word.phrase for word in words if word.way is not Way.SHAPE)
        first = next((word for word in words if word.way not in (Way.PICTURE, Way.SHAPE)), None)
        if first and first.refuse:
            return self._refusal(name, first.refuse(call.model, first.seconds))
        done = partial(self._journal.end, call, name or "picture", 200)
        if first:
            status = None if first.phrase in ("hang", "drop") else 200
            answer = partial(self._misbehave, request, call, first.phrase, done)
            return _Plan(name, status, first.gateway_paid, answer)
        phrases = frozenset(word.phrase for word in words)
        draw = partial(self._draw, request, call, question, phrases, done)
        return _Plan(name or "picture", 200, paid=True, answer=draw)

    def _refusal(self, outcome: str, refused: Rejection) -> _Plan:
        refused = refused.by(gateway=True)

        async def answer() -> web.Response:
            request_id = f"{self._dice.getrandbits(64):016x}"
            body = refused.body(gateway=True, request_id=request_id)
            headers = {"x-request-id": request_id}
            return web.json_response(body, status=refused.http_status, headers=headers)

        return _Plan(outcome, refused.http_status, paid=False, answer=answer)

    async def _misbehave(
        self, request: web.Request, call: Call, phrase: str, done: Callable[[], None]
    ) -> web.StreamResponse:
        """The outcomes without a picture."""
        await self._work()
        if phrase == "hang":
            await asyncio.Event().wait()
        if phrase == "drop":
            hang_up(request, politely=False)
            return web.Response()
        if phrase == "html":
            text = "<!doctype html><title>One moment</title><h1>Checking your browser</h1>"
            return web.Response(text=text, content_type="text/html")
        said = dict(_PICTURELESS.get(phrase, {}))
        choices = [_choice(said, finish=said.pop("finish"))] if said else []
        return await send(request, _pieces(self._completion(call, choices), []), done=done)

    async def _draw(
        self,
        request: web.Request,
        call: Call,
        question: Question,
        phrases: frozenset[str],
        done: Callable[[], None],
    ) -> web.StreamResponse:
        await self._work()
        shape = next((name for name in SHAPES if name in phrases), next(iter(SHAPES)))
        encoded = await self._gallery.show(
            self._order(question, call.model, phrases, is_linked=shape == "as link")
        )
        addresses = self._addresses(request, encoded, phrases, is_linked=shape == "as link")
        body = self._completion(call, [_choice(SHAPES[shape](addresses), finish="stop")])
        pieces = _pieces(body, [encoded.draft, encoded.picture])
        return await send(request, pieces, done=done, words=phrases)

    def _order(
        self, question: Question, model: str, phrases: frozenset[str], *, is_linked: bool
    ) -> Order:
        # What is linked is bytes, and has no base64 to be odd.
        twists = phrases & frozenset({"not an image"} if is_linked else WORDS)
        ratio, resolution = question.aspect_ratio, question.resolution
        if "huge" in phrases:
            return Order("", (), ratio, resolution, "image/png", twists=twists, huge=True)
        asked = self._journal.times("drawn", question.wanted, ratio, resolution)
        return Order(
            prompt=question.wanted,
            pictures=question.pictures,
            aspect_ratio=ratio,
            resolution=resolution,
            mime=SERVED[model.removesuffix("-preview")].mime,
            variation=asked % VARIATIONS,
            twists=twists,
        )

    def _addresses(
        self, request: web.Request, encoded: Encoded, phrases: frozenset[str], *, is_linked: bool
    ) -> list[str]:
        """Where the drafts and then the picture are: in the message, or elsewhere."""
        if is_linked:
            name = f"{self._dice.getrandbits(64):016x}.{EXTENSIONS[encoded.mime]}"
            self._linked[name] = encoded
            if len(self._linked) > MOST_LINKS:
                self._linked.popitem(last=False)
            return [f"http://{request.host}/chat-pictures/{name}"]
        mime = "image/webp" if "wrong mime" in phrases else encoded.mime
        drafts = [f"data:{encoded.mime};base64,@@picture-0@@"] * (2 * ("drafts" in phrases))
        return [*drafts, f"data:{mime};base64,@@picture-1@@"]

    def _completion(self, call: Call, choices: list[Body]) -> Body:
        asked, answered = max(1, len(call.prompt) // 4) + 258 * call.images_in, 1290
        return {
            "id": f"chatcmpl-{self._dice.getrandbits(96):024x}",
            "object": "chat.completion",
            "created": CREATED,
            "model": call.model,
            "choices": choices,
            "usage": {
                "prompt_tokens": asked,
                "completion_tokens": answered,
                "total_tokens": asked + answered,
            },
        }

    async def _work(self) -> None:
        """The time a model takes."""
        await asyncio.sleep(self._dice.uniform(*self._seconds))


def examine(raw: bytes, *, key: str) -> tuple[str, Examined]:
    """The model asked for, and the rest as far as it could be read; decodes pictures."""
    model, content, reason = "", {}, "invalid request"
    try:
        body = _parse(raw)
        model = _text(body.get("model"))
        content = _generate_content(body)
        if not is_known(key):
            reason = "bad key"
            raise rejection.bad_key()
        name = model.removesuffix("-preview")
        if name not in SERVED:
            reason = "unknown model"
            raise rejection.no_channel(model)
        question = read(content, model=name, gateway=True)
        return model, Examined(prompt_of(content), len(question.pictures), question)
    except Rejection as refused:
        return model, Examined(prompt_of(content), 0, refused=refused, reason=reason)


def _parse(raw: bytes) -> Body:
    if len(raw) > BODY_LIMIT:
        raise rejection.payload_too_large(BODY_LIMIT)
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise rejection.invalid("invalid JSON") from error
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise rejection.invalid("field messages is required")
    if body.get("stream"):
        raise rejection.invalid("this stand-in does not stream")
    return body


def _generate_content(body: Mapping[str, Any]) -> Body:
    """The same conversation as a generateContent body, which is what a gateway makes of it."""
    roles = {"user": "user", "assistant": "model", "system": "system"}
    contents = []
    for message in body["messages"]:
        if not isinstance(message, dict) or message.get("role") not in roles:
            raise rejection.invalid("a message needs the role system, user or assistant")
        content = message.get("content")
        listed = content if isinstance(content, list) else [{"type": "text", "text": content}]
        role = roles[message["role"]]
        contents.append({"role": role, "parts": [_part(part) for part in listed]})
    said = [content for content in contents if content["role"] != "system"]
    instructions = [part for one in contents if one["role"] == "system" for part in one["parts"]]
    if not instructions:
        return {"contents": said}
    return {"contents": said, "system_instruction": {"parts": instructions}}


def _part(part: Any) -> Body:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return {"text": part["text"]}
    image = part.get("image_url") if kind == "image_url" else None
    address = _text(image.get("url")) if isinstance(image, dict) else ""
    head = _DATA_URI.match(address)
    if head is None:
        raise rejection.invalid("a part must be text or an image_url with a data URI")
    return {"inline_data": {"mime_type": head[1], "data": address[head.end() :]}}


def _choice(said: Body, *, finish: str) -> Body:
    message = {"role": "assistant", **said}
    return {"index": 0, "message": message, "finish_reason": finish}


def _pieces(body: Body, pictures: Sequence[bytes]) -> list[Piece]:
    """The body's JSON, with pictures for their marks."""
    halves = _MARK.split(json.dumps(body, ensure_ascii=False))
    pieces = [Piece(halves[0].encode())]
    for number, after in zip(map(int, halves[1::2]), halves[2::2], strict=True):
        last = number == len(pictures) - 1
        pieces += [Piece(pictures[number], picture=last), Piece(after.encode())]
    return pieces


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


async def _body(request: web.Request) -> bytes:
    """The body, at most a little more than the limit of it."""
    kept = bytearray()
    async for chunk in request.content.iter_chunked(256 * 1024):
        if len(kept) <= BODY_LIMIT:
            kept += chunk
    return bytes(kept)
