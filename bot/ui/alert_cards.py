"""What an alert says, and the card of /quota alerts."""

import discord
from discord.utils import format_dt
from fluent.runtime.types import fluent_number

from bot.jobs.levels import POOL, Alert, Level
from bot.jobs.outlets import Outlet
from bot.ui.cards import harmless
from bot.ui.parts import BANANA, TROUBLE, card, text
from bot.ui.refusals import Say
from bot.ui.times import moment

MICROS = 1_000_000
WHOLE = 100
NAME_SHOWN = 100


class AlertCards:
    """Cards that mention nobody."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def alert(self, alert: Alert, locale: str, *, server: str = "") -> discord.ui.LayoutView:
        """For those who can do something about it; `server` names it where it is not read there."""
        level, whole = alert.level, alert.percent == WHOLE
        lines = [self._head(alert, locale)]
        if server:
            name = harmless(server[:NAME_SHOWN])
            lines.insert(0, f"-# {self._say('alert-server', locale, server=name)}")
        if level.opens_at is not None:
            at = moment(level.opens_at)
            relative, exact = format_dt(at, "R"), format_dt(at, "f")
            lines.append(self._say("alert-resets", locale, relative=relative, at=exact))
        elif level.measure != POOL:
            lines.append(self._say("alert-never-resets", locale))
        if whole:
            lines.append(self._say(f"alert-until-{_kind(level)}", locale))
        lines.append(self._say(f"alert-do-{_kind(level)}", locale))
        return card(TROUBLE if whole else BANANA, text("\n".join(lines)))

    def outlet(
        self, outlet: Outlet, locale: str, *, now: bool, writable: bool = True
    ) -> discord.ui.LayoutView:
        """Where alerts go; `now` when that was just set, `writable` whether we can write there."""
        whom = "channel" if outlet.channel_id else "nobody" if outlet.off else "owner"
        place = f"<#{outlet.channel_id}>"
        lines = [
            self._say("alerts-set" if now else "alerts-title", locale),
            self._say(f"alerts-to-{whom}", locale, channel=place),
        ]
        if not writable:
            lines.append(self._say("alerts-not-writable", locale, channel=place))
        return card(BANANA, text("\n".join(lines)))

    def _head(self, alert: Alert, locale: str) -> str:
        level = alert.level
        return self._say(
            f"alert-{_kind(level)}",
            locale,
            percent=alert.percent,
            used=_amount(level, level.used),
            limit=_amount(level, level.amount),
            left=_amount(level, level.left),
            counted="" if level.measure == POOL else self._counted(level, locale),
            name=harmless(level.name[:NAME_SHOWN]),
        )

    def _counted(self, level: Level, locale: str) -> str:
        if _in_dollars(level):
            return self._say(f"alert-measure-{level.measure}", locale)
        return self._say(f"limit-measure-{level.measure}", locale)


def _kind(level: Level) -> str:
    if level.measure == POOL:
        return "pool"
    if level.guild_id:
        return "limit"
    return "key" if level.name else "bot"


def _in_dollars(level: Level) -> bool:
    return level.measure.startswith("usd")


def _amount(level: Level, amount: int) -> object:
    """A number, written as each language does."""
    if not _in_dollars(level):
        return amount
    return fluent_number(amount / MICROS, minimumFractionDigits=2, maximumFractionDigits=2)
