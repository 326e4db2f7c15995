"""Where a request goes, what is tried next, and that nothing is paid for twice."""

import asyncio
import itertools
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.pricing import Ranking
from bot.generation.request import (
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
    Thinking,
)
from bot.providers.base import Generation, OpenCall
from bot.providers.health import Health, Line
from bot.providers.pace import OpenGate, PacedGate
from bot.providers.retry import Retrying
from bot.providers.router import FAIL_OVER, Router, Way

FOX = GenerationRequest("a fox", "gemini-3-pro-image")


@dataclass
class Scripted:
    """A Provider that fails as told, then draws."""

    name: str
    failures: list[ProviderError] = field(default_factory=list)
    calls: int = 0

    async def generate(self, request, *, folder, observer):
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return Generation(self.name, ())

    async def resume(self, call, request, *, folder, observer):
        return await self.generate(request, folder=folder, observer=observer)


@pytest.fixture
async def health(tmp_path):
    async with SqliteDatabase.open(tmp_path / "router.db") as database:
        yield Health(database=database, now=lambda: 1_000_000)


@pytest.fixture
def route(health, catalog):
    """A router over providers given cheapest first; each tries once and is patient alike."""

    def build(*providers):
        order = [provider.name for provider in providers]
        return Router(
            ways=[way(p, p) for p in reversed(providers)],
            catalog=catalog,
            health=health,
            ranking=Ranking(preferred=order, known=order),
            now=lambda: 1_000_000,
            today=lambda: date(2026, 11, 21),
        )

    return build


class Observer:
    party = 7
    run = ""

    async def calling(self, call):
        pass

    async def failed(self, error, attempt, wait):
        pass


async def no_answer():
    return None


def way(once, patient, key="key", gate=None):
    return Way(once.name, key, once, patient, gate or OpenGate(), no_answer)


def failure(kind, billed=Billed.NO):
    return ProviderError(ErrorKind(kind), "google", billed)


async def fail(health, line, error):
    with pytest.raises(ProviderError):
        async with health.call(line):
            raise error


async def ask(router, tmp_path, request=FOX):
    return await router.generate(request, folder=tmp_path, observer=Observer())


async def test_the_first_in_rank_is_asked_alone(route, tmp_path):
    google, apiyi = Scripted("google"), Scripted("apiyi")

    generation = await ask(route(google, apiyi), tmp_path)

    assert generation.provider == "google"
    assert (google.calls, apiyi.calls) == (1, 0)


@pytest.mark.parametrize("kind", sorted(FAIL_OVER))
async def test_after_a_definite_unbilled_failure_the_next_is_asked(route, tmp_path, kind):
    google, apiyi = Scripted("google", [failure(kind)]), Scripted("apiyi")

    generation = await ask(route(google, apiyi), tmp_path)

    assert generation.provider == "apiyi"
    assert (google.calls, apiyi.calls) == (1, 1)


@pytest.mark.parametrize("kind", sorted(set(ErrorKind) - FAIL_OVER))
async def test_other_failures_are_told_as_they_are(route, tmp_path, kind):
    google, apiyi = Scripted("google", [failure(kind)]), Scripted("apiyi")

    with pytest.raises(ProviderError) as caught:
        await ask(route(google, apiyi), tmp_path)

    assert caught.value.kind == kind
    assert apiyi.calls == 0


@pytest.mark.parametrize("billed", [Billed.UNKNOWN, Billed.YES])
@pytest.mark.parametrize("kind", sorted(FAIL_OVER))
async def test_what_may_have_been_billed_is_never_asked_of_another(route, tmp_path, kind, billed):
    google, apiyi = Scripted("google", [failure(kind, billed)]), Scripted("apiyi")

    with pytest.raises(ProviderError):
        await ask(route(google, apiyi), tmp_path)

    assert (google.calls, apiyi.calls) == (1, 0)


