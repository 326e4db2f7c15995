"""What a refusal for credits or limits says beside its sentence: when, what else, whom to ask."""

from collections.abc import Iterator
from typing import Protocol

from discord.utils import format_dt

from bot.care import RoleNeeded, WrongChannel
from bot.errors import (
    Instead,
    LimitReached,
    NotEnoughCredits,
    PlantainError,
)
from bot.mirror import UpstreamClosed
from bot.sharing import DailyGiftsReached
from bot.ui.times import moment

PLACES_SHOWN = 10


class Say(Protocol):
    def __call__(self, key: str, locale: str, /, **facts: object) -> str:
        """As `Sentences.say`."""


def advice(error: PlantainError, locale: str, say: Say) -> Iterator[str]:
    """Lines for whoever was refused; none for any other error."""
    yield from _fit(error, locale, say)
    if isinstance(error, LimitReached):
        yield _when(error, locale, say)
        if error.instead is not None:
            yield _instead(error.instead, locale, say)
        elif error.ask:
            manager = error.ask == "manager"
            yield say("limit-ask-manager" if manager else "limit-ask-operator", locale)
    elif isinstance(error, UpstreamClosed):
        yield from _closed(error, locale, say)
    elif isinstance(error, WrongChannel | RoleNeeded):
        yield _allowed(error, locale, say)
    elif isinstance(error, DailyGiftsReached):
        yield _opens(error.opens_at, locale, say)
    elif isinstance(error, NotEnoughCredits):
        if error.instead is not None:
            yield _instead(error.instead, locale, say)
        elif error.ask:
            manager = error.ask == "manager"
            yield say("credits-ask-manager" if manager else "credits-ask-operator", locale)


def _fit(error: PlantainError, locale: str, say: Say) -> Iterator[str]:
    """How much of a list would have been accepted."""
    if isinstance(error, LimitReached | NotEnoughCredits) and error.fit is not None:
        yield say("limit-fit", locale, fit=error.fit)


def _allowed(error: WrongChannel | RoleNeeded, locale: str, say: Say) -> str:
    if isinstance(error, WrongChannel):
        places = [f"<#{channel}>" for channel in error.channels[:PLACES_SHOWN]]
        return say("use-these-channels", locale, channels=" ".join(places))
    roles = [f"<@&{role}>" for role in error.roles[:PLACES_SHOWN]]
    return say("use-these-roles", locale, roles=" ".join(roles))


def _closed(error: UpstreamClosed, locale: str, say: Say) -> Iterator[str]:
    yield reopens(error, locale, say)
    if error.instead is not None:
        yield _instead(error.instead, locale, say)
    elif not error.sure and error.reason != "busy":
        yield say("upstream-ask-operator", locale)
    elif error.opens_at is None:
        yield say("limit-ask-operator", locale)


def reopens(error: UpstreamClosed, locale: str, say: Say) -> str:
    """When an upstream opens again, or is tried again where nobody can know."""
    if error.opens_at is None:
        return say("limit-never-opens", locale)
    if error.sure:
        return _opens(error.opens_at, locale, say)
    at = moment(error.opens_at)
    return say("upstream-tried", locale, relative=format_dt(at, "R"), at=format_dt(at, "f"))


def _when(error: LimitReached, locale: str, say: Say) -> str:
    if error.opens_at is not None and error.limit:
        return _opens(error.opens_at, locale, say)
    waits = error.measure == "concurrent_jobs" and error.limit
    return say("limit-opens-when-done" if waits else "limit-never-opens", locale)


def _opens(opens_at: int, locale: str, say: Say) -> str:
    at = moment(opens_at)
    return say("limit-opens", locale, relative=format_dt(at, "R"), at=format_dt(at, "f"))


def _instead(instead: Instead, locale: str, say: Say) -> str:
    return say(
        "refusal-instead",
        locale,
        count=instead.count,
        resolution=instead.resolution,
        model=instead.model,
        price=say("credits", locale, credits=instead.credits),
    )
