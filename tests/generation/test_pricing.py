"""Dollars to credits: rounded up, whole, and never a whole credit too much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.generation.catalog import Catalog
from bot.generation.pricing import Tariff
from bot.generation.request import Resolution

OFFER = Catalog.load().offer("google", "gemini-nano-banana-2.1")


@given(
    usd_micros=st.integers(1, 10**9),
    credit_usd_micros=st.integers(1, 10**8),
)
def test_credits_cover_the_price_and_never_by_a_whole_credit_more(usd_micros, credit_usd_micros):
    offer = replace(OFFER, usd_micros={Resolution.R1K: usd_micros})

    found = Tariff(credit_usd_micros).price(offer, Resolution.R1K)

    assert type(found.credits) is int
    assert found.usd_micros == usd_micros
    assert 0 <= found.credits * credit_usd_micros - usd_micros < credit_usd_micros


@pytest.mark.parametrize(
    ("resolution", "credit_usd_micros", "credits_due"),
    [
        (Resolution.R1K, 5_000, 7),  # 0.0336 USD at half a cent: 6.72
        (Resolution.R2K, 5_000, 11),  # 10.08
        (Resolution.R4K, 5_000, 23),  # 22.6
        (Resolution.R1K, 33_600, 1),  # exactly one
        (Resolution.R1K, 33_599, 2),
        (Resolution.R1K, 1_000_000, 1),  # a part of a credit is one
    ],
)
def test_prices_people_see(resolution, credit_usd_micros, credits_due):
    found = Tariff(credit_usd_micros).price(OFFER, resolution)

    assert found.credits == credits_due


def test_what_costs_the_operator_nothing_is_one_credit():
    """A hold of nothing is no hold: the ledger would refuse it, and the member with it."""
    offer = replace(OFFER, usd_micros={Resolution.R1K: 0})

    found = Tariff(5_000).price(offer, Resolution.R1K)

    assert (found.credits, found.usd_micros) == (1, 0)


@given(
    usd_micros=st.integers(0, 10**9),
    margin=st.integers(0, 100_000),
    step=st.integers(1, 1000),
)
def test_a_margin_is_covered_and_never_by_a_whole_step_more(usd_micros, margin, step):
    """In whole steps; what the operator pays is told without the margin."""
    offer = replace(OFFER, usd_micros={Resolution.R1K: usd_micros})

    found = Tariff(5_000, margin, step).price(offer, Resolution.R1K)

    assert found.usd_micros == usd_micros
    assert found.credits % step == 0
    worth = usd_micros * (10_000 + margin)
    assert found.credits == step or found.credits * 5_000 * 10_000 - worth >= 0
    assert found.credits == step or (found.credits - step) * 5_000 * 10_000 < worth


@pytest.mark.parametrize(
    ("margin", "step", "credits_due"),
    [
        (0, 1, 7),  # 6.72
        (2_000, 1, 9),  # 20 %: 8.064
        (250, 1, 7),  # 2.5 %: 6.888
        (0, 5, 10),
        (2_000, 5, 10),
        (5_000, 5, 15),  # 50 %: 10.08
    ],
)
def test_margin_and_step(margin, step, credits_due):
    assert Tariff(5_000, margin, step).price(OFFER, Resolution.R1K).credits == credits_due
