"""Where a request goes, what is tried next, and that nothing is paid for twice."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.catalog import Catalog
from bot.generation.pricing import Ranking
from bot.generation.request import AspectRatio, GenerationRequest, Resolution
from bot.providers.base import Generation
from bot.providers.health import Health, Line
from bot.providers.pace import OpenGate
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


@pytest.fixture
async def health(tmp_path):
    async with SqliteDatabase.open(tmp_path / "router.db") as database:
        yield Health(database=database, now=lambda: 1_000_000)


@pytest.fixture
def route(health):
    """A router over providers given cheapest first; each tries once and is patient alike."""

    def build(*providers):
        order = [provider.name for provider in providers]
        return Router(
            ways=[way(p, p) for p in reversed(providers)],
            catalog=Catalog.load(),
            health=health,
            ranking=Ranking(preferred=order, known=order),
            now=lambda: 1_000_000,
            today=lambda: date(2026, 11, 21),
        )

    return build


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
    return await router.generate(request, folder=tmp_path, observer=None)


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


async def test_only_the_last_one_left_is_asked_again_and_again(health, tmp_path):
    """With another to turn to, nobody waits for a busy upstream; without, it is waited for."""
    hasty, patient = Scripted("google", [failure("overloaded")]), Scripted("google")
    router = Router(
        ways=[way(hasty, patient)],
        catalog=Catalog.load(),
        health=health,
        ranking=Ranking(preferred=(), known=("google",)),
        now=lambda: 1_000_000,
        today=lambda: date(2026, 11, 21),
    )

    await ask(router, tmp_path)

    assert (hasty.calls, patient.calls) == (0, 1)
