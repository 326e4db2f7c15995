"""What would work in place of a request that costs more than there is room for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.errors import Instead
from bot.generation.catalog import ImageModel
from bot.generation.request import GenerationRequest, Resolution

Cost = Callable[[ImageModel, GenerationRequest], int | None]
"""Credits for one picture of a request; None where no upstream that is on can draw it."""


def best(
    request: GenerationRequest, models: Sequence[ImageModel], cost: Cost, *, room: int
) -> Instead | None:
    """The largest that fits `room` credits with the same model, else the cheapest model's."""
    same = [model for model in models if model.id == request.model]
    others = [model for model in models if model.id != request.model]
    for model, variant in _smaller(request, same):
        each = cost(model, variant)
        if each is not None and each * variant.count <= room:
            return _instead(model, variant, each)
    priced = [(cost(model, variant), model, variant) for model, variant in _single(request, others)]
    fitting = [(each, model, one) for each, model, one in priced if each and each <= room]
    if not fitting:
        return None
    each, model, one = min(fitting, key=lambda found: found[0])
    return _instead(model, one, each)


def _smaller(
    request: GenerationRequest, models: Sequence[ImageModel]
) -> Iterator[tuple[ImageModel, GenerationRequest]]:
    """The same and less of it: the resolution goes down after the count has."""
    sizes = list(Resolution)
    at_most = sizes.index(request.resolution)
    for model in models:
        for size in reversed(sizes[: at_most + 1]):
            for count in range(request.count, 0, -1):
                yield model, replace(request, resolution=size, count=count)


def _single(
    request: GenerationRequest, models: Sequence[ImageModel]
) -> Iterator[tuple[ImageModel, GenerationRequest]]:
    """One picture of each size, the largest first, with as much thinking as is usual there."""
    for model in models:
        for size in reversed(model.resolutions):
            yield (
                model,
                replace(request, model=model.id, resolution=size, count=1, thinking=None),
            )


def _instead(model: ImageModel, request: GenerationRequest, each: int) -> Instead:
    return Instead(model.nickname, request.resolution, request.count, each * request.count)
