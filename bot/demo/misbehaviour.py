"""The words of a prompt that make the stand-in fail, and what each does."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.demo import rejection
from bot.demo.rejection import Rejection


class Way(Enum):
    """Where in a call a word strikes."""

    REJECTED = auto()
    """An HTTP error, before anything is drawn."""
    PICTURELESS = auto()
    """200 and a proper answer, without a picture."""
    SPEECHLESS = auto()
    """No answer that could be read."""
    PICTURE = auto()
    """A picture, delivered in an odd way; several of these go together."""


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """`effect` is for the page; `paid` says whether Google bills it, `gateway_paid` API易.

    `refuse` makes the error for a model's name. `once` strikes only a key's first such prompt.
    """

    phrase: str
    way: Way
    effect: str
    paid: bool = True
    gateway_paid: bool = True
    refuse: Callable[[str], Rejection] | None = None
    once: bool = False


def find(prompt: str) -> tuple[Misbehaviour, ...]:
    """The misbehaviours a prompt asks for, each once, in the order of the table.

    One of ORDINARY counts only as the prompt's first or last word.
    """
    said = set()
    for hit in _PATTERN.finditer(prompt):
        phrase = " ".join(hit[0].casefold().split())
        inside = _WORD.search(prompt, 0, hit.start()) and _WORD.search(prompt, hit.end())
        if phrase not in ORDINARY or not inside:
            said.add(phrase)
    return tuple(word for phrase, word in MISBEHAVIOURS.items() if phrase in said)


def _exhausted(message: str) -> Callable[[str], Rejection]:
    return lambda _model: Rejection(429, "RESOURCE_EXHAUSTED", message)


def _fixed(http_status: int, status: str, message: str) -> Callable[[str], Rejection]:
    return lambda _model: Rejection(http_status, status, message)


def _minute(model: str) -> Rejection:
    name = "GenerateRequestsPerMinutePerProjectPerModel"
    return rejection.quota(name, limit="10", retry="2s", model=model)


def _day(model: str) -> Rejection:
    name = "GenerateRequestsPerDayPerProjectPerModel"
    return rejection.quota(name, limit="250", retry="38s", model=model)


def _zero(model: str) -> Rejection:
    name = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
    return rejection.quota(name, limit="0", retry="38s", model=model)


def _insufficient(_model: str) -> Rejection:
    message = "用户额度不足, 剩余额度: ＄0.012000, 需要预扣费额度: ＄0.090000"
    return Rejection(403, "PERMISSION_DENIED", message, shell_code="insufficient_user_quota")


_overloaded = _fixed(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
_internal = _fixed(
    500,
    "INTERNAL",
    "An internal error has occurred. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting",
)

_REJECTED: Mapping[str, tuple[str, Callable[[str], Rejection]]] = {
    "429": ("minute limit reached, come back in 2 s", _minute),
    "429 once": ("the same, only the first time a key asks this", _minute),
    "429 daily": ("the day's quota is used up", _day),
    "429 zero": ("the key's quota is 0, as on a free tier", _zero),
    "spending cap": (
        "the project's monthly cap is reached",
        _exhausted(
            "Your project has exceeded its monthly spending cap. Please go to AI Studio at "
            "https://ai.studio/spend to manage your project spend cap."
        ),
    ),
    "prepay": (
        "the prepaid credits are used up",
        _exhausted(
            "Your prepayment credits are depleted. Please go to AI Studio at "
            "https://ai.studio/projects to manage your project and billing."
        ),
    ),
    "503": ("the model is overloaded", _overloaded),
    "503 once": ("the same, only the first time a key asks this", _overloaded),
    "500": ("internal error", _internal),
    "500 once": ("the same, only the first time a key asks this", _internal),
    "504": (
        "the deadline passed inside",
        _fixed(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    ),
    "leaked key": (
        "the key was found in public",
        _fixed(
            403,
            "PERMISSION_DENIED",
            "Your API key was reported as leaked. Please use another API key.",
        ),
    ),
    "region": (
        "not served in this country",
        _fixed(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    ),
    "payload too large": (
        "the request is too heavy",
        lambda _model: rejection.payload_too_large(20 * 1024 * 1024),
    ),
    "bad input": ("the uploaded picture cannot be read", lambda _model: rejection.bad_input()),
    "insufficient quota": ("a gateway's balance is too low", _insufficient),
    "no channel": ("a gateway has nobody to serve the model", rejection.no_channel),
}

_PICTURELESS: Mapping[str, tuple[str, bool]] = {
    "blocked": ("the prompt is blocked", False),
    "unsafe picture": ("drawn, then filtered out for safety", False),
    "recitation": ("drawn, then filtered out as too close to a known work", False),
    "no image": ("the model drew nothing and says so", False),
    "empty": ("no candidates at all", False),
    "text only": ("a polite refusal in words", True),
    "max tokens": ("stopped at the token limit, before the picture", True),
}

_SPEECHLESS: Mapping[str, tuple[str, bool]] = {
    "hang": ("never answers", True),
    "drop": ("closes the connection without a byte", True),
    "html": ("200 and a web page, as a proxy in between would", False),
}

_PICTURE: Mapping[str, str] = {
    "drafts": "two signed drafts before the picture, not marked as thoughts",
    "huge": "a 4K PNG of 24 MB, whatever the resolution",
    "wrong mime": "declared as image/webp",
    "not an image": "text where the picture's bytes should be",
    "bad base64": "stray characters in the middle of the base64",
    "url-safe": "base64 in the URL-safe alphabet",
    "escaped": "slashes in the base64 written as \\/ and \\u002f",
    "bom": "a byte order mark before the JSON",
    "gzip": "compressed",
    "slow body": "one byte at a time, without end",
    "truncated": "an honest length, and a connection cut inside the picture",
    "cut json": "a clean end inside the picture",
}

MISBEHAVIOURS: Mapping[str, Misbehaviour] = {
    word.phrase: word
    for word in (
        *(
            Misbehaviour(
                phrase,
                Way.REJECTED,
                effect,
                paid=False,
                gateway_paid=False,
                refuse=refuse,
                once=phrase.endswith(" once"),
            )
            for phrase, (effect, refuse) in _REJECTED.items()
        ),
        *(
            Misbehaviour(phrase, Way.PICTURELESS, effect, paid=paid)
            for phrase, (effect, paid) in _PICTURELESS.items()
        ),
        *(
            Misbehaviour(phrase, Way.SPEECHLESS, effect, paid=paid, gateway_paid=paid)
            for phrase, (effect, paid) in _SPEECHLESS.items()
        ),
        *(Misbehaviour(phrase, Way.PICTURE, effect) for phrase, effect in _PICTURE.items()),
    )
}

ORDINARY = frozenset({"huge", "empty", "drop", "hang", "region"})
"""Words that people use for what they want drawn, as in "an empty beach"."""

_WORD = re.compile(r"\w")
# Longest first, so that "429 once" is not read as "429".
_PATTERN = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        re.escape(phrase).replace(r"\ ", r"\s+")
        for phrase in sorted(MISBEHAVIOURS, key=len, reverse=True)
    )
    + r")(?!\w)",
    re.IGNORECASE,
)
