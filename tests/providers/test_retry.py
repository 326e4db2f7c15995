"""What is asked again, how often and after how long; and what never is."""

import asyncio
from contextlib import suppress
from itertools import product

import pytest

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.base import Generation, OpenCall
from bot.providers.replay import ReplayRefused
from bot.providers.retry import BUDGET, Retrying
from bot.providers.transport import CutAnswer

PICTURE = Generation(provider="fake", images=())


class Scripted:
    """A Provider that fails as told, then draws; it spends `took` seconds on every call."""

    name = "fake"

    def __init__(self, time, *failures, took=0.0):
        self.time = time
        self.failures = list(failures)
        self.took = took
        self.calls = 0
        self.histories = []
        self.resumed = []

    async def generate(self, request, *, folder, observer):
        self.calls += 1
        self.histories.append(request.history)
        self.time.now += self.took
        if self.failures:
            raise self.failures.pop(0)
        return PICTURE

    async def resume(self, call, request, *, folder, observer):
        self.resumed.append(call)
        return await self.generate(request, folder=folder, observer=observer)


class Time:
    """A clock that only sleeping and calls move."""

    def __init__(self):
        self.now = 100.0
        self.waits = []

    async def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def run(time, request_for, observer, tmp_path):
    async def run(provider, *, attempts=None, random=0.0, history=(), left=None):
        retrying = Retrying(
            provider,
            attempts=attempts,
            sleep=time.sleep,
            random=lambda: random,
            clock=lambda: time.now,
        )
        assert retrying.name == provider.name
        request = request_for(history=history)
        if left is not None:
            return await retrying.resume(left, request, folder=tmp_path, observer=observer)
        return await retrying.generate(request, folder=tmp_path, observer=observer)

    return run


def failure(kind, *, billed=Billed.NO, retry_after=None, leaf=ProviderError):
    return leaf(kind=kind, provider="fake", billed=billed, retry_after=retry_after)


WAITS = {
    ErrorKind.RATE_LIMITED: [2, 4, 8],
    ErrorKind.OVERLOADED: [5, 15, 45],
    ErrorKind.UPSTREAM_ERROR: [5],
    ErrorKind.CONNECT_FAILED: [1, 2, 4],
    ErrorKind.NO_IMAGE: [0],
    ErrorKind.MALFORMED_RESPONSE: [0],
}
DESPITE_DOUBT = {ErrorKind.NO_IMAGE, ErrorKind.MALFORMED_RESPONSE}


@pytest.mark.parametrize("kind", ErrorKind)
async def test_every_kind_has_its_waits(run, time, observer, kind):
    """A place that fails for ever is called once and again after each wait, then given up."""
    provider = Scripted(time, *[failure(kind) for _ in range(20)])
    with pytest.raises(ProviderError) as caught:
        await run(provider)
    assert caught.value.kind is kind
    assert time.waits == WAITS.get(kind, [])
    assert provider.calls == len(time.waits) + 1
    assert observer.calls == [("fake", number + 1) for number in range(provider.calls)]
    told = [(attempt, wait) for _, attempt, wait in observer.failures]
    assert told == list(enumerate([*time.waits, None], start=1))


@pytest.mark.parametrize(("kind", "billed"), list(product(ErrorKind, [Billed.UNKNOWN, Billed.YES])))
async def test_what_may_be_on_the_bill_is_not_asked_again(run, time, kind, billed):
    """But for the table's two exceptions, which are tried once more."""
    provider = Scripted(time, *[failure(kind, billed=billed) for _ in range(20)])
    with pytest.raises(ProviderError):
        await run(provider)
    assert provider.calls == (2 if kind in DESPITE_DOUBT and billed is Billed.UNKNOWN else 1)


async def test_a_cut_answer_is_not_asked_again(run, time):
    cut = failure(ErrorKind.MALFORMED_RESPONSE, billed=Billed.UNKNOWN, leaf=CutAnswer)
    provider = Scripted(time, cut)
    with pytest.raises(CutAnswer):
        await run(provider)
    assert provider.calls == 1


