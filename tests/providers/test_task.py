"""A task from creating to a picture on disk: paid once, never given up early, told as it ends."""

import asyncio
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import unquote

import pytest
from yarl import URL

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.request import AspectRatio, Resolution
from bot.providers.base import Balance
from bot.providers.dialect import Complaint
from bot.providers.retry import Retrying
from bot.providers.task import GAP_SECONDS, UPLOAD_LIMIT, make_free_session
from bot.providers.transport import CutAnswer
from bot.web.server import serve
from bot.web.site import Web

NAMES = ("evolink", "toapis", "aivideoapi")
MODEL = "gemini-3.1-flash-image"


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@dataclass(frozen=True)
class Words:
    """What each upstream says: a task created, at work, completed with an address, failed."""

    url: str

    def created(self, name, task_id="t-1"):
        if name == "aivideoapi":
            return {"code": 200, "msg": "success", "data": {"taskId": task_id}}
        return {"id": task_id, "status": "pending"}

    def at_work(self, name, status="processing"):
        return {"id": "t-1", "status": status}

    def completed(self, name, path="/result.png"):
        url = f"{self.url}{path}"
        where = {
            "evolink": {"results": [url]},
            "toapis": {"result": {"data": [{"url": url}]}},
            "aivideoapi": {"output": {"urls": [url]}},
        }
        return {"id": "t-1", "status": "completed", "model": MODEL, **where[name]}

    def failed(self, name, code, message="m"):
        return {"id": "t-1", "status": "failed", "error": {"code": code, "message": message}}


@pytest.fixture
def words(upstream):
    return Words(upstream.url)


@pytest.fixture
def draw(make_task_provider, request_for, observer, folder):
    """One call; `asked` changes the request, everything else the provider."""

    async def run(name, *, asked=None, **changes):
        request = request_for(**{"model": MODEL, **(asked or {})})
        provider = make_task_provider(name, **changes)
        return await provider.generate(request, folder=folder, observer=observer)

    return run


@pytest.fixture
def patiently(make_task_provider, request_for, observer, folder, pace):
    """The same with Retrying around it, as the registry builds it."""

    async def run(name, *, asked=None, **changes):
        retrying = Retrying(
            make_task_provider(name, **changes),
            attempts=None,
            sleep=pace.sleep,
            random=lambda: 0.0,
            clock=lambda: pace.now,
        )
        request = request_for(**{"model": MODEL, **(asked or {})})
        return await retrying.generate(request, folder=folder, observer=observer)

    return run


@pytest.fixture
def failure(draw, folder):
    """The error of one call, which leaves no file."""

    async def run(name, **changes):
        with pytest.raises(ProviderError) as caught:
            await draw(name, **changes)
        assert list(folder.glob("*")) == []
        assert caught.value.provider == name
        return caught.value

    return run


def paid(upstream):
    return [call for call in upstream.received if (call.method, call.path) == ("POST", CREATE)]


CREATE = "/v1/images/generations"
POLLS = {
    "evolink": "/v1/tasks/t-1",
    "toapis": "/v1/images/generations/t-1",
    "aivideoapi": "/v1/tasks/t-1",
}
POLLED = frozenset(POLLS.values())


# --- the good path -----------------------------------------------------------------------------


async def test_a_task_becomes_a_picture(
    upstream, told, words, draw, observer, pace, key, png, name
):
    """Created once with the key, polled at a rhythm, downloaded without the key."""
    upstream.script(
        told(words.created(name)),
        told(words.at_work(name)),
        told(words.at_work(name, "something new")),
        told(words.completed(name)),
        told(png),
    )
    generation = await draw(name)
    [image] = generation.images
    assert image.path.read_bytes() == png
    assert (image.mime, image.size) == ("image/png", len(png))
    assert (generation.provider, generation.upstream_model) == (name, MODEL)
    assert [(call.method, call.path) for call in upstream.received] == [
        ("POST", CREATE),
        *[("GET", POLLS[name])] * 3,
        ("GET", "/result.png"),
    ]
    for call in upstream.received[:-1]:
        assert call.header("authorization") == [f"Bearer {key}"]
        assert call.header("user-agent") == ["plantain"]
    assert upstream.received[-1].header("authorization") == []
    assert pace.waits == [2.0 if name == "toapis" else 3.0, 3.0, 3.0]
    assert observer.tasks == [(name, "t-1")]


