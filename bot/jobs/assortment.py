"""What is sold today, by whom and for how much: upstreams that are open come before all others."""

from collections.abc import Callable, Sequence
from datetime import date

from bot.generation.catalog import Catalog, ImageModel, Offer
from bot.generation.pricing import Price, Rank, Ranking, Tariff
from bot.generation.request import GenerationRequest, Resolution, Thinking
from bot.providers.openings import Obstacle, Openings, first


class Assortment:
    """`providers` are those that are on. Without `openings` all of them are open."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        providers: Sequence[str],
        ranking: Ranking,
        tariff: Tariff,
        today: Callable[[], date],
        openings: Openings | None,
    ) -> None:
        self._catalog = catalog
        self._providers = providers
        self._ranking = ranking
        self._tariff = tariff
        self._today = today
        self._openings = openings

    async def refresh(self) -> None:
        """Read anew which upstreams are open."""
        if self._openings is not None:
            await self._openings.refresh()

    def offers(self, model: ImageModel) -> list[Offer]:
        """Every offer of a model that has not been retired."""
        known = [self._catalog.offer(provider, model.id) for provider in self._providers]
        return [offer for offer in known if offer and not offer.retired(self._today())]

    def able(
        self, model: ImageModel, request: GenerationRequest, reference_images: int
    ) -> list[Offer]:
        """Those that can draw exactly this, with so many pictures to work from.

        Of them only those that take the pictures of the request itself, once it has them.
        """
        return [
            offer
            for offer in self.offers(model)
            if offer.can(request, reference_images=reference_images)
            and offer.takes(request.reference_images)
        ]

    def best(
        self, offers: Sequence[Offer], resolution: Resolution, thinking: Thinking | None = None
    ) -> Offer | None:
        """The first in rank of those that are open, else of all; None of none.

        So a quote is never that of a cheaper upstream which is closed.
        """

        def rank(offer: Offer) -> tuple[bool, Rank]:
            closed = self._obstacle(offer, resolution, thinking) is not None
            return closed, self._ranking.rank(offer, resolution, thinking)

        return min(offers, key=rank, default=None)

    def closed(
        self, offers: Sequence[Offer], resolution: Resolution, thinking: Thinking | None = None
    ) -> Obstacle | None:
        """Why none of these may be asked now, and when the first may be; None where one may."""
        obstacles = [
            found for offer in offers if (found := self._obstacle(offer, resolution, thinking))
        ]
        return first(obstacles) if obstacles and len(obstacles) == len(offers) else None

    def price(
        self, offer: Offer, resolution: Resolution, thinking: Thinking | None = None
    ) -> Price:
        return self._tariff.price(offer, resolution, thinking)

    def _obstacle(
        self, offer: Offer, resolution: Resolution, thinking: Thinking | None
    ) -> Obstacle | None:
        if self._openings is None:
            return None
        cost = offer.cost(resolution, thinking)
        return self._openings.closed(offer.provider, offer.model.id, cost)
