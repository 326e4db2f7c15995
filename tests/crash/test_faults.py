"""What befalls a whole process: no room, no right to write, no database, no Discord, and stops."""

import os
import resource
import shutil
import signal
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.crash.stage import audit, books
from tests.crash.stage.processes import KINDS, make_bot, named

SYNCHRONOUS, KEYED = (KINDS[kind][1] for kind in ("synchronous", "with a key"))
NOBODY = 65534
WELCOME = 1_000_000
ROOM = 64 * 1024
"""Bytes a file may have on a full disk: fewer than any picture has."""


@pytest.fixture
def ends(discord, stand_in, until):
    """Wait until a bot's jobs have come to an end; state, failure and charge of each by prompt."""

    def look(bot):
        found = books.read(bot.folder / "data" / "plantain.db")
        mine = {job["prompt"] for job in found.jobs}
        calls = [call for call in stand_in.calls() if call["prompt"] in mine]
        record = discord.record()
        # Other bots had this Discord before.
        record["messages"] = [
            one
            for one in record["messages"]
            if not one["files"] or mine & {file["signed"] for file in one["files"]}
        ]
        evidence = audit.Evidence(record, calls, found, WELCOME)
        return [] if audit.broken(evidence) else found.jobs

    def wait(bot, count=1):
        jobs = until(lambda: len(found := look(bot)) == count and found)
        return {
            job["prompt"]: (job["state"], job["failure"], job["credits_charged"]) for job in jobs
        }

    return wait


def asked(stand_in, discord, prompt, model, member=0):
    """A picture that is being drawn, by an upstream that holds its answer."""
    discord.imagine(member, prompt=prompt, model=model)
    stand_in.wait(1, prompt)


@contextmanager
def full_disk(pid):
    """No file of that process may grow beyond ROOM."""
    usual = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, usual[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, usual)


def told(discord, *words):
    """Whether somebody reads this."""
    texts = [message["text"] for message in discord.record()["messages"]]
    return any(all(word in text for word in words) for text in texts)


def test_a_full_disk_takes_no_credits_and_mends_by_itself(
    new_bot, discord, stand_in, until, shown, ends
):
    """A picture that arrives has no room, and no new job is promised; once there is room, both."""
    bot = new_bot(WELCOME_CREDITS=WELCOME)
    bot.begin()
    stand_in.hold()
    asked(stand_in, discord, "arrives on a full disk", SYNCHRONOUS)
    with full_disk(bot.pid):
        discord.imagine(1, prompt="comes to a full disk", model=SYNCHRONOUS)
        until(lambda: told(discord, "could not"))
        stand_in.release()
        time.sleep(1.0)
    discord.imagine(2, prompt="comes when there is room", model=SYNCHRONOUS)

    assert ends(bot, 2) == {
        "arrives on a full disk": ("failed", "result_unavailable", None),
        "comes when there is room": ("done", None, 7),
    }
    assert "Traceback" not in bot.logged()
    bot.terminate()
    assert bot.wait() == 0
    assert bot.command("ledger", "check")[0] == 0


@pytest.fixture
def bot_of_nobody(nursery, stand_in):
    """A bot whose folder it may not write when we say so, whoever runs this test."""
    folder = Path(tempfile.mkdtemp(prefix="plantain-crash-"))
    bot = make_bot(folder, nursery, stand_in, {"hasty": 10}, WELCOME_CREDITS=WELCOME)
    if os.geteuid() == 0:
        bot.user = NOBODY
        for path in (folder, folder / "plantain.toml"):
            os.chown(path, NOBODY, NOBODY)
        bot.log.touch()
        os.chown(bot.log, NOBODY, NOBODY)
    yield bot
    bot.dismiss()
    shutil.rmtree(folder)


