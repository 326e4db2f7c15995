"""When an upstream is left alone, for how long, and that a restart remembers."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.db import engine
from bot.errors import ErrorKind, ProviderError, Scope, StorageError
from bot.providers.health import Closed, Health, Line

NOON = int(datetime(2026, 11, 21, 20, tzinfo=UTC).timestamp()) * 1_000_000
"""Noon in Los Angeles, where Google's day begins."""
PRO = Line("google", "k1", "pro")
FLASH = Line("google", "k1", "flash")
OTHER_KEY = Line("google", "k2", "pro")


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def pass_seconds(self, seconds):
        self.now += int(seconds * 1_000_000)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def database(address):
    async with engine.opened(address) as opened:
        yield opened


@pytest.fixture
async def health(database, clock):
    return Health(database=database, now=clock, zones={"google": "America/Los_Angeles"})


def failure(kind, retry_after=None):
    return ProviderError(ErrorKind(kind), "google", retry_after=retry_after)


async def fail(health, line, error):
    with pytest.raises(ProviderError):
        async with health.call(line):
            raise error


async def succeed(health, line):
    async with health.call(line):
        pass


def is_free(health, line):
    return health.obstacle(line) is None


@pytest.mark.parametrize(
    ("kind", "retry_after", "seconds"),
    [
        ("rate_limited", 7, 7),
        ("rate_limited", None, 30),
        ("quota_daily", None, 12 * 3600),
        ("model_unavailable", None, 24 * 3600),
    ],
)
async def test_a_model_is_left_alone_for_its_time(health, clock, kind, retry_after, seconds):
    """That model with that key alone; others are not touched. Then one call sees again."""
    await fail(health, PRO, failure(kind, retry_after))

    clock.pass_seconds(seconds - 1)
    assert not is_free(health, PRO)
    assert is_free(health, FLASH)
    assert is_free(health, OTHER_KEY)
    clock.pass_seconds(1)
    assert is_free(health, PRO)


@pytest.mark.parametrize(
    "kind",
    [
        "billing_exhausted",
        "spend_limit",
        "auth_invalid",
        "permission_denied",
        "region_blocked",
        "account_suspended",
    ],
)
async def test_what_its_operator_must_mend_closes_the_whole_key(health, clock, kind):
    await fail(health, PRO, failure(kind))

    assert not is_free(health, FLASH)
    assert is_free(health, OTHER_KEY)
    clock.pass_seconds(600)
    assert is_free(health, PRO)


@pytest.mark.parametrize("kind", ["overloaded", "upstream_error", "connect_failed"])
async def test_three_failures_in_a_row_earn_a_pause(health, clock, kind):
    for _ in range(2):
        await fail(health, PRO, failure(kind))
    assert is_free(health, PRO)

    await fail(health, PRO, failure(kind))

    assert not is_free(health, PRO)
    clock.pass_seconds(60)
    assert is_free(health, PRO)


async def test_a_success_in_between_starts_the_count_anew(health):
    for _ in range(2):
        await fail(health, PRO, failure("overloaded"))
    await succeed(health, PRO)
    for _ in range(2):
        await fail(health, PRO, failure("overloaded"))

    assert is_free(health, PRO)


@pytest.mark.parametrize("kind", ["content_blocked", "text_only", "timeout_unknown", "truncated"])
async def test_what_is_the_prompts_fault_closes_nothing(health, kind):
    await fail(health, PRO, failure(kind))

    assert health.breakers() == []


async def test_one_call_sees_whether_it_works_again_while_others_wait(health, clock):
    """Half open: whoever comes while the first call is out waits for how it ends."""
    await fail(health, PRO, failure("rate_limited", 5))
    clock.pass_seconds(5)
    assert is_free(health, PRO)
    order = []

    async def second():
        await health.settled(PRO)
        order.append("second")

    async with health.call(PRO):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0)
        order.append("first")
    await waiting

    assert order == ["first", "second"]
    assert health.breakers() == []


async def test_a_cancelled_call_lets_the_next_one_see(health, clock):
    await fail(health, PRO, failure("rate_limited", 5))
    clock.pass_seconds(5)

    with pytest.raises(asyncio.CancelledError):
        async with health.call(PRO):
            raise asyncio.CancelledError

    await health.settled(PRO)
    assert is_free(health, PRO)


async def test_pauses_can_be_capped(database, clock):
    """The demo locks nobody out, whatever word was typed."""
    forgiving = Health(database=database, now=clock, longest=0)

    await fail(forgiving, PRO, failure("quota_daily"))

    assert is_free(forgiving, PRO)


