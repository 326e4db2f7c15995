"""Discord may deliver an interaction again; it is one job, one call and one charge all the same."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bot.generation.request import Resolution
from bot.jobs import queue
from bot.jobs.job import JobKind, Place


@pytest.fixture
def gateway(scene):
    """The door interactions come through: everything that came, and how often each is let in."""
    parsers = scene.app.client._connection.parsers
    original = parsers["INTERACTION_CREATE"]
    gateway = SimpleNamespace(seen=[], times=1, deliver=original)

    def let_in(data):
        gateway.seen.append(data)
        for _ in range(gateway.times):
            original(data)

    parsers["INTERACTION_CREATE"] = let_in
    return gateway


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_command_that_is_delivered_twice_draws_once(scene, gateway, calls, at_once):
    alice = scene.member("alice")
    prompt = f"delivered twice, {at_once}"
    gateway.times = 2 if at_once else 1

    shown = await alice.slash(scene.channel, "imagine", prompt=prompt)
    if not at_once:
        gateway.deliver(gateway.seen[-1])
    await scene.env.settle()

    assert calls.count(prompt) == 1
    assert [job["state"] for job in await scene.jobs()] == ["done"]
    account = await scene.account(alice)
    assert (account.available, account.held) == (93, 0)
    assert len(scene.channel.last_message.attachments) == 1
    assert shown.response is not None
    await scene.assert_books_balance()


async def test_twenty_submissions_of_one_interaction_are_one_job(scene, calls):
    studio = scene.app.client.services.studio
    place = Place(7, None, 2, 3, 4, "token", "en-US", False, 10_000_000, interaction_id=99)
    draft = studio.draft(
        JobKind.IMAGINE,
        "twenty at once",
        model=None,
        aspect_ratio=None,
        resolution=Resolution.R1K,
        count=1,
        reference_images=0,
    )
    jobs = await asyncio.gather(*(studio.submit(draft, place) for _ in range(20)))
    other = await studio.submit(draft, replace(place, interaction_id=100))

    assert len({job.id for job in jobs}) == 1
    assert other.id != jobs[0].id
    assert len(await scene.jobs()) == 2


async def test_a_press_that_is_delivered_twice_is_answered_once(scene, gateway):
    """Also one that takes a while or opens a form; the card that was pressed stays."""
    alice = scene.member("alice")
    first = (await alice.slash(scene.channel, "imagine", prompt="pressed twice")).response
    form = await alice.click(first, label="Edit this")
    card = await scene.fill(alice, form, what="changed once")
    gateway.times = 2

    tree = (await alice.click(card, label="Versions")).response
    compared = await alice.click(tree, label="Compare with the one before")
    assert len(compared.followups) == 1
    assert (await alice.click(card, label="Edit this")).modal
    shown = await alice.slash(scene.channel, "show", job=(await scene.jobs())[0]["id"])
    assert shown.response.attachments
    undone = await alice.click(card, label="Undo")
    assert "pressed twice" in scene.text(card)
    varied = await alice.click(card, label="Vary · 7 credits")
    assert varied.response.attachments
    starred = await alice.click(card, label="Favourite")
    assert "Added to your favourites" in scene.text(starred.response)
    assert len((await alice.slash(scene.channel, "gallery")).response.attachments) == 1
    stars = await scene.app.database.read(lambda tx: tx.query("SELECT * FROM favourites"))
    assert len(stars) == 1
    gateway.times = 1
    form = await scene.choose(alice, card, "delete")
    gateway.times = 2
    deleted = await scene.fill(alice, form)

    assert deleted is None
    assert undone.followups == []
    assert len(await scene.jobs()) == 3
    await scene.assert_books_balance()


async def test_a_picture_that_comes_late_takes_the_place_of_none_that_is_shown(scene):
    """One of two was charged and shown; the other comes free, as a message of its own."""
    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt="two of them")
    [row] = await scene.jobs()
    before = scene.text(shown.response), scene.labels(shown.response)
    assert row["reply_token"] is None

    async def come(tx):
        [first] = await queue.results(tx, row["id"])
        await queue.tie(tx, row["id"], first, picture=1, now=1)
        await tx.one("owe_picture", id=row["id"], now=1)
        await queue.let_go(tx, await queue.get(tx, row["id"]))

    await scene.app.database.write(come)
    await scene.sweep()

    late = scene.channel.last_message
    assert late.id != shown.response.id
    assert len(late.attachments) == 1
    assert (scene.text(shown.response), scene.labels(shown.response)) == before


async def test_a_yes_that_is_delivered_twice_at_once_is_one_on_a_server_too(
    scene_over, settings, server
):
    """Where both look before either has written: the second is not told that it was too late."""
    there = {"database_url": server.fresh(), "confirm_from_credits": 20, "welcome_credits": 1000}
    async with scene_over(settings.model_copy(update=there)) as scene:
        alice = scene.member("alice")
        options = {"prompt": "dear, once", "count": 3}
        dear = (await alice.slash(scene.channel, "imagine", **options)).response
        asked = await alice.slash(scene.channel, "batch", file=("a.txt", b"one\ntwo\nthree\n"))
        parsers = scene.app.client._connection.parsers
        deliver = parsers["INTERACTION_CREATE"]
        parsers["INTERACTION_CREATE"] = lambda data: (deliver(data), deliver(data))
        for card, label in ((dear, "Draw it"), (asked.response, "Draw 3 pictures")):
            pressed = await alice.click(card, label=f"{label} for 21 credits")
            await scene.app.client.services.courier.rest()
            await scene.env.settle()
            assert "21 credits charged" in scene.text(pressed.response)
            assert not pressed.followups
        assert len(await scene.jobs()) == 4
        await scene.assert_books_balance()