async def test_a_paid_call_has_a_run_id_where_that_means_something(
    upstream, told, words, draw, png, name
):
    upstream.script(told(words.created(name)), told(words.completed(name)), told(png))
    await draw(name)
    run = ["run_" + "0123456789abcdef" * 2] if name == "evolink" else []
    assert upstream.received[0].header("idempotency-key") == run
    assert upstream.received[0].header("x-evo-run-id") == run


async def test_a_task_that_is_completed_at_once_is_not_polled(
    upstream, told, words, draw, pace, png
):
    upstream.script(told(words.completed("toapis")), told(png))
    await draw("toapis")
    assert [call.method for call in upstream.received] == ["POST", "GET"]
    assert pace.waits == []


async def test_the_last_of_several_pictures_is_the_result(upstream, told, words, draw, png):
    completed = words.completed("evolink")
    completed["results"].insert(0, f"{upstream.url}/draft.png")
    upstream.script(told(words.created("evolink")), told(completed), told(png))
    await draw("evolink")
    assert upstream.received[-1].path == "/result.png"


async def test_the_id_is_written_down_before_anything_else(upstream, told, words, draw, observer):
    """A crash after creating must find the id; the first poll is not made before it is stored."""
    upstream.script(told(words.created("evolink")))

    async def submitted(provider, task_id):
        assert len(upstream.received) == 1
        raise OSError("the disk is full")

    observer.submitted = submitted
    with pytest.raises(OSError, match="the disk is full"):
        await draw("evolink")
    assert len(upstream.received) == 1


# --- creating is sent once ---------------------------------------------------------------------


async def test_no_answer_to_creating_is_unknown_and_never_sent_again(upstream, patiently, name):
    """The connection dropped or the time over after all was sent: the task may exist."""
    for step in (upstream.raw(b""), upstream.raw(b"", reset=True), upstream.hang()):
        upstream.received.clear()
        upstream.script(step)
        with pytest.raises(ProviderError) as caught:
            await patiently(name, time_limit=0.2)
        assert (caught.value.kind, caught.value.billed) == ("timeout_unknown", "unknown")
        assert len(upstream.received) == 1


async def test_an_answer_to_creating_that_breaks_off_is_never_sent_again(
    upstream, patiently, told, words, name
):
    """With a length that says so, or with JSON that has no end."""
    whole = json.dumps(words.created(name)).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole)
    for step in (
        upstream.raw(head + whole[:-3]),
        upstream.raw(b"HTTP/1.1 200 OK\r\n\r\n" + whole[:-3]),
        told(b"[" * 2_000_000),
    ):
        upstream.received.clear()
        upstream.script(step)
        with pytest.raises(CutAnswer) as caught:
            await patiently(name)
        assert (caught.value.kind, caught.value.billed) == ("malformed_response", "unknown")
        assert len(upstream.received) == 1


@pytest.mark.parametrize(
    "odd",
    ["\ud800", ".", "..", "a\x00b", "a b", "日本\u202e", "x" * 257, "x" * 300_000],
    ids=lambda odd: repr(odd[:9]),
)
async def test_a_task_that_cannot_be_asked_about_is_not_created_again(
    upstream, patiently, told, words, observer, name, odd
):
    """It exists, so it may be on the bill; yet an id like this leads nowhere, or elsewhere."""
    upstream.script(told(words.created(name, odd)))
    with pytest.raises(CutAnswer) as caught:
        await patiently(name)
    assert (caught.value.kind, caught.value.billed) == ("malformed_response", "unknown")
    assert len(caught.value.detail) < 1000
    assert len(upstream.received) == 1
    assert observer.tasks == []


