"""Two processes on one PostgreSQL: one killed or frozen, and the server itself gone."""

import os
import time

import pytest

from tests.clusters import NoPostgres, running_cluster
from tests.crash.campaign import LEASE_SECONDS, Plan, prepared
from tests.crash.stage.processes import KINDS

SEED = int(os.environ.get("CRASH_SEED", "5"))


@pytest.fixture(scope="module")
def cluster():
    try:
        with running_cluster(durable=True) as running:
            yield running
    except NoPostgres as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")


def test_no_promise_is_broken(tmp_path, nursery, cluster):
    plan = Plan(jobs=32, kills=1, freezes=1, restarts=1, seed=SEED)

    with prepared(plan, tmp_path, nursery, cluster) as campaign:
        outcome = campaign.run()

    assert outcome.broken == [], f"CRASH_SEED={SEED}"
    assert all(line.shown for line in outcome.lines.values())


def test_a_frozen_process_loses_its_job_and_cannot_take_it_back(
    tmp_path, cluster, new_bot, discord, stand_in, until, shown
):
    """The other has it within a lease and some; who wakes up writes and posts nothing."""
    cluster.script("CREATE DATABASE takeover")
    settings = {
        "DATABASE_URL": cluster.url("takeover"),
        "IMAGES_DIR": tmp_path / "images",
        "LEASE_SECONDS": LEASE_SECONDS,
    }
    first, second = (new_bot(**settings) for _ in range(2))
    first.begin()
    stand_in.hold()
    discord.imagine(0, prompt="taken over", model=KINDS["with a key"][1])
    stand_in.wait(1, "taken over")
    # What is on its way to Discord in the moment of the freeze nobody can hold back.
    until(lambda: any("Drawing" in one["text"] for one in discord.record()["messages"]))
    first.freeze()
    second.start()
    second.wait_until_ready(2)
    stand_in.release()

    [picture] = until(lambda: shown("taken over"))
    first.thaw()
    time.sleep(1.5 * LEASE_SECONDS)

    assert shown("taken over") == [picture]
    assert sum(call["paid"] for call in stand_in.calls("taken over")) == 1
    assert "job taken over by another run" in first.logged()
    assert second.command("ledger", "check")[0] == 0
