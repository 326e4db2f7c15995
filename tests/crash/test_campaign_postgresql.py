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


@pytest.mark.parametrize("late", [False, True])
def test_a_frozen_process_loses_its_job_and_cannot_take_it_back(
    tmp_path, cluster, new_bot, discord, stand_in, until, shown, late
):
    """The other has it within a lease and some; who wakes up writes and posts nothing.

    What it had said in the moment of the freeze may come `late`, after the picture: then the card
    is shown anew.
    """
    cluster.script(f"CREATE DATABASE takeover_{late}")
    settings = {
        "DATABASE_URL": cluster.url(f"takeover_{late}".lower()),
        "IMAGES_DIR": tmp_path / "images",
        "LEASE_SECONDS": LEASE_SECONDS,
    }
    first, second = (new_bot(**settings) for _ in range(2))
    prompt = f"taken over, {late}"
    first.begin()
    stand_in.hold()
    if late:
        discord.weather({"method": "PATCH", "times": 1, "held": True})
    discord.imagine(0, prompt=prompt, model=KINDS["with a key"][1])
    stand_in.wait(1, prompt)
    if late:
        until(lambda: discord.record()["weather_left"] == [0])
    first.freeze()
    second.start()
    second.wait_until_ready(2)
    stand_in.release()

    [picture] = until(lambda: shown(prompt))
    discord.weather()
    if late:
        until(lambda: "Drawing" in shown(prompt)[0]["text"])
    first.thaw()
    time.sleep(1.5 * LEASE_SECONDS)

    until(lambda: "charged" in shown(prompt)[0]["text"])
    assert [one["id"] for one in shown(prompt)] == [picture["id"]]
    assert sum(call["paid"] for call in stand_in.calls(prompt)) == 1
    assert "job taken over by another run" in first.logged()
    assert ("progress shown after the end" in first.logged()) or not late
    assert second.command("ledger", "check")[0] == 0
