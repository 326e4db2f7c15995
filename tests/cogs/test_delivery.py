"""The picture arrives although Discord is in the way; where it cannot, it is kept."""

import time
from dataclasses import replace

from bot.errors import ErrorKind, ProviderError
from bot.providers.base import Call
from bot.workshop import World


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
        card = message.reference
        assert card is not None
        moved = await scene.app.client.get_channel(scene.channel.id).fetch_message(card.message_id)
        assert message.jump_url in scene.text(moved)
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


async def test_a_picture_that_cannot_be_delivered_is_kept_and_paid_for_when_it_is_had(
    scene_over, settings, calls
):
    """No reply, no channel, closed direct messages: said once, tried again, kept after a day."""
    clock = Clock()
    async with scene_over(settings, world=replace(World(), now=clock)) as scene:
        break_replies(scene)
        break_channels(scene)
        scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
        alice = scene.member("alice")

        shown = await alice.slash(scene.channel, "imagine", prompt="nowhere to go")

        [told] = shown.followups
        assert told.ephemeral
        [job] = await scene.jobs()
        assert job["id"][-8:] in scene.text(told)
        assert "Nothing was charged" not in scene.text(told)
        assert (job["state"], job["claim"], job["deliver_tries"]) == ("generated", None, 1)
        assert job["deliver_at"] > clock()
        account = await scene.account(alice)
        assert (account.available, account.held) == (93, 7)
        assert (await scene.app.client.services.studio.stored(job["id"])).results

        await scene.sweep()
        assert [job["deliver_tries"] for job in await scene.jobs()] == [1]
        clock.ahead = 3600 * 1_000_000
        await scene.sweep()
        assert [job["deliver_tries"] for job in await scene.jobs()] == [2]
        clock.ahead = 25 * 3600 * 1_000_000
        await scene.sweep()

        [job] = await scene.jobs()
        assert (job["state"], job["credits_charged"], job["deliver_at"]) == ("done", 7, None)
        assert calls.count("nowhere to go") == 1
        account = await scene.account(alice)
        assert (account.available, account.held) == (93, 0)
        await scene.assert_books_balance()


async def test_a_kept_picture_is_paid_for_when_its_maker_finds_it_and_not_when_another_does(scene):
    """Bob looks at it in private: Alice has not seen it, and gets it all the same."""
    alice, bob = scene.member("alice"), scene.member("bob")
    break_replies(scene)
    break_channels(scene)
    scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await alice.slash(scene.channel, "imagine", prompt="kept for alice")
    [job] = await scene.jobs()
    scene.env.backend.faults.clear()

    seen = await bob.slash(scene.channel, "show", job=job["id"], private=True)

    assert seen.response.attachments
    [job] = await scene.jobs()
    assert (job["state"], job["credits_charged"]) == ("generated", None)
    await alice.slash(scene.channel, "show", job=job["id"])
    [job] = await scene.jobs()
    assert (job["state"], job["credits_charged"]) == ("done", 7)
    await scene.assert_books_balance()


async def test_a_job_that_waited_long_in_the_queue_is_drawn_all_the_same(
    scene_over, settings, calls
):
    """Fifteen minutes after the press the reply is dead, and the channel is not."""
    clock = Clock()
    async with scene_over(settings, world=replace(World(), now=clock)) as scene:
        dispatcher = scene.app.client.services.dispatcher
        wake = dispatcher.wake
        dispatcher.wake = lambda _job_id, *, wait=0: None
        alice = scene.member("alice")
        await alice.slash(scene.channel, "imagine", prompt="waited long")
        dispatcher.wake = wake
        [job] = await scene.jobs()
        assert job["state"] == "queued"

        clock.ahead = 15 * 60 * 1_000_000
        await scene.sweep()

        assert calls.count("waited long") == 1
        [job] = await scene.jobs()
        assert job["state"] == "done"
        message = scene.channel.last_message
        assert (message.id, len(message.attachments)) == (job["message_id"], 1)
        assert (await scene.account(alice)).available == 93
