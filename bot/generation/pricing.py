"""A request and an offer to credits and dollars; whole numbers only."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.generation.catalog import Offer
from bot.generation.request import Resolution


@dataclass(frozen=True, slots=True)
class Price:
    """For one picture: whole credits for the member, millionths of a dollar for the operator."""

    credits: int
    usd_micros: int


def price(offer: Offer, resolution: Resolution, *, credit_usd_micros: int) -> Price:
    """What one picture costs; a part of a credit counts as one. The offer must have the size."""
    usd_micros = offer.usd_micros[resolution]
    return Price(credits=-(-usd_micros // credit_usd_micros), usd_micros=usd_micros)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Which of several offers comes first: those an operator prefers, then the cheapest.

    `known` is every provider in the order that decides between equal prices.
    """

    preferred: Sequence[str]
    known: Sequence[str]

    def rank(self, offer: Offer, resolution: Resolution) -> tuple[int, int, int]:
        """A sort key; the smallest is asked first. The offer must have the size."""
        name = offer.provider
        wish = self.preferred.index(name) if name in self.preferred else len(self.preferred)
        return wish, offer.usd_micros[resolution], self.known.index(name)