@pytest.mark.parametrize("task_id", ["task_01-a.b:c", "a/../b", "dGFzaw==", "t?x=1#y", "x" * 256])
async def test_an_id_is_asked_about_as_it_was_given(
    upstream, told, words, draw, observer, png, name, task_id
):
    upstream.script(told(words.created(name, task_id)), told(words.completed(name)), told(png))
    await draw(name)
    assert observer.tasks == [(name, task_id)]
    path = upstream.received[1].path.partition("?")
    assert unquote(path[0]) == POLLS[name].replace("t-1", task_id)


async def test_an_upstream_that_cannot_be_reached_was_not_paid(failure, name):
    error = await failure(name, dialect=Unreachable())
    assert (error.kind, error.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)


class Unreachable:
    """A dialect whose upstream nobody runs."""

    create_url = "http://127.0.0.1:1/"
    signs_callbacks = False

    def headers(self, run):
        return {}

    def body(self, offer, request, *, image_urls, callback_url):
        return {}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("evolink", {"prompt": "x" * 2001}),
        ("aivideoapi", {"prompt": "x" * 20_001}),
        ("aivideoapi", {"resolution": Resolution.R512}),
        ("toapis", {"model": "gemini-3-pro-image", "prompt": "x" * 1001}),
        ("toapis", {"model": "gemini-3-pro-image", "aspect_ratio": AspectRatio.W8_H1}),
    ],
)
async def test_what_cannot_be_done_here_is_not_asked(upstream, failure, name, asked):
    error = await failure(name, asked=asked)
    assert (error.kind, error.billed) == (ErrorKind.INVALID_REQUEST, Billed.NO)
    assert upstream.received == []


async def test_a_model_that_is_not_served_here_is_not_asked(
    upstream, make_task_provider, request_for, observer, folder, name
):
    with pytest.raises(ProviderError) as caught:
        await make_task_provider(name).generate(
            request_for(model="gemini-nano-banana-2.1"), folder=folder, observer=observer
        )
    assert caught.value.kind is ErrorKind.MODEL_UNAVAILABLE
    assert upstream.received == []


async def test_without_a_folder_nothing_is_paid(upstream, draw, folder, name):
    folder.write_bytes(b"a file")
    with pytest.raises(ProviderError) as caught:
        await draw(name)
    assert (caught.value.kind, caught.value.billed) == ("result_unavailable", "no")
    assert upstream.received == []


# --- polling -----------------------------------------------------------------------------------


async def test_polls_that_fail_do_not_fail_the_task(upstream, told, words, draw, pace, png, name):
    """No connection, a proxy's page, a busy server: the picture is drawn anyway."""
    upstream.script(
        told(words.created(name)),
        upstream.raw(b"", reset=True),
        told({"error": {"code": "internal_error", "message": "m"}}, 500),
        told(b"<html>Bad gateway</html>", 502),
        told(b"<html>Service unavailable</html>", 503),
        told(b"<html>Gateway timeout</html>", 504),
        told(b"<html>One moment</html>"),
        told(b'{"id": "t-1", "sta'),
        told([]),
        told(words.completed(name)),
        told(png),
    )
    generation = await draw(name)
    assert generation.images[0].path.read_bytes() == png
    assert len(paid(upstream)) == 1
    assert set(pace.waits[1:]) == {3.0}


async def test_a_poll_told_to_wait_waits(upstream, told, words, draw, pace, png, name):
    """As long as asked, and no shorter than our own rhythm."""
    busy = {"error": {"code": "rate_limit_exceeded", "message": "m"}}
    upstream.script(
        told(words.created(name)),
        told(busy, 429, {"Retry-After": "20"}),
        told(busy, 429, {"Retry-After": "1"}),
        told(busy, 429),
        told(words.completed(name)),
        told(png),
    )
    await draw(name)
    assert pace.waits[1:] == [20, 3.0, 3.0]


