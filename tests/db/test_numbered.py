"""Named parameters become numbered ones, and nothing else that has a colon does."""

import pytest

from bot.db.numbered import number


@pytest.mark.parametrize(
    ("named", "numbered", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("(:a,:b, :a)", "($1,$2, $1)", ("a", "b")),
        ("x = :a_1::text", "x = $1::text", ("a_1",)),
        ("':a' = \":b\" || 'it''s :c' -- :d, it's\n/* :e */ = :f", None, ("f",)),
    ],
)
def test_each_name_has_a_number_of_its_own(named, numbered, names):
    found = number(named)
    assert found.sql == (numbered or named.replace(":f", "$1"))
    assert found.names == names


def test_values_go_in_by_name_and_a_missing_one_is_our_bug():
    assert number("(:b, :a, :b)").arguments({"a": 1, "b": 2, "c": 3}) == [2, 1]
    with pytest.raises(KeyError):
        number(":a").arguments({})
