"""The picture arrives although Discord is in the way; where it cannot, nothing is charged."""

import time
from dataclasses import replace

import pytest

from bot.app import World
from bot.errors import ErrorKind, ProviderError
from bot.jobs import queue
from bot.jobs.job import JobState
from bot.providers.base import Call


class Sometimes:
    """A Provider that fails for every second picture of a job."""

    def __init__(self, inner):
        self._inner = inner
        self._asked = 0

    @property
    def name(self):
        return self._inner.name

    async def generate(self, request, *, folder, observer):
        self._asked += 1
        if self._asked % 2:
            await observer.calling(Call(self.name, "key", request.model, 1))
            raise ProviderError(ErrorKind.CONTENT_BLOCKED, self.name)
        return await self._inner.generate(request, folder=folder, observer=observer)


async def test_a_job_that_makes_two_of_four_is_charged_for_two(scene_over, settings):
    async with scene_over(settings, dress=Sometimes) as scene:
        alice = scene.member("alice")

        shown = await alice.slash(scene.channel, "imagine", prompt="half of them", count=4)

        assert len(shown.response.attachments) == 2
        text = scene.text(shown.response)
        assert f"14 credits charged · paid by <@{alice.id}>" in text
        assert "2 of 4 pictures came out" in text
        assert "safety rules" in text
        account = await scene.account(alice)
        assert (account.available, account.held) == (86, 0)
        [job] = await scene.jobs()
        assert (job["state"], job["credits_charged"]) == ("done", 14)
        await scene.assert_books_balance()


class Late:
    """A Provider whose picture is ready when the reply can no longer be edited."""

    def __init__(self, inner, clock):
        self._inner = inner
        self._clock = clock

    @property
    def name(self):
        return self._inner.name

    async def generate(self, request, *, folder, observer):
        generation = await self._inner.generate(request, folder=folder, observer=observer)
        self._clock.ahead = 20 * 60 * 1_000_000
        return generation


class Clock:
    ahead = 0

    def __call__(self):
        return time.time_ns() // 1000 + self.ahead


async def test_a_picture_too_late_for_the_reply_is_posted_in_the_channel(scene_over, settings):
    """After 15 minutes the reply's token is dead; the channel gets the picture, charged once."""
    clock = Clock()
    world = replace(World(), now=clock)
    async with scene_over(settings, world=world, dress=lambda inner: Late(inner, clock)) as scene:
        alice = scene.member("alice")

        await alice.slash(scene.channel, "imagine", prompt="better late than never")

        message = scene.channel.last_message
        assert len(message.attachments) == 1
        [job] = await scene.jobs()
        assert (job["state"], job["message_id"]) == ("done", message.id)
        assert (await scene.account(alice)).available == 93
        await scene.assert_books_balance()


def break_replies(scene):
    scene.env.inject_error(
        "PATCH", "/webhooks/*", status=401, code=50027, message="Invalid token", times=None
    )


def break_channels(scene):
    scene.env.inject_error(
        "POST",
        f"/channels/{scene.channel.id}/messages",
        status=403,
        code=50013,
        message="Missing Permissions",
        times=None,
    )


async def test_a_refused_reply_falls_back_to_the_channel(scene):
    """Discord no longer takes the reply's token: the picture is posted beside it, charged once."""
    break_replies(scene)

    await scene.member("alice").slash(scene.channel, "imagine", prompt="round the other way")

    assert len(scene.channel.last_message.attachments) == 1
    assert (await scene.account(scene.member("alice"))).available == 93
    await scene.assert_books_balance()


async def test_a_channel_the_bot_may_not_post_in_falls_back_to_a_direct_message(scene):
    break_replies(scene)
    break_channels(scene)
    alice = scene.member("alice")

    await alice.slash(scene.channel, "imagine", prompt="by hand, then")

    sent = scene.env.http_requests[-1]
    assert sent.method == "POST"
    assert "messages" in sent.path
    assert str(scene.channel.id) not in sent.path
    [job] = await scene.jobs()
    assert job["state"] == "done"
    assert (await scene.account(alice)).available == 93