@pytest.mark.parametrize(("resolution", "seconds"), [("1K", 300), ("4K", 420)])
async def test_a_task_that_is_never_done_ends_at_the_deadline(
    upstream, told, words, failure, pace, observer, name, resolution, seconds
):
    """Its id stays written down, and nobody knows whether it is billed."""
    upstream.script(told(words.created(name)), told(words.at_work(name)))
    error = await failure(name, asked={"resolution": Resolution(resolution)})
    assert (error.kind, error.billed) == (ErrorKind.TASK_TIMEOUT, Billed.UNKNOWN)
    assert "t-1" in error.detail
    assert sum(pace.waits) == seconds
    assert observer.tasks == [(name, "t-1")]
    assert len(paid(upstream)) == 1


async def test_waits_for_a_busy_upstream_end_at_the_deadline_too(
    upstream, told, words, failure, pace, name
):
    busy = {"error": {"code": "rate_limit_exceeded", "message": "m"}}
    upstream.script(told(words.created(name)), told(busy, 429, {"Retry-After": "3600"}))
    error = await failure(name, time_limit=100.0)
    assert error.kind is ErrorKind.TASK_TIMEOUT
    assert sum(pace.waits) == 100


async def test_a_task_that_is_not_known_any_more_is_not_created_again(
    upstream, patiently, told, words, name
):
    missing = {"error": {"code": "task_not_found", "message": "任务不存在"}}
    upstream.script(told(words.created(name)), told(missing, 404))
    with pytest.raises(ProviderError) as caught:
        await patiently(name)
    assert (caught.value.kind, caught.value.billed) == ("task_not_found", "unknown")
    assert len(paid(upstream)) == 1


@pytest.mark.parametrize(("status", "kind"), [(401, "auth_invalid"), (403, "permission_denied")])
async def test_a_poll_that_is_forbidden_ends_it_with_the_bill_unknown(
    upstream, told, words, failure, name, status, kind
):
    upstream.script(told(words.created(name)), told({"error": {"message": "no"}}, status))
    error = await failure(name)
    assert (error.kind, error.billed) == (kind, Billed.UNKNOWN)


async def test_a_task_that_failed_unbilled_may_be_tried_once_more(
    upstream, patiently, told, words, observer, png, name
):
    """As the table says of a failed task; each attempt is a paid call with a task of its own."""
    upstream.script(
        told(words.created(name, "t-1")),
        told(words.failed(name, "upstream_error")),
        told(words.created(name, "t-2")),
        told(words.completed(name)),
        told(png),
    )
    await patiently(name)
    assert observer.tasks == [(name, "t-1"), (name, "t-2")]
    assert observer.calls == [(name, 1), (name, 2)]
    [(error, _, wait)] = observer.failures
    assert (error.kind, error.billed, wait) == ("upstream_error", "no", 5)


async def test_a_blocked_task_is_not_tried_again(upstream, patiently, told, words, name):
    upstream.script(
        told(words.created(name)),
        told(words.failed(name, "content_policy_violation", "Not this")),
    )
    with pytest.raises(ProviderError) as caught:
        await patiently(name)
    assert (caught.value.kind, caught.value.said) == ("content_blocked", "Not this")
    assert len(paid(upstream)) == 1


async def test_a_key_in_an_answer_is_not_repeated(upstream, told, words, failure, key, name):
    upstream.script(
        told(words.created(name)),
        told(words.failed(name, "content_policy_violation", f"Not {key}")),
    )
    error = await failure(name)
    assert key not in f"{error} {error!r} {error.said}"


# --- callbacks ---------------------------------------------------------------------------------


@dataclass
class Bell:
    """A Callback that has been rung so often that this many waits end at once."""

    url: str | None
    rings: int

    async def called(self):
        if self.rings <= 0:
            await asyncio.Event().wait()
        self.rings -= 1