async def test_a_restart_remembers(database, health, clock):
    await fail(health, PRO, failure("quota_daily"))
    await fail(health, OTHER_KEY, failure("auth_invalid"))
    await succeed(health, OTHER_KEY)

    reborn = Health(database=database, now=clock)
    await reborn.refresh()

    assert reborn.breakers() == health.breakers()
    assert not is_free(reborn, PRO)
    assert is_free(reborn, OTHER_KEY)


async def test_an_operator_can_reset(database, health, clock):
    await fail(health, PRO, failure("billing_exhausted"))

    assert await health.reset("google") == 1

    assert is_free(health, PRO)
    reborn = Health(database=database, now=clock)
    await reborn.refresh()
    assert reborn.breakers() == []


def limit(scope, *, provider="google", kind="spend_limit"):
    return ProviderError(ErrorKind(kind), provider, scope=scope and Scope(scope))


def at(text):
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("scope", "now", "free_at"),
    [
        ("hour", "2026-11-21T20:00:00+00:00", "2026-11-21T21:00:00+00:00"),
        ("hour", "2026-11-21T20:59:59+00:00", "2026-11-21T21:00:00+00:00"),
        ("day", "2026-11-21T20:00:00+00:00", "2026-11-22T08:00:00+00:00"),
        ("day", "2026-11-22T07:59:59+00:00", "2026-11-22T08:00:00+00:00"),
        ("day", "2026-11-22T08:00:00+00:00", "2026-11-23T08:00:00+00:00"),
        # The clocks are set back at two in the morning: this day has 25 hours.
        ("day", "2026-11-01T07:00:00+00:00", "2026-11-02T08:00:00+00:00"),
        # And forward: this one has 23.
        ("day", "2027-03-14T08:00:00+00:00", "2027-03-15T07:00:00+00:00"),
        ("month", "2026-11-21T20:00:00+00:00", "2026-12-01T08:00:00+00:00"),
        ("month", "2026-12-31T20:00:00+00:00", "2027-01-01T08:00:00+00:00"),
        ("month", "2027-03-31T20:00:00+00:00", "2027-04-01T07:00:00+00:00"),
        ("total", "2026-11-21T20:00:00+00:00", "2026-11-21T20:10:00+00:00"),
        (None, "2026-11-21T20:00:00+00:00", "2026-11-21T20:10:00+00:00"),
    ],
)
async def test_a_spend_limit_closes_the_key_until_its_window_begins_anew(
    health, clock, scope, now, free_at
):
    """By the clocks where the upstream's day begins, Los Angeles here."""
    clock.now = at(now)
    await fail(health, PRO, limit(scope))

    [breaker] = health.breakers()
    assert breaker.retry_at == at(free_at)
    clock.now = at(free_at) - 1
    assert not is_free(health, FLASH)
    assert is_free(health, OTHER_KEY)
    clock.now = at(free_at)
    assert is_free(health, FLASH)


@pytest.mark.parametrize(
    ("zone", "free_at"),
    [
        (None, "2026-11-22T00:00:00+00:00"),
        ("Asia/Shanghai", "2026-11-22T16:00:00+00:00"),
        ("Asia/Kathmandu", "2026-11-22T18:15:00+00:00"),
    ],
)
async def test_a_day_is_that_of_the_upstreams_own_zone(database, clock, zone, free_at):
    """UTC where none is known."""
    health = Health(database=database, now=clock, zones={"evolink": zone} if zone else None)
    line = Line("evolink", "k1", "pro")
    await fail(health, line, limit("day", provider="evolink"))
    clock.now = at("2026-11-21T20:00:00+00:00")

    assert health.breakers()[0].retry_at == at(free_at)
    quota = limit(None, provider="evolink", kind="quota_daily")
    await fail(health, Line("evolink", "k2", "pro"), quota)
    assert {breaker.retry_at for breaker in health.breakers()} == {at(free_at)}


async def test_a_limit_for_good_is_asked_about_as_patience_says(database, clock):
    health = Health(database=database, now=clock, patience=90)

    await fail(health, PRO, limit("total"))

    assert health.breakers()[0].retry_at == NOON + 90_000_000


async def test_another_processs_breaker_is_seen(database, health, clock):
    other = Health(database=database, now=clock)
    await fail(other, PRO, failure("quota_daily"))
    assert is_free(health, PRO)

    await health.refresh()

    assert not is_free(health, PRO)


async def test_a_reset_by_another_process_is_seen(database, health, clock):
    await fail(health, PRO, failure("auth_invalid"))
    other = Health(database=database, now=clock)
    await other.refresh()
    await other.reset("google")
    assert not is_free(health, PRO)

    await health.refresh()

    assert is_free(health, PRO)


