"""Hints: how long a prompt is in either language, and which styles pull in opposite directions."""

import timeit
import tomllib

import pytest

from bot.generation.guidance import DATA, MOST_WORDS, Clash, clashes, count, guide
from bot.generation.request import GenerationRequest, Style

REQUEST = GenerationRequest(prompt="a fox", model="m")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("a red fox, in snow -- at sunset!", 7),
        ("don't-stop the 2nd one_two", 5),
        ("雪地里的红狐狸，日落", 5),
        ("a fox 狐狸", 3),
        ("🦊 🦊", 0),
    ],
)
def test_words_are_counted_in_either_language(text, words):
    assert count(text) == words


def test_a_prompt_of_more_than_200_words_is_said_to_be_long():
    def said(prompt):
        return guide(GenerationRequest(prompt=prompt, model="m")).words

    assert said("fox " * MOST_WORDS) is None
    assert said("fox " * (MOST_WORDS + 1)) == 201
    assert said("狐狸" * MOST_WORDS) is None
    assert said("狐狸" * (MOST_WORDS + 1)) == 201


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("a Photo-Realistic fox in anime style", "Photo-Realistic", "anime"),
        ("an oil painting, 3D renders", "oil painting", "3D renders"),
        ("watercolor pixel art", "watercolor", "pixel art"),
        ("minimalist poster, highly  detailed", "minimalist", "highly  detailed"),
        ("bird's-eye view, extreme close-up", "bird's-eye view", "close-up"),
        ("black and white, vibrant colours", "black and white", "vibrant colours"),
        ("油画风格的3D 渲染猫", "油画", "3D 渲染"),
        ("写实照片，二次元少女", "写实照片", "二次元"),
        ("水墨山水, neon signs", "水墨", "neon"),
        ("not anime, or maybe anime and photorealistic", "anime", "photorealistic"),
    ],
)
def test_styles_that_pull_in_opposite_directions_are_named_as_they_were_written(text, one, other):
    assert clashes(text) == (Clash(one, other),)


@pytest.mark.parametrize(
    "text",
    [
        "a photorealistic fox, not anime",
        "photorealistic, without any cartoon look",
        "a photorealistic portrait, non-cartoon",
        "an oil painting rather than a 3D render",
        "水彩，不要像素风",
        "写实照片，而不是动漫",
        "turn this anime into a photorealistic portrait",
        "change the cartoon to a realistic photo",
        "把动漫变成写实照片",
        "an animated, photorealistic fox",
        "a neonatal ward in pastel colours",
        "anime, cartoon",
    ],
)
def test_what_is_taken_back_turned_or_only_looks_alike_clashes_with_nothing(text):
    assert clashes(text) == ()


def test_the_styles_that_go_along_clash_too_and_are_not_counted_as_words():
    styled = GenerationRequest("a fox", "m", style=Style("Mine", "anime " * 300))
    assert guide(styled).words is None
    assert guide(styled).clashes == ()
    house = GenerationRequest("a fox", "m", style=styled.style, house_style="photorealistic")
    assert guide(house).clashes == (Clash("photorealistic", "anime"),)
    crowded = "photorealistic anime cartoon pixel art line art, flat design"
    assert len(clashes(crowded)) == 2


def test_the_data_is_whole():
    """Every pair is of two styles that have words, and every style is in a pair."""
    data = tomllib.loads(DATA.read_text("utf-8"))
    pairs = [tuple(pair) for pair in data["clashes"]]
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) >= 12
    assert {style for pair in pairs for style in pair} == set(data["styles"])
    for pair in pairs:
        # In each language, so that both have the hint.
        words = [data["styles"][style] for style in pair]
        assert all(any(one.isascii() for one in known) for known in words)
        assert all(any(not one.isascii() for one in known) for known in words)
        for one, other in zip(*words, strict=False):
            assert clashes(f"{one} | {other}"), (one, other)


@pytest.mark.parametrize("text", ["neon no ", "photorealistic anime, ", "not a ", "黑白不要", "- "])
def test_the_longest_prompt_takes_no_time_to_speak_of(text):
    """It is looked at where everybody's work goes on: 5 ms there, and ten times that at worst."""
    longest = text * (7000 // len(text))
    assert min(timeit.repeat(lambda: clashes.__wrapped__(longest), number=1, repeat=3)) < 0.05