class Bells:
    """Callbacks of a scripted upstream; `open` are the calls not forgotten yet."""

    def __init__(self, *, rings, url="https://bot.example/callbacks/it"):
        self._rings = rings
        self._url = url
        self.expected = []
        self.open = 0

    @contextmanager
    def expect(self, provider, *, signed):
        self.expected.append((provider, signed))
        self.open += 1
        try:
            yield Bell(self._url, self._rings)
        finally:
            self.open -= 1


@pytest.fixture
def slow_pace(pace):
    """Sleeping that takes some turns of the loop, so that a call that came already is sooner."""

    async def sleep(seconds):
        for _ in range(20):
            await asyncio.sleep(0)
        pace.waits.append(seconds)
        pace.now += seconds

    return sleep


def polls(upstream):
    return [call for call in upstream.received if call.method == "GET" and call.path in POLLED]


async def test_a_call_ends_a_wait_and_decides_nothing(
    upstream, told, words, draw, pace, slow_pace, png, name
):
    """The first poll is made at once and finds it at work; the next waits as it always does."""
    callbacks = Bells(rings=1)
    upstream.script(
        told(words.created(name)),
        told(words.at_work(name)),
        told(words.completed(name)),
        told(png),
    )
    await draw(name, callbacks=callbacks, sleep=slow_pace)
    assert upstream.received[0].document["callback_url"] == "https://bot.example/callbacks/it"
    assert len(polls(upstream)) == 2
    assert pace.waits == [3.0]
    assert callbacks.expected == [(name, name == "toapis")]
    assert callbacks.open == 0


async def test_nobody_calling_changes_no_wait(
    upstream, told, words, draw, pace, slow_pace, png, name
):
    upstream.script(
        told(words.created(name)),
        told(words.at_work(name)),
        told(words.completed(name)),
        told(png),
    )
    await draw(name, callbacks=Bells(rings=0), sleep=slow_pace)
    assert pace.waits == [2.0 if name == "toapis" else 3.0, 3.0]


async def test_a_flood_of_calls_is_a_poll_a_second(
    upstream, told, words, failure, pace, slow_pace, name
):
    """For as long as the task is given, and never more."""
    upstream.script(told(words.created(name)), told(words.at_work(name)))
    callbacks = Bells(rings=1_000_000)
    error = await failure(name, callbacks=callbacks, sleep=slow_pace, time_limit=30.0)
    assert error.kind is ErrorKind.TASK_TIMEOUT
    assert set(pace.waits) == {1.0}
    assert len(polls(upstream)) == 31


async def test_a_call_does_not_shorten_a_wait_that_was_asked_for(
    upstream, told, words, draw, pace, slow_pace, png, name
):
    busy = {"error": {"code": "rate_limit_exceeded", "message": "m"}}
    upstream.script(
        told(words.created(name)),
        told(busy, 429, {"Retry-After": "20"}),
        told(words.completed(name)),
        told(png),
    )
    await draw(name, callbacks=Bells(rings=1_000_000), sleep=slow_pace)
    assert pace.waits == [20]


@pytest.mark.parametrize("ending", ["failed", "refused", "given up"])
async def test_a_call_is_expected_no_longer_than_the_task_lives(
    upstream, told, words, draw, slow_pace, name, ending
):
    callbacks = Bells(rings=0)
    created = told(words.created(name))
    upstream.script(
        *{
            "failed": (created, told(words.failed(name, "upstream_error"))),
            "refused": (told({"error": {"message": "no"}}, 401),),
            "given up": (created, upstream.hang()),
        }[ending]
    )
    with pytest.raises((ProviderError, TimeoutError)):
        async with asyncio.timeout(0.3):
            await draw(name, callbacks=callbacks, sleep=slow_pace)
    assert len(callbacks.expected) == 1
    assert callbacks.open == 0


@pytest.mark.parametrize("callbacks", [None, Bells(rings=0, url=None)])
async def test_without_an_address_none_is_sent(upstream, told, words, draw, png, name, callbacks):
    upstream.script(told(words.created(name)), told(words.completed(name)), told(png))
    await draw(name, callbacks=callbacks)
    assert "callback_url" not in upstream.received[0].document


