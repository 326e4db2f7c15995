"""What may be said about a prompt before it is drawn: gentle hints, never a refusal. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from bot.generation.request import GenerationRequest

MOST_WORDS = 200
"""Models follow longer prompts less well."""
MOST_CLASHES = 2
DATA = Path(__file__).with_name("guidance.toml")
LOOKED_AT = 10
"""Places where a text has one phrase; the more there are, the less they mean."""
LOOKED_BACK = 30
"""Characters before a style in which a word may take it back."""
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[^\W_{CJK}]+(?:['’-][^\W_{CJK}]+)*")
SIGN = re.compile(f"[{CJK}]")
SIGNS_PER_WORD = 2
"""Most Chinese words are written with two."""
NEGATED = re.compile(
    r"(?:\b(?:no|not|non|never|without|avoid|isn['’]t|don['’]t|instead of|rather than)"
    r"(?:\s+(?:an?|any|the|in|as|use|look|looking|too|so|make|it))*[\s-]*"
    r"|(?:不要|不是|不用|并非|非|避免|没有|别|不)(?:用|画成|做成|任何|太|像|要|是)*)$",
    re.IGNORECASE,
)
TURNED = re.compile(
    r"\binto\b|\bto\s+(?:an?\s+|the\s+)?$|变成|变为|改成|改为|转成|转为|换成|画成", re.IGNORECASE
)
"""Between two styles: the one is to become the other."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two styles that pull in opposite directions, as they were written."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """`words` is how long the prompt is where that is too long, else None."""

    words: int | None = None
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A word for a style; where its `head` is not, its pattern need not be tried."""

    head: str
    pattern: re.Pattern[str]


def guide(request: GenerationRequest) -> Guidance:
    """What to say of a request: how long its prompt is, and what clashes in all that is sent."""
    words = count(request.prompt)
    return Guidance(words if words > MOST_WORDS else None, clashes(request.text))


def count(text: str) -> int:
    """About how many words; where none is set apart by spaces, by their usual length."""
    return len(WORD.findall(text)) + -(-len(SIGN.findall(text)) // SIGNS_PER_WORD)


@lru_cache(maxsize=256)
def clashes(text: str) -> tuple[Clash, ...]:
    """The first few pairs of styles in a text that go badly together."""
    phrases, pairs = _known()
    lower = text.lower()
    # One letter in all of Unicode becomes two in lower case.
    lower = lower if len(lower) == len(text) else text
    found = {style: _find(known, lower) for style, known in phrases.items()}
    clashing = []
    for pair in pairs:
        spans = sorted(span for style in pair if (span := found[style]) is not None)
        if len(spans) == len(pair):
            (start, end), (begin, stop) = spans
            if not TURNED.search(text[end:begin]):
                clashing.append(Clash(text[start:end], text[begin:stop]))
    return tuple(clashing[:MOST_CLASHES])


def _find(phrases: tuple[Phrase, ...], text: str) -> tuple[int, int] | None:
    """Where the first is that the words before it do not take back."""
    # Looking for letters costs a hundredth of matching.
    firsts = (_first(phrase.pattern, text) for phrase in phrases if phrase.head in text)
    return min((span for span in firsts if span is not None), default=None)


def _first(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    spans = (match.span() for match in islice(pattern.finditer(text), LOOKED_AT))
    kept = (
        span for span in spans if not NEGATED.search(text[max(0, span[0] - LOOKED_BACK) : span[0]])
    )
    return next(kept, None)


@cache
def _known() -> tuple[Mapping[str, tuple[Phrase, ...]], tuple[tuple[str, str], ...]]:
    data = tomllib.loads(DATA.read_text("utf-8"))
    phrases = {style: tuple(map(_phrase, known)) for style, known in data["styles"].items()}
    return phrases, tuple((one, other) for one, other in data["clashes"])


def _phrase(phrase: str) -> Phrase:
    head, *_ = pieces = phrase.lower().split()
    if phrase.isascii():
        body = r"[\s-]+".join(map(re.escape, pieces))
        return Phrase(head, re.compile(rf"(?<![a-z0-9]){body}s?(?![a-z0-9])"))
    return Phrase(head, re.compile(r"\s*".join(map(re.escape, pieces))))
