"""The lines of /balance about upstreams: what is closed, and for the operator every key."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from discord.utils import format_dt

from bot.jobs.outlook import KeyState, Outlook, Trouble
from bot.mirror import UpstreamClosed
from bot.providers.meters import Reading
from bot.quotas.budget import KeyUse
from bot.ui.refusals import Say, reopens
from bot.ui.times import moment

REASONS_SHOWN = 2
MODELS_SHOWN = 4
TROUBLES_SHOWN = 2


class UpstreamLines:
    """Members read neither an upstream's name nor anything of its keys."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def closures(self, outlook: Outlook, locale: str) -> list[str]:
        """That no pictures can be made now, or which models cannot draw; nothing when all can."""
        closures = sorted(
            outlook.closures, key=lambda found: (found.opens_at is None, found.opens_at or 0)
        )
        if outlook.everything and closures:
            return [self._closed("balance-closed", closures[0], locale)]
        groups: dict[tuple[str, int | None], list[UpstreamClosed]] = {}
        for found in closures:
            groups.setdefault((found.reason, found.opens_at), []).append(found)
        return [
            self._closed("balance-closed-model", together[0], locale, model=_models(together))
            for together in list(groups.values())[:REASONS_SHOWN]
        ]

    def keys(self, outlook: Outlook, locale: str, *, room: int) -> list[str]:
        """For who runs the bot: every key, why it is closed, what it spent, what is left there.

        As many as fit into `room` characters.
        """
        shown = [self._say("balance-upstreams", locale)]
        if room < 10 * len(shown[0]):
            return []
        left = room - len(shown[0]) - len(self._say("balance-more", locale, count=room))
        for place, key in enumerate(outlook.keys):
            line = " · ".join(self._key(key, locale))
            left -= len(line) + 2
            if left < 0:
                shown.append(self._say("balance-more", locale, count=len(outlook.keys) - place))
                break
            shown.append(line)
        return shown if len(shown) > 1 else []

    def _closed(self, key: str, found: UpstreamClosed, locale: str, **facts: str) -> str:
        why = self._say(f"upstream-{found.reason}", locale)
        return self._say(key, locale, why=why, when=reopens(found, locale, self._say), **facts)

    def _key(self, key: KeyState, locale: str) -> Iterator[str]:
        is_open = not key.troubles and all(use.allows(1) for use in key.uses)
        name = "balance-key-open" if is_open else "balance-key-closed"
        yield self._say(name, locale, name=key.provider, key=key.key)
        yield from (self._trouble(one, locale) for one in key.troubles[:TROUBLES_SHOWN])
        yield from (self._spent(use, locale) for use in key.uses)
        if key.reading is not None:
            yield self._left(key.reading, locale)

    def _trouble(self, trouble: Trouble, locale: str) -> str:
        what = self._say(f"trouble-{trouble.kind}", locale)
        when = format_dt(moment(trouble.retry_at), "R")
        if trouble.model is None:
            return self._say("balance-trouble", locale, what=what, when=when)
        return self._say("balance-trouble-model", locale, model=trouble.model, what=what, when=when)

    def _spent(self, use: KeyUse, locale: str) -> str:
        used, limit = _usd(use.used), _usd(use.limit or 0)
        return self._say(f"balance-spent-{use.scope}", locale, used=used, limit=limit)

    def _left(self, reading: Reading, locale: str) -> str:
        balance = reading.balance
        when = format_dt(moment(reading.at), "R")
        if balance.unlimited:
            return self._say("balance-left-unlimited", locale, when=when)
        amount = f"{balance.amount:,}"
        return self._say(f"balance-left-{balance.unit}", locale, amount=amount, when=when)


def _models(closures: Sequence[UpstreamClosed]) -> str:
    names = [found.model for found in closures[:MODELS_SHOWN]]
    return ", ".join([*names, *(["…"] if len(closures) > MODELS_SHOWN else [])])


def _usd(micros: int) -> str:
    """To the cent, or as far as it goes."""
    exact = Decimal(micros).scaleb(-6).normalize()
    return f"{exact:,.2f}" if exact == round(exact, 2) else f"{exact:,f}"
