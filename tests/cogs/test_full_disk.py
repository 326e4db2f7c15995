"""A data folder that cannot be written: before a paid call, and between drawing and showing."""

import time
from dataclasses import replace

import pytest

from bot.errors import StorageError
from bot.workshop import World


class Clock:
    ahead = 0

    def __call__(self):
        return time.time_ns() // 1000 + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def scene(scene_over, settings, clock):
    async with scene_over(settings, world=replace(World(), now=clock)) as opened:
        yield opened


def break_folder(scene, monkeypatch, *, from_time):
    """From so many work folders on there is no more, until `mended` is set."""
    store, made, mended = scene.app.workshop.store, [], []
    new = type(store)._new_scratch

    def failing(self):
        made.append(True)
        if len(made) > from_time and not mended:
            raise StorageError("image store: Read-only file system")
        return new(self)

    monkeypatch.setattr(type(store), "_new_scratch", failing)
    return mended


async def test_a_read_only_folder_stops_a_job_before_anybody_is_paid(scene, monkeypatch, calls):
    break_folder(scene, monkeypatch, from_time=0)
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="nowhere to draw")

    assert calls.count("nowhere to draw") == 0
    [job] = await scene.jobs()
    assert (job["state"], job["failure"], job["deliver_at"]) == ("failed", "error-storage", None)
    assert await scene.attempts() == []
    assert "Nothing was charged." in scene.text(shown.followups[0])
    assert (await scene.account(alice)).available == 100
    await scene.assert_books_balance()


async def test_a_folder_that_fills_up_after_drawing_delays_the_picture_and_loses_none(
    scene, monkeypatch, calls, clock
):
    """Stored and paid for: it is shown once there is room again."""
    mended = break_folder(scene, monkeypatch, from_time=1)
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="no room to show")
    [job] = await scene.jobs()
    assert (job["state"], job["claim"]) == ("generated", None)
    assert (await scene.account(alice)).held == 7
    mended.append(True)
    clock.ahead = 10_000_000
    await scene.sweep()

    assert len(shown.response.attachments) == 1
    assert calls.count("no room to show") == 1
    [job] = await scene.jobs()
    assert (job["state"], job["credits_charged"]) == ("done", 7)
    assert (await scene.account(alice)).available == 93
    await scene.assert_books_balance()