async def test_a_closed_upstream_is_passed_over(route, health, tmp_path):
    google, apiyi = Scripted("google"), Scripted("apiyi")
    await fail(health, Line("google", "key", FOX.model), failure("quota_daily"))

    generation = await ask(route(google, apiyi), tmp_path)

    assert generation.provider == "apiyi"
    assert google.calls == 0


async def test_when_all_are_closed_nobody_is_asked_and_the_wait_is_named(route, health, tmp_path):
    """The one that opens first says why and for how long; no call is made."""
    google, apiyi = Scripted("google"), Scripted("apiyi")
    await fail(health, Line("google", "key", FOX.model), failure("quota_daily"))
    limited = ProviderError(ErrorKind.RATE_LIMITED, "apiyi", retry_after=12)
    await fail(health, Line("apiyi", "key", FOX.model), limited)

    with pytest.raises(ProviderError) as caught:
        await ask(route(google, apiyi), tmp_path)

    assert (caught.value.kind, caught.value.retry_after) == (ErrorKind.RATE_LIMITED, 12)
    assert caught.value.billed is Billed.NO
    assert (google.calls, apiyi.calls) == (0, 0)


@pytest.mark.parametrize(
    "request_",
    [
        GenerationRequest("x", "gemini-3-pro-image", AspectRatio.W1_H8),
        GenerationRequest("x", "gemini-3-pro-image", resolution=Resolution.R512),
        GenerationRequest("x", "no-such-model"),
    ],
)
async def test_what_nobody_can_do_exactly_is_refused_not_done_otherwise(route, tmp_path, request_):
    google, apiyi = Scripted("google"), Scripted("apiyi")

    with pytest.raises(ProviderError) as caught:
        await ask(route(google, apiyi), tmp_path, request_)

    assert caught.value.kind is ErrorKind.MODEL_UNAVAILABLE
    assert (google.calls, apiyi.calls) == (0, 0)


async def test_only_the_last_one_left_is_asked_again_and_again(health, catalog, tmp_path):
    """With another to turn to, nobody waits for a busy upstream; without, it is waited for."""
    hasty, patient = Scripted("google", [failure("overloaded")]), Scripted("google")
    router = Router(
        ways=[way(hasty, patient)],
        catalog=catalog,
        health=health,
        ranking=Ranking(preferred=(), known=("google",)),
        now=lambda: 1_000_000,
        today=lambda: date(2026, 11, 21),
    )

    await ask(router, tmp_path)

    assert (hasty.calls, patient.calls) == (0, 1)


@dataclass
class Delayed:
    """The gate of a key that is so many seconds behind."""

    seconds: float = 0.0

    def delay(self, party):
        return self.seconds

    def call(self, party, check):
        return nullcontext()


@pytest.fixture
def router_of(health, catalog):
    """A router over ways in the catalog's order, the cheapest first unless told otherwise."""

    def build(*ways, seconds=None, preferred=()):
        known = tuple(dict.fromkeys(way.name for way in ways))
        return Router(
            ways=ways,
            catalog=catalog,
            health=health,
            ranking=Ranking(preferred=preferred, known=known, seconds=seconds),
            now=lambda: 1_000_000,
            today=lambda: date(2026, 11, 21),
        )

    return build


def keyed(name, key, *failures, gate=None):
    """A way with a key of its own; its provider counts."""
    provider = Scripted(name, list(failures))
    return way(provider, provider, key, gate)


@pytest.mark.parametrize(
    "kind",
    [
        "auth_invalid",
        "billing_exhausted",
        "spend_limit",
        "permission_denied",
        "account_suspended",
        "region_blocked",
        "quota_daily",
        "rate_limited",
        "model_unavailable",
    ],
)
async def test_a_key_that_is_refused_closes_itself_alone(router_of, health, tmp_path, kind):
    """The other key of the same upstream draws, then and from then on; the dearer one is idle."""
    ways = [keyed("apiyi", "k1", failure(kind)), keyed("apiyi", "k2"), keyed("google", "k3")]
    router = router_of(*ways)

    made = [await ask(router, tmp_path) for _ in range(5)]

    assert {generation.provider for generation in made} == {"apiyi"}
    assert [way.hasty.calls for way in ways] == [1, 5, 0]
    assert health.obstacle(Line("apiyi", "k1", FOX.model)).kind == kind
    assert health.obstacle(Line("apiyi", "k2", FOX.model)) is None


