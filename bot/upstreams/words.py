"""An upstream's trouble, a moment, money and a balance as an operator reads them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from bot.errors import ErrorKind
from bot.generation.catalog import Catalog, Upstream
from bot.providers.base import Balance
from bot.providers.health import ANY_MODEL, Breaker
from bot.settings import Settings

MICROS = 1_000_000
DIGITS = 4
"""Of a dollar, at least; the other two only where they say something."""

_KEY = "_API_KEY"
_OTHERWISE = "--verbose shows what it said."
_WORDS: Mapping[ErrorKind, tuple[str, str]] = MappingProxyType(
    {
        ErrorKind.RATE_LIMITED: ("asked too often", "It passes; set a lower *_RPM if it stays."),
        ErrorKind.QUOTA_DAILY: ("day quota used up", "Wait for the next day there, or raise it."),
        ErrorKind.BILLING_EXHAUSTED: ("out of credits", "Top up the account there."),
        ErrorKind.SPEND_LIMIT: ("spend limit reached", "Raise the limit there, or wait."),
        ErrorKind.OVERLOADED: ("overloaded", "It passes; ask again in a few minutes."),
        ErrorKind.UPSTREAM_ERROR: ("failing", "It passes; ask again in a few minutes."),
        ErrorKind.TIMEOUT_UNKNOWN: ("no answer in time", "Ask again in a few minutes."),
        ErrorKind.CONNECT_FAILED: ("not reached", "Check the network and {address}."),
        ErrorKind.WRONG_ENDPOINT: ("wrong address", "Check {address}: no API is found there."),
        ErrorKind.MODEL_UNAVAILABLE: ("not found there", "Check {address} and the model's id."),
        ErrorKind.MALFORMED_RESPONSE: (
            "answer not understood",
            "Check {address}: something else is there.",
        ),
        ErrorKind.AUTH_INVALID: ("key refused", "Check {key}: wrong, expired or blocked."),
        ErrorKind.PERMISSION_DENIED: ("key not allowed", "Allow {key} to do this there."),
        ErrorKind.REGION_BLOCKED: ("not served in this country", "Use another upstream."),
        ErrorKind.ACCOUNT_SUSPENDED: ("account suspended", "Write to the upstream's support."),
    }
)


def name_trouble(kind: ErrorKind) -> str:
    """A few words, such as "out of credits"."""
    return _WORDS.get(kind, (kind.value.replace("_", " "), ""))[0]


def advise(kind: ErrorKind, upstream: Upstream) -> str:
    """What the operator can do about it, in a sentence."""
    setting = f"{upstream.key.removesuffix(_KEY)}_BASE_URL"
    ours = setting.lower() in Settings.model_fields
    address = setting if ours else f"base_url of {upstream.name} in your file"
    return _WORDS.get(kind, ("", _OTHERWISE))[1].format(key=upstream.key, address=address)


def describe(breaker: Breaker, catalog: Catalog, now: int) -> str:
    """What is closed, why, and when it is asked again; `now` in microseconds UTC."""
    model = breaker.line.model
    known = catalog.models.get(model)
    what = "whole key" if model == ANY_MODEL else known.nickname if known else model
    left = -(-(breaker.retry_at - now) // MICROS)
    when = f"in {in_words(left)}, {_clock(breaker.retry_at, now)}" if left > 0 else "at next use"
    return f"{what}: {name_trouble(breaker.kind)}, asked again {when}"


def in_words(seconds: int) -> str:
    """A wait as people say it, rounded up."""
    for size, unit, most in ((1, "s", 90), (60, "min", 90), (3600, "h", 48)):
        amount = -(-seconds // size)
        if amount <= most:
            return f"{amount} {unit}"
    return f"{-(-seconds // 86400)} days"


def usd(micros: int) -> str:
    """Dollars, exact to the millionth."""
    whole, digits = f"{Decimal(micros).scaleb(-6):,.6f}".split(".")
    return f"{whole}.{digits[:DIGITS]}{digits[DIGITS:].rstrip('0')}"


def left(balance: Balance) -> str:
    """What an account still has."""
    if balance.unlimited:
        return "unlimited"
    unit = "" if balance.unit == "unknown" else f" {balance.unit}"
    return f"{balance.amount:,}{unit} left"


def instant(micros: int) -> datetime:
    """Microseconds after 1970 UTC as a time."""
    return datetime.fromtimestamp(micros // MICROS, UTC)


def _clock(at: int, now: int) -> str:
    is_today = instant(at).date() == instant(now).date()
    return instant(at).strftime("%H:%M UTC" if is_today else "%d %b %H:%M UTC")
