"""When an upstream is left alone, for how long, and that a restart remembers."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.errors import ErrorKind, ProviderError
from bot.providers.health import Health, Line

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
async def database(tmp_path):
    async with SqliteDatabase.open(tmp_path / "health.db") as opened:
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