def test_a_read_only_folder_is_told_and_charged_to_nobody(
    bot_of_nobody, discord, stand_in, shown, ends
):
    bot, data = bot_of_nobody, bot_of_nobody.folder / "data"
    bot.begin()
    stand_in.hold()
    asked(stand_in, discord, "nowhere to put it", SYNCHRONOUS)
    folders = [path for path in (data, *data.rglob("*")) if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    stand_in.release()

    assert ends(bot) == {"nowhere to put it": ("failed", "result_unavailable", None)}
    for folder in folders:
        folder.chmod(0o755)
    discord.imagine(0, prompt="a place again", model=SYNCHRONOUS)
    assert ends(bot, 2)["a place again"] == ("done", None, 7)

    bot.terminate()
    assert bot.wait() == 0
    data.chmod(0o555)
    bot.start()
    assert bot.wait() == 2
    assert "DATA_DIR" in bot.logged()
    data.chmod(0o755)


def test_a_database_that_another_process_locks_is_waited_for(new_bot, discord, stand_in, ends):
    """The picture has arrived, and is delivered and charged once it can be written down."""
    bot = new_bot(WELCOME_CREDITS=WELCOME)
    bot.begin()
    stand_in.hold()
    asked(stand_in, discord, "locked out", SYNCHRONOUS)
    with closing(sqlite3.connect(bot.folder / "data" / "plantain.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        stand_in.release()
        time.sleep(1.5)
        assert books.read(bot.folder / "data" / "plantain.db").unfinished
        other.execute("ROLLBACK")

    assert ends(bot) == {"locked out": ("done", None, 7)}


def test_a_discord_that_is_down_gets_the_picture_when_it_is_back(
    new_bot, discord, stand_in, shown, ends
):
    """Not even the connection lasts; one post, one charge, and nothing is asked for again."""
    bot = new_bot(WELCOME_CREDITS=WELCOME)
    bot.begin()
    stand_in.hold()
    asked(stand_in, discord, "into the dark", SYNCHRONOUS)
    discord.weather({"status": 0})
    discord.disconnect(resumable=True)
    stand_in.release()
    time.sleep(1.0)
    assert shown("into the dark") == []
    discord.weather()

    assert ends(bot) == {"into the dark": ("done", None, 7)}
    assert len(stand_in.calls("into the dark")) == 1


def test_a_stop_lets_what_runs_finish_and_takes_nothing_new(
    new_bot, discord, stand_in, until, ends
):
    bot = new_bot(WELCOME_CREDITS=WELCOME)
    bot.begin()
    stand_in.hold()
    asked(stand_in, discord, "before the stop", SYNCHRONOUS)
    bot.terminate()
    until(lambda: "stopping" in bot.logged())
    discord.imagine(1, prompt="after the stop", model=SYNCHRONOUS)
    until(lambda: told(discord, "restarting"))
    stand_in.release()

    assert bot.wait() == 0
    assert ends(bot) == {"before the stop": ("done", None, 7)}
    assert stand_in.calls("after the stop") == []


@pytest.mark.parametrize("signals", [1, 2], ids=["in time", "at once"])
def test_what_a_stop_interrupts_goes_on_at_the_next_start(
    new_bot, discord, stand_in, until, ends, signals
):
    """One signal and no more time than there is, or a second signal that does not wait at all."""
    bot = new_bot(WELCOME_CREDITS=WELCOME, SHUTDOWN_SECONDS=0.5 if signals == 1 else 60)
    bot.begin()
    prompts = [f"{name} {named(signals)}" for name in ("forgotten", "asked again")]
    stand_in.hold()
    asked(stand_in, discord, prompts[0], SYNCHRONOUS)
    asked(stand_in, discord, prompts[1], KEYED)
    bot.terminate()
    until(lambda: "stopping" in bot.logged())
    if signals == 2:
        bot.terminate()

    assert bot.wait(10) == (0 if signals == 1 else -signal.SIGTERM)
    bot.begin()
    stand_in.release()
    assert ends(bot, 2) == {
        prompts[0]: ("failed", "error-interrupted", None),
        prompts[1]: ("done", None, 10),
    }
    assert [call["paid"] for call in stand_in.calls(prompts[0])] == [True]
    assert sum(call["paid"] for call in stand_in.calls(prompts[1])) == 1
