"""The stand-in's routes for the upstreams that draw in tasks: EvoLink, ToAPIs and aivideoapi."""

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

import pybase64
from aiohttp import BodyPartReader, web

from bot.demo.delivery import CHUNK, DRIP_SECONDS, hang_up
from bot.demo.gallery import Gallery, Order
from bot.demo.journal import Call, Journal
from bot.demo.manners import AIVIDEOAPI, EVOLINK, TOAPIS, Declined, Manner, State, Wish
from bot.demo.misbehaviour import find
from bot.demo.rejection import Body
from bot.demo.standin import VARIATIONS
from bot.generation.formats import EXTENSIONS, sniff

MOST_TASKS = 500
MOST_UPLOADS = 64
POLLS = 2
"""The first poll of a task finds it at work, however soon it is done."""

ELSEWHERE = "http://127.0.0.2:1/"
"""An address that no bot may fetch; nothing listens there."""

REFUSED: Mapping[str, str] = {
    "402": "balance",
    "429": "busy",
    "429 once": "busy",
    "429 daily": "daily",
    "429 zero": "balance",
    "prepay": "balance",
    "insufficient quota": "balance",
    "spending cap": "cap",
    "503": "overloaded",
    "503 once": "overloaded",
    "500": "internal",
    "500 once": "internal",
    "504": "deadline",
    "leaked key": "key",
    "region": "forbidden",
    "payload too large": "too large",
    "no channel": "no model",
}
"""The words that are refused when a task is created; each upstream has its answer."""

FAILED: Mapping[str, str] = {
    "blocked": "policy",
    "unsafe picture": "policy",
    "recitation": "policy",
    "bad input": "picture",
    "no image": "nothing",
    "empty": "nothing",
    "text only": "nothing",
    "max tokens": "nothing",
}
"""The words that make a task fail; it is paid back."""

OWN_WORDS = re.compile(
    r"(?<!\w)(?:402|dead\s+link|private\s+link|redirect\s+home)(?!\w)", re.IGNORECASE
)
"""Words that only these upstreams know: an empty balance, and results that cannot be fetched."""


@dataclass
class Drawn:
    """A task: what it draws, or why it fails. `ready_at` in the loop's seconds."""

    id: str
    manner: Manner
    wish: Wish
    order: Order
    words: frozenset[str]
    failure: str | None
    ready_at: float
    polls: int = 0
    shown: int = 0
    """How often its address was told."""

    @property
    def extension(self) -> str:
        return EXTENSIONS["image/png" if self.order.huge else self.order.mime]