async def test_a_task_whose_upstream_calls_is_fetched_with_no_wait_slept(
    upstream, told, words, draw, png
):
    """End to end over our own web: two calls before creating is answered, one while it draws."""
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        if seconds > GAP_SECONDS:
            await asyncio.Event().wait()

    site = Web(public_url="https://bot.example", now=lambda: datetime.now(UTC))
    async with serve(site, host="127.0.0.1", port=0) as port, make_free_session() as session:

        async def call_back():
            url = URL(upstream.received[0].document["callback_url"])
            ours = url.with_scheme("http").with_host("127.0.0.1").with_port(port)
            async with session.post(ours, json={"status": "completed"}) as answer:
                return answer.status

        async def create(scripted, writer):
            assert [await call_back(), await call_back()] == [204, 204]
            await told(words.created("evolink"))(scripted, writer)

        async def still_at_work(scripted, writer):
            assert await call_back() == 204
            await told(words.at_work("evolink"))(scripted, writer)

        upstream.script(create, still_at_work, told(words.completed("evolink")), told(png))
        async with asyncio.timeout(5):
            generation = await draw("evolink", callbacks=site, sleep=sleep)
        assert generation.images[0].path.read_bytes() == png
        assert len(polls(upstream)) == 2
        # Both waits were begun and ended by a call; only the second between two polls was slept.
        assert slept[:2] == [3.0, 3.0]
        assert [seconds <= GAP_SECONDS for seconds in slept[2:]] == [True]
        assert await call_back() == 404


# --- the picture -------------------------------------------------------------------------------


async def test_a_download_that_fails_is_tried_again_after_two_seconds(
    upstream, told, words, draw, pace, png, name
):
    upstream.script(
        told(words.created(name)), told(words.completed(name)), told(b"", 503), told(png)
    )
    await draw(name)
    assert pace.waits[1:] == [2.0]


async def test_a_dead_address_is_asked_for_anew_once(upstream, told, words, draw, pace, png, name):
    upstream.script(
        told(words.created(name)),
        told(words.completed(name, "/old.png")),
        told(b"", 404),
        told(b"", 404),
        told(words.completed(name, "/new.png")),
        told(png),
    )
    await draw(name)
    assert [call.path for call in upstream.received][2:] == [
        "/old.png",
        "/old.png",
        POLLS[name],
        "/new.png",
    ]


@pytest.mark.parametrize("again", ["dead too", "no answer", "no picture"])
async def test_a_picture_that_stays_away_is_billed_and_not_drawn_again(
    upstream, patiently, told, words, name, again
):
    repeated = {
        "dead too": told(words.completed(name)),
        "no answer": told(b"", 500),
        "no picture": told({"id": "t-1", "status": "completed"}),
    }
    gone = told(b"", 404)
    upstream.script(
        told(words.created(name)), told(words.completed(name)), gone, gone, repeated[again], gone
    )
    with pytest.raises(ProviderError) as caught:
        await patiently(name)
    assert (caught.value.kind, caught.value.billed) == ("result_unavailable", "yes")
    assert len(paid(upstream)) == 1


async def test_an_unsafe_address_is_not_fetched_and_not_asked_for_again(
    upstream, told, words, failure, name
):
    completed = json.dumps(words.completed(name)).replace("127.0.0.1", "127.0.0.2")
    upstream.script(told(words.created(name)), told(completed.encode()))
    error = await failure(name)
    assert (error.kind, error.billed) == (ErrorKind.UNSAFE_URL, Billed.YES)
    assert len(upstream.received) == 2


async def test_what_is_no_picture_is_malformed_and_billed(upstream, told, words, failure, name):
    upstream.script(
        told(words.created(name)), told(words.completed(name)), told(b"<html>Sign in</html>")
    )
    error = await failure(name)
    assert (error.kind, error.billed) == (ErrorKind.MALFORMED_RESPONSE, Billed.YES)