async def test_a_refused_conversation_is_left_out_once_at_no_cost(run, time):
    """And not where it may be on the bill, or where the calls are used up."""
    refused = failure(ErrorKind.INVALID_REQUEST, leaf=ReplayRefused)
    doubtful = failure(ErrorKind.INVALID_REQUEST, billed=Billed.UNKNOWN, leaf=ReplayRefused)
    cases = [
        ([refused], None, 2),
        ([refused, refused], None, 2),
        ([refused, failure(ErrorKind.OVERLOADED)], None, 3),
        ([doubtful], None, 1),
        ([refused], 1, 1),
    ]
    for failures, attempts, calls in cases:
        turns = (object(),)
        provider = Scripted(time, *failures)
        with suppress(ProviderError):
            await run(provider, attempts=attempts, history=turns)
        assert provider.calls == calls
        assert provider.histories == [turns, (), ()][:calls]


@pytest.mark.parametrize("kind", [ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED])
@pytest.mark.parametrize(("asked", "waits"), [(39, [39]), (60, [60]), (61, None)])
async def test_the_wait_asked_for_is_kept_up_to_a_minute(run, time, kind, asked, waits):
    provider = Scripted(time, failure(kind, retry_after=asked))
    if waits is None:
        with pytest.raises(ProviderError):
            await run(provider, random=0.9)
    else:
        assert await run(provider, random=0.9) is PICTURE
        assert time.waits == waits


async def test_waits_for_a_rate_limit_are_spread(run, time):
    """So that jobs turned down together do not come back together."""
    provider = Scripted(time, *[failure(ErrorKind.RATE_LIMITED) for _ in range(3)])
    assert await run(provider, random=0.5) is PICTURE
    assert time.waits == [2.5, 5, 10]


async def test_kinds_are_counted_apart(run, time):
    kinds = [ErrorKind.CONNECT_FAILED, ErrorKind.UPSTREAM_ERROR, ErrorKind.CONNECT_FAILED]
    provider = Scripted(time, *map(failure, kinds))
    assert await run(provider) is PICTURE
    assert time.waits == [1, 5, 2]


@pytest.mark.parametrize(("attempts", "calls"), [(1, 1), (2, 2), (3, 3), (9, 4), (None, 4)])
async def test_attempts_cap_the_calls(run, time, observer, attempts, calls):
    first = failure(ErrorKind.OVERLOADED)
    provider = Scripted(time, first, *[failure(ErrorKind.OVERLOADED) for _ in range(9)])
    with pytest.raises(ProviderError) as caught:
        await run(provider, attempts=attempts)
    assert provider.calls == calls
    assert (caught.value is first) is (attempts == 1)
    assert observer.failures[-1][2] is None


async def test_nothing_is_asked_again_past_the_budget(run, time):
    """A reply can be edited for fifteen minutes; calls that took most of that are the last."""
    provider = Scripted(time, *[failure(ErrorKind.OVERLOADED)] * 9, took=BUDGET / 2 - 2)
    with pytest.raises(ProviderError):
        await run(provider)
    assert provider.calls == 2
    assert time.waits == [5]


async def test_an_observer_that_fails_stops_the_call(run, time, observer, monkeypatch):
    """`calling` is written down before money is spent, or no money is spent."""

    async def refuse(call):
        raise LookupError

    monkeypatch.setattr(observer, "calling", refuse)
    provider = Scripted(time)
    with pytest.raises(LookupError):
        await run(provider)
    assert provider.calls == 0


