"""Cancel: while it waits, while it is drawn, by whom, twice, too late, and after a restart."""

import asyncio
import time
from dataclasses import replace

import discord
import pytest
import simcord
from simcord import interactions
from simcord.backend import serializers

from bot.jobs import queue
from bot.pressing import TooLateToCancel
from bot.providers.base import Call
from bot.workshop import World
from tests.cogs.test_crowd import press

CANCELLED = "**Cancelled** · nothing was charged"


class Held:
    """A Provider whose calls, but for the first `free`, bring nothing until they may."""

    free = 0

    def __init__(self, inner):
        self.inner = inner
        self.asked = []
        self.go = asyncio.Event()

    @property
    def name(self):
        return self.inner.name

    async def generate(self, request, *, folder, observer):
        self.asked.append(request.prompt)
        if len(self.asked) > self.free:
            await observer.calling(Call(self.name, "key", request.model, 1))
            await self.go.wait()
        return await self.inner.generate(request, folder=folder, observer=observer)


class Clock:
    ahead = 0

    def __call__(self):
        return time.time_ns() // 1000 + self.ahead


@pytest.fixture
def held():
    return {}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def scene(scene_over, settings, held, clock):
    """One slot, and an upstream that is slow."""

    def dress(inner):
        held["provider"] = Held(inner)
        return held["provider"]

    one = settings.model_copy(update={"max_jobs": 1})
    async with scene_over(one, world=replace(World(), now=clock), dress=dress) as opened:
        yield opened


async def seen(condition):
    """Something comes about while the bot is at work; SimCord's verbs would wait for its end."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def begin(scene, member, prompt, *, says="Drawing"):
    """Ask for a picture and see its card say so."""
    shown = press(scene, member, prompt)
    await seen(lambda: shown.response and says in scene.text(shown.response))
    return shown


def cancel(scene, member, card):
    """Press Cancel without waiting for what comes of it."""
    backend = scene.env.backend
    [row] = [part for part in card.components[0]["components"] if part["type"] == 1]
    [button] = row["components"]
    assert button["label"] == "Cancel"
    record, payload = interactions.base_payload(
        backend,
        type=3,
        channel_id=scene.channel.id,
        guild_id=scene.guild.id,
        user_id=member.id,
        data={"custom_id": button["custom_id"], "component_type": 2},
    )
    stored = backend.get_message(scene.channel.id, card.id)
    payload["message"] = dict(serializers.message_payload(backend, stored))
    record.source_message_id = card.id
    backend.emit("INTERACTION_CREATE", payload)
    return simcord.InteractionResult(scene.env, record)


def is_cancelled(scene, shown):
    return CANCELLED in scene.text(shown.response)


async def states(scene):
    return {row["prompt"]: row["state"] for row in await scene.jobs()}


async def test_what_waits_is_given_back_at_once_and_what_is_drawn_is_not_charged(
    scene, held, calls
):
    """Bob's waits behind Alice's: he cancels his, then she hers; neither is ever shown."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await begin(scene, alice, "cancelled while drawn")
    second = await begin(scene, bob, "cancelled while waiting", says="Queued")
    assert "you are next" in scene.text(second.response)

    pressed = cancel(scene, bob, second.response)
    await seen(lambda: is_cancelled(scene, second))

    assert not pressed.followups
    assert scene.labels(second.response) == []
    account = await scene.account(bob)
    assert (account.available, account.held) == (100, 0)

    cancel(scene, alice, first.response)
    await seen(lambda: is_cancelled(scene, first))
    await scene.env.settle()

    assert "cancelled while drawn" in scene.text(first.response)
    account = await scene.account(alice)
    assert (account.available, account.held) == (100, 0)
    held["provider"].go.set()
    await scene.sweep()
    assert set((await states(scene)).values()) == {"cancelled"}
    assert held["provider"].asked == ["cancelled while drawn"]
    assert calls.count("cancelled while") == 0
    [attempt] = await scene.attempts()
    assert (attempt["outcome"], attempt["billed"]) == ("abandoned", "unknown")
    [spent] = await scene.app.database.read(lambda tx: tx.all("spending", since=0))
    assert spent["liability"] == spent["in_doubt"] > 0
    assert not first.followups
    await scene.assert_books_balance()