class Tasks:
    """Creates tasks while the gate is open and answers about them; `seconds` is how long one takes.

    One call in the journal is one creation; asking, uploading and downloading are free.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        gallery: Gallery,
        dice: Random,
        seconds: tuple[float, float],
        gate: asyncio.Event,
    ) -> None:
        self._journal = journal
        self._gallery = gallery
        self._dice = dice
        self._seconds = seconds
        self._gate = gate
        self._tasks: OrderedDict[str, Drawn] = OrderedDict()
        self._uploads: OrderedDict[str, bytes] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        """All three upstreams' routes, and those of the files they name."""
        files = "/evolink-files/api/v1/files/upload/stream"
        return [
            web.post("/evolink/v1/images/generations", partial(self.create, manner=EVOLINK)),
            web.get("/evolink/v1/tasks/{id}", partial(self.poll, manner=EVOLINK)),
            web.get("/evolink/v1/credits", partial(self.balance, manner=EVOLINK)),
            web.post(files, partial(self.upload, manner=EVOLINK)),
            web.post("/toapis/v1/images/generations", partial(self.create, manner=TOAPIS)),
            web.get("/toapis/v1/images/generations/{id}", partial(self.poll, manner=TOAPIS)),
            web.get("/toapis/v1/user/balance", partial(self.balance, manner=TOAPIS)),
            web.post("/toapis/v1/uploads/images", partial(self.upload, manner=TOAPIS)),
            web.post("/aivideoapi/v1/images/generations", partial(self.create, manner=AIVIDEOAPI)),
            web.get("/aivideoapi/v1/tasks/{id}", partial(self.poll, manner=AIVIDEOAPI)),
            web.get("/aivideoapi/v1/credits", partial(self.balance, manner=AIVIDEOAPI)),
            web.get("/uploads/{name}", self.uploaded),
            web.get("/results/{name}", self.result),
        ]

    async def create(self, request: web.Request, *, manner: Manner) -> web.StreamResponse:
        """One paid call: read, wait while held, then a task or an error; all of it noted."""
        raw = await request.read()
        self._journal.last_body = raw
        if not request.headers.get("User-Agent"):
            # ToAPIs' firewall; the others do not mind, and a bot has one anyway.
            return _answer("<h1>403 Forbidden</h1>", 403)
        wish, declined = _examine(raw, request, manner)
        call = self._journal.begin(
            route=manner.name,
            model=wish.model,
            key=_key(request),
            prompt=wish.prompt,
            images_in=len(wish.image_urls),
        )
        words = self._words(call, wish.prompt)
        refused = next((REFUSED[word] for word in words if word in REFUSED), None)
        declined = declined or (manner.decline(refused) if refused else None)
        outcome = " + ".join(words) or ("picture" if declined is None else "invalid request")
        failure = next((FAILED[word] for word in words if word in FAILED), None)
        paid = declined is None and failure is None and "html" not in words
        self._journal.promise(call, paid=paid)
        try:
            await self._gate.wait()
        except asyncio.CancelledError:
            self._journal.end(call, outcome, None, client_left=True)
            raise
        status = declined.status if declined else None if "drop" in words else 200
        self._journal.end(call, outcome, status)
        if declined:
            return _answer(declined.body, declined.status, headers=declined.headers)
        return self._begin(request, manner, wish, frozenset(words), failure)

    def _begin(
        self,
        request: web.Request,
        manner: Manner,
        wish: Wish,
        words: frozenset[str],
        failure: str | None,
    ) -> web.Response:
        if "drop" in words:
            hang_up(request, politely=False)
            return web.Response()
        if "html" in words:
            text = "<!doctype html><title>One moment</title><h1>Checking your browser</h1>"
            return web.Response(text=text, content_type="text/html")
        names = [url.rpartition("/")[2] for url in wish.image_urls]
        if any(name not in self._uploads for name in names):
            failure = failure or "picture"
        pictures = tuple(self._uploads[name] for name in names if name in self._uploads)
        task = Drawn(
            id=manner.task_id(self._dice),
            manner=manner,
            wish=wish,
            order=self._order(wish, pictures, words),
            words=words,
            failure=failure,
            ready_at=asyncio.get_running_loop().time() + self._dice.uniform(*self._seconds),
        )
        self._tasks[task.id] = task
        if len(self._tasks) > MOST_TASKS:
            self._tasks.popitem(last=False)
        return _answer(manner.created(task.id, wish.model))

    async def poll(self, request: web.Request, *, manner: Manner) -> web.Response:
        """A task as far as it is: waiting, then at work, then done with an address or failed."""
        task = self._tasks.get(request.match_info["id"])
        if not _is_known(request):
            declined = manner.decline("key")
            return _answer(declined.body, declined.status)
        if task is None or task.manner is not manner:
            declined = manner.decline("no task")
            return _answer(declined.body, declined.status)
        task.polls += 1
        early = task.polls < POLLS or asyncio.get_running_loop().time() < task.ready_at
        if early or "hang" in task.words:
            return _answer(manner.state(State(task.id, task.wish.model, at_work=True)))
        if task.failure:
            return _answer(manner.state(State(task.id, task.wish.model, failure=task.failure)))
        await self._gallery.show(task.order)
        address = self._address(request, task)
        return _answer(manner.state(State(task.id, task.wish.model, url=address)))

    async def balance(self, request: web.Request, *, manner: Manner) -> web.Response:
        if not _is_known(request):
            declined = manner.decline("key")
            return _answer(declined.body, declined.status)
        return _answer(manner.balance)

    async def upload(self, request: web.Request, *, manner: Manner) -> web.Response:
        """One picture as the part `file`; what is none is refused."""
        if not _is_known(request):
            declined = manner.decline("key")
            return _answer(declined.body, declined.status)
        part = await (await request.multipart()).next()
        content = b""
        if isinstance(part, BodyPartReader) and part.name == "file":
            content = bytes(await part.read())
        mime = sniff(content)
        if mime is None:
            declined = manner.decline("upload")
            return _answer(declined.body, declined.status)
        name = f"{self._dice.getrandbits(64):016x}.{EXTENSIONS[mime]}"
        self._uploads[name] = content
        if len(self._uploads) > MOST_UPLOADS:
            self._uploads.popitem(last=False)
        url = f"{_origin(request)}/uploads/{name}"
        return _answer(manner.stored(name, url, mime, len(content)))

    async def uploaded(self, request: web.Request) -> web.Response:
        content = self._uploads.get(request.match_info["name"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type=sniff(content) or "image/png")

    async def result(self, request: web.Request) -> web.StreamResponse:
        """A finished picture's bytes, delivered in the way its prompt asked for."""
        task = self._tasks.get(request.match_info["name"].partition(".")[0])
        if task is None or task.failure:
            raise web.HTTPNotFound
        if "redirect home" in task.words:
            raise web.HTTPFound(f"{ELSEWHERE}{task.id}.png")
        encoded = await self._gallery.show(task.order)
        content = pybase64.b64decode(encoded.picture)
        mime = "text/html" if "wrong mime" in task.words else encoded.mime
        return await _deliver(request, content, mime, task.words)

    def _address(self, request: web.Request, task: Drawn) -> str:
        if "private link" in task.words:
            return f"{ELSEWHERE}{task.id}.png"
        task.shown += 1
        if "dead link" in task.words and task.shown == 1:
            return f"{_origin(request)}/results/gone.{task.extension}"
        return f"{_origin(request)}/results/{task.id}.{task.extension}?shown={task.shown}"

    def _words(self, call: Call, prompt: str) -> list[str]:
        """The words of this prompt that strike, both everybody's and our own."""
        own = [" ".join(hit.casefold().split()) for hit in OWN_WORDS.findall(prompt)]
        common = [
            word.phrase
            for word in find(prompt)
            if not (
                word.once
                and self._journal.times("once", call.route, call.key_hash, prompt, word.phrase) > 0
            )
        ]
        return list(dict.fromkeys([*own, *common]))

    def _order(self, wish: Wish, pictures: tuple[bytes, ...], words: frozenset[str]) -> Order:
        twists = words & {"not an image"}
        asked = self._journal.times("drawn", wish.prompt, wish.aspect_ratio, wish.resolution)
        huge = "huge" in words
        return Order(
            prompt="" if huge else wish.prompt,
            pictures=() if huge else pictures,
            aspect_ratio=wish.aspect_ratio,
            resolution=wish.resolution,
            mime="image/png" if huge else wish.mime,
            variation=0 if huge else asked % VARIATIONS,
            twists=twists,
            huge=huge,
        )


def _examine(raw: bytes, request: web.Request, manner: Manner) -> tuple[Wish, Declined | None]:
    """What is asked for, and why it cannot be had."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    wish, problem = manner.read(body)
    if not _is_known(request):
        return wish, manner.decline("key")
    if problem == "model":
        return wish, manner.decline("no model")
    return wish, manner.decline("request", problem) if problem else None


async def _deliver(
    request: web.Request, content: bytes, mime: str, words: frozenset[str]
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": mime})
    response.content_length = len(content)
    await response.prepare(request)
    size = 1 if "slow body" in words else CHUNK
    end = len(content) // 2 if {"truncated", "cut json"} & words else len(content)
    for start in range(0, end, size):
        await response.write(content[start : min(start + size, end)])
        if size == 1:
            await asyncio.sleep(DRIP_SECONDS)
    if end < len(content):
        hang_up(request, politely=True)
    else:
        await response.write_eof()
    return response


def _answer(
    body: Body | str, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    if isinstance(body, str):
        return web.Response(text=body, status=status, content_type="text/html")
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def _key(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _is_known(request: web.Request) -> bool:
    key = _key(request)
    return bool(key) and not key.startswith("bad-key")


def _origin(request: web.Request) -> str:
    return f"http://{request.host}"