@pytest.mark.parametrize("keys", [2, 3, 5])
@pytest.mark.parametrize("others", [0, 1, 2, 3])
async def test_equal_keys_share_the_load_equally(router_of, tmp_path, keys, others):
    """Whatever other upstreams there are beside them."""
    names = ("toapis", "aivideoapi", "evolink")[:others]
    ways = [keyed(name, "other") for name in names]
    ways[1:1] = [keyed("apiyi", f"k{number}") for number in range(keys)]
    router = router_of(*ways)

    for _ in range(4 * keys):
        await ask(router, tmp_path)

    calls = {(way.name, way.key): way.hasty.calls for way in ways}
    assert calls == {(way.name, way.key): 4 if way.name == "apiyi" else 0 for way in ways}


async def test_calls_made_together_are_spread_too(router_of, tmp_path):
    ways = [keyed("apiyi", f"k{number}") for number in range(3)]
    router = router_of(*ways)

    await asyncio.gather(*(ask(router, tmp_path) for _ in range(6)))

    assert [way.hasty.calls for way in ways] == [2, 2, 2]


async def test_the_key_with_the_shorter_queue_is_asked_first(router_of, tmp_path):
    ways = [keyed("apiyi", "k1", gate=Delayed(3.0)), keyed("apiyi", "k2", gate=Delayed(1.0))]
    router = router_of(*ways)

    for _ in range(3):
        await ask(router, tmp_path)

    assert [way.hasty.calls for way in ways] == [0, 3]


@pytest.mark.parametrize(
    ("delay", "asked"), [(0.0, "apiyi"), (9.9, "apiyi"), (10.0, "google"), (600.0, "google")]
)
async def test_a_long_queue_at_the_cheapest_moves_on_to_the_next(router_of, tmp_path, delay, asked):
    router = router_of(keyed("google", "k1"), keyed("apiyi", "k2", gate=Delayed(delay)))

    assert (await ask(router, tmp_path)).provider == asked


async def test_when_every_queue_is_long_the_shortest_is_asked(router_of, tmp_path):
    router = router_of(
        keyed("google", "k1", gate=Delayed(35.0)), keyed("apiyi", "k2", gate=Delayed(72.0))
    )

    assert (await ask(router, tmp_path)).provider == "google"


async def test_a_queue_nearly_as_long_does_not_make_the_dearer_one_first(router_of, tmp_path):
    router = router_of(
        keyed("google", "k1", gate=Delayed(31.0)), keyed("apiyi", "k2", gate=Delayed(38.0))
    )

    assert (await ask(router, tmp_path)).provider == "apiyi"


async def test_by_speed_the_unmeasured_come_first_and_then_the_fastest(router_of, tmp_path):
    """Cheapest first among the unmeasured: apiyi 0.09, evolink 0.1072, google 0.134."""
    measured = {}
    ways = [keyed(name, "k") for name in ("google", "apiyi", "evolink")]
    router = router_of(*ways, seconds=lambda name, model, size: measured.get(name))
    asked = []
    for name, seconds in (("apiyi", 30.0), ("evolink", 20.0), ("google", 10.0), (None, 0)):
        asked.append((await ask(router, tmp_path)).provider)
        measured |= {name: seconds} if name else {}

    assert asked == ["apiyi", "evolink", "google", "google"]


async def test_what_the_ranking_goes_by_is_brought_up_to_date_before_it_is_used(
    health, catalog, tmp_path
):
    measured = {"apiyi": 1.0, "google": 2.0}

    async def refresh():
        measured["apiyi"] = 3.0

    router = Router(
        ways=[keyed("google", "k1"), keyed("apiyi", "k2")],
        catalog=catalog,
        health=health,
        ranking=Ranking((), ("google", "apiyi"), lambda name, model, size: measured[name]),
        now=lambda: 1_000_000,
        today=lambda: date(2026, 11, 21),
        refresh=refresh,
    )

    assert (await ask(router, tmp_path)).provider == "google"


