"""Every word the stand-in knows, at every provider: no surprise, and no bill that is not owned up.

The stand-in's journal is the witness for what was paid.
"""

import pytest

from bot.demo.misbehaviour import MISBEHAVIOURS, Way
from bot.errors import Billed, ErrorKind, ProviderError

LATE = frozenset({"hang", "slow body"})
HEAVY = frozenset({"huge"})
"""A picture of 24 MB; the suite of limits has larger ones."""

TWICE = frozenset({ErrorKind.NO_IMAGE, ErrorKind.MALFORMED_RESPONSE})
"""May be paid twice: a whole answer came, and it was worth one more try."""


def words(*ways):
    named = [word.phrase for word in MISBEHAVIOURS.values() if word.way in ways]
    return [phrase.replace("N", "7") for phrase in named if phrase not in HEAVY]


def key_with(word):
    return f"sk-conform-{word.replace(' ', '-')}"


@pytest.fixture
def meet(name, drawing_provider, any_request, observer, folder, journal):
    """What became of a prompt: the kind or none, and whether the bill was told as it is."""

    async def run(prompt="a hen", **changes):
        began = len(observer.calls)
        provider = drawing_provider(name, **changes)
        kind, billed = None, Billed.YES
        try:
            generation = await provider.generate(
                any_request(name, prompt=prompt), folder=folder, observer=observer
            )
            generation.images[0].path.unlink()
        except ProviderError as error:
            kind, billed = error.kind, error.billed
        calls = await journal.calls()
        paid = sum(call["paid"] for call in calls)
        problems = []
        if list(folder.iterdir()):
            problems.append("left a file")
        if len(calls) != len(observer.calls) - began:
            problems.append(f"{len(calls)} calls came, {len(observer.calls) - began} were told of")
        if paid > (2 if kind in TWICE else 1):
            problems.append(f"paid {paid} times")
        if (paid and billed is Billed.NO) or (kind is None and paid != 1):
            problems.append(f"paid {paid} times and said {billed}")
        return kind, problems

    return run


async def test_no_word_is_a_surprise_or_a_hidden_bill(name, meet):
    """In the key, so that one drawing serves for all; what comes late runs out of time."""
    found = {}
    for word in words(*Way):
        limit = 0.3 if word in LATE else 20.0
        kind, problems = await meet(key=key_with(word), time_limit=limit)
        if problems:
            found[word] = (kind, *problems)
    assert found == {}


async def test_a_key_fails_as_the_word_does_in_a_prompt(name, meet):
    """So that one key of an upstream can fail while another draws."""
    for word in words(Way.REJECTED):
        if word.endswith(" once"):
            continue
        by_prompt, _ = await meet(f"a hen, {word}")
        by_key, problems = await meet(key=key_with(word))
        assert (word, by_key, problems) == (word, by_prompt, [])
        assert by_key is not None, word
    assert await meet() == (None, [])


async def test_what_passes_in_time_is_drawn(name, meet):
    for word in ("429 once", "503 once", "500 once"):
        assert await meet(key=key_with(word)) == (None, []), word
