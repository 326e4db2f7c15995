"""A Discord, an upstream and a nursery for a whole run, and bots that end with their test."""

import time

import pytest

from tests.crash.stage.processes import make_bot, open_nursery, running_discord, running_upstream


@pytest.fixture(scope="session")
def discord():
    with running_discord(latency=(0.0, 0.01)) as running:
        yield running


@pytest.fixture(scope="session")
def stand_in():
    with running_upstream() as running:
        yield running


@pytest.fixture(scope="session")
def nursery(discord):
    with open_nursery(discord) as opened:
        yield opened


@pytest.fixture
def new_bot(discord, nursery, stand_in, tmp_path):
    """Make a bot over an empty folder; whatever becomes of the test, none stays behind."""
    made = []

    def make(**settings):
        folder = tmp_path / f"bot{len(made)}"
        made.append(make_bot(folder, nursery, stand_in, {"hasty": 10}, **settings))
        return made[-1]

    yield make
    for bot in made:
        bot.dismiss()
    discord.weather()
    stand_in.release()


@pytest.fixture
def until():
    """Wait for what a look finds, as soon as it finds something."""

    def wait(look, seconds=20.0):
        deadline = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < deadline, "nothing came of it"
            time.sleep(0.02)
        return found

    return wait


@pytest.fixture
def shown(discord):
    """Every message that shows a picture of a prompt."""

    def find(prompt):
        messages = discord.record()["messages"]
        return [one for one in messages if prompt in {file["signed"] for file in one["files"]}]

    return find
