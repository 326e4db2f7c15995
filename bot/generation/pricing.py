"""A request and an offer to credits and dollars; whole numbers only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.generation.catalog import Offer
from bot.generation.request import Resolution, Thinking


@dataclass(frozen=True, slots=True)
class Price:
    """For one picture: whole credits for the member, millionths of a dollar for the operator.

    The dollars are what the upstream asks, without the operator's margin.
    """

    credits: int
    usd_micros: int


PERCENT = 100
"""Hundredths of a percent, in which a margin is given."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """How an upstream's price becomes credits, as the operator set it.

    A credit stands for `credit_usd_micros`; `margin`, in hundredths of a percent, is put on what
    the upstream asks; what a picture costs is rounded up to a multiple of `step` credits.
    """

    credit_usd_micros: int
    margin: int = 0
    step: int = 1

    def credits(self, usd_micros: int) -> int:
        """A part of a step counts as one. One step is the least, also where an operator pays
        nothing: the ledger moves no less than a credit."""
        worth = usd_micros * (100 * PERCENT + self.margin)
        steps = -(-worth // (100 * PERCENT * self.credit_usd_micros * self.step))
        return max(1, steps) * self.step

    def price(
        self, offer: Offer, resolution: Resolution, thinking: Thinking | None = None
    ) -> Price:
        """What one picture costs. The offer must have the size."""
        usd_micros = offer.cost(resolution, thinking)
        return Price(self.credits(usd_micros), usd_micros)


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
