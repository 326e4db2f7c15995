"""The words of a prompt or a key that make the stand-in fail, and what each does."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.demo import rejection
from bot.demo.journal import Call, Journal
from bot.demo.rejection import Rejection

_NUMBER = "N"
RATE_LIMITED = f"rate limited for {_NUMBER} seconds"
"""The one word with a number in it."""


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
    RESULT = auto()
    """A task's picture that cannot be fetched where it is said to be."""
    SHAPE = auto()
    """Where in a chat's answer the picture is."""

    @property
    def place(self) -> str:
        """On which routes, for the page."""
        return {Way.RESULT: "tasks", Way.SHAPE: "chat"}.get(self, "everywhere")


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """`effect` is for the page; `paid` says whether Google bills it, `gateway_paid` API易.

    `refuse` makes the error for a model's name and the seconds to wait. `once` strikes only a
    key's first such prompt, and one with `seconds` for so long from the first on.
    """

    phrase: str
    way: Way
    effect: str
    paid: bool = True
    gateway_paid: bool = True
    refuse: Callable[[str, int], Rejection] | None = None
    once: bool = False
    seconds: int = 0


def find(text: str) -> tuple[Misbehaviour, ...]:
    """The misbehaviours a text asks for, each once, in the order of the table.

    One of ORDINARY counts only as the text's first or last word.
    """
    said: dict[str, int] = {}
    for hit in _PATTERN.finditer(text):
        phrase = RATE_LIMITED if hit["seconds"] else _PHRASES[_plain(hit[0])]
        inside = _WORD.search(text, 0, hit.start()) and _WORD.search(text, hit.end())
        if phrase not in ORDINARY or not inside:
            said[phrase] = int(hit["seconds"] or 0)
    return tuple(
        replace(word, seconds=said[phrase])
        for phrase, word in MISBEHAVIOURS.items()
        if phrase in said
    )


def _plain(phrase: str) -> str:
    return " ".join(phrase.casefold().replace("-", " ").split())


def find_in_key(key: str) -> tuple[Misbehaviour, ...]:
    """The same for a key, whose hyphens stand for spaces: `test-key-402` has no money."""
    return find(re.sub(r"[-_]", " ", key))


def strike(journal: Journal, call: Call, key: str, *ways: Way) -> tuple[Misbehaviour, ...]:
    """The misbehaviours that strike this call, by its prompt or its key; only those of `ways`."""
    asked = {word.phrase: (word, call.prompt) for word in find(call.prompt)}
    asked = {word.phrase: (word, "") for word in find_in_key(key)} | asked
    struck = []
    for phrase, word in MISBEHAVIOURS.items():
        if phrase in asked and word.way in (ways or tuple(Way)):
            found, prompt = asked[phrase]
            about = (call.route, call.key_hash, prompt, phrase)
            left = math.ceil(found.seconds - journal.since("wait", *about)) if found.seconds else 0
            if found.once and journal.times("once", *about):
                continue
            if not found.seconds or left > 0:
                struck.append(replace(found, seconds=left))
    return tuple(struck)


def _fixed(refused: Rejection) -> Callable[[str, int], Rejection]:
    return lambda _model, _seconds: refused


def _minute(model: str, seconds: int) -> Rejection:
    name = "GenerateRequestsPerMinutePerProjectPerModel"
    return rejection.quota(name, limit="10", retry=f"{seconds or 2}s", model=model)


def _day(model: str, _seconds: int) -> Rejection:
    name = "GenerateRequestsPerDayPerProjectPerModel"
    return rejection.quota(name, limit="250", retry="38s", model=model)


def _zero(model: str, _seconds: int) -> Rejection:
    name = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
    return rejection.quota(name, limit="0", retry="38s", model=model)


