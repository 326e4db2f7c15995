"""What may be asked for at all, before anything is spent or looked up."""

from collections.abc import Iterable

from bot.errors import (
    EmptyPrompt,
    NoThinking,
    PromptTooLong,
    TooManyReferenceImages,
    UnsupportedAspectRatio,
    UnsupportedResolution,
    UnsupportedThinking,
)
from bot.generation.catalog import ImageModel
from bot.generation.request import AspectRatio, GenerationRequest, Thinking
from bot.generation.wording import spoken

PROMPT_LIMIT = 6000
"""Characters of all that is sent; Discord's own limit for a command's text option."""


def check(request: GenerationRequest, model: ImageModel, *, reference_images: int) -> None:
    """Raise the Refusal that fits when `model` cannot do what is asked.

    `reference_images` is how many pictures come along; they may not have been read yet.
    """
    if not request.prompt.strip():
        raise EmptyPrompt
    if len(spoken(request)) > PROMPT_LIMIT:
        raise too_long(request, PROMPT_LIMIT)
    if request.aspect_ratio not in (AspectRatio.AUTO, *model.aspect_ratios):
        supported = ", ".join(model.aspect_ratios)
        raise UnsupportedAspectRatio(model.nickname, request.aspect_ratio, supported)
    if request.resolution not in model.resolutions:
        supported = ", ".join(model.resolutions)
        raise UnsupportedResolution(model.nickname, request.resolution, supported)
    check_thinking(request, model, model.thinking)
    if reference_images > model.reference_images:
        raise TooManyReferenceImages(model.nickname, reference_images, model.reference_images)


def too_long(request: GenerationRequest, limit: int) -> PromptTooLong:
    """The refusal of a request whose words are more than `limit` characters in all."""
    length = len(spoken(request))
    return PromptTooLong(length, limit, length - len(request.prompt))


def check_thinking(
    request: GenerationRequest, model: ImageModel, supported: Iterable[Thinking]
) -> None:
    """Raise UnsupportedThinking when a level is wanted that is not among the `supported` ones.

    NoThinking where there is none of them.
    """
    levels = tuple(supported)
    if request.thinking is None or request.thinking in levels:
        return
    if not levels:
        raise NoThinking(model.nickname)
    raise UnsupportedThinking(model.nickname, request.thinking, ", ".join(levels))
