"""Every refusal comes exactly at its limit, with the facts its sentence needs."""

from dataclasses import replace

import pytest

from bot.errors import (
    EmptyPrompt,
    NoThinking,
    PromptTooLong,
    TooManyReferenceImages,
    UnsupportedAspectRatio,
    UnsupportedResolution,
    UnsupportedThinking,
)
from bot.generation.catalog import Catalog
from bot.generation.policy import PROMPT_LIMIT, check
from bot.generation.request import (
    AspectRatio,
    GenerationRequest,
    Resolution,
    Style,
    Thinking,
)

PRO = Catalog.load().model("gemini-3-pro-image")
REQUEST = GenerationRequest(prompt="a fox", model=PRO.id)


@pytest.mark.parametrize("prompt", ["", " ", "\n\t\u3000\u00a0"])
def test_nothing_but_space_is_an_empty_prompt(prompt):
    with pytest.raises(EmptyPrompt):
        check(replace(REQUEST, prompt=prompt), PRO, reference_images=0)


def test_a_prompt_may_have_6000_characters_and_not_one_more():
    check(replace(REQUEST, prompt="狐" * PROMPT_LIMIT), PRO, reference_images=0)

    with pytest.raises(PromptTooLong) as caught:
        check(replace(REQUEST, prompt="x" * (PROMPT_LIMIT + 1)), PRO, reference_images=0)
    assert caught.value.facts == {"length": 6001, "limit": 6000, "added": 0}


def test_what_styles_add_is_counted_with_the_prompt():
    """Each is set apart by an empty line."""
    styled = replace(REQUEST, style=Style("ink", "w" * 500), house_style="h" * 1000)
    fits = PROMPT_LIMIT - 500 - 1000 - 4
    check(replace(styled, prompt="x" * fits), PRO, reference_images=0)

    with pytest.raises(PromptTooLong) as caught:
        check(replace(styled, prompt="x" * (fits + 1)), PRO, reference_images=0)
    assert caught.value.facts == {"length": 6001, "limit": 6000, "added": 1504}


@pytest.mark.parametrize("ratio", AspectRatio)
def test_a_ratio_is_refused_exactly_when_the_model_lacks_it(ratio):
    wanted = replace(REQUEST, aspect_ratio=ratio)
    if ratio in ("auto", *PRO.aspect_ratios):
        check(wanted, PRO, reference_images=0)
        return

    with pytest.raises(UnsupportedAspectRatio) as caught:
        check(wanted, PRO, reference_images=0)
    assert caught.value.facts == {
        "model": "Nano Banana Pro",
        "aspect_ratio": ratio,
        "supported": "1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9",
    }


@pytest.mark.parametrize("resolution", Resolution)
def test_a_resolution_is_refused_exactly_when_the_model_lacks_it(resolution):
    wanted = replace(REQUEST, resolution=resolution)
    if resolution is not Resolution.R512:
        check(wanted, PRO, reference_images=0)
        return

    with pytest.raises(UnsupportedResolution) as caught:
        check(wanted, PRO, reference_images=0)
    assert caught.value.supported == "1K, 2K, 4K"


@pytest.mark.parametrize(
    ("model", "supported"),
    [
        ("gemini-nano-banana-2.1", "minimal, medium, high"),
        ("gemini-3.1-flash-lite-image", "minimal, high"),
    ],
)
@pytest.mark.parametrize("level", [None, *Thinking])
def test_a_level_of_thinking_is_refused_exactly_when_the_model_lacks_it(model, supported, level):
    thinker = Catalog.load().model(model)
    wanted = replace(REQUEST, model=model, thinking=level)
    if level is None or level in supported:
        check(wanted, thinker, reference_images=0)
        return

    with pytest.raises(UnsupportedThinking) as caught:
        check(wanted, thinker, reference_images=0)
    facts = {"model": thinker.nickname, "thinking": level, "supported": supported}
    assert caught.value.facts == facts


@pytest.mark.parametrize("level", Thinking)
def test_a_model_without_levels_of_thinking_says_so(level):
    with pytest.raises(NoThinking) as caught:
        check(replace(REQUEST, thinking=level), PRO, reference_images=0)
    assert caught.value.facts == {"model": "Nano Banana Pro"}

    check(REQUEST, PRO, reference_images=0)


def test_reference_images_may_reach_the_models_limit_and_not_pass_it():
    check(REQUEST, PRO, reference_images=14)

    with pytest.raises(TooManyReferenceImages) as caught:
        check(REQUEST, PRO, reference_images=15)
    assert caught.value.facts == {"model": "Nano Banana Pro", "given": 15, "limit": 14}
