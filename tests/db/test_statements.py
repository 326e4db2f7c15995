"""Every statement has one name and a sentence, fits the schema, and leaves history alone."""

import re
from functools import partial

import pytest

from bot.db import statements

SHIPPED = statements.load()


def test_a_name_given_twice_is_an_error_in_one_file_and_across_files(tmp_path):
    first = "-- name: look\n-- Look.\nSELECT 1;\n"
    (tmp_path / "a.sql").write_text(first)
    assert statements.read(tmp_path) == {"look": "SELECT 1;"}
    (tmp_path / "b.sql").write_text(first)
    with pytest.raises(ValueError, match=r"b\.sql: the name look is given twice"):
        statements.read(tmp_path)
    (tmp_path / "b.sql").unlink()
    (tmp_path / "a.sql").write_text(first * 2)
    with pytest.raises(ValueError, match=r"a\.sql: the name look is given twice"):
        statements.read(tmp_path)


def test_a_statement_without_its_sentence_is_an_error(tmp_path):
    (tmp_path / "a.sql").write_text("-- name: look\nSELECT 1;\n")
    with pytest.raises(ValueError, match="look has no sentence"):
        statements.read(tmp_path)


async def test_every_statement_fits_the_schema(database, flaws):
    """A misspelt table or column shows here, not when a member first needs the statement."""
    assert len(SHIPPED) > 100
    for name, sql in SHIPPED.items():
        values = dict.fromkeys(re.findall(r":(\w+)", sql))
        with flaws.of(name):
            assert await database.read(partial(explained, sql, values))


async def explained(sql, values, tx):
    return await tx.query(f"EXPLAIN {sql}", **values)


NAMELESS = {
    "rename_entries": "UPDATE entries SET account_id =",
    "reword_movement": "UPDATE movements SET reason =",
}
"""What forgetting a member may change: whose it was. What moved and when stays."""


def test_history_is_never_edited(flaws):
    """Movements and entries are added; no statement of any room changes or removes one."""
    for name, sql in SHIPPED.items():
        edits = re.findall(
            r"\b(?:UPDATE|DELETE\s+FROM|REPLACE\s+INTO|DO\s+UPDATE)\s+(\w+)", sql, re.IGNORECASE
        )
        again = r"INTO\s+(movements|entries)\b.*\bDO\s+UPDATE"
        with flaws.of(name):
            if name in NAMELESS:
                [column] = re.findall(r"(\w+) =", sql.partition("WHERE")[0])
                assert sql.startswith(NAMELESS[name])
                assert column in NAMELESS[name]
                continue
            assert not {"movements", "entries"} & {table.lower() for table in edits}
            assert not re.search(again, sql, re.IGNORECASE | re.DOTALL)