async def test_giving_up_a_task_leaves_no_file(upstream, told, words, draw, folder, name):
    """Cancelled while it waits for an answer about its task."""
    upstream.script(told(words.created(name)), upstream.hang())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await draw(name)
    assert list(folder.glob("*")) == []


# --- reference images --------------------------------------------------------------------------

UPLOADS = {"evolink": "/files/api/v1/files/upload/stream", "toapis": "/v1/uploads/images"}


@pytest.fixture(params=sorted(UPLOADS))
def uploader(request):
    return request.param


def part_of(received):
    """The one part of a multipart form: its headers and its content."""
    [kind] = received.header("content-type")
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\w+)", kind)[1].encode()
    before, part, after = received.body.split(b"--" + boundary)
    assert (before, after) == (b"", b"--\r\n")
    head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    return head.decode(), content.removesuffix(b"\r\n")


async def test_reference_images_are_uploaded_whole_and_named_in_order(
    upstream, told, words, draw, stored_reference, key, png, uploader
):
    """As files in a form of a known length; before the task is created."""
    large = bytes(range(256)) * 2000
    references = (stored_reference(large, "image/jpeg"), stored_reference(png, "image/webp"))

    def kept(url):
        return told({"success": True, "data": {"file_url": url, "url": url}})

    upstream.script(
        kept("https://files.example/0.jpg"),
        kept("https://files.example/1.webp"),
        told(words.created(uploader)),
        told(words.completed(uploader)),
        told(png),
    )
    await draw(uploader, asked={"reference_images": references})
    first, second, create = upstream.received[:3]
    for received, content, mime, ending in (
        (first, large, "image/jpeg", "jpg"),
        (second, png, "image/webp", "webp"),
    ):
        assert (received.method, received.path) == ("POST", UPLOADS[uploader])
        assert received.header("authorization") == [f"Bearer {key}"]
        head, sent = part_of(received)
        assert f'name="file"; filename="reference.{ending}"' in head
        assert f"Content-Type: {mime}" in head
        assert sent == content
    urls = ["https://files.example/0.jpg", "https://files.example/1.webp"]
    assert create.document["image_urls"] == urls


async def test_an_upstream_that_keeps_files_is_lent_none(
    upstream, told, words, draw, stored_reference, png, uploader
):
    """Also where we could: what is uploaded needs no address of ours."""
    upstream.script(
        told({"success": True, "data": {"url": "https://files.example/0.png"}}),
        told(words.created(uploader)),
        told(words.completed(uploader)),
        told(png),
    )
    await draw(uploader, asked={"reference_images": (stored_reference(png),)}, shelf=NoShelf())
    assert upstream.received[1].document["image_urls"] == ["https://files.example/0.png"]


class NoShelf:
    def offer(self, path, mime):
        raise AssertionError


@pytest.mark.parametrize(
    ("answer", "status", "kind"),
    [
        ({"success": False, "message": "unsupported file type"}, 400, "invalid_image"),
        ({"success": False, "code": 400, "msg": "unsupported file type"}, 200, "invalid_image"),
        ({"error": {"code": 401, "message": "m"}}, 401, "auth_invalid"),
        ({"error": {"code": 413, "message": "m"}}, 413, "payload_too_large"),
        ({"error": {"code": 429, "message": "m"}}, 429, "rate_limited"),
        ({"error": {"code": 404, "message": "m"}}, 404, "wrong_endpoint"),
        ({"error": {"code": 500, "message": "m"}}, 500, "upstream_error"),
        (b"<html>Gateway timeout</html>", 504, "upstream_error"),
        (b"<html>Cloudflare</html>", 524, "connect_failed"),
        ({"success": True, "data": {}}, 200, "malformed_response"),
        (b"<html>One moment</html>", 200, "malformed_response"),
    ],
)
async def test_an_upload_that_fails_costs_nothing(
    upstream, told, failure, stored_reference, png, uploader, answer, status, kind
):
    upstream.script(told(answer, status))
    error = await failure(uploader, asked={"reference_images": (stored_reference(png),)})
    assert (error.kind, error.billed) == (kind, Billed.NO)
    assert len(upstream.received) == 1


