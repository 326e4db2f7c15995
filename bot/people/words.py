"""Words that a server keeps out of prompts: matched whole, in any case, in bounded time.

A star stands for a few letters. No other sign of a pattern means anything, so that nobody can
write one which takes for ever to match.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

WORD_LIMIT = 60
"""Characters of one word or phrase."""
MOST_STARS = 4
STAR = r"\w{0,30}?"
"""What a star stands for. The nearest fit counts, and no other is tried."""
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Kana and ideographs: there is no space between words, so that no edge of one can be asked for."""
LETTER = rf"[^\W{CJK}]"
BETWEEN = r"\W{1,5}"


def plain(text: str) -> str:
    """A text as it is compared: in one case, one width, and without what cannot be seen."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in folded if unicodedata.category(sign) not in {"Cf", "Mn"})


def tidy(word: str) -> str | None:
    """A word or phrase as it is kept; None where it has no letters to look for."""
    parts = (part for part in plain(word).split() if part.strip("*"))
    kept = re.sub(r"\*+", "*", " ".join(parts))
    bare = kept.replace("*", "")
    if not re.search(r"\w", bare) or len(kept) > WORD_LIMIT or kept.count("*") > MOST_STARS:
        return None
    return kept


def found(prompt: str, words: Iterable[str]) -> str | None:
    """The first part of a prompt that fits one of `words`, which are as `tidy` gave them."""
    text = plain(prompt)
    for word in words:
        # Looking for letters costs a hundredth of matching.
        if all(piece in text for piece in re.split(r"[* ]", word)):
            match = _pattern(word).search(text)
            if match is not None:
                return match[0]
    return None


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """The word between edges; a star at an end takes the edge away."""
    pieces = [list(map(re.escape, piece.split())) for piece in word.strip("* ").split("*")]
    first = pieces[0][0]
    if _edge(word[0]):
        # Looked back at after the fact: a pattern that begins with letters is searched for faster.
        pieces[0][0] = rf"{first}(?<!{LETTER}{first})"
    body, *more = map(BETWEEN.join, pieces)
    # Each step is taken once and never undone (an atomic group), which keeps it linear.
    steps = "".join(f"(?>{STAR}{step})" for step in more)
    return re.compile(f"{body}{steps}" + (f"(?!{LETTER})" if _edge(word[-1]) else ""))


def _edge(sign: str) -> bool:
    return re.match(LETTER, sign) is not None