async def test_cancelling_while_it_waits_ends_it(run, time, monkeypatch):
    never = asyncio.Event()

    async def sleep(seconds):
        await never.wait()

    monkeypatch.setattr(time, "sleep", sleep)
    provider = Scripted(time, failure(ErrorKind.OVERLOADED))
    task = asyncio.ensure_future(run(provider))
    while not provider.calls:
        await asyncio.wait([task], timeout=0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert provider.calls == 1


@pytest.mark.parametrize(
    ("status", "body", "calls"),
    [
        *((status, b"", 4) for status in (429, 503)),
        # A proxy's empty answer says nothing of whether the upstream drew; its own word does.
        *((status, b"", 1) for status in (500, 502, 504, 524, 408, 402, 400)),
        (500, b'{"error":{"code":500,"status":"INTERNAL","message":"An internal error."}}', 2),
    ],
)
async def test_the_calls_on_the_wire_are_the_policys(
    run, time, upstream, make_provider, status, body, calls
):
    """Counted by the upstream itself: no library adds a call of its own."""
    upstream.script(upstream.reply(status, body))
    with pytest.raises(ProviderError):
        await run(make_provider())
    assert upstream.connections == len(upstream.received) == calls


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        (b"<html></html>", 2),
        (b"{}", 2),
        (b'{"candidates":[{"finishReason":"SAFETY"}]}', 1),
        (b'{"candidates":[{"finishReason":"MAX_TOKENS"}]}', 1),
        (b'{"candidates":[{"content":{"parts":[{"text":"No."}]}}]}', 1),
        (b'{"candidates":[{"content":', 1),
    ],
    ids=["html", "no image", "blocked", "truncated", "text only", "cut"],
)
async def test_the_calls_after_an_answer_without_a_picture(
    run, time, upstream, make_provider, body, calls
):
    upstream.script(upstream.reply(200, body))
    with pytest.raises(ProviderError):
        await run(make_provider())
    assert len(upstream.received) == calls


async def test_lost_and_hanging_calls_are_made_once(run, time, upstream, make_provider):
    for step in (upstream.raw(b""), upstream.raw(b"", reset=True), upstream.hang()):
        upstream.received.clear()
        upstream.script(step)
        with pytest.raises(ProviderError) as caught:
            await run(make_provider(time_limit=0.1))
        assert caught.value.kind is ErrorKind.TIMEOUT_UNKNOWN
        assert len(upstream.received) == 1


async def test_a_failure_then_a_picture(run, time, upstream, make_provider, answer, png):
    upstream.script(
        upstream.reply(503, b"", {"Retry-After": "7"}), upstream.reply(200, answer(png))
    )
    made = await run(make_provider())
    assert made.images[0].path.read_bytes() == png
    assert time.waits == [7]


# --- a call that an earlier process left open ---------------------------------------------------

SENT = OpenCall("fake", "", "run-1", None)
TASK = OpenCall("fake", "", "run-1", "task-1")


async def test_a_call_that_is_sent_again_stays_one_run_until_it_is_answered(run, time, observer):
    """A rate limit now says nothing of the first time: no other call is made for it."""
    provider = Scripted(time, failure(ErrorKind.RATE_LIMITED), failure(ErrorKind.CONNECT_FAILED))

    assert await run(provider, left=SENT) is PICTURE

    assert provider.resumed == [SENT] * 3
    assert time.waits == [2, 1]
    assert (observer.calls, observer.failures) == ([], [])


@pytest.mark.parametrize("kind", [ErrorKind.OVERLOADED, ErrorKind.AUTH_INVALID])
async def test_a_call_that_cannot_be_sent_again_stays_in_doubt(run, time, observer, kind):
    provider = Scripted(time, *[failure(kind) for _ in range(20)])

    with pytest.raises(ProviderError) as caught:
        await run(provider, left=SENT)

    assert caught.value.billed is Billed.UNKNOWN
    assert observer.calls == []
    [(told, _, wait)] = observer.failures
    assert (told.billed, wait) == (Billed.UNKNOWN, None)


async def test_a_task_that_failed_for_nothing_is_made_anew_and_a_late_one_never(
    run, time, observer
):
    provider = Scripted(time, failure(ErrorKind.UPSTREAM_ERROR))
    assert await run(provider, left=TASK) is PICTURE
    assert provider.resumed == [TASK]
    assert observer.calls == [("fake", 2)]

    late = OpenCall("fake", "", "run-1", "task-1", late=True)
    provider = Scripted(time, failure(ErrorKind.UPSTREAM_ERROR))
    with pytest.raises(ProviderError):
        await run(provider, left=late)
    assert provider.calls == 1
    assert len(observer.failures) == 1
