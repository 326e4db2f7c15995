"""What the task dialects share: upload, create once, poll to the end, download.

Only creating is paid, and is sent once whatever happens. From then on the picture exists under
the task's id, so nothing short of the deadline makes us give it up.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from io import BufferedReader
from pathlib import Path
from typing import Any

import aiohttp

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.catalog import Offer, Upstream
from bot.generation.formats import EXTENSIONS
from bot.generation.request import GenerationRequest, ImageRef
from bot.providers.base import Balance, Generation, ImageFile, Observer, OpenCall
from bot.providers.classify import Source, billed_refusal, classify
from bot.providers.dialect import Complaint, Dialect, Stage, Task, complain, is_refusal
from bot.providers.download import Downloader, fetch_patiently
from bot.providers.outside import Callback, Callbacks, Shelf
from bot.providers.redaction import quote, redact
from bot.providers.transport import CONNECT_SECONDS, Answer, CutAnswer, Transport, Upload
from bot.providers.waits import utc_now

CREATE_SECONDS = 60.0
POLL_SECONDS = 3.0
GAP_SECONDS = 1.0
"""No poll comes sooner after another, however often the upstream calls."""
INQUIRY_SECONDS = 30.0
UPLOAD_SECONDS = 120.0
BODY_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 10 * 1024 * 1024
"""Bytes of one reference image; no upstream here takes less."""

TOLERATED = frozenset(
    {
        ErrorKind.CONNECT_FAILED,
        ErrorKind.TIMEOUT_UNKNOWN,
        ErrorKind.RATE_LIMITED,
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM_ERROR,
        ErrorKind.MALFORMED_RESPONSE,
    }
)
"""A poll that fails like this says nothing about the task."""

_UPLOADING = {
    ErrorKind.INVALID_REQUEST: ErrorKind.INVALID_IMAGE,
    ErrorKind.MODEL_UNAVAILABLE: ErrorKind.WRONG_ENDPOINT,
    ErrorKind.TIMEOUT_UNKNOWN: ErrorKind.CONNECT_FAILED,
}
"""What a failure means when all that was sent is a reference image."""

_POLLING = {ErrorKind.MODEL_UNAVAILABLE: ErrorKind.TASK_NOT_FOUND}
_UNKNOWABLE = frozenset({ErrorKind.TIMEOUT_UNKNOWN, ErrorKind.CANCELLED, ErrorKind.TASK_NOT_FOUND})


@dataclass(frozen=True, slots=True)
class _Reply:
    """A whole answer, small by nature."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        try:
            return json.loads(self.body.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            return None

    @property
    def good(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class TaskProvider:
    """One upstream that draws in tasks. Creates one per call; `Retrying` may ask for another.

    `locate` says where a stored picture lies, `new_id` gives 32 hex digits, `clock` monotonic
    seconds. `time_limit`, in seconds from creating to completed, overrides the catalog's. With
    `callbacks` the upstream can end a wait between two polls, with a `shelf` one that has no place
    for files can work from pictures too.
    """

    def __init__(
        self,
        *,
        upstream: Upstream,
        dialect: Dialect,
        api_key: str,
        transport: Transport,
        downloader: Downloader,
        make_session: Callable[[], aiohttp.ClientSession],
        locate: Callable[[ImageRef], Path],
        sleep: Callable[[float], Awaitable[object]],
        clock: Callable[[], float],
        new_id: Callable[[], str],
        callbacks: Callbacks | None = None,
        shelf: Shelf | None = None,
        time_limit: float | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._upstream = upstream
        self._dialect = dialect
        self._source = Source(upstream.name, upstream.bills_refusals, api_key)
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            # Some refuse a call without one as a robot's.
            "User-Agent": "plantain",
        }
        self._transport = transport
        self._downloader = downloader
        self._make_session = make_session
        self._locate = locate
        self._sleep = sleep
        self._clock = clock
        self._new_id = new_id
        self._callbacks = callbacks
        self._shelf = shelf
        self._time_limit = time_limit
        self._now = now

    @property
    def name(self) -> str:
        return self._upstream.name

    async def generate(
        self, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """Draw one picture into `folder`; raises ProviderError, and leaves no file then."""
        offer = self._offer(request)
        self._prepare(folder)
        limit = self._time_limit or self._upstream.timeouts[request.resolution]
        # What is lent stays until the end: an upstream may fetch a reference image late.
        with ExitStack() as lent:
            callback = self._expect(lent)
            async with self._make_session() as session:
                image_urls = [
                    await self._show(session, image, lent) for image in request.reference_images
                ]
                deadline = self._clock() + limit
                body = self._dialect.body(
                    offer,
                    request,
                    image_urls=image_urls,
                    callback_url=callback.url if callback else None,
                )
                task = await self._create(body, min(CREATE_SECONDS, limit), observer.run)
                await observer.submitted(self.name, task.id)
                task = await self._finish(session, task, deadline, callback)
                image = await self._collect(session, task, folder)
        return Generation(self.name, (image,), upstream_model=task.model)

    async def resume(
        self, call: OpenCall, request: GenerationRequest, *, folder: Path, observer: Observer
    ) -> Generation:
        """The picture of a task made earlier, which has as long as a new one; else `generate`.

        A late one is asked about once: task_timeout where it is still at work.
        """
        if call.task_id is None:
            return await self.generate(request, folder=folder, observer=observer)
        self._prepare(folder)
        limit = self._time_limit or self._upstream.timeouts[request.resolution]
        deadline = self._clock() + (0 if call.late else limit)
        task = Task(call.task_id)
        async with self._make_session() as session:
            try:
                task = await self._look(session, task)
            except ProviderError as error:
                if error.kind not in TOLERATED or call.late:
                    raise
            task = await self._finish(session, task, deadline, None)
            image = await self._collect(session, task, folder)
        return Generation(self.name, (image,), upstream_model=task.model)

    async def probe(self) -> Balance | None:
        """Ask what is left there, which costs nothing and proves address and key.

        None where the answer does not say. Raises ProviderError.
        """
        async with self._make_session() as session:
            reply = await self._ask(session, "GET", self._dialect.balance_url)
        document = reply.document
        if not reply.good or is_refusal(document):
            raise self._refused(reply)
        return self._dialect.balance(document)

    def _offer(self, request: GenerationRequest) -> Offer:
        offer = self._upstream.offers.get(request.model)
        if offer is None:
            raise self._fail(ErrorKind.MODEL_UNAVAILABLE, f"no model {request.model} here")
        if not offer.can(request, reference_images=len(request.reference_images)):
            problem = f"{request.model} cannot do exactly this here"
            raise self._fail(ErrorKind.INVALID_REQUEST, problem)
        return offer

    def _prepare(self, folder: Path) -> None:
        """Before anything is paid: a picture that cannot be kept is not worth drawing."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"no folder for the picture: {error.strerror}"
            raise self._fail(ErrorKind.RESULT_UNAVAILABLE, problem) from error

    def _expect(self, lent: ExitStack) -> Callback | None:
        if self._callbacks is None:
            return None
        signed = self._dialect.signs_callbacks
        return lent.enter_context(self._callbacks.expect(self.name, signed=signed))

    async def _show(self, session: aiohttp.ClientSession, image: ImageRef, lent: ExitStack) -> str:
        """Put a reference image where the upstream finds it; its address. Costs nothing."""
        if image.size > UPLOAD_LIMIT:
            problem = f"a reference image of {image.size} bytes, {UPLOAD_LIMIT} allowed"
            raise self._fail(ErrorKind.PAYLOAD_TOO_LARGE, problem)
        path = self._locate(image)
        try:
            file = _open(path)
        except OSError as error:
            problem = f"a reference image cannot be read: {error.strerror}"
            raise self._fail(ErrorKind.INVALID_IMAGE, problem) from error
        with file:
            if url := self._dialect.upload_url:
                return await self._upload(session, image, file, url)
        if self._shelf is None:
            raise self._fail(ErrorKind.INVALID_REQUEST, "no reference images here")
        return lent.enter_context(self._shelf.offer(path, image.mime))

    async def _upload(
        self, session: aiohttp.ClientSession, image: ImageRef, file: BufferedReader, url: str
    ) -> str:
        form = aiohttp.FormData()
        name = f"reference.{EXTENSIONS.get(image.mime, 'png')}"
        form.add_field("file", file, filename=name, content_type=image.mime)
        try:
            reply = await self._ask(session, "POST", url, data=form, seconds=UPLOAD_SECONDS)
            address = self._dialect.uploaded(reply.document) if reply.good else None
            if address is None:
                raise self._refused(reply)
        except ProviderError as error:
            kind = _UPLOADING.get(error.kind, error.kind)
            raise replace(error, kind=kind, billed=Billed.NO) from None
        return address

    def _paid(self, run: str) -> Mapping[str, str]:
        """What a paid call sends beside its body."""
        idempotency = self._upstream.run_headers(run)
        return {**self._headers, **idempotency, **self._dialect.headers(run)}

    async def _create(self, body: Mapping[str, object], seconds: float, run: str) -> Task:
        async with self._transport.post(
            self._dialect.create_url,
            provider=self.name,
            headers=self._paid(run or self._new_id()),
            upload=Upload.measure((json.dumps(body, separators=(",", ":")).encode(),)),
            time_limit=seconds,
            secret=self._source.secret,
        ) as answer:
            reply = _Reply(answer.status, answer.headers, b"")
            received = await (_whole(answer, self.name) if reply.good else answer.excerpt())
            reply = replace(reply, body=received)
        task = self._dialect.read(reply.document) if reply.good else None
        if not reply.good or is_refusal(reply.document):
            raise self._refused(reply)
        if task is None or not task.can_be_asked_about:
            # It may exist all the same, so this is not an answer to be asked for once more.
            raise self._malformed(reply, CutAnswer)
        return task

    async def _finish(
        self,
        session: aiohttp.ClientSession,
        task: Task,
        deadline: float,
        callback: Callback | None,
    ) -> Task:
        """Poll until the task is completed; raises ProviderError when it failed or takes too long.

        A call from the upstream only ends a wait, and not one that the upstream asked for.
        """
        wait, earliest = self._dialect.first_wait, self._clock()
        while task.stage is Stage.WORKING:
            left = deadline - self._clock()
            if left <= 0:
                problem = f"task {task.id} was not done in time"
                raise self._fail(ErrorKind.TASK_TIMEOUT, problem, Billed.UNKNOWN)
            await self._rest(callback, min(wait, left))
            if (early := min(earliest, deadline) - self._clock()) > 0:
                await self._sleep(early)
            asked = 0
            try:
                task = await self._look(session, task)
            except ProviderError as error:
                if error.kind not in TOLERATED:
                    raise
                asked = error.retry_after or 0
            wait = max(POLL_SECONDS, asked)
            earliest = self._clock() + max(GAP_SECONDS, asked)
        if task.stage is Stage.FAILED:
            raise self._failed(task)
        return task

    async def _rest(self, callback: Callback | None, seconds: float) -> None:
        """Sleep, or until the upstream calls."""
        if callback is None:
            await self._sleep(seconds)
            return
        ends = [asyncio.ensure_future(end) for end in (self._sleep(seconds), callback.called())]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        for end in done:
            end.result()

    async def _look(self, session: aiohttp.ClientSession, task: Task) -> Task:
        reply = await self._ask(session, "GET", self._dialect.poll_url(task.id))
        seen = self._dialect.read(reply.document) if reply.good else None
        if seen is None:
            error = self._refused(reply)
            kind = _POLLING.get(error.kind, error.kind)
            raise replace(error, kind=kind, billed=Billed.UNKNOWN)
        return replace(seen, id=task.id, model=seen.model or task.model)

    async def _collect(self, session: aiohttp.ClientSession, task: Task, folder: Path) -> ImageFile:
        """Download the picture; one that cannot be had is asked for under a fresh address once."""
        try:
            return await self._download(task, folder)
        except ProviderError as error:
            if error.kind is not ErrorKind.RESULT_UNAVAILABLE:
                raise
            unavailable = error
        try:
            fresh = await self._look(session, task)
        except ProviderError:
            raise unavailable from None
        return await self._download(fresh, folder)

    async def _download(self, task: Task, folder: Path) -> ImageFile:
        if not task.urls:
            problem = f"task {task.id} is completed without a picture"
            raise self._fail(ErrorKind.RESULT_UNAVAILABLE, problem, Billed.YES)
        fetch = partial(self._downloader.fetch, task.urls[-1], provider=self.name, folder=folder)
        return await fetch_patiently(fetch, sleep=self._sleep)

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        *,
        data: aiohttp.FormData | None = None,
        seconds: float = INQUIRY_SECONDS,
    ) -> _Reply:
        """One free call; that it got no answer is connect_failed, however far it came."""
        try:
            async with session.request(
                method,
                url,
                data=data,
                headers={**self._headers, "Accept": "application/json"},
                timeout=aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS),
                allow_redirects=False,
            ) as response:
                answer = Answer(response, provider=self.name)
                body = await _whole(answer, self.name)
                return _Reply(answer.status, answer.headers, body)
        except ProviderError as error:
            problem = error.detail
        except (aiohttp.ClientError, OSError) as error:
            problem = f"{type(error).__name__}: {error}"
        raise self._fail(ErrorKind.CONNECT_FAILED, problem)

    def _refused(self, reply: _Reply) -> ProviderError:
        """Why an answer was not what we asked for."""
        document = reply.document
        if reply.good and not is_refusal(document):
            return self._malformed(reply)
        error = classify(
            self._source,
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            now=self._now(),
        )
        complaint = complain(document)
        kind = self._dialect.refusal(reply.status, complaint)
        if kind is None or kind is error.kind:
            return error
        return replace(
            error, kind=kind, billed=self._billed(kind), said=self._said(kind, complaint)
        )

    def _malformed(self, reply: _Reply, leaf: type[ProviderError] = ProviderError) -> ProviderError:
        began = reply.body.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] in (b"{", b"[")
        if began and reply.document is None:
            leaf = CutAnswer
        text = reply.body.decode("utf-8", "replace")
        return leaf(
            kind=ErrorKind.MALFORMED_RESPONSE,
            provider=self.name,
            billed=Billed.UNKNOWN,
            detail=redact(f"HTTP {reply.status}: {text}", self._source.secret),
        )

    def _failed(self, task: Task) -> ProviderError:
        """Why a task came to nothing; a failed one is paid back."""
        verdict = self._dialect.verdict(task.complaint)
        problem = f"task {task.id}: {task.complaint.code}: {task.complaint.message}"
        return replace(
            self._fail(verdict.kind, problem, self._billed(verdict.kind)),
            retry_after=verdict.wait,
            said=self._said(verdict.kind, task.complaint),
        )

    def _billed(self, kind: ErrorKind) -> Billed:
        if kind is ErrorKind.CONTENT_BLOCKED:
            return billed_refusal(self._source)
        return Billed.UNKNOWN if kind in _UNKNOWABLE else Billed.NO

    def _said(self, kind: ErrorKind, complaint: Complaint) -> str | None:
        if kind is not ErrorKind.CONTENT_BLOCKED:
            return None
        return quote(complaint.message, self._source.secret)

    def _fail(self, kind: ErrorKind, problem: str, billed: Billed = Billed.NO) -> ProviderError:
        detail = redact(problem, self._source.secret)
        return ProviderError(kind=kind, provider=self.name, billed=billed, detail=detail)


def make_free_session() -> aiohttp.ClientSession:
    """A session for one task's free calls; made inside the running loop, closed by the caller.

    Unlike a paid call, these may use a connection again: one found dead costs nothing but another.
    """
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)


async def _whole(answer: Answer, provider: str) -> bytes:
    body = bytearray()
    async for chunk in answer:
        body += chunk
        if len(body) > BODY_LIMIT:
            raise CutAnswer(
                kind=ErrorKind.MALFORMED_RESPONSE,
                provider=provider,
                billed=Billed.UNKNOWN,
                detail=f"more than {BODY_LIMIT} bytes about a task",
            )
    return bytes(body)


def _open(path: Path) -> BufferedReader:
    return path.open("rb")