async def test_an_upload_that_breaks_off_is_free_to_be_tried_again(
    upstream, patiently, told, words, stored_reference, observer, png, uploader
):
    """Unlike creating: that nobody answered is no reason to fear for money."""
    upstream.script(
        upstream.raw(b""),
        told({"success": True, "data": {"url": "https://files.example/0.png"}}),
        told(words.created(uploader)),
        told(words.completed(uploader)),
        told(png),
    )
    await patiently(uploader, asked={"reference_images": (stored_reference(png),)})
    [(error, _, _)] = observer.failures
    assert (error.kind, error.billed) == (ErrorKind.CONNECT_FAILED, Billed.NO)
    assert len(paid(upstream)) == 1


async def test_a_reference_image_that_is_gone_or_too_large_is_not_uploaded(
    upstream, failure, stored_reference, tmp_path, png, uploader
):
    gone = stored_reference(png)
    (tmp_path / "references" / gone.digest).unlink()
    error = await failure(uploader, asked={"reference_images": (gone,)})
    assert (error.kind, error.billed) == (ErrorKind.INVALID_IMAGE, Billed.NO)
    large = stored_reference(bytes(UPLOAD_LIMIT + 1))
    error = await failure(uploader, asked={"reference_images": (large,)})
    assert (error.kind, error.billed) == (ErrorKind.PAYLOAD_TOO_LARGE, Billed.NO)
    assert upstream.received == []


# --- a free question ---------------------------------------------------------------------------


async def test_a_probe_asks_for_the_balance_with_the_key(upstream, told, make_task_provider, key):
    upstream.script(told({"success": True, "data": {"user": {"remaining_credits": 84.5}}}))
    assert await make_task_provider("evolink").probe() == Balance(Decimal("84.5"), "credits")
    [received] = upstream.received
    assert (received.method, received.path) == ("GET", "/v1/credits")
    assert received.header("authorization") == [f"Bearer {key}"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 999])
async def test_a_balance_that_is_no_amount_is_none(upstream, make_task_provider, name, number):
    """Of these JSON as Python reads it has words that no sum can be made of."""
    places = '{"data":{"credits":%s,"user":{"remaining_credits":%s}},"remain_balance":%s}'
    body = (places % (number, number, number)).encode()
    upstream.script(upstream.raw(b"HTTP/1.1 200 OK\r\n\r\n" + body))
    assert await make_task_provider(name).probe() is None


async def test_a_probe_that_is_refused_or_tells_nothing(upstream, told, make_task_provider, name):
    provider = make_task_provider(name)
    refused = {"success": False, "error": {"code": 401, "message": "invalid api key"}}
    for status in (401, 200):
        upstream.script(told(refused, status))
        with pytest.raises(ProviderError) as caught:
            await provider.probe()
        assert (caught.value.kind, caught.value.billed) == ("auth_invalid", "no")
    upstream.script(told({}))
    assert await provider.probe() is None
    upstream.script(upstream.raw(b""))
    with pytest.raises(ProviderError) as caught:
        await provider.probe()
    assert caught.value.kind is ErrorKind.CONNECT_FAILED


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "blocked"),
    [
        ("The prompt is SENSITIVE", True),
        ("violates our policies", True),
        ("moderation_blocked", True),
        ("图片违规", True),
        ("insurance is polished", False),
        ("the server fell over", False),
        ("", False),
    ],
)
def test_words_of_a_content_rule_are_heard_where_no_code_says_so(message, blocked):
    assert Complaint("", message).sounds_blocked is blocked


async def test_the_ratio_and_the_size_reach_the_wire(upstream, told, words, draw, png, name):
    upstream.script(told(words.created(name)), told(words.completed(name)), told(png))
    await draw(name, asked={"aspect_ratio": AspectRatio.W16_H9, "resolution": Resolution.R4K})
    sent = upstream.received[0].body.decode()
    assert '"16:9"' in sent
    assert '"4K"' in sent
