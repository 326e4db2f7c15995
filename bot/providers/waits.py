"""How long an upstream asks us to wait, wherever in its answer it says so, and from when."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST = 31 * 24 * 3600

_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_DURATION = re.compile(
    rf"({_NUMBER})\s*(ms|milliseconds?|hours?|hrs?|h|min(?:ute)?s?|m|sec(?:ond)?s?|s)"
)
_ADVICE = re.compile(
    rf"(?:retry|try again)\s+(?:in|after)\s+((?:{_NUMBER}\s*(?:[a-z]+)\s*)+)", re.IGNORECASE
)
_SECONDS = {"ms": 0.001, "mil": 0.001, "h": 3600, "m": 60, "s": 1}


def utc_now() -> datetime:
    """The time that a date in a header is told from."""
    return datetime.now(UTC)


def wait(
    headers: Mapping[str, str],
    details: Iterable[Mapping[str, Any]],
    texts: Iterable[str],
    *,
    now: datetime,
) -> int | None:
    """The longest wait asked for, in whole seconds rounded up, or None where none is named.

    Read from Retry-After (seconds or a date, told from `now`), from Google's RetryInfo among
    `details`, and from sentences like "Please retry in 38.6s" in `texts`.
    """
    named = [
        *_from_header(headers.get("Retry-After", ""), now),
        *(
            _duration(detail["retryDelay"])
            for detail in details
            if isinstance(detail.get("retryDelay"), str)
        ),
        *(
            seconds
            for text in texts
            for advice in _ADVICE.findall(text)
            if (seconds := _duration(advice))
        ),
    ]
    if not named:
        return None
    return math.ceil(min(max(*named, 0.0), LONGEST))


def _from_header(value: str, now: datetime) -> Iterator[float]:
    value = value.strip()
    if re.fullmatch(_NUMBER, value):
        yield float(value)
        return
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return
    yield (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _duration(text: str) -> float:
    return sum(float(amount) * _unit(unit) for amount, unit in _DURATION.findall(text.lower()))


def _unit(unit: str) -> float:
    return next(seconds for start, seconds in _SECONDS.items() if unit.startswith(start))
