"""/gift in a channel: confirmed by its giver alone, told to both, given once."""

import time
from dataclasses import replace

import pytest
import simcord

from bot.workshop import World

DAY = 24 * 3600 * 1_000_000


@pytest.fixture
def alice(scene):
    return scene.member("alice")


@pytest.fixture
def bob(scene):
    return scene.member("bob")


async def offer(scene, giver, receiver, amount, **options):
    options = {"member": receiver, "credits": amount} | options
    return (await giver.slash(scene.channel, "gift", **options)).response


def posts(scene):
    """The bodies the bot posted for all to see, with what they may notify."""
    return [
        request.json
        for request in scene.env.http_requests
        if request.method == "POST"
        and "/webhooks/" in request.path
        and request.json
        and not request.json.get("flags", 0) & 64
    ]


async def test_a_gift_is_confirmed_and_both_are_told(scene, alice, bob):
    card = await offer(scene, alice, bob, 20, note="for the *fox*")
    assert card.ephemeral
    assert f"Give 20 credits to <@{bob.id}>?" in scene.text(card)
    assert "You have 100 credits and may give 200 credits today" in scene.text(card)
    assert (await scene.account(alice)).available == 100

    pressed = await alice.click(card, label="Give 20 credits")

    [told] = pressed.followups
    assert not told.ephemeral
    text = scene.text(told)
    assert f"<@{bob.id}>, <@{alice.id}> gave you **20 credits**" in text
    assert r"for the \*fox\*" in text
    [post] = posts(scene)
    assert post["allowed_mentions"]["users"] == [bob.id]
    assert post["allowed_mentions"].get("parse", []) == []
    turned = scene.env.backend.get_message(scene.channel.id, card.id)
    words = str(turned.components)
    assert "You gave 20 credits" in words
    assert "gift:give" not in words
    assert (await scene.account(alice)).available == 80
    assert (await scene.account(bob)).available == 120
    await scene.assert_books_balance()


async def test_a_cancelled_gift_moves_nothing(scene, alice, bob):
    card = await offer(scene, alice, bob, 20)

    pressed = await alice.click(card, label="Cancel")

    assert pressed.followups == []
    turned = scene.env.backend.get_message(scene.channel.id, card.id)
    assert "Cancelled" in str(turned.components)
    assert (await scene.account(alice)).available == 100


async def test_pressing_twice_gives_once(scene, alice, bob):
    """The second press is of a card that was drawn before the first was answered."""
    card = await offer(scene, alice, bob, 20)
    stored = scene.env.backend.get_message(scene.channel.id, card.id)
    before = stored.components
    await alice.click(card, label="Give 20 credits")
    stored.components = before

    again = await alice.click(card, label="Give 20 credits")

    assert again.followups == [], "nobody is told twice"
    assert "You gave 20 credits" in str(
        scene.env.backend.get_message(scene.channel.id, card.id).components
    )
    assert (await scene.account(bob)).available == 120
    await scene.assert_books_balance()


async def test_a_press_that_is_delivered_twice_gives_once(scene, alice, bob):
    card = await offer(scene, alice, bob, 20)
    parsers = scene.app.client._connection.parsers
    deliver = parsers["INTERACTION_CREATE"]
    parsers["INTERACTION_CREATE"] = lambda data: (deliver(data), deliver(data))

    await alice.click(card, label="Give 20 credits")
    await scene.env.settle()

    assert len(posts(scene)) == 1
    assert (await scene.account(alice)).available == 80
    assert (await scene.account(bob)).available == 120


async def test_a_stranger_who_forges_the_button_is_refused(scene, alice, bob):
    """Bob presses a button of his own card that names Alice's gift."""
    theirs = await offer(scene, alice, bob, 20)
    [row] = [
        part
        for part in scene.env.backend.get_message(scene.channel.id, theirs.id).components[0][
            "components"
        ]
        if part["type"] == 1
    ]
    forged = row["components"][0]["custom_id"]
    own = await offer(scene, bob, alice, 1)
    stored = scene.env.backend.get_message(scene.channel.id, own.id)
    for part in stored.components[0]["components"]:
        if part["type"] == 1:
            part["components"][0]["custom_id"] = forged

    pressed = await bob.click(own, custom_id=forged)

    refusal = pressed.response
    assert refusal.ephemeral
    assert "not yours" in scene.text(refusal)
    assert (await scene.account(alice)).available == 100
    assert posts(scene) == []


