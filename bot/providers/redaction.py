"""What may be repeated of an upstream's words: to the operator's log, and to a person."""

import re
import string

EXCERPT = 500
SAID = 300

_READ = 16_384

_MARK = "[...]"
_SECRETS = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"',;]+"), f"Bearer {_MARK}"),
    (re.compile(r"\bAIza[\w-]{10,}"), _MARK),
    (re.compile(r"\bAQ\.[\w-]{10,}"), _MARK),
    (re.compile(r"\bsk-[\w-]{4,}"), _MARK),
    (
        re.compile(r"(?i)((?:api|access|secret)?[_-]?(?:key|token|secret)=)[^\s&\"'<>]+"),
        rf"\1{_MARK}",
    ),
    (re.compile(r"(?i)(\bhttps?:\\?/\\?/)[^\s/\\@\"'<>]{1,200}@"), r"\1"),
    (re.compile(r"(?i)(\bhttps?:\\?/\\?/[^\s?\"'<>]{0,500})\?[^\s\"'<>]*"), rf"\1?{_MARK}"),
    (re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}"), _MARK),
)
_URL = re.compile(r"(?i)\bhttps?:\\?/\\?/[^\s\"'<>()]+|\bwww\.[^\s\"'<>()]+")
_HOST = re.compile(
    r"(?i)[\w.+-]+@[\w.-]+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|io|ai|dev|app|cn|cc|co|us|eu|info|xyz|local)\b(?::\d+)?"
)
_ID = re.compile(
    r"(?i)\(?\brequest[ _-]?id\b[:= ]*[\w-]*\)?"
    r"|(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}"
)
_WORD = string.ascii_letters + string.digits + "+/=._-"


def redact(text: str, secret: str = "") -> str:
    """`text` on one line without keys, tokens, long base64 and URL queries, at most EXCERPT long.

    `secret` is removed wherever it stands, whatever it looks like.
    """
    # Before cutting to length, so that no secret is cut in two and its first half missed.
    return " ".join(_without_secrets(_beginning(text), secret).split())[:EXCERPT]


def quote(text: str, secret: str = "") -> str | None:
    """`text` as a person may read it, at most SAID characters; None when nothing is left.

    Without links, hosts, addresses, ids and keys.
    """
    text = _without_secrets(_URL.sub("", _beginning(text)), secret)
    text = _ID.sub("", _HOST.sub("", text.replace(_MARK, "")))
    text = " ".join(text.split())
    if len(text) > SAID:
        text = text[: SAID - 3].rstrip() + "..."
    return text or None


def _beginning(text: str) -> str:
    """The first _READ characters, without a word that the cut would halve."""
    return text if len(text) <= _READ else text[:_READ].rstrip(_WORD)


def _without_secrets(text: str, secret: str) -> str:
    if secret:
        text = text.replace(secret, _MARK)
    for pattern, mark in _SECRETS:
        text = pattern.sub(mark, text)
    return text