async def test_those_an_operator_prefers_come_before_the_fastest(router_of, tmp_path):
    router = router_of(
        keyed("google", "k1"),
        keyed("apiyi", "k2"),
        seconds=lambda name, model, size: {"google": 90.0, "apiyi": 1.0}[name],
        preferred=("google",),
    )

    assert (await ask(router, tmp_path)).provider == "google"


def weighing(size):
    return ImageRef("ab" * 32, "image/png", 4000, 4000, size)


async def test_pictures_too_large_for_the_first_go_to_one_that_takes_them(router_of, tmp_path):
    """Google takes 7 MB inline, EvoLink 10 MB for this model."""
    ways = [keyed("google", "k1"), keyed("evolink", "k2")]
    request = replace(FOX, reference_images=(weighing(1), weighing(8_000_000)))

    assert (await ask(router_of(*ways, preferred=("google",)), tmp_path, request)).provider == (
        "evolink"
    )
    assert ways[0].hasty.calls == 0


async def test_pictures_too_large_for_every_upstream_are_sent_nowhere(router_of, tmp_path):
    ways = [keyed("google", "k1"), keyed("evolink", "k2")]
    request = replace(FOX, reference_images=(weighing(10_000_001),))

    with pytest.raises(ProviderError) as caught:
        await ask(router_of(*ways), tmp_path, request)

    assert (caught.value.kind, caught.value.billed) == ("payload_too_large", Billed.NO)
    assert [way.hasty.calls for way in ways] == [0, 0]


FLASH = GenerationRequest("a fox", "gemini-3.1-flash-image", thinking=Thinking.HIGH)


async def test_a_level_of_thinking_is_never_dropped(router_of, tmp_path):
    """Only where it can be asked for, however cheap, preferred or idle another is."""
    ways = [keyed(name, "k") for name in ("toapis", "evolink", "apiyi-chat", "aivideoapi", "apiyi")]
    router = router_of(*ways, preferred=("toapis", "evolink"))

    assert (await ask(router, tmp_path, FLASH)).provider == "apiyi"
    ways[-1].hasty.failures.append(failure("quota_daily"))
    for _ in range(2):
        with pytest.raises(ProviderError) as caught:
            await ask(router, tmp_path, FLASH)
        assert caught.value.kind == "quota_daily"

    assert [way.hasty.calls for way in ways] == [0, 0, 0, 0, 2]


async def test_thinking_nobody_can_be_asked_for_is_refused(router_of, tmp_path):
    ways = [keyed("toapis", "k1"), keyed("evolink", "k2")]

    with pytest.raises(ProviderError) as caught:
        await ask(router_of(*ways), tmp_path, FLASH)

    assert caught.value.kind == "model_unavailable"
    assert [way.hasty.calls for way in ways] == [0, 0]


async def test_a_retired_model_is_asked_for_nowhere_it_is_gone(router_of, tmp_path):
    """Google has switched this one off; apiyi still serves it."""
    ways = [keyed("google", "k1"), keyed("apiyi", "k2")]
    request = replace(FLASH, thinking=None)

    assert (await ask(router_of(*ways, preferred=("google",)), tmp_path, request)).provider == (
        "apiyi"
    )
    assert ways[0].hasty.calls == 0


# --- many at once -------------------------------------------------------------------------------


