"""A Discord and an upstream for a module's tests, and bots that end with their test."""

import pytest
from stage.processes import make_bot, running_discord, running_upstream


@pytest.fixture(scope="module")
def discord():
    with running_discord() as running:
        yield running


@pytest.fixture(scope="module")
def stand_in():
    with running_upstream() as running:
        yield running


@pytest.fixture
def new_bot(discord, stand_in, tmp_path):
    """Make a bot over an empty folder; whatever becomes of the test, none stays behind."""
    made = []

    def make(*options, **settings):
        folder = tmp_path / f"bot{len(made)}"
        made.append(make_bot(folder, discord, stand_in, *options, **settings))
        return made[-1]

    yield make
    for bot in made:
        bot.dismiss()
    discord.weather()
    stand_in.release()
