"""Which prompts have a word that a server keeps out, and that looking for it takes no time."""

import time

import pytest

from bot.people.words import WORD_LIMIT, found, tidy


@pytest.mark.parametrize(
    ("prompt", "word", "part"),
    [
        ("A Cat on a mat", "cat", "cat"),
        ("concatenate cats", "cat", None),
        ("concatenate cats", "*cat*", "cat"),
        ("two cats", "cat*", "cat"),
        ("a tomcat", "*cat", "cat"),
        ("a bazzzd thing", "b*d", "bazzzd"),
        ("bad  word, really", "bad word", "bad  word"),
        ("a bad-word", "bad word", "bad-word"),
        ("bad words", "bad word", None),
        ("ＣＡＴ", "cat", "cat"),
        ("c\u200bat", "cat", "cat"),
        ("c\u0336a\u0336t\u0336", "cat", "cat"),
        ("STRASSE", "straße", "strasse"),
        ("画一个血腥的场面", "血腥", "血腥"),
        ("画cat图", "cat", "cat"),
        ("一只很凶的大狗", "凶*狗", "凶的大狗"),
        ("I like C++ most", "c++", "c++"),
        ("a [x](y)", "(y)", "(y)"),
        ("nothing of it", "cat", None),
    ],
)
def test_a_word_is_found_whole_in_any_case_and_width(prompt, word, part):
    assert found(prompt, [tidy(word)]) == part


def test_the_first_word_of_the_list_that_fits_is_said():
    assert found("a dog and a cat", ["bird", "cat", "dog"]) == "cat"
    assert found("a dog and a cat", []) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Bad   WORD ", "bad word"),
        ("a**b", "a*b"),
        ("bad * word", "bad word"),
        ("*", None),
        ("+++", None),
        ("", None),
        ("a*b*c*d*e", "a*b*c*d*e"),
        ("a*b*c*d*e*f", None),
        ("x" * WORD_LIMIT, "x" * WORD_LIMIT),
        ("x" * (WORD_LIMIT + 1), None),
    ],
)
def test_a_word_is_kept_tidy_or_not_at_all(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    "prompt", ["a" * 5990 + "bcd", "ab" * 2990 + " zz", "ab " * 1990 + "zz", "a*" * 3000]
)
@pytest.mark.parametrize("pattern", ["a*a*a*a*z", "*a*b*a*zz", "a*b*a*b*zz*", "ab ab ab ab ab zz"])
def test_no_pattern_takes_long_whatever_the_prompt(prompt, pattern):
    """A naive star would try some thousands to the fourth power."""
    word = tidy(pattern) or "ab zz"
    found(prompt, [word])
    began = time.process_time()

    found(prompt, [word])

    assert time.process_time() - began < 0.1
