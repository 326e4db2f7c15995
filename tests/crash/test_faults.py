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
from tests.crash.stage.processes import KINDS, make_bot

SYNCHRONOUS, KEYED, POLLED = (KINDS[kind][1] for kind in ("synchronous", "with a key", "polled"))
NOBODY = 65534
WELCOME = 1_000_000
ROOM = 64 * 1024
"""Bytes a file may have on a full disk: fewer than any picture has."""


@pytest.fixture
def ends(discord, stand_in, until):
    """Wait until every job of a bot has come to an end; state, failure and charge by prompt."""

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
        return found.jobs and not audit.broken(evidence) and found.jobs

    def wait(bot, seconds=20.0):
        jobs = until(lambda: look(bot), seconds)
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
    bot = new_bot()
    bot.begin()
    stand_in.hold()
    asked(stand_in, discord, "arrives on a full disk", SYNCHRONOUS)
    with full_disk(bot.pid):
        discord.imagine(1, prompt="comes to a full disk", model=SYNCHRONOUS)
        until(lambda: told(discord, "could not"))
        stand_in.release()
        time.sleep(1.0)
    discord.imagine(2, prompt="comes when there is room", model=SYNCHRONOUS)

    assert ends(bot) == {}
