"""The card of /quota report: what pictures cost, by whom, with what and where."""

from collections.abc import Mapping
from io import BytesIO

import discord

from bot.jobs.reports import Report
from bot.jobs.tally import Group, Share
from bot.ui.cards import harmless
from bot.ui.names import named
from bot.ui.parts import BANANA, card, rule, text
from bot.ui.refusals import Say

CHART, TABLE = "report.png", "report.csv"
NAME_SHOWN = 60
"""Characters of a model's or a server's name."""


class ReportCards:
    """Cards that are seen by who asked alone, in their language."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def report(
        self, report: Report, locale: str, *, servers: Mapping[int, str] | None = None
    ) -> discord.ui.LayoutView:
        """To be sent with the files of `files`; `servers` gives the names that are known."""
        place = Group.CHANNEL if report.guild_id else Group.SERVER
        items: list[discord.ui.Item[discord.ui.LayoutView]] = [
            text("\n".join(self._head(report, locale)))
        ]
        if report.sums.jobs:
            items += [
                text("\n".join(self._ranking(report, group, locale, servers or {})))
                for group in (Group.MEMBER, place, Group.MODEL)
            ]
        if report.chart:
            alt = self._alt(report, locale)
            picture = discord.MediaGalleryItem(f"attachment://{CHART}", description=alt)
            items.append(discord.ui.MediaGallery(picture))
        if report.table:
            items.append(discord.ui.File(f"attachment://{TABLE}"))
        elif report.sums.jobs:
            items.append(text(self._say("report-too-large", locale)))
        return card(BANANA, items[0], *([rule(), *items[1:]] if items[1:] else []))

    def files(self, report: Report) -> list[discord.File]:
        """The picture and the table on the card, where there are any."""
        named = ((CHART, report.chart), (TABLE, report.table))
        return [discord.File(BytesIO(file), filename=name) for name, file in named if file]

    def _head(self, report: Report, locale: str) -> list[str]:
        sums = report.sums
        span = self._say(f"report-span-{report.span}", locale)
        days = " – ".join(dict.fromkeys((str(report.days[0]), str(report.days[-1]))))
        key = "report-title" if report.guild_id else "report-title-everywhere"
        title = self._say(key, locale, span=span, days=days)
        if not sums.jobs:
            return [title, self._say("report-nothing", locale)]
        paid = self._credits(sums.paid, locale)
        lines = [
            title,
            self._say("report-sum", locale, paid=paid, pictures=sums.pictures, jobs=sums.jobs),
            self._say(
                "report-paid-by",
                locale,
                pool=self._credits(sums.by_pool, locale),
                teams=self._credits(sums.by_teams, locale),
                members=self._credits(sums.by_members, locale),
            ),
        ]
        if sums.refunded:
            refunded = self._credits(sums.refunded, locale)
            lines.append(self._say("report-refunded", locale, credits=refunded))
        return lines

    def _ranking(
        self, report: Report, group: Group, locale: str, servers: Mapping[int, str]
    ) -> list[str]:
        ranking = report.rankings[group]
        lines = [self._say(f"report-group-{group}", locale)]
        for number, share in enumerate(ranking.top, start=1):
            said = self._say(
                "report-share",
                locale,
                name=self._name(group, share, locale, servers),
                credits=self._credits(share.credits, locale),
                pictures=share.pictures,
            )
            lines.append(f"{number}. {said}")
        more = [self._say("report-more", locale, count=ranking.others)] if ranking.others else []
        return [*lines, *more]

    def _name(self, group: Group, share: Share, locale: str, servers: Mapping[int, str]) -> str:
        """A mention, which is shown and rings for nobody, or a name."""
        if group is Group.MODEL:
            return harmless(share.key[:NAME_SHOWN])
        if not share.key:
            return self._say("report-no-server", locale)
        if group is Group.SERVER:
            return harmless(servers.get(int(share.key), share.key)[:NAME_SHOWN])
        if group is Group.MEMBER:
            return named(int(share.key), self._say, locale)
        return f"<#{share.key}>"

    def _alt(self, report: Report, locale: str) -> str:
        most = max(report.amounts)
        return self._say(
            "report-chart",
            locale,
            total=self._credits(report.sums.paid, locale),
            most=self._credits(most, locale),
            day=report.days[report.amounts.index(most)],
        )

    def _credits(self, amount: int, locale: str) -> str:
        return self._say("credits", locale, credits=amount)
