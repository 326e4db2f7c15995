"""The limits an operator gives in one line, such as "member.credits_per_day=50"."""

from collections.abc import Mapping

from bot.errors import SettingsError
from bot.quotas.limit import MOST, Measure, Whose

SETTING = "DEFAULT_LIMITS"
OWNERS = (Whose.BOT, Whose.SERVER, Whose.MEMBER)
"""A role exists in one server only, so there is nothing to say of it for all."""


def read(text: str) -> Mapping[tuple[Whose, Measure], int]:
    """Limits with commas between them; raises SettingsError naming the first that is wrong."""
    limits: dict[tuple[Whose, Measure], int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, amount = (piece.strip() for piece in part.partition("="))
        owner, _, measure = name.partition(".")
        if not separator or owner not in OWNERS or measure not in list(Measure):
            raise SettingsError(SETTING, f"{part!r} is not one of {_names()}, with = and a number")
        if not (amount.isascii() and amount.isdigit()) or int(amount) > MOST:
            raise SettingsError(SETTING, f"{part!r} needs a whole number from 0 to {MOST}")
        key = Whose(owner), Measure(measure)
        if key in limits:
            raise SettingsError(SETTING, f"{name!r} is there twice")
        limits[key] = int(amount)
    return limits


def _names() -> str:
    owners, measures = "|".join(OWNERS), "|".join(Measure)
    return f"({owners}).({measures})"