async def test_a_job_of_which_some_is_drawn_is_cancelled_whole(scene, held):
    """The picture that was there is shown to nobody; the card says that it was cancelled."""
    held["provider"].free = 1
    alice = scene.member("alice")
    shown = press(scene, alice, "one of two", count=2)
    rows = "SELECT * FROM job_images"
    while not await scene.app.database.read(lambda tx: tx.query(rows)):
        await asyncio.sleep(0.01)

    cancel(scene, alice, shown.response)
    await seen(lambda: is_cancelled(scene, shown))
    await scene.env.settle()

    assert scene.labels(shown.response) == []
    assert await states(scene) == {"one of two": "cancelled"}
    assert (await scene.account(alice)).available == 100
    [job] = await scene.jobs()
    assert (job["deliver_at"], job["reply_token"]) == (None, None)
    await scene.assert_books_balance()


async def test_only_who_asked_and_who_manages_messages_may_cancel_and_only_once(scene, held):
    """Twice at once, too: one outcome, and the slot is free for the next."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await begin(scene, alice, "one to fight over")

    refused = cancel(scene, bob, first.response)
    await seen(lambda: refused.response)
    assert "Only its maker" in scene.text(refused.response)
    assert refused.response.ephemeral
    assert await states(scene) == {"one to fight over": "running"}

    role = scene.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[role])
    presses = [cancel(scene, member, first.response) for member in (mod, alice, mod)]
    await seen(lambda: is_cancelled(scene, first))
    await scene.env.settle()

    assert not any(pressed.followups for pressed in presses)
    assert await states(scene) == {"one to fight over": "cancelled"}
    account = await scene.account(alice)
    assert (account.available, account.held) == (100, 0)
    held["provider"].go.set()
    after = await alice.slash(scene.channel, "imagine", prompt="the slot is free")
    assert after.response.attachments
    await scene.assert_books_balance()


async def test_a_cancel_that_comes_with_the_picture_has_one_outcome(scene, held):
    """The pictures were there first: they are shown and paid for, and the press says so."""
    alice = scene.member("alice")
    shown = await begin(scene, alice, "just in time")
    [row] = await scene.jobs()
    cancellations = scene.app.client.services.cancellations
    job = await cancellations.find(row["id"], alice.id)
    held["provider"].go.set()
    await scene.env.settle()
    assert shown.response.attachments

    with pytest.raises(TooLateToCancel):
        await cancellations.cancel(job, reply_token="late")

    assert shown.response.attachments
    assert (await scene.account(alice)).available == 93
    await scene.assert_books_balance()


async def test_cancel_works_when_the_reply_has_expired_and_after_a_restart(scene, held, clock):
    """A process is gone and left it running; its card, twenty minutes old, is still pressed."""
    alice = scene.member("alice")
    shown = await begin(scene, alice, "outlived its process")
    services = scene.app.client.services
    [row] = await scene.jobs()
    await services.dispatcher.stop(row["id"])
    assert (await scene.jobs())[0]["claim"] is None
    clock.ahead = 20 * 60 * 1_000_000

    pressed = await alice.click(shown.response, label="Cancel")

    assert not pressed.followups
    assert CANCELLED in scene.text(shown.response)
    [row] = await scene.jobs()
    assert (row["state"], row["claim"], row["deliver_at"], row["reply_token"]) == (
        "cancelled", None, None, None,
    )  # fmt: skip
    assert (await scene.account(alice)).available == 100
    await scene.assert_books_balance()


async def test_a_process_that_stops_over_a_cancel_leaves_its_card_to_the_next(scene, held):
    """Discord cannot be reached just then: the card says it later."""
    alice = scene.member("alice")
    shown = await begin(scene, alice, "said a little later")
    scene.env.inject_error("PATCH", "/webhooks/*", status=503, times=1)

    cancel(scene, alice, shown.response)
    await scene.env.settle()
    assert not is_cancelled(scene, shown)
    [row] = await scene.jobs()
    assert (row["state"], row["claim"]) == ("cancelled", None)
    assert row["deliver_at"] is not None
    assert await scene.app.database.read(queue.unfinished) == [row["id"]]
    await scene.app.database.write(
        lambda tx: tx.query("UPDATE jobs SET deliver_at = 0 WHERE id = :id", id=row["id"])
    )

    await scene.sweep()

    assert CANCELLED in scene.text(shown.response)
    assert [one["deliver_at"] for one in await scene.jobs()] == [None]


class Endless:
    """A Provider whose calls have left, and bring nothing as long as a test lasts."""

    name = "endless"

    def __init__(self, inner):
        self.inner = inner

    async def generate(self, request, *, folder, observer):
        await observer.calling(Call(self.name, "key", request.model, 1))
        await asyncio.sleep(36_000)


async def test_cards_from_before_a_restart_are_cancelled_after_it_each_once(scene_over, settings):
    """One is drawn by now and one waits; presses come twice, together, and from who may not."""
    one = settings.model_copy(update={"max_jobs": 1})
    async with scene_over(one, dress=Endless) as scene:
        alice, bob, carol = (scene.member(name) for name in ("alice", "bob", "carol"))
        rights = discord.Permissions(manage_messages=True)
        role = scene.guild.create_role("mods", permissions=rights)
        mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[role])
        lost = await begin(scene, alice, "alice")
        drawn, waits = [await begin(scene, who, who.name, says="Queued") for who in (bob, carol)]

        scene.app = await scene.open_again()
        services = scene.app.client.services
        wake = services.dispatcher.wake
        # SimCord takes who waits for a turn for one who never ends.
        services.dispatcher.wake = lambda _job_id, *, wait=0: None
        await scene.env.restart_bot(scene.app.client)

        assert await states(scene) == {"alice": "running", "bob": "queued", "carol": "queued"}
        async with scene.at_once(times=2):
            pressed = [await who.click(waits.response, label="Cancel") for who in (carol, mod)]
            refused = await bob.click(waits.response, label="Cancel")
        assert is_cancelled(scene, waits)
        assert not any(press.followups for press in pressed)
        assert "Only its maker" in scene.text(refused.response)
        assert refused.response.ephemeral
        services.dispatcher.wake = wake
        await services.sweeper.sweep()
        await seen(lambda: lost.followups and "Drawing" in scene.text(drawn.response))
        assert "what became of it cannot be known" in scene.text(lost.followups[0])
        assert await states(scene) == {"alice": "failed", "bob": "running", "carol": "cancelled"}
        async with scene.at_once(times=2):
            pressed = [await who.click(drawn.response, label="Cancel") for who in (bob, mod, bob)]
        assert is_cancelled(scene, drawn)
        assert not any(press.followups for press in pressed)

        assert await states(scene) == {"alice": "failed", "bob": "cancelled", "carol": "cancelled"}
        for member in (alice, bob, carol):
            account = await scene.account(member)
            assert (account.available, account.held) == (100, 0)
        assert [row["billed"] for row in await scene.attempts()] == ["unknown"] * 2
        await scene.assert_books_balance()


async def test_who_asked_is_told_of_a_cancel_without_a_card_and_with_closed_messages(
    scene_over, settings
):
    """By message; in the channel where that is closed, without their words; in private, nowhere."""
    async with scene_over(settings, dress=Endless) as scene:
        alice = scene.member("alice")
        rights = discord.Permissions(manage_messages=True)
        role = scene.guild.create_role("mods", permissions=rights)
        mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[role])
        asked = [
            (await alice.slash(scene.channel, "imagine", prompt=f"my whim, {n}")).response
            for n in range(2)
        ]
        secret = await alice.slash(scene.channel, "imagine", prompt="my secret", private=True)

        env = scene.env
        env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
        scene.vanish(asked[1])
        assert not (await mod.click(asked[1], label="Cancel")).followups
        said = scene.channel.last_message
        assert "Nothing was charged" in scene.text(said)
        assert "my whim" not in scene.text(said)

        scene.vanish(asked[0])
        assert not (await mod.click(asked[0], label="Cancel")).followups
        told = alice.user.dm_channel.history()
        assert "Nothing was charged" in scene.text(told[-1])
        assert "my whim" in scene.text(told[-1])

        closed = f"/channels/{alice.user.dm_channel.id}/messages"
        env.inject_error("POST", closed, status=403, code=50007, times=None)
        for method in ("POST", "PATCH"):
            env.inject_error(method, "/webhooks/*", status=401, code=50027, times=None)
        await alice.click(secret.response, label="Cancel")
        assert (
            len(scene.channel.history()) == len(told) == len(alice.user.dm_channel.history()) == 1
        )
        rows = await scene.jobs()
        assert {(row["state"], row["deliver_at"]) for row in rows} == {("cancelled", None)}
        account = await scene.account(alice)
        assert (account.available, account.held) == (100, 0)
        await scene.assert_books_balance()
