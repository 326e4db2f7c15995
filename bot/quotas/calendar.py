"""Where the hour, the day and the month begin that a limit is counted in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MICROS = 1_000_000
HOUR = 3600 * MICROS


class Period(StrEnum):
    """How long an allowance lasts; a week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Windows:
    """When the windows around a moment begin and end, in microseconds UTC."""

    hour: int
    day: int
    month: int
    hour_ends: int
    day_ends: int
    month_ends: int


class Calendar:
    """Days and months as a time zone has them; hours are UTC's, so that none is skipped."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def windows(self, now: int) -> Windows:
        """The windows around `now`."""
        return Windows(
            hour=now // HOUR * HOUR,
            day=self.start(Period.DAY, now),
            month=self.start(Period.MONTH, now),
            hour_ends=(now // HOUR + 1) * HOUR,
            day_ends=self.end(Period.DAY, now),
            month_ends=self.end(Period.MONTH, now),
        )

    def start(self, period: Period, now: int) -> int:
        """When the period around `now` began."""
        return _micros(self._first_day(period, now))

    def end(self, period: Period, now: int) -> int:
        """When the one after it begins."""
        first = self._first_day(period, now)
        if period is Period.MONTH:
            return _micros((first + timedelta(days=32)).replace(day=1))
        return _micros(first + timedelta(days=7 if period is Period.WEEK else 1))

    def days(self, since: int, until: int) -> list[int]:
        """When each day began, from the one around `since` to the last before `until`."""
        starts = [self.start(Period.DAY, since)]
        while (following := self.end(Period.DAY, starts[-1])) < until:
            starts.append(following)
        return starts

    def midnight(self, day: date) -> int:
        """When a day begins there."""
        return _micros(datetime.combine(day, time(), self._zone))

    def date(self, now: int) -> date:
        """Which day it is there."""
        return datetime.fromtimestamp(now / MICROS, UTC).astimezone(self._zone).date()

    def _first_day(self, period: Period, now: int) -> datetime:
        here = datetime.fromtimestamp(now / MICROS, UTC).astimezone(self._zone)
        today = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if period is Period.MONTH:
            return today.replace(day=1)
        return today - timedelta(days=today.weekday() if period is Period.WEEK else 0)


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * MICROS