async def test_another_processs_success_is_seen(database, health, clock):
    await fail(health, PRO, failure("rate_limited", 5))
    clock.pass_seconds(5)
    other = Health(database=database, now=clock)
    await other.refresh()
    await succeed(other, PRO)

    await health.refresh()

    assert health.breakers() == []


class Slow:
    """A database whose answer to a read is handed over only when `arrive` is set."""

    def __init__(self, database):
        self.database = database
        self.has_read = asyncio.Event()
        self.arrive = asyncio.Event()

    async def read(self, work):
        rows = await self.database.read(work)
        self.has_read.set()
        await self.arrive.wait()
        return rows

    async def write(self, work):
        return await self.database.write(work)


async def test_a_stale_refresh_reopens_nothing_and_forgets_nothing(database, clock):
    """What happened here while the answer was on its way is newer than the answer."""
    slow = Slow(database)
    health = Health(database=slow, now=clock)
    await fail(health, OTHER_KEY, failure("rate_limited", 5))
    clock.pass_seconds(5)
    refreshing = asyncio.create_task(health.refresh())
    await slow.has_read.wait()

    await succeed(health, OTHER_KEY)
    await fail(health, PRO, failure("quota_daily"))
    slow.arrive.set()
    await refreshing

    assert [breaker.line for breaker in health.breakers()] == [PRO]
    await health.refresh()
    assert [breaker.line for breaker in health.breakers()] == [PRO]


class Broken:
    """A database that cannot be asked."""

    async def read(self, work):
        raise StorageError("the disk is gone")

    write = read


async def test_how_a_call_ended_is_not_hidden_by_what_cannot_be_stored(clock):
    """Neither a failure nor a success; and what is known is gone by in this process at least."""
    health = Health(database=Broken(), now=clock)
    said_no = failure("quota_daily")

    with pytest.raises(ProviderError) as caught:
        async with health.call(PRO):
            raise said_no

    assert caught.value is said_no
    await health.refresh()
    assert not is_free(health, PRO)
    clock.pass_seconds(12 * 3600)
    async with health.call(PRO):
        picture = "drawn"
    assert picture == "drawn"
    assert health.breakers() == []


async def test_an_operator_is_told_when_a_reset_cannot_be_stored(clock):
    """Or it would be undone at the next start without a word."""
    health = Health(database=Broken(), now=clock)
    await fail(health, PRO, failure("quota_daily"))

    with pytest.raises(StorageError):
        await health.reset("google")


# --- calls that run beside each other ---------------------------------------------------------


@pytest.mark.parametrize("kind", ["rate_limited", "billing_exhausted", "quota_daily"])
async def test_a_call_begun_before_a_breaker_opened_does_not_close_it(health, kind):
    async with health.call(PRO):
        await fail(health, PRO, failure(kind, 600))
    assert not is_free(health, PRO)


@pytest.mark.parametrize("kind", ["content_blocked", "text_only", "invalid_image"])
async def test_an_answer_that_is_the_prompts_fault_proves_that_the_line_works(health, clock, kind):
    await fail(health, PRO, failure("rate_limited", 5))
    clock.pass_seconds(5)
    await fail(health, PRO, failure(kind))
    assert health.breakers() == []


async def test_a_probe_that_hangs_is_not_followed_by_the_next(health, clock):
    """It did not see that the line works, so the line is left alone for another minute."""
    await fail(health, PRO, failure("rate_limited", 5))
    clock.pass_seconds(5)
    await fail(health, PRO, failure("timeout_unknown"))
    [breaker] = health.breakers()
    assert breaker.kind is ErrorKind.RATE_LIMITED
    clock.pass_seconds(59)
    assert not is_free(health, PRO)
    clock.pass_seconds(1)
    assert is_free(health, PRO)


async def test_what_could_not_be_stored_is_still_known_after_a_refresh(
    health, database, monkeypatch
):
    async def refuse(work):
        raise StorageError("disk full")

    monkeypatch.setattr(database, "write", refuse)
    await fail(health, PRO, failure("billing_exhausted"))
    await health.refresh()
    assert not is_free(health, PRO)


async def test_a_line_that_is_closed_says_why_and_until_when(health):
    health.check("google", "k1", "pro")
    await fail(health, PRO, failure("rate_limited", 30))
    with pytest.raises(Closed) as caught:
        health.check("google", "k1", "pro")
    assert (caught.value.kind, caught.value.retry_after) == (ErrorKind.RATE_LIMITED, 30)
    await fail(health, PRO, caught.value)
    assert health.breakers()[0].retry_at == health.breakers()[0].opened_at + 30_000_000
