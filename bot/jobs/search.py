"""Words looked for in prompts: in any case, width and script, on either engine."""

import unicodedata

MOST_WORDS = 5
"""As many as a statement has places for; what is said beyond them is not looked for."""
ANYTHING = "%"
ESCAPE = "!"


def folded(text: str) -> str:
    """A text as it is searched: in one case and one width."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def patterns(said: str) -> dict[str, str]:
    """What each place of a statement is to be LIKE; what means something to LIKE is escaped."""
    words = folded(said).split()[:MOST_WORDS]
    found = [f"%{_literal(word)}%" for word in words]
    found += [ANYTHING] * (MOST_WORDS - len(found))
    return {f"word{number}": pattern for number, pattern in enumerate(found, start=1)}


def _literal(word: str) -> str:
    for sign in (ESCAPE, "%", "_"):
        word = word.replace(sign, ESCAPE + sign)
    return word
