"""Dollars to credits: rounded up, whole, and never a whole credit too much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.generation.catalog import Catalog
from bot.generation.pricing import price
from bot.generation.request import Resolution

OFFER = Catalog.load().offer("google", "gemini-nano-banana-2.1")


@given(
    usd_micros=st.integers(1, 10**9),
    credit_usd_micros=st.integers(1, 10**8),
)
def test_credits_cover_the_price_and_never_by_a_whole_credit_more(usd_micros, credit_usd_micros):
    offer = replace(OFFER, usd_micros={Resolution.R1K: usd_micros})

    found = price(offer, Resolution.R1K, credit_usd_micros=credit_usd_micros)

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
    found = price(OFFER, resolution, credit_usd_micros=credit_usd_micros)

    assert found.credits == credits_due


def test_what_costs_the_operator_nothing_is_one_credit():
    """A hold of nothing is no hold: the ledger would refuse it, and the member with it."""
    offer = replace(OFFER, usd_micros={Resolution.R1K: 0})

    found = price(offer, Resolution.R1K, credit_usd_micros=5_000)

    assert (found.credits, found.usd_micros) == (1, 0)