async def test_those_who_wait_for_a_key_that_closes_do_not_ask_it(health, catalog, tmp_path):
    """Fifty wait for the one place; the first comes back with a no, and the others move on."""
    numbers = itertools.count()
    gate = PacedGate(
        key="k1",
        rpm=None,
        concurrency=1,
        database=health._database,
        now=lambda: 1_000_000,
        sleep=asyncio.sleep,
        new_id=lambda: str(next(numbers)),
    )
    google = Scripted("google", [failure("billing_exhausted") for _ in range(50)])
    apiyi = Scripted("apiyi")

    def retrying(provider, leave):
        return Retrying(
            provider,
            attempts=None,
            sleep=asyncio.sleep,
            random=lambda: 0.0,
            clock=lambda: 0.0,
            key="k1",
            gate=gate if provider is google else None,
            leave=leave,
            check=health.check,
        )

    ways = [
        way(retrying(provider, FAIL_OVER), retrying(provider, frozenset()), "k1", gate)
        for provider in (google,)
    ]
    ways.append(way(apiyi, apiyi, "k2"))
    router = Router(
        ways=ways,
        catalog=catalog,
        health=health,
        ranking=Ranking(preferred=("google",), known=("google", "apiyi")),
        now=lambda: 1_000_000,
        today=lambda: date(2026, 11, 21),
    )
    drawn = await asyncio.gather(*(ask(router, tmp_path) for _ in range(50)))
    assert google.calls == 1
    assert {generation.provider for generation in drawn} == {"apiyi"}


async def test_nobody_stands_in_line_behind_a_probe_while_another_is_free(
    health, catalog, tmp_path
):
    """The first call after a pause hangs at the cheapest; others are drawn elsewhere."""
    over = asyncio.Event()

    class Hanging(Scripted):
        async def generate(self, request, *, folder, observer):
            self.calls += 1
            await over.wait()
            return Generation(self.name, ())

    google, apiyi = Hanging("google"), Scripted("apiyi")
    await fail(health, Line("google", "key", FOX.model), failure("rate_limited"))
    health._now = lambda: 100_000_000
    router = Router(
        ways=[way(google, google), way(apiyi, apiyi)],
        catalog=catalog,
        health=health,
        ranking=Ranking(preferred=("google",), known=("google", "apiyi")),
        now=lambda: 100_000_000,
        today=lambda: date(2026, 11, 21),
    )
    first = asyncio.create_task(ask(router, tmp_path))
    while not google.calls:
        await asyncio.sleep(0)
    assert (await ask(router, tmp_path)).provider == "apiyi"
    over.set()
    assert (await first).provider == "google"


async def test_a_turn_that_comes_too_late_is_said_at_once(router_of, tmp_path):
    slow = keyed("google", "k1", gate=Delayed(601.0))
    with pytest.raises(ProviderError) as caught:
        await ask(router_of(slow), tmp_path)
    assert (caught.value.kind, caught.value.retry_after) == (ErrorKind.RATE_LIMITED, 601)
    assert slow.hasty.calls == slow.patient.calls == 0


async def test_a_call_left_open_goes_on_where_it_was_made(route, tmp_path):
    """With its own key; once it failed for nothing others are asked, unless it is only late."""
    google, apiyi = Scripted("google"), Scripted("apiyi", [failure("overloaded")])
    router = route(google, apiyi)
    resume = partial(router.resume, request=FOX, folder=tmp_path, observer=Observer())

    assert (await resume(OpenCall("apiyi", "key", "r", "t"))).provider == "google"
    assert (google.calls, apiyi.calls) == (1, 1)
    assert (await resume(OpenCall("apiyi", "key", "r", None))).provider == "apiyi"
    apiyi.failures.append(failure("upstream_error"))
    with pytest.raises(ProviderError):
        await resume(OpenCall("apiyi", "key", "r", "t", late=True))
    apiyi.failures.append(failure("timeout_unknown", Billed.UNKNOWN))
    with pytest.raises(ProviderError):
        await resume(OpenCall("apiyi", "key", "r", None))
    assert google.calls == 1
    for task_id, kind in (("t", "task_not_found"), (None, "timeout_unknown")):
        with pytest.raises(ProviderError) as caught:
            await resume(OpenCall("apiyi", "another key", "r", task_id))
        assert (caught.value.kind, caught.value.billed) == (kind, Billed.UNKNOWN)
