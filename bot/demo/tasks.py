"""The stand-in's routes for the upstreams that draw in tasks: EvoLink, ToAPIs and aivideoapi."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random

import pybase64
from aiohttp import BodyPartReader, web

from bot.demo.delivery import CHUNK, DRIP_SECONDS, hang_up
from bot.demo.gallery import Gallery, Order
from bot.demo.journal import Asked, Call, Journal
from bot.demo.keys import bearer, is_broke, is_known, refuse_freely, run_of
from bot.demo.loopback import Loopback
from bot.demo.manners import AIVIDEOAPI, EVOLINK, TOAPIS, Declined, Manner, State
from bot.demo.misbehaviour import RATE_LIMITED, Misbehaviour, Way, strike
from bot.demo.rejection import Body
from bot.demo.standin import VARIATIONS, WAYS
from bot.demo.wish import Wish
from bot.generation.formats import EXTENSIONS, sniff

MOST_TASKS = 500
MOST_UPLOADS = 64
POLLS = 2
"""The first poll of a task finds it at work, however soon it is done, unless it was told."""

ELSEWHERE = "http://127.0.0.2:1/"
"""An address that no bot may fetch; nothing listens there."""

REFUSED: Mapping[str, str] = {
    "402": "balance",
    "429": "busy",
    "429 once": "busy",
    RATE_LIMITED: "busy",
    "hourly spend limit": "hourly",
    "daily spend limit": "daily",
    "total spend limit": "cap",
    "bad key": "key",
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


@dataclass
class Drawn:
    """A task: what it draws, or why it fails. `ready_at` in the loop's seconds.

    `is_told` once its maker's own server was called about the end; `origin` is ours, as it was
    addressed.
    """

    id: str
    manner: Manner
    wish: Wish
    words: frozenset[str]
    failure: str | None
    ready_at: float
    origin: str
    order: Order | None = None
    drawing: asyncio.Task[None] | None = None
    is_told: bool = False
    polls: int = 0
    shown: int = 0
    """How often its address was told."""

    @property
    def is_endless(self) -> bool:
        return "hang" in self.words

    def state(self) -> State:
        """How it ended."""
        if self.failure or self.order is None:
            return State(self.id, self.wish.model, failure=self.failure or "nothing")
        return State(self.id, self.wish.model, url=self.address(self.order))

    def address(self, order: Order) -> str:
        """Where its picture is, as far as is said; another one every time."""
        if "private link" in self.words:
            return f"{ELSEWHERE}{self.id}.png"
        extension = EXTENSIONS["image/png" if order.huge else order.mime]
        self.shown += 1
        if "dead link" in self.words and self.shown == 1:
            return f"{self.origin}/results/gone.{extension}"
        return f"{self.origin}/results/{self.id}.{extension}?shown={self.shown}"


@dataclass
class _Errands:
    """What goes on after an answer; `end` stops it."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, errand: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(errand)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    async def end(self) -> None:
        running = list(self.running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Tasks:
    """Creates tasks while the gate is open and answers about them; `seconds` is how long one takes.

    One call in the journal is one creation; asking, uploading and downloading are free. When a
    task ends, its `callback_url` is told over `loopback`; ToAPIs only does so with a `secret`.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        gallery: Gallery,
        dice: Random,
        seconds: tuple[float, float],
        gate: asyncio.Event,
        loopback: Loopback,
        now: Callable[[], datetime],
        secret: str = "",
    ) -> None:
        self._journal = journal
        self._gallery = gallery
        self._dice = dice
        self._seconds = seconds
        self._gate = gate
        self._loopback = loopback
        self._now = now
        self._secret = secret
        self._errands = _Errands()
        self._tasks: OrderedDict[str, Drawn] = OrderedDict()
        self._runs: dict[str, str] = {}
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

    async def close(self) -> None:
        """Draw no further, and tell nobody any more."""
        await self._errands.end()

    async def create(self, request: web.Request, *, manner: Manner) -> web.StreamResponse:
        """One paid call: read, wait while held, then a task or an error; all of it noted."""
        raw = await request.read()
        self._journal.last_body = raw
        if not request.headers.get("User-Agent"):
            # ToAPIs' firewall; the others do not mind, and a bot has one anyway.
            return _answer("<h1>403 Forbidden</h1>", 403)
        key = bearer(request)
        wish, declined = _examine(raw, key, manner)
        asked = Asked(wish.model, wish.prompt, len(wish.image_urls))
        call = self._journal.begin(route=manner.name, key=key, asked=asked)
        struck = strike(self._journal, call, key, *WAYS, Way.RESULT)
        words = [word.phrase for word in struck]
        declined = declined or _decline(struck, manner)
        outcome = " + ".join(words) or ("picture" if declined is None else "invalid request")
        failure = next((FAILED[word] for word in words if word in FAILED), None)
        paid = declined is None and failure is None and "html" not in words
        run = run_of(request, key)
        self._journal.promise(call, paid=paid, run=run)
        try:
            await self._gate.wait()
        except asyncio.CancelledError:
            self._journal.end(call, outcome, None, client_left=True)
            raise
        status = declined.status if declined else None if "drop" in words else 200
        self._journal.end(call, outcome, status)
        if declined:
            return _refuse(declined)
        if "drop" in words:
            hang_up(request, politely=False)
            return web.Response()
        if "html" in words:
            text = "<!doctype html><title>One moment</title><h1>Checking your browser</h1>"
            return web.Response(text=text, content_type="text/html")
        known = self._runs.get(run, "")
        if known in self._tasks:
            return _answer(manner.created(known, wish.model))
        task = Drawn(
            id=manner.task_id(self._dice),
            manner=manner,
            wish=wish,
            words=frozenset(words),
            failure=failure,
            ready_at=asyncio.get_running_loop().time() + self._dice.uniform(*self._seconds),
            origin=f"http://{request.host}",
        )
        if run:
            self._runs[run] = task.id
        return self._begin(task, call)

    def _begin(self, task: Drawn, call: Call) -> web.Response:
        self._tasks[task.id] = task
        if len(self._tasks) > MOST_TASKS:
            self._tasks.popitem(last=False)
        if not task.is_endless:
            task.drawing = self._errands.begin(self._draw(task))
            if task.wish.callback_url:
                self._errands.begin(self._tell(task, task.drawing, call))
        return _answer(task.manner.created(task.id, task.wish.model))

    async def _draw(self, task: Drawn) -> None:
        """Late, as the real ones do: what it works from must be there until the task is over."""
        await asyncio.sleep(task.ready_at - asyncio.get_running_loop().time())
        if task.failure:
            return
        found = [await self._find(url) for url in task.wish.image_urls]
        pictures = tuple(content for content in found if content and sniff(content))
        if len(pictures) < len(found):
            task.failure = "picture"
            return
        task.order = self._order(task.wish, pictures, task.words)
        try:
            await self._gallery.show(task.order)
        except (OSError, ValueError):
            task.failure = "picture"

    async def _find(self, url: str) -> bytes | None:
        """A picture that was uploaded here, or that this machine serves elsewhere."""
        return self._uploads.get(url.rpartition("/")[2]) or await self._loopback.fetch(url)

    async def _tell(self, task: Drawn, drawing: asyncio.Task[None], call: Call) -> None:
        await asyncio.shield(drawing)
        notice = task.manner.notice(
            task.state(),
            secret=self._secret,
            event=f"evt_{self._dice.getrandbits(64):016x}",
            at=int(self._now().timestamp()),
        )
        if notice:
            task.is_told = True
            status = await self._loopback.tell(task.wish.callback_url, notice)
            self._journal.call_back(call, status)

    async def poll(self, request: web.Request, *, manner: Manner) -> web.Response:
        """A task as far as it is: waiting, then at work, then done with an address or failed."""
        task = self._tasks.get(request.match_info["id"])
        if not is_known(bearer(request)):
            return _refuse(manner.decline("key"))
        if task is None or task.manner is not manner:
            return _refuse(manner.decline("no task"))
        task.polls += 1
        early = task.polls < POLLS or asyncio.get_running_loop().time() < task.ready_at
        if task.drawing is None or (early and not task.is_told):
            return _answer(manner.state(State(task.id, task.wish.model, at_work=True)))
        await asyncio.shield(task.drawing)
        return _answer(manner.state(task.state()))

    async def balance(self, request: web.Request, *, manner: Manner) -> web.Response:
        key = bearer(request)
        word = refuse_freely(key)
        if word is not None:
            return _refuse(manner.decline(REFUSED[word.phrase]))
        return _answer(manner.balance(broke=is_broke(key)))

    async def upload(self, request: web.Request, *, manner: Manner) -> web.Response:
        """One picture as the part `file`; what is none is refused."""
        if not is_known(bearer(request)):
            return _refuse(manner.decline("key"))
        part = await (await request.multipart()).next()
        content = b""
        if isinstance(part, BodyPartReader) and part.name == "file":
            content = bytes(await part.read())
        mime = sniff(content)
        if mime is None:
            return _refuse(manner.decline("upload"))
        name = f"{self._dice.getrandbits(64):016x}.{EXTENSIONS[mime]}"
        self._uploads[name] = content
        if len(self._uploads) > MOST_UPLOADS:
            self._uploads.popitem(last=False)
        url = f"http://{request.host}/uploads/{name}"
        return _answer(manner.stored(name, url, mime, len(content)))

    async def uploaded(self, request: web.Request) -> web.Response:
        content = self._uploads.get(request.match_info["name"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type=sniff(content) or "image/png")

    async def result(self, request: web.Request) -> web.StreamResponse:
        """A finished picture's bytes, delivered in the way its prompt asked for."""
        task = self._tasks.get(request.match_info["name"].partition(".")[0])
        if task is None or task.failure or task.order is None:
            raise web.HTTPNotFound
        if "redirect home" in task.words:
            raise web.HTTPFound(f"{ELSEWHERE}{task.id}.png")
        encoded = await self._gallery.show(task.order)
        content = pybase64.b64decode(encoded.picture)
        mime = "text/html" if "wrong mime" in task.words else encoded.mime
        return await _deliver(request, content, mime, task.words)

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


def _examine(raw: bytes, key: str, manner: Manner) -> tuple[Wish, Declined | None]:
    """What is asked for, and why it cannot be had."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    wish, problem = manner.read(body)
    if not is_known(key):
        return wish, manner.decline("key")
    if problem == "model":
        return wish, manner.decline("no model")
    return wish, manner.decline("request", problem) if problem else None


def _decline(struck: tuple[Misbehaviour, ...], manner: Manner) -> Declined | None:
    """The error that the first of these words that is one calls for."""
    word = next((word for word in struck if word.phrase in REFUSED), None)
    if word is None:
        return None
    return manner.decline(REFUSED[word.phrase], seconds=word.seconds or 2)


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


def _refuse(declined: Declined) -> web.Response:
    return _answer(declined.body, declined.status, headers=declined.headers)


def _answer(
    body: Body | str, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    if isinstance(body, str):
        return web.Response(text=body, status=status, content_type="text/html")
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")
