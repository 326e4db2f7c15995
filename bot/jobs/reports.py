"""What pictures cost in a server, for its managers; in all servers, for who runs the bot."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial

from bot.db.database import Database, Row, Transaction
from bot.errors import OperatorsOnly
from bot.images.codec import Codec
from bot.jobs.limits import Caller, managed
from bot.jobs.sheet import Sheet
from bot.jobs.tally import Group, Ranking, Sums, Tally
from bot.ledger.ledger import REVENUE
from bot.quotas.calendar import Calendar, Period

DAY = 24 * 3600 * 1_000_000
TABLE_BYTES = 16 * 1024 * 1024
"""All files of one message together may have 25 MiB, whatever one may have."""


class Span(StrEnum):
    """What time a report is about, in days of the configured time zone."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last-month"
    DAYS = "30-days"


SPANS = tuple(Span)


@dataclass(frozen=True, slots=True)
class Report:
    """`guild_id` 0 is everywhere. `chart` is a PNG and `table` a CSV, where there are any.

    `table` is None also where it would be too large to attach.
    """

    guild_id: int
    span: Span
    days: tuple[date, ...]
    amounts: tuple[int, ...]
    sums: Sums
    rankings: Mapping[Group, Ranking]
    chart: bytes | None
    table: bytes | None


class Reports:
    """`now` in microseconds UTC; `nickname` is what people call a model."""

    def __init__(
        self,
        *,
        database: Database,
        calendar: Calendar,
        codec: Codec,
        now: Callable[[], int],
        nickname: Callable[[str], str],
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._codec = codec
        self._now = now
        self._nickname = nickname

    async def make(
        self, caller: Caller, span: str, *, everywhere: bool = False, most_bytes: int
    ) -> Report:
        """Add up a server, or with `everywhere` all of them; its CSV has at most `most_bytes`.

        Raises ManagersOnly for who does not manage the server, and OperatorsOnly for everywhere.
        """
        if everywhere and not caller.operates:
            raise OperatorsOnly
        guild_id = 0 if everywhere else managed(caller)
        starts, until = self._bounds(Span(span))
        days = tuple(self._calendar.date(start) for start in starts)
        tally, sheet = Tally(), Sheet(most=min(most_bytes, TABLE_BYTES))
        for day, since, end in zip(days, starts, (*starts[1:], until), strict=True):
            # A day at a time: who else reads the database waits for one at most, and so is kept.
            rows = await self._database.read(partial(_rows, guild_id, since, end))
            await asyncio.to_thread(_add, tally, sheet, day, rows)
        report = Report(
            guild_id=guild_id,
            span=Span(span),
            days=days,
            amounts=tuple(tally.amounts),
            sums=tally.sums,
            rankings={group: self._named(group, tally.ranking(group)) for group in Group},
            chart=None,
            table=sheet.content if tally.sums.jobs else None,
        )
        return await self._drawn(report) if report.sums.jobs else report

    def _bounds(self, span: Span) -> tuple[list[int], int]:
        """When each day of a span begins, and when the last one ends."""
        now = self._now()
        today = self._calendar.start(Period.DAY, now)
        since, until = today, self._calendar.end(Period.DAY, now)
        if span is Span.DAYS:
            # From the middle of today: a day in between may have an hour more or less.
            since = today + DAY // 2 - 29 * DAY
        elif span is Span.LAST_MONTH:
            until = self._calendar.start(Period.MONTH, now)
            since = self._calendar.start(Period.MONTH, until - 1)
        elif span is not Span.TODAY:
            since = self._calendar.start(Period(span), now)
        return self._calendar.days(since, until), until

    def _named(self, group: Group, ranking: Ranking) -> Ranking:
        """With the models called what people call them."""
        if group is not Group.MODEL:
            return ranking
        top = tuple(replace(share, key=self._nickname(share.key)) for share in ranking.top)
        return replace(ranking, top=top)

    async def _drawn(self, report: Report) -> Report:
        """With its picture, in which people and channels have the numbers they have on the card."""
        place = Group.CHANNEL if report.guild_id else Group.SERVER
        marks = {Group.MEMBER: "@", place: "#", Group.MODEL: ""}
        chart = await self._codec.draw_report(
            report.amounts,
            first=report.days[0].isoformat(),
            last=report.days[-1].isoformat(),
            groups=[
                [
                    (f"{mark}{number}" if mark else share.key, share.credits)
                    for number, share in enumerate(report.rankings[group].top, start=1)
                ]
                for group, mark in marks.items()
            ],
        )
        return replace(report, chart=chart)


async def _rows(guild_id: int, since: int, until: int, tx: Transaction) -> Sequence[Row]:
    day = {"since": since, "until": until, "earnings": REVENUE}
    if guild_id:
        return await tx.all("report_here", guild_id=guild_id, **day)
    return await tx.all("report_everywhere", **day)


def _add(tally: Tally, sheet: Sheet, day: date, rows: Sequence[Row]) -> None:
    tally.add(rows)
    sheet.add(day, rows)
