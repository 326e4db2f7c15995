"""What lets a test of many cases tell of all that were wrong."""

import pytest


def test_every_case_that_fails_is_noted_with_its_place_and_the_rest_go_on(flaws):
    seen = []
    for number in range(4):
        with flaws.of("case", number):
            seen.append(number)
            assert number % 2, "is even"
    with flaws.of("nothing raised"), pytest.raises(LookupError):
        pass
    assert seen == [0, 1, 2, 3]
    noted = dict(flaws.found)
    flaws.found.clear()
    assert list(noted) == ["case 0", "case 2", "nothing raised"]
    assert all(
        text.startswith("test_flaws.py:11: AssertionError: is even")
        for text in (noted["case 0"], noted["case 2"])
    )
    assert "DID NOT RAISE" in noted["nothing raised"]