async def test_a_picture_that_cannot_be_delivered_is_not_charged(scene):
    """No reply, no channel, closed direct messages: released, and said so as well as can be."""
    break_replies(scene)
    break_channels(scene)
    scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="nowhere to go")

    [told] = shown.followups
    assert told.ephemeral
    assert "Discord did not accept it" in scene.text(told)
    [job] = await scene.jobs()
    assert (job["state"], job["failure"]) == ("failed", "error-delivery-failed")
    account = await scene.account(alice)
    assert (account.available, account.held) == (100, 0)
    await scene.assert_books_balance()


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
async def test_jobs_a_crash_left_behind_are_released_and_their_people_told(
    scene_over, settings, state, calls
):
    """The next start gives the credits back, says so in private, and calls no upstream."""
    async with scene_over(settings) as scene:
        alice = scene.member("alice")
        shown = await alice.slash(scene.channel, "imagine", prompt=f"made before {state}")
        await _as_if_stopped(scene, state)
        assert (await scene.account(alice)).held == 7
        before = calls.count(f"made before {state}")

        await scene.app.client.services.recover(["f" * 32])

        account = await scene.account(alice)
        assert (account.available, account.held) == (93, 0)
        job = (await scene.jobs())[-1]
        assert (job["state"], job["failure"]) == ("failed", "error-interrupted")
        assert "was restarted" in scene.text(shown.followups[0])
        assert calls.count(f"made before {state}") == before
        await scene.assert_books_balance()


async def test_a_stored_picture_is_delivered_after_a_crash_and_not_paid_again(
    scene_over, settings, calls
):
    """A job stopped between storing and delivering is taken up from there."""
    async with scene_over(settings) as scene:
        alice = scene.member("alice")
        shown = await alice.slash(scene.channel, "imagine", prompt="stored before the crash")
        await _as_if_stopped(scene, JobState.GENERATED)

        await scene.app.client.services.recover(["f" * 32])

        assert len(shown.response.attachments) == 1
        assert (await scene.jobs())[-1]["state"] == "done"
        assert calls.count("stored before the crash") == 1
        account = await scene.account(alice)
        assert (account.available, account.held) == (86, 0)
        await scene.assert_books_balance()


async def test_recovering_twice_changes_nothing_more(scene_over, settings):
    async with scene_over(settings) as scene:
        alice = scene.member("alice")
        await alice.slash(scene.channel, "imagine", prompt="twice over")
        await _as_if_stopped(scene, JobState.DELIVERED)

        await scene.app.client.services.recover(["f" * 32])
        await scene.app.client.services.recover(["f" * 32])

        account = await scene.account(alice)
        assert (account.available, account.held) == (86, 0)
        await scene.assert_books_balance()


async def _as_if_stopped(scene, state):
    """A second job like the first, left in `state` by a process that is gone."""
    [row] = await scene.jobs()

    async def leave(tx):
        done = await queue.get(tx, row["id"])
        reservation = await scene.app.ledger.reserve(tx, done.account_id, 7, reason="imagine")
        job = done.evolve(
            id="f" * 32,
            reservation_id=reservation,
            # Before this process started, yet within the life of the reply.
            created_at=done.created_at - 10_000_000,
            place=replace(done.place, reply_token=_token(scene), interaction_id=None),
        )
        await queue.add(tx, job)
        if state is JobState.QUEUED:
            return
        job = await queue.claim(tx, job.id, token="gone", now=job.created_at)
        if state is JobState.RUNNING:
            return
        images = await queue.results(tx, done.id)
        await queue.tie(tx, job.id, "result", images, now=job.created_at)
        await queue.move(tx, job, JobState.GENERATED)
        if state is JobState.DELIVERED:
            await queue.move(tx, job.evolve(state=JobState.GENERATED), JobState.DELIVERED)

    await scene.app.database.write(leave)


def _token(scene):
    [request] = [
        request for request in scene.env.http_requests if request.path.endswith("/callback")
    ][-1:]
    return request.path.split("/")[-2]


async def test_a_job_that_waited_its_whole_life_in_the_queue_asks_nobody(
    scene_over, settings, calls
):
    """Fifteen minutes after the press nothing could be shown in time, so nothing is paid."""
    clock = Clock()
    async with scene_over(settings, world=replace(World(), now=clock)) as scene:
        dispatcher = scene.app.client.services.dispatcher
        alice = scene.member("alice")
        wake, dispatcher.wake = (
            dispatcher.wake,
            lambda job_id, *, wait=0: _leap(clock, wake, job_id),
        )

        await alice.slash(scene.channel, "imagine", prompt="waited too long")

        assert calls.count("waited too long") == 0
        [job] = await scene.jobs()
        assert (job["state"], job["failure"]) == ("failed", "overloaded")
        assert (await scene.account(alice)).available == 100


def _leap(clock, wake, job_id):
    clock.ahead = 15 * 60 * 1_000_000
    wake(job_id)
