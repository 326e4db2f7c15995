"""A short crash campaign on SQLite, and one that has to fail. `make crash` runs the long ones."""

import os

from tests.crash.campaign import Plan, prepared

SEED = int(os.environ.get("CRASH_SEED", "5"))


def test_no_promise_is_broken(tmp_path, nursery):
    """Every kind of upstream; kill -9 at random instants, and a sleep beyond the lease."""
    plan = Plan(jobs=40, kills=3, freezes=1, seed=SEED)

    with prepared(plan, tmp_path, nursery) as campaign:
        outcome = campaign.run()

    assert outcome.broken == [], f"CRASH_SEED={SEED}"
    assert all(line.shown for line in outcome.lines.values())


def test_it_is_noticed_when_calls_are_not_written_down_before_they_leave(tmp_path, nursery):
    """The same with a bot that lacks one safeguard: some picture is paid for again."""
    plan = Plan(jobs=16, kills=2, freezes=0, seed=SEED, options={"forgetful": "calls"}, patience=1)

    with prepared(plan, tmp_path, nursery) as campaign:
        outcome = campaign.run()

    assert [problem for problem in outcome.broken if ": paid " in problem]
