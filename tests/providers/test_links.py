"""Addresses of pictures in words: found whole, and not where there is none."""

import time

import pytest

from bot.providers.links import find_bare, find_marked, is_picture, strip

FOX = "https://pictures.example/fox.png"


@pytest.mark.parametrize(
    ("text", "marked", "bare"),
    [
        ("", (), ()),
        (f"![a fox]({FOX})", (FOX,), (FOX,)),
        (f'![]( <{FOX}?a=1#b> "title")', (f"{FOX}?a=1#b",), (f"{FOX}?a=1#b",)),
        ("![by id](https://pictures.example/7)", ("https://pictures.example/7",), ()),
        (f"See {FOX}, and {FOX}2.", (), (FOX,)),
        (f"**{FOX.upper()}**", (), (FOX.upper(),)),
        ("![no](https://pictures.example/fox.svg)", (), ()),
        ("![no](javascript:alert(1).png) ftp://pictures.example/fox.png", (), ()),
        ("Read https://pictures.example/policy first.", (), ()),
    ],
)
def test_what_is_found(text, marked, bare):
    assert find_marked(text) == marked
    assert find_bare(text) == bare


@pytest.mark.parametrize(
    ("address", "fit"),
    [
        (FOX, True),
        ("http://pictures.example/by/id?x=1", True),
        ("https://pictures.example/fox.SVGZ?x=.png", False),
        ("gs://bucket/fox.png", False),
        (f"{FOX} and more", False),
        ("", False),
    ],
)
def test_what_may_be_fetched(address, fit):
    assert is_picture(address) is fit


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Here: ![fox]({FOX})", "Here:"),
        (f"[open]({FOX}) it", "it"),
        (f"({FOX})", ""),
        ("data:image/png;base64,iVBORw0KGgo= there", "there"),
        ("Read https://pictures.example/policy", "Read https://pictures.example/policy"),
    ],
)
def test_the_words_are_left(text, left):
    assert strip(text) == left


@pytest.mark.parametrize("text", ["![" * 200_000, "![](" * 200_000, "https://" * 100_000])
def test_a_hostile_text_takes_no_time(text):
    started = time.perf_counter()

    find_marked(text)
    find_bare(text)
    strip(text)

    assert time.perf_counter() - started < 2
