"""What is offered in place of a request that costs too much."""

import pytest

from bot.errors import Instead
from bot.generation.catalog import Catalog
from bot.generation.request import GenerationRequest, Resolution
from bot.jobs import instead

MODELS = list(Catalog.load().models.values())
PRO = next(model for model in MODELS if model.id == "gemini-3-pro-image")
COSTS = {Resolution.R1K: 10, Resolution.R2K: 20, Resolution.R4K: 40}
ASKED = GenerationRequest(prompt="x", model=PRO.id, resolution=Resolution.R4K, count=4)


def cost(model, request):
    """The same for every size elsewhere: five, or six with the next model, and so on."""
    if model.id == PRO.id:
        return COSTS.get(request.resolution)
    return 5 + MODELS.index(model)


@pytest.mark.parametrize(
    ("room", "resolution", "count", "credits_"),
    [
        (1000, "4K", 4, 160),
        (159, "4K", 3, 120),
        (40, "4K", 1, 40),
        (39, "2K", 1, 20),
        (20, "2K", 1, 20),
        (19, "1K", 1, 10),
        (10, "1K", 1, 10),
    ],
)
def test_the_largest_that_fits_of_the_same_model_comes_first(room, resolution, count, credits_):
    """First fewer of the same size, then a smaller size, and never more than was asked for."""
    found = instead.best(ASKED, MODELS, cost, room=room)
    assert found == Instead(PRO.nickname, resolution, count, credits_)


def test_else_the_cheapest_other_model_is_offered():
    others = [model for model in MODELS if model.id != PRO.id]
    found = instead.best(ASKED, MODELS, cost, room=9)
    assert found is not None
    assert (found.model, found.count) == (others[0].nickname, 1)


def test_nothing_is_offered_that_does_not_fit_or_that_nobody_draws():
    assert instead.best(ASKED, MODELS, cost, room=4) is None
    assert instead.best(ASKED, MODELS, lambda model, request: None, room=1000) is None
