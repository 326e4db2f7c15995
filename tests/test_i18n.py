"""From a key, a reader's language and facts to the sentence they read."""

import pytest
from fluent.runtime import FluentBundle, FluentResource

from bot.errors import (
    Billed,
    ErrorKind,
    NotAPicture,
    NotEnoughCredits,
    PictureTooHeavy,
    ProviderError,
)
from bot.i18n import Sentences

SENTENCES = Sentences.load()


def bundle(language: str, text: str) -> FluentBundle:
    made = FluentBundle([language], use_isolating=False)
    made.add_resource(FluentResource(text))
    return made


def test_every_language_that_comes_along_is_found():
    assert SENTENCES.languages == ("en", "zh-CN")


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "zh", "zh-HK"])
def test_readers_of_any_chinese_get_chinese(locale):
    assert SENTENCES.say("provider-cancelled", locale) == "图片已取消。"


@pytest.mark.parametrize("locale", ["en", "en-US", "en-GB", "de", "pt-BR", "ja", "", "-", "zhuang"])
def test_everybody_else_gets_english(locale):
    assert SENTENCES.say("provider-cancelled", locale) == "The picture was cancelled."


@pytest.mark.parametrize(
    ("locale", "amount", "said"),
    [
        ("en-US", 1, "1 credit"),
        ("en-US", 0, "0 credits"),
        ("en-US", 1234567, "1,234,567 credits"),
        ("zh-CN", 1, "1 积分"),
        ("zh-TW", 1234567, "1,234,567 积分"),
    ],
)
def test_amounts_are_counted_as_the_language_does(locale, amount, said):
    assert SENTENCES.say("credits", locale, credits=amount) == said


def test_facts_are_put_in_as_they_are_without_invisible_marks():
    said = SENTENCES.say("refusal-not-a-picture", "en", name="{ $x } \u202e <@1>.png")

    assert said.startswith("“{ $x } \u202e <@1>.png” is not a picture")
    assert "\u2068" not in said


def test_a_key_no_language_has_is_our_bug():
    with pytest.raises(LookupError, match="no-such-key"):
        SENTENCES.say("no-such-key", "zh-CN")


def test_a_forgotten_fact_is_our_bug_and_not_a_hole_in_the_sentence():
    with pytest.raises(LookupError, match="credits in en"):
        SENTENCES.say("credits", "en")


def test_a_key_only_english_has_is_said_in_english():
    sentences = Sentences({"en": bundle("en", "a = one\nb = two"), "zh-CN": bundle("zh", "a = 一")})

    assert sentences.say("a", "zh-CN") == "一"
    assert sentences.say("b", "zh-CN") == "two"


def test_errors_are_told_with_sizes_in_megabytes_that_are_never_understated():
    """20,000,001 bytes are not "20 MB" where 20 MB is the most."""
    heavy = PictureTooHeavy("big.png", 20_000_001, 20_000_000)

    assert "has 21 MB; 20 MB is the most" in SENTENCES.explain(heavy, "en")


def test_errors_are_told_with_their_texts_cleaned_and_their_numbers_kept():
    shouting = SENTENCES.explain(NotAPicture("my.png"), "en", clean=str.upper)
    numbers = SENTENCES.explain(NotEnoughCredits(7, 5), "en", clean=str.upper)

    assert "“MY.PNG” is not a picture" in shouting
    assert "needs 7 credits and you have 5" in numbers


@pytest.mark.parametrize(
    ("retry_after", "said"), [(None, "in a minute"), (0, "in a minute"), (38, "about 38 seconds")]
)
def test_a_providers_error_is_told_by_its_kind_and_wait(retry_after, said):
    error = ProviderError(ErrorKind.RATE_LIMITED, "google", Billed.NO, retry_after, detail="secret")

    told = SENTENCES.explain(error, "en")

    assert said in told
    assert "secret" not in told
    assert "google" not in told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "in a minute"),
        (2, "about 2 seconds"),
        (90, "about 90 seconds"),
        (91, "about 2 minutes"),
        (5400, "about 90 minutes"),
        (5401, "about 2 hours"),
        (2_678_400, "about 31 days"),
    ],
)
def test_waits_are_said_as_people_say_them(seconds, words):
    error = ProviderError(ErrorKind.RATE_LIMITED, "google", retry_after=seconds)

    assert words in Sentences.load().explain(error, "en-US")
