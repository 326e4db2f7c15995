"""Every statement has one name and a sentence, fits the schema, and leaves history alone."""

import re

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


@pytest.mark.parametrize("name", SHIPPED)
async def test_every_statement_fits_the_schema(database, name):
    """A misspelt table or column shows here, not when a member first needs the statement."""
    values = dict.fromkeys(re.findall(r":(\w+)", SHIPPED[name]))
    assert await database.read(lambda tx: tx.query(f"EXPLAIN {SHIPPED[name]}", **values))


NAMELESS = {
    "rename_entries": "UPDATE entries SET account_id =",
    "reword_movement": "UPDATE movements SET reason =",
}
"""What forgetting a member may change: whose it was. What moved and when stays."""


@pytest.mark.parametrize("name", SHIPPED)
def test_history_is_never_edited(name):
    """Movements and entries are added; no statement of any room changes or removes one."""
    if name in NAMELESS:
        [column] = re.findall(r"(\w+) =", SHIPPED[name].partition("WHERE")[0])
        assert SHIPPED[name].startswith(NAMELESS[name])
        assert column in NAMELESS[name]
        return
    edits = re.findall(
        r"\b(?:UPDATE|DELETE\s+FROM|REPLACE\s+INTO|DO\s+UPDATE)\s+(\w+)",
        SHIPPED[name],
        re.IGNORECASE,
    )
    assert not {"movements", "entries"} & {table.lower() for table in edits}
    assert not re.search(
        r"INTO\s+(movements|entries)\b.*\bDO\s+UPDATE", SHIPPED[name], re.IGNORECASE | re.DOTALL
    )
