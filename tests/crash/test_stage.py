"""The stage is Discord enough: the real discord.py works on it, over real connections."""

import time

import pytest
from stage.processes import KINDS

MODEL = KINDS["synchronous"][1]


@pytest.fixture
def bot(new_bot, discord):
    running = new_bot("--hasty", "10")
    running.start()
    running.wait_until_ready()
    return running


def until(look, seconds=20.0):
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.02)
    return found


def shown(discord, prompt):
    """Every message that shows a picture of that prompt."""
    messages = discord.record()["messages"]
    return [one for one in messages if prompt in {file["signed"] for file in one["files"]}]


def test_the_bot_is_at_home(bot, discord, stand_in):
    """Pictures by multipart, a button, bad weather, a lost answer, a connection taken up again."""
    discord.imagine(0, prompt="over the wire", model=MODEL)
    [first] = until(lambda: shown(discord, "over the wire"))
    assert first["files"][0]["size"] > 100_000
    assert len(stand_in.calls("over the wire")) == 1

    discord.press(0, first["id"], "Again")
    assert len(until(lambda: shown(discord, "over the wire")[1:])) == 1

    discord.weather(
        {"method": "PATCH", "status": 429, "times": 2},
        {"method": "PATCH", "status": 503, "seconds": 0, "times": 1},
        {"method": "PATCH", "status": 0, "late": True, "times": 1},
    )
    discord.imagine(1, prompt="through the storm", model=MODEL)
    [one] = until(lambda: shown(discord, "through the storm"))
    assert one["interaction"]

    assert discord.disconnect(resumable=True) == 1
    until(lambda: discord.record()["resumed"] == 1)
    discord.imagine(2, prompt="after a hiccup", model=MODEL)
    until(lambda: shown(discord, "after a hiccup"))

    record = discord.record()
    assert record["unknown"] == []
    assert all(one["answered"] < 3 for one in record["interactions"])
    bot.terminate()
    assert bot.wait() == 0


def test_a_post_with_a_known_nonce_is_the_same_post(bot, discord, stand_in):
    """Its reply's token expired, its answer lost: the picture is posted in the channel, once."""
    prompt = "posted once"
    discord.weather(
        {"method": "POST", "path": "/channels/*", "status": 0, "late": True, "times": 1}
    )
    stand_in.hold()
    asked = discord.imagine(4, prompt=prompt, model=MODEL)
    stand_in.wait(1, prompt)
    discord.expire_tokens()
    stand_in.release()

    [only] = until(lambda: shown(discord, prompt))

    until(lambda: discord.record()["spared"] == 1)
    assert only["interaction"] != asked
    assert len(shown(discord, prompt)) == 1


def test_a_token_that_discord_refuses_ends_the_bot(new_bot):
    refused = new_bot(DISCORD_TOKEN="refused")
    refused.start()

    assert refused.wait() == 2
    assert "DISCORD_TOKEN" in refused.logged()
