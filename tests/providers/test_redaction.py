"""What a person and the log may read of an upstream's words."""

import time

import pytest

from bot.providers.redaction import EXCERPT, SAID, quote, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  I cannot\n draw this. ", "I cannot draw this."),
        ("See https://a.example/b?c=d, or www.example.com/x.", "See or"),
        ("Failed (request id: 2026112012345678)", "Failed"),
        ("task 0f8fad5b-d9cb-469f-a165-70867728950e is gone", "task is gone"),
        ("key sk-abcdefgh1234 used", "key used"),
        ("抱歉，我不能画这个。", "抱歉，我不能画这个。"),
        ("", None),
        ("https://a.example/only", None),
        ("a" * 15 + " internationalisation", "a" * 15 + " internationalisation"),
    ],
)
def test_what_a_person_reads(text, expected):
    assert quote(text) == expected


def test_a_long_text_is_trimmed():
    said = quote("word " * 1000)
    assert len(said) <= SAID
    assert said.endswith("...")


def test_the_given_secret_is_removed_whatever_it_looks_like():
    assert "pwd" not in redact("a pwd b", "pwd")
    assert "pwd" not in quote("a pwd b", "pwd")


@pytest.mark.parametrize(
    "unit", ["http://", "a", "a1-", "sk-", "key=", "bearer ", "request id ", "https://x@", "A/+="]
)
def test_no_text_takes_long(unit):
    """Four megabytes of anything are read in far less than a second."""
    text = unit * (4 * 2**20 // len(unit))
    began = time.thread_time()
    quote(text)
    redact(text)
    assert len(redact(text)) <= EXCERPT
    assert time.thread_time() - began < 1.0


def test_hosts_and_addresses_are_not_repeated_to_people():
    said = quote("Ask ops@apiyi.com, upstream generativelanguage.googleapis.com:443 at 10.1.2.3")

    assert said == "Ask , upstream at"