_overloaded = _fixed(
    Rejection(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
)
_internal = _fixed(
    Rejection(
        500,
        "INTERNAL",
        "An internal error has occurred. Please retry or report in "
        "https://developers.generativeai.google/guide/troubleshooting",
    )
)
_capped = _fixed(replace(rejection.cap_reached(), at_gateway=rejection.key_used_up()))

_REJECTED: Mapping[str, tuple[str, Callable[[str, int], Rejection]]] = {
    "429": ("minute limit reached, come back in 2 s", _minute),
    "429 once": ("the same, only the first time a key asks this", _minute),
    RATE_LIMITED: ("the same for N seconds from the first time a key asks this", _minute),
    "429 daily": ("the day's quota is used up", _day),
    "429 zero": ("the key's quota is 0, as on a free tier", _zero),
    "spending cap": ("the project's monthly cap is reached", _fixed(rejection.cap_reached())),
    "hourly spend limit": ("what the key may spend in an hour is spent", _capped),
    "daily spend limit": ("what the key may spend in a day is spent", _capped),
    "total spend limit": ("what the key may spend in all is spent", _capped),
    "402": (
        "no money left, in each upstream's own words",
        _fixed(replace(rejection.prepaid_used_up(), at_gateway=rejection.balance_too_low(402))),
    ),
    "prepay": ("the prepaid credits are used up", _fixed(rejection.prepaid_used_up())),
    "503": ("the model is overloaded", _overloaded),
    "503 once": ("the same, only the first time a key asks this", _overloaded),
    "500": ("internal error", _internal),
    "500 once": ("the same, only the first time a key asks this", _internal),
    "504": (
        "the deadline passed inside",
        _fixed(
            Rejection(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")
        ),
    ),
    "bad key": ("a key that nobody has", _fixed(rejection.bad_key())),
    "leaked key": (
        "the key was found in public",
        _fixed(
            Rejection(
                403,
                "PERMISSION_DENIED",
                "Your API key was reported as leaked. Please use another API key.",
            )
        ),
    ),
    "region": (
        "not served in this country",
        _fixed(
            Rejection(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")
        ),
    ),
    "payload too large": (
        "the request is too heavy",
        _fixed(rejection.payload_too_large(20 * 1024 * 1024)),
    ),
    "bad input": ("the uploaded picture cannot be read", _fixed(rejection.bad_input())),
    "insufficient quota": ("a gateway's balance is too low", _fixed(rejection.balance_too_low())),
    "no channel": (
        "a gateway has nobody to serve the model",
        lambda model, _seconds: rejection.no_channel(model),
    ),
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

_DELIVERED: Mapping[Way, Mapping[str, str]] = {
    Way.PICTURE: {
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
    },
    Way.RESULT: {
        "dead link": "the first address that is told leads nowhere, the next one works",
        "private link": "the address is one that no bot may fetch",
        "redirect home": "the address redirects to one that no bot may fetch",
    },
    Way.SHAPE: {
        "as markdown": "an image in markdown, as by itself",
        "as data uri": "a data URI alone",
        "as list": "a part of a list",
        "as images": "in a field of its own, beside the words",
        "as base64": "base64 alone",
        "as link": "an address in markdown",
    },
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
        *(
            Misbehaviour(phrase, way, effect)
            for way, words in _DELIVERED.items()
            for phrase, effect in words.items()
        ),
    )
}

ORDINARY = frozenset({"huge", "empty", "drop", "hang", "region"})
"""Words that people use for what they want drawn, as in "an empty beach"."""

_PHRASES = {_plain(phrase): phrase for phrase in MISBEHAVIOURS}
_WORD = re.compile(r"\w")
# Longest first, so that "429 once" is not read as "429".
_PATTERN = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        re.escape(phrase)
        .replace(r"\ ", r"\s+")
        .replace(r"\-", r"[\s-]")
        .replace(_NUMBER, r"(?P<seconds>\d{1,4})")
        for phrase in sorted(MISBEHAVIOURS, key=len, reverse=True)
    )
    + r")(?!\w)",
    re.IGNORECASE,
)
