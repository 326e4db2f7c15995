"""A file with a list of prompts, read: one a line, or a CSV with more columns. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.errors import Refusal
from bot.generation.policy import PROMPT_LIMIT
from bot.generation.request import AspectRatio, Resolution
from bot.listing import (
    CellsLeftOver,
    ListTooLarge,
    NoPromptColumn,
    NoPrompts,
    NoTable,
    NotOneOf,
    NotText,
    TooManyPrompts,
    UnknownColumn,
)

FILE_BYTES = 1024 * 1024
"""More than 50 prompts of the greatest length in any script."""
MOST = 50
"""Prompts in one list."""
COUNTS = ("1", "2", "3", "4")
COLUMNS = ("prompt", "model", "aspect_ratio", "resolution", "count")
CHOICES: Mapping[str, Sequence[str]] = MappingProxyType(
    {"aspect_ratio": tuple(AspectRatio), "resolution": tuple(Resolution), "count": COUNTS}
)
COMMENT = "#"
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Line:
    """What one line asks for; `number` is where it begins in the file, from 1.

    None leaves it to what was chosen for all.
    """

    number: int
    prompt: str
    model: str | None = None
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be drawn."""

    number: int
    error: Refusal


def weigh(size: int) -> None:
    """Raise ListTooLarge for a file of so many bytes that is not worth reading."""
    if size > FILE_BYTES:
        raise ListTooLarge(-(-size // 1024), FILE_BYTES // 1024)


def read(content: bytes, name: str) -> tuple[list[Line], list[Fault]]:
    """The lines of a file called `name`, and those that cannot be read, each in order.

    Raises ListTooLarge, NotText, NoTable, NoPrompts, TooManyPrompts, NoPromptColumn and
    UnknownColumn, for which no line can be read.
    """
    weigh(len(content))
    text = _decoded(content)
    is_table = name.lower().endswith((".csv", ".tsv"))
    found = list(_table(text) if is_table else _plain(text))
    if not found:
        raise NoPrompts
    if len(found) > MOST:
        raise TooManyPrompts(len(found), MOST)
    lines = [one for one in found if isinstance(one, Line)]
    return lines, [one for one in found if isinstance(one, Fault)]


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText from error
    if "\0" in text:
        # UTF-16 without a mark of its own, or no text at all.
        raise NotText
    return text.removeprefix(BYTE_ORDER_MARK)


def _plain(text: str) -> Iterator[Line]:
    # Not splitlines: what a line is called by is its number in an editor.
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        prompt = line.strip()
        if prompt and not prompt.startswith(COMMENT):
            yield Line(number, prompt)


def _table(text: str) -> Iterator[Line | Fault | None]:
    head = text.partition("\n")[0]
    # Spreadsheets write what is usual where they are.
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    begins, rows_found = 1, 0
    while (row := _next(rows, begins)) is not None:
        number, begins = begins, rows.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = _columns(row)
        else:
            rows_found += 1
            # Of more than may be drawn nothing but their number is told.
            yield _line(number, row, columns) if rows_found <= MOST else None


def _next(rows: Iterator[list[str]], number: int) -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        raise NoTable(number) from error


def _columns(row: Sequence[str]) -> list[str]:
    names = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in row]
    known = ", ".join(COLUMNS)
    if "prompt" not in names:
        raise NoPromptColumn(known)
    for name, cell in zip(names, row, strict=True):
        if name and (name not in COLUMNS or names.count(name) > 1):
            raise UnknownColumn(cell.strip(), known)
    return names


def _line(number: int, row: Sequence[str], columns: Sequence[str]) -> Line | Fault:
    if any(cell.strip() for cell in row[len(columns) :]):
        return Fault(number, CellsLeftOver())
    cells = {
        column: cell.strip()
        for column, cell in zip(columns, row, strict=False)
        if column and cell.strip()
    }
    for column, allowed in CHOICES.items():
        value = cells.get(column)
        if value is not None and _fitting(value, allowed) is None:
            return Fault(number, NotOneOf(column, value[:PROMPT_LIMIT], ", ".join(allowed)))
    ratio = _fitting(cells.get("aspect_ratio", ""), CHOICES["aspect_ratio"])
    size = _fitting(cells.get("resolution", ""), CHOICES["resolution"])
    return Line(
        number,
        cells.get("prompt", ""),
        model=cells.get("model"),
        aspect_ratio=AspectRatio(ratio) if ratio else None,
        resolution=Resolution(size) if size else None,
        count=int(cells.get("count", "1")),
    )


def _fitting(value: str, allowed: Sequence[str]) -> str | None:
    return next((one for one in allowed if one.casefold() == value.casefold()), None)
