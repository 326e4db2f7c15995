"""Where the hour, the day and the month begin that a limit is counted in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MICROS = 1_000_000
HOUR = 3600 * MICROS


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
        here = datetime.fromtimestamp(now / MICROS, UTC).astimezone(self._zone)
        day = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        tomorrow = (day + timedelta(days=1)).replace(tzinfo=self._zone, fold=0)
        month = day.replace(day=1)
        next_month = (month + timedelta(days=32)).replace(day=1)
        return Windows(
            hour=now // HOUR * HOUR,
            day=_micros(day),
            month=_micros(month),
            hour_ends=(now // HOUR + 1) * HOUR,
            day_ends=_micros(tomorrow),
            month_ends=_micros(next_month),
        )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * MICROS
