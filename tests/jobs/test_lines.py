"""What people hand in as a list: text and tables, as editors and spreadsheets write them."""

import pytest

from bot.generation.request import AspectRatio, Resolution
from bot.jobs.lines import FILE_BYTES, MOST, Line, read, weigh
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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_prompt_a_line_by_its_number_in_an_editor(end):
    text = end.join(("# a comment", "", "  a fox  ", "a “hare”,\tand more", "\t", "an owl"))

    lines, faults = read(text.encode("utf-8-sig"), "list.txt")

    assert lines == [Line(3, "a fox"), Line(4, "a “hare”,\tand more"), Line(6, "an owl")]
    assert faults == []


def test_a_line_ends_where_an_editor_ends_it():
    """A line separator inside a prompt is a character of it."""
    assert [line.number for line in read("a\u2028b\x0cc\nd".encode(), "x")[0]] == [1, 2]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_with_its_columns_in_any_order(delimiter):
    rows = (
        ("Count", "PROMPT", "aspect-ratio", "Resolution", "model"),
        ("2", "a fox", "16:9", "2k", "banana"),
        ("", '"a hare, an owl; and\n""more"""', "", "", ""),
        ("", "", "", "", ""),
        ("", "the last", "AUTO", "512", ""),
    )
    text = "\n".join(delimiter.join(row) for row in rows)

    lines, faults = read(text.encode(), "Sheet.CSV")

    assert lines == [
        Line(2, "a fox", "banana", AspectRatio.W16_H9, Resolution.R2K, 2),
        Line(3, 'a hare, an owl; and\n"more"'),
        Line(6, "the last", None, AspectRatio.AUTO, Resolution.R512),
    ]
    assert faults == []


def test_what_is_wrong_with_a_line_leaves_the_others():
    text = "prompt,count\na fox,0\nan owl, with a hat,1\n,2\nfine,\n# kept,3\n"

    lines, faults = read(text.encode(), "a.csv")

    assert lines == [Line(4, "", count=2), Line(5, "fine"), Line(6, "# kept", count=3)]
    assert [(fault.number, type(fault.error)) for fault in faults] == [
        (2, NotOneOf),
        (3, CellsLeftOver),
    ]


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"", "a.txt", NoPrompts),
        (b"\n# a\n  \n", "a.txt", NoPrompts),
        (b"prompt\n", "a.csv", NoPrompts),
        (b"", "a.csv", NoPrompts),
        ("fuchs".encode("utf-16"), "a.txt", NotText),
        ("fuchs".encode("utf-16-le"), "a.txt", NotText),
        ("Füchse".encode("cp1252"), "a.txt", NotText),
        ("狐狸".encode("gb18030"), "a.csv", NotText),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.txt", NotText),
        (b"a fox\nan owl\n", "a.csv", NoPromptColumn),
        (b"prompt,notes\n", "a.csv", UnknownColumn),
        (b"prompt,model,Prompt\n", "a.csv", UnknownColumn),
        (b'prompt\na fox\n"open\n\n', "a.csv", NoTable),
        (b'prompt\n"a" fox\n', "a.csv", NoTable),
        (b"x\n" * (MOST + 1), "a.txt", TooManyPrompts),
        (b" " * (FILE_BYTES + 1), "a.txt", ListTooLarge),
    ],
)
def test_a_file_of_which_nothing_can_be_read(content, name, error):
    with pytest.raises(error):
        read(content, name)


def test_the_most_there_may_be():
    weigh(FILE_BYTES)
    assert len(read(b"x\n" * MOST, "a.txt")[0]) == MOST