async def test_a_gift_is_over_after_a_day(scene_over, settings):
    clock = [time.time_ns() // 1000]
    world = replace(World(), now=lambda: clock[0])
    async with scene_over(settings, world=world) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        card = await offer(scene, alice, bob, 20)
        clock[0] += DAY

        pressed = await alice.click(card, label="Give 20 credits")

        assert "its day is over" in scene.text(pressed.response)
        assert pressed.response.ephemeral
        assert (await scene.account(alice)).available == 100


async def test_gifts_to_oneself_and_to_bots_are_refused(scene, alice):
    robot = scene.guild.add_member(scene.env.create_user("robot", bot=True))
    for receiver, words in ((alice, "yours already"), (robot, "Bots have no credits")):
        card = await offer(scene, alice, receiver, 1)
        assert card.ephemeral
        assert words in scene.text(card)
        assert "Nothing was charged" in scene.text(card)


async def test_more_than_one_has_is_refused(scene, alice, bob):
    card = await offer(scene, alice, bob, 101)
    assert "That takes 101 credits and you have 100" in scene.text(card)


async def test_the_daily_cap_is_the_operators(scene_over, settings):
    async with scene_over(settings.model_copy(update={"gift_daily_credits": 30})) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        await alice.click(await offer(scene, alice, bob, 20), label="Give 20 credits")

        text = scene.text(await offer(scene, alice, bob, 11))

        assert "You may give away 30 credits a day, and 10 of them are left" in text
        assert "It opens again <t:" in text


async def test_a_cap_of_nothing_allows_no_gift(scene_over, settings):
    async with scene_over(settings.model_copy(update={"gift_daily_credits": 0})) as scene:
        card = await offer(scene, scene.member("alice"), scene.member("bob"), 1)
        assert "0 credits a day" in scene.text(card)


async def test_a_hostile_note_pings_nobody_and_formats_nothing(scene, alice, bob):
    note = "@everyone <@&123456789012345678> **x**\n# big [a](https://e.vil)"
    card = await offer(scene, alice, bob, 20, note=note)
    pressed = await alice.click(card, label="Give 20 credits")

    text = scene.text(pressed.followups[0])

    assert "@everyone" not in text
    assert "<@&123456789012345678>" not in text
    assert r"\*\*x" in text
    assert r"> \# big" in text
    assert "](https" not in text


async def test_discord_takes_no_longer_note(scene, alice, bob):
    with pytest.raises(simcord.OptionError):
        await offer(scene, alice, bob, 20, note="x" * 4000)


async def test_it_is_not_offered_in_direct_messages(scene):
    carol = scene.env.create_user("carol")
    assert "gift" not in carol.available_commands()
    assert "balance" in carol.available_commands()


async def test_chinese_givers_read_chinese(scene, alice, bob):
    def chinese(event, payload, *rest):
        if event == "INTERACTION_CREATE":
            payload["locale"] = "zh-CN"

    scene.env.backend.subscribers.insert(0, chinese)
    card = await offer(scene, alice, bob, 20)
    assert "要送给" in scene.text(card)

    pressed = await alice.click(card, label="赠送 20 积分")

    assert "送给你 **20 积分**" in scene.text(pressed.followups[0])
    refused = await offer(scene, alice, alice, 1)
    assert "本来就是你的" in scene.text(refused)


async def test_who_cannot_be_told_in_the_reply_is_told_in_the_channel(scene, alice, bob):
    """The credits have moved by then, so that no error is shown to the giver."""
    card = await offer(scene, alice, bob, 20)
    scene.env.inject_error("POST", "/webhooks/*", status=401, code=50027, times=None)

    pressed = await alice.click(card, label="Give 20 credits")

    assert pressed.followups == []
    assert "gave you **20 credits**" in scene.text(scene.channel.last_message)
    assert (await scene.account(bob)).available == 120
