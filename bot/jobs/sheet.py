"""A report as CSV, for spreadsheets and programs."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date

from bot.db.database import Row

COLUMNS = (
    "day", "server", "member", "model", "channel", "credits", "pictures", "jobs", "refunded",
)  # fmt: skip

_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
"""How a cell begins that a spreadsheet may calculate instead of showing."""


def cell(text: str) -> str:
    """Words of people, as a spreadsheet shows and never calculates them."""
    return f"'{text}" if _FORMULA.match(text) else text


class Sheet:
    """UTF-8, one line for each day, member, model and channel; at most `most` bytes of it."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._bytes = io.BytesIO()
        self._text = io.TextIOWrapper(self._bytes, "utf-8", newline="", write_through=True)
        self._table = csv.writer(self._text)
        self._table.writerow(COLUMNS)

    def add(self, day: date, rows: Sequence[Row]) -> None:
        """A day's rows; nothing more is kept once it has become too large."""
        if self._bytes.tell() <= self._most:
            self._table.writerows(_cells(day.isoformat(), row) for row in rows)

    @property
    def content(self) -> bytes | None:
        """The file, or None where it is larger than it may be."""
        return self._bytes.getvalue() if self._bytes.tell() <= self._most else None


def _cells(day: str, row: Row) -> tuple[object, ...]:
    return (
        day,
        row["guild_id"] or "",
        row["member_id"],
        cell(row["model"]),
        row["channel_id"] or "",
        row["credits"],
        row["pictures"],
        row["jobs"],
        row["refunded"],
    )
