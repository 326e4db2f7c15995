"""The stage is Discord enough: the real discord.py works on it, over real connections."""

import pytest

from tests.crash.stage.processes import KINDS, ask

MODEL = KINDS["synchronous"][1]


@pytest.fixture
def bot(new_bot, discord):
    running = new_bot()
    running.begin()
    return running


def test_the_bot_is_at_home(bot, discord, stand_in, until, shown):
    """Pictures by multipart, a button, bad weather, a lost answer, a connection taken up again."""
    began = discord.record()["now"]
    discord.imagine(0, prompt="over the wire", model=MODEL)
    [first] = until(lambda: shown("over the wire"))
    assert first["files"][0]["size"] > 100_000
    assert len(stand_in.calls("over the wire")) == 1

    discord.press(0, first["id"], "Again")
    assert len(until(lambda: shown("over the wire")[1:])) == 1

    discord.weather(
        {"method": "PATCH", "status": 429, "times": 2},
        {"method": "PATCH", "status": 503, "seconds": 0, "times": 1},
        {"method": "PATCH", "status": 0, "late": True, "times": 1},
    )
    discord.imagine(1, prompt="through the storm", model=MODEL)
    [one] = until(lambda: shown("through the storm"))
    assert one["interaction"]

    resumed = discord.record()["resumed"]
    assert discord.disconnect(resumable=True) == 1
    until(lambda: discord.record()["resumed"] > resumed)
    discord.imagine(2, prompt="after a hiccup", model=MODEL)
    until(lambda: shown("after a hiccup"))

    record = discord.record(began)
    assert record["unknown"] == []
    assert all(one["answered"] < 3 for one in record["interactions"])
    bot.terminate()
    assert bot.wait() == 0


def test_a_post_with_a_known_nonce_is_the_same_post(discord):
    before = discord.record()
    channel = before["channel"]
    path = f"{discord.url}/api/v10/channels/{channel}/messages"
    wish = {"content": "a picture", "nonce": "for-a-job", "enforce_nonce": True}

    first, again = ask(path, wish), ask(path, wish)

    assert again["id"] == first["id"]
    assert ask(path, {**wish, "nonce": "for-another"})["id"] != first["id"]
    assert discord.record()["spared"] == before["spared"] + 1
