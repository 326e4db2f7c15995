"""The cards of /quota: what was set, what holds, and what moved."""

from collections.abc import Iterator, Sequence

import discord
from discord.utils import format_dt

from bot.jobs.limits import Overview
from bot.jobs.treasury import Moved
from bot.quotas.allowance import Allowance
from bot.quotas.limit import Limit, Use, Whose
from bot.ui.cards import Cards
from bot.ui.refusals import Say
from bot.ui.times import moment

MOST_LINES = 15
"""Of limits, and of allowances; a card holds 4,000 characters in all."""
BAR = 10


class LimitCards:
    """Cards that are seen by who asked alone, in their language."""

    def __init__(self, *, cards: Cards, say: Say) -> None:
        self._cards = cards
        self._say = say

    def set(self, limit: Limit, locale: str) -> discord.ui.LayoutView:
        said = self._limit(limit, locale)
        lines = [self._say("quota-set", locale, owner=self._owner(limit, locale), limit=said)]
        if limit.amount == 0:
            lines.append(self._say("quota-set-zero", locale))
        return self._cards.sections("\n".join(lines))

    def cleared(self, limit: Limit, locale: str, *, was_set: bool) -> discord.ui.LayoutView:
        counted = self._say(f"limit-measure-{limit.measure}", locale)
        key = "quota-cleared" if was_set else "quota-not-set"
        owner = self._owner(limit, locale)
        return self._cards.sections(self._say(key, locale, owner=owner, counted=counted))

    def overview(self, seen: Overview, locale: str) -> discord.ui.LayoutView:
        """Everything of a server at a glance."""
        held = self._cards.credits(seen.pool.held, locale)
        pool = self._cards.credits(seen.pool.available, locale)
        head = [
            self._say("quota-title", locale),
            self._say("quota-pool", locale, credits=pool, held=held),
            *(self._use(use, locale) for use in seen.uses),
        ]
        if not seen.uses:
            head.append(self._say("quota-no-uses", locale))
        limits = [
            self._say(
                "quota-limit",
                locale,
                owner=self._owner(limit, locale),
                limit=self._limit(limit, locale),
            )
            for limit in seen.limits
        ]
        allowances = [self._allowance(allowance, locale) for allowance in seen.allowances]
        no_limits = self._say("quota-no-limits", locale)
        no_allowances = self._say("quota-no-allowances", locale)
        return self._cards.sections(
            "\n".join(head),
            self._list(limits, self._say("quota-limits", locale), locale) or no_limits,
            self._list(allowances, self._say("quota-allowances", locale), locale) or no_allowances,
        )

    def allowed(self, allowance: Allowance, locale: str) -> discord.ui.LayoutView:
        lines = [self._say("quota-allowed", locale), self._allowance(allowance, locale)]
        return self._cards.sections("\n".join(lines))

    def disallowed(
        self, guild_id: int, role_id: int, locale: str, *, was_set: bool
    ) -> discord.ui.LayoutView:
        owner = self._role(guild_id, role_id, locale)
        key = "quota-disallowed" if was_set else "quota-not-allowed"
        return self._cards.sections(self._say(key, locale, owner=owner))

    def funded(self, amount: int, available: int, locale: str) -> discord.ui.LayoutView:
        given = self._cards.credits(amount, locale)
        left = self._cards.credits(available, locale)
        return self._cards.sections(
            self._say("quota-funded", locale, credits=given, available=left)
        )

    def granted(self, moved: Moved, locale: str) -> discord.ui.LayoutView:
        return self._moved("quota-granted", moved, locale)

    def taken(self, moved: Moved, locale: str) -> discord.ui.LayoutView:
        return self._moved("quota-taken", moved, locale)

    def refunded(self, moved: Moved, locale: str) -> discord.ui.LayoutView:
        return self._moved("quota-refunded", moved, locale)

    def _moved(self, key: str, moved: Moved, locale: str) -> discord.ui.LayoutView:
        kind, _, owner_id = moved.account_id.partition(":")
        owner = {
            "member": f"<@{owner_id}>",
            "server": self._say("quota-whose-server", locale),
        }.get(kind) or self._say("quota-owner-team", locale)
        amount = self._cards.credits(abs(moved.amount), locale)
        left = self._cards.credits(moved.available, locale)
        said = self._say(key, locale, credits=amount, owner=owner, available=left)
        shared = [self._say("quota-refunded-shared", locale)] if moved.shared else []
        return self._cards.sections("\n".join([said, *shared]))

    def _use(self, use: Use, locale: str) -> str:
        counted = self._say(f"limit-measure-{use.measure}", locale)
        said = self._say(
            "quota-use",
            locale,
            bar=_bar(use),
            used=use.used,
            limit=use.limit,
            counted=counted,
            left=use.left,
        )
        if use.opens_at is None:
            return said
        at = moment(use.opens_at)
        opens = self._say("quota-opens", locale, relative=format_dt(at, "R"), at=format_dt(at, "f"))
        return f"{said} · {opens}"

    def _limit(self, limit: Limit, locale: str) -> str:
        counted = self._say(f"limit-measure-{limit.measure}", locale)
        if limit.amount is None:
            return self._say("quota-amount-none", locale, counted=counted)
        return self._say("quota-amount", locale, amount=limit.amount, counted=counted)

    def _owner(self, limit: Limit, locale: str) -> str:
        if limit.whose is Whose.MEMBER:
            return f"<@{limit.owner_id}>"
        if limit.whose is Whose.ROLE:
            return self._role(limit.guild_id, limit.owner_id, locale)
        return self._say("quota-whose-server", locale)

    def _role(self, guild_id: int, role_id: int, locale: str) -> str:
        """A mention, which is shown and rings for nobody; the role of everyone in words."""
        return (
            self._say("quota-whose-everyone", locale) if role_id == guild_id else f"<@&{role_id}>"
        )

    def _allowance(self, allowance: Allowance, locale: str) -> str:
        said = self._say(
            f"quota-allowance-{allowance.period}",
            locale,
            owner=self._role(allowance.guild_id, allowance.role_id, locale),
            credits=self._cards.credits(allowance.credits, locale),
        )
        if not allowance.carry:
            return said
        carry = self._cards.credits(allowance.carry, locale)
        return f"{said} · {self._say('quota-carry', locale, carry=carry)}"

    def _list(self, lines: Sequence[str], title: str, locale: str) -> str:
        """The lines below their title, or nothing where there are none."""

        def shown() -> Iterator[str]:
            yield title
            yield from (f"- {line}" for line in lines[:MOST_LINES])
            if len(lines) > MOST_LINES:
                yield self._say("quota-more", locale, count=len(lines) - MOST_LINES)

        return "\n".join(shown()) if lines else ""


def _bar(use: Use) -> str:
    """How full a limit is; a full bar only where nothing is left."""
    full = min(BAR, use.used * BAR // use.limit) if use.limit else BAR
    return "▰" * full + "▱" * (BAR - full)
