"""What an operator reads about trouble, moments, money and balances."""

from decimal import Decimal

import pytest

from bot.errors import ErrorKind
from bot.generation.catalog import Catalog
from bot.providers.base import Balance
from bot.providers.health import Breaker, Line
from bot.upstreams.words import advise, describe, in_words, left, name_trouble, usd

CATALOG = Catalog.load()
NOON = 1_795_262_400_000_000  # 2026-11-21 12:00 UTC
MINUTE = 60_000_000


def closed(*, minutes, kind=ErrorKind.BILLING_EXHAUSTED, model="*"):
    return Breaker(Line("google", "f", model), kind, NOON, NOON + int(minutes * MINUTE))


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0.0000"),
        (1, "0.000001"),
        (33_600, "0.0336"),
        (50_000, "0.0500"),
        (100_050, "0.10005"),
        (1_000_000, "1.0000"),
        (9_007_199_254_740_993, "9,007,199,254.740993"),
    ],
)
def test_dollars_lose_no_millionth_and_show_no_more_than_they_need(micros, text):
    assert usd(micros) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1 s"), (90, "90 s"), (91, "2 min"), (5400, "90 min"), (5401, "2 h"), (172_801, "3 days")],
)
def test_a_wait_is_rounded_up_in_the_unit_people_use(seconds, text):
    assert in_words(seconds) == text


@pytest.mark.parametrize(
    ("breaker", "text"),
    [
        (closed(minutes=8), "whole key: out of credits, asked again in 8 min, 12:08 UTC"),
        (closed(minutes=0), "whole key: out of credits, asked again at next use"),
        (closed(minutes=-5), "whole key: out of credits, asked again at next use"),
        (
            closed(minutes=1440, kind=ErrorKind.MODEL_UNAVAILABLE, model="gemini-3-pro-image"),
            "Nano Banana Pro: not found there, asked again in 24 h, 22 Nov 12:00 UTC",
        ),
        (
            closed(minutes=0.5, kind=ErrorKind.RATE_LIMITED, model="gone-from-the-catalog"),
            "gone-from-the-catalog: asked too often, asked again in 30 s, 12:00 UTC",
        ),
    ],
)
def test_a_breaker_says_what_why_and_when(breaker, text):
    assert describe(breaker, CATALOG, NOON) == text


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_has_a_name_and_something_to_do(kind):
    for upstream in CATALOG.upstreams.values():
        advice = advise(kind, upstream)

        assert advice.endswith(".")
        assert not set("{}") & set(advice)
    assert "_" not in name_trouble(kind)


def test_advice_names_the_setting_of_that_very_upstream():
    chat = CATALOG.upstreams["apiyi-chat"]

    assert "APIYI_API_KEY" in advise(ErrorKind.AUTH_INVALID, chat)
    assert "APIYI_BASE_URL" in advise(ErrorKind.CONNECT_FAILED, chat)


@pytest.mark.parametrize(
    ("balance", "text"),
    [
        (Balance(Decimal("84.5"), "credits"), "84.5 credits left"),
        (Balance(Decimal(12345), "USD"), "12,345 USD left"),
        (Balance(Decimal("0.1"), "unknown"), "0.1 left"),
        (Balance(Decimal(-1), "unknown", unlimited=True), "unlimited"),
    ],
)
def test_a_balance_is_read_with_its_unit_where_that_is_known(balance, text):
    assert left(balance) == text
