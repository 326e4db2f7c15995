"""Which keys may be asked, and of those that may not which opens when, for sure or perhaps."""

from dataclasses import dataclass

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import Billed, ErrorKind, ProviderError, Scope
from bot.providers.health import Health, Line
from bot.providers.openings import Openings

SECOND = 1_000_000
NOON = 1_795_262_400 * SECOND
MODEL = "gemini-3-pro-image"
ONE, TWO = Line("google", "one", MODEL), Line("google", "two", MODEL)


@dataclass(frozen=True)
class Full:
    scope: Scope
    opens_at: int | None


class Purse:
    """A Budget in which some keys are spent up."""

    def __init__(self):
        self.spent = {}
        self.refreshed = 0

    async def refresh(self):
        self.refreshed += 1

    def full(self, key, usd_micros):
        return self.spent.get(key) if usd_micros else None


class Clock:
    now = NOON


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def purse():
    return Purse()


@pytest.fixture
async def health(tmp_path, clock):
    async with SqliteDatabase.open(tmp_path / "openings.db") as database:
        yield Health(database=database, now=lambda: clock.now)


@pytest.fixture
def openings(health, purse, clock):
    keys = {"google": ["one", "two"]}
    return Openings(health=health, now=lambda: clock.now, budget=purse, keys=keys)


async def fail(health, line, kind, **facts):
    with pytest.raises(ProviderError):
        async with health.call(line):
            raise ProviderError(ErrorKind(kind), line.provider, Billed.NO, **facts)


async def test_a_provider_is_closed_when_every_key_is_and_opens_with_the_first(
    openings, health, clock
):
    assert openings.closed("google", MODEL, 1) is None
    await fail(health, ONE, "rate_limited", retry_after=300)
    assert openings.closed("google", MODEL, 1) is None
    await fail(health, TWO, "rate_limited", retry_after=100)

    found = openings.closed("google", MODEL, 1)

    assert (found.kind, found.opens_at, found.sure) == (
        ErrorKind.RATE_LIMITED,
        NOON + 100 * SECOND,
        True,
    )
    assert openings.closed("apiyi", MODEL, 1) is None, "whose keys nobody knows"
    clock.now += 100 * SECOND
    assert openings.closed("google", MODEL, 1) is None, "one may go and see"


CLOSED = {
    "a window": ("spend_limit", {"scope": Scope.HOUR}, NOON + 3600 * SECOND, True),
    "in all": ("spend_limit", {"scope": Scope.TOTAL}, NOON + 600 * SECOND, False),
    "no credits": ("billing_exhausted", {}, NOON + 600 * SECOND, False),
    "a bad key": ("auth_invalid", {}, NOON + 600 * SECOND, False),
}


@pytest.mark.parametrize(("kind", "facts", "opens_at", "sure"), CLOSED.values(), ids=CLOSED)
async def test_when_it_opens_is_sure_where_the_upstream_has_windows(
    openings, health, kind, facts, opens_at, sure
):
    await fail(health, ONE, kind, **facts)

    found = openings.obstacle(ONE, 1)

    assert (found.kind, found.opens_at, found.sure) == (kind, opens_at, sure)
    assert found.scope == facts.get("scope")


async def test_the_scope_of_a_closed_line_survives_a_restart(openings, health, tmp_path, clock):
    await fail(health, ONE, "spend_limit", scope=Scope.MONTH)

    async with SqliteDatabase.open(tmp_path / "openings.db") as database:
        reborn = Health(database=database, now=lambda: clock.now)
        await reborn.refresh()
        [breaker] = reborn.breakers()

    assert breaker.scope is Scope.MONTH


async def test_a_spent_key_is_closed_and_of_two_obstacles_the_later_counts(openings, health, purse):
    purse.spent["one"] = Full(Scope.DAY, NOON + 50 * SECOND)
    found = openings.obstacle(ONE, 1)
    assert (found.kind, found.scope, found.sure) == (ErrorKind.SPEND_LIMIT, Scope.DAY, True)
    assert openings.obstacle(ONE, 0) is None
    await fail(health, ONE, "rate_limited", retry_after=100)
    assert openings.obstacle(ONE, 1).kind is ErrorKind.RATE_LIMITED
    purse.spent["one"] = Full(Scope.TOTAL, None)
    assert openings.obstacle(ONE, 1).opens_at is None

    await openings.refresh()

    assert purse.refreshed == 1
    failure = openings.failure("google", openings.obstacle(ONE, 1))
    assert (failure.kind, failure.scope, failure.retry_after, failure.billed) == (
        ErrorKind.SPEND_LIMIT,
        Scope.TOTAL,
        None,
        Billed.NO,
    )
