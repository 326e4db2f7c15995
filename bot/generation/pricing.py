"""A request and an offer to credits and dollars; whole numbers only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.generation.catalog import Offer
from bot.generation.request import Resolution, Thinking


@dataclass(frozen=True, slots=True)
class Price:
    """For one picture: whole credits for the member, millionths of a dollar for the operator."""

    credits: int
    usd_micros: int


def price(
    offer: Offer,
    resolution: Resolution,
    thinking: Thinking | None = None,
    *,
    credit_usd_micros: int,
) -> Price:
    """What one picture costs; a part of a credit counts as one. The offer must have the size.

    One credit is the least, also where an operator pays nothing: the ledger moves no less.
    """
    usd_micros = offer.cost(resolution, thinking)
    return Price(credits=max(1, -(-usd_micros // credit_usd_micros)), usd_micros=usd_micros)


Rank = tuple[int, float, int, int]
"""A sort key; the smallest is asked first."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Which of several offers comes first: those an operator prefers, then the cheapest.

    `known` is every provider in the order that decides between equal prices. With `seconds` the
    fastest comes before the cheapest; who has not been measured is asked first, to be measured.
    """

    preferred: Sequence[str]
    known: Sequence[str]
    seconds: Callable[[str, str, Resolution], float | None] | None = None

    def rank(self, offer: Offer, resolution: Resolution, thinking: Thinking | None = None) -> Rank:
        """Where an offer stands among others. It must have the size."""
        name = offer.provider
        wish = self.preferred.index(name) if name in self.preferred else len(self.preferred)
        taken = self.seconds(name, offer.model.id, resolution) if self.seconds else None
        return wish, taken or 0.0, offer.cost(resolution, thinking), self.known.index(name)
