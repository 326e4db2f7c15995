"""The operator's limits for all: read strictly, because a wrong one would cost money."""

import pytest

from bot.errors import SettingsError
from bot.quotas import defaults
from bot.quotas.limit import Measure, Whose


def test_limits_are_read_with_any_spaces():
    read = defaults.read(
        " member.credits_per_day=50,server.credits_per_month = 5000 ,\nbot.concurrent_jobs=0,"
    )
    assert read == {
        (Whose.MEMBER, Measure.DAY): 50,
        (Whose.SERVER, Measure.MONTH): 5000,
        (Whose.BOT, Measure.JOBS): 0,
    }
    assert defaults.read("") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("credits_per_day=5", "is not one of"),
        ("member.credits_per_day", "is not one of"),
        ("role.credits_per_day=5", "is not one of"),
        ("member.credits_per_year=5", "is not one of"),
        ("Member.credits_per_day=5", "is not one of"),
        ("member.credits_per_day=none", "whole number"),
        ("member.credits_per_day=-1", "whole number"),
        ("member.credits_per_day=1.5", "whole number"),
        ("member.credits_per_day=²", "whole number"),
        ("member.credits_per_day=", "whole number"),
        (f"member.credits_per_day={10**12 + 1}", "whole number"),
        ("bot.credits_per_day=1, bot.credits_per_day=2", "twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_setting(text, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        defaults.read(text)
    assert caught.value.setting == "DEFAULT_LIMITS"
