"""Patterns over the raw bytes of JSON strings, where any character may be written as an escape.

All of them stop before an escape that the bytes do not hold to its end.
"""

import re
import sys

TYPES = ("png", "jpeg", "jpg", "webp", "gif")
LONGEST_ESCAPE = 6
QUOTE = ord('"')

_PREFIX = "data:image/"
_SUFFIX = ";base64,"
_MAGICS = ("iVBORw0KGgo", "/9j/", "_9j_", "UklGR", "R0lGOD")
_BEGUN_ESCAPE = rb"\\(?:u[0-9a-fA-F]{0,3})?\Z"


def _character(*spelled: str) -> bytes:
    """One of these characters, plain or escaped."""
    escapes = (re.sub("[a-f]", lambda hit: f"[{hit[0]}{hit[0].upper()}]", f"{ord(character):02x}")
               for character in spelled)  # fmt: skip
    plain = "".join(map(re.escape, spelled))
    slash = r"|\\/" if "/" in spelled else ""
    return rf"(?:[{plain}]{slash}|\\u00(?:{'|'.join(escapes)}))".encode()


def _whole(word: str, *, any_case: bool) -> bytes:
    return b"".join(_characters(word, any_case=any_case))


def _begun(word: str, *, any_case: bool, then: bytes = rb"(?!)") -> bytes:
    """As much of `word` as there is before the bytes end; after all of it, what `then` matches."""
    pattern = then
    for character in reversed(_characters(word, any_case=any_case)):
        pattern = rb"(?:\Z|" + _BEGUN_ESCAPE + rb"|" + character + pattern + rb")"
    return pattern


def _characters(word: str, *, any_case: bool) -> list[bytes]:
    return [
        _character(*({letter.lower(), letter.upper()} if any_case else letter)) for letter in word
    ]


_TYPE = b"(?:" + b"|".join(_whole(kind, any_case=True) for kind in TYPES) + b")"
_REST = _whole(_PREFIX[1:], any_case=True) + _TYPE + _whole(_SUFFIX, any_case=True)
_BEGUN_REST = _begun(
    _PREFIX[1:],
    any_case=True,
    then=b"(?:" + b"|".join(_begun(kind + _SUFFIX, any_case=True) for kind in TYPES) + b")",
)
_D = _character("d", "D")

HEAD = re.compile(_D + _REST)
"""A picture's data URI up to its base64."""

_PART = _D + b"(?:" + _REST + b"|" + _BEGUN_REST + b")"
PROSE = re.compile(
    # The second alternative only saves time: most of what begins like a HEAD ends after its "d".
    rb'(?:[^"\\dD]+|[dD](?=[^aA\\"])|(?:\\[^u])+|(?!' + _PART + rb")"
    rb"(?:[dD]|\\u(?:[0-9a-fA-F]{4}|(?![0-9a-fA-F]{0,3}\Z))))*",
    re.DOTALL,
)
"""Text before a quote, a HEAD, or a part of one at the end of the bytes. Slower than TEXT."""

TEXT = re.compile(rb'[^"\\]*(?:\\(?:u.{4}|[^u])[^"\\]*)*', re.DOTALL)
"""Text before a quote."""

LONGEST_HEAD = LONGEST_ESCAPE * len("data:image/jpeg;base64,")

MAGIC = re.compile(b"|".join(_whole(magic, any_case=False) for magic in _MAGICS))
"""How the base64 of a picture begins."""

BEGUN_MAGIC = re.compile(b"|".join(_begun(magic, any_case=False) for magic in _MAGICS))
"""All that there is of a string, where it may become a MAGIC."""

_SYMBOL = rb"[A-Za-z0-9+/_-]"
_ESCAPED_SYMBOL = rb"\\/|\\u00(?:2[bBdDfF]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])"

SYMBOLS = re.compile(_SYMBOL + rb"*")
PADDING = re.compile(rb"(?:=|\\u003[dD])*")
URI = re.compile(rb"(?:" + _SYMBOL + rb"+|" + _ESCAPED_SYMBOL + rb")*" + PADDING.pattern)
"""Base64 of either alphabet, and the padding after it."""

BEGUN_ESCAPE = re.compile(_BEGUN_ESCAPE)

_ESCAPED_ASCII = re.compile(rb"\\u00[0-7]")

STRAY = re.compile(rb"[#$%&*@^~]|\\\\|\\u00(?:2[3-6aA]|40|5[cCeE]|7[eE])")
"""What ends no address in a text: base64 that goes on with it is damaged."""


def prose(chunk: bytes, start: int) -> int:
    """Where PROSE ends that begins at `start`."""
    end = _end(TEXT, chunk, start)
    text = chunk[start:end]
    if b"data:image" in text.lower() or _ESCAPED_ASCII.search(text):
        return _end(PROSE, chunk, start)
    if end < len(chunk) and chunk[end] == QUOTE:
        return end
    # Only the last bytes may be the beginning of a HEAD.
    return _end(PROSE, chunk, _end(TEXT, chunk, start, max(start, end - LONGEST_HEAD)))


def _end(pattern: re.Pattern[bytes], chunk: bytes, start: int, limit: int = sys.maxsize) -> int:
    match = pattern.match(chunk, start, limit)
    return match.end() if match else start
