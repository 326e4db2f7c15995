"""/team in a channel and its threads: who draws, who pays in, who may close, who is told."""

import time
from dataclasses import replace

import discord
import pytest

from bot.workshop import World

DAY = 24 * 3600 * 1_000_000


@pytest.fixture
def alice(scene):
    return scene.member("alice")


@pytest.fixture
def bob(scene):
    return scene.member("bob")


@pytest.fixture
def thread(scene):
    """A thread of the channel."""
    backend = scene.env.backend
    made = backend.create_thread(scene.channel.id, "a thread", backend.bot_user.id)
    [handle] = [each for each in scene.channel.threads if each.id == made.id]
    return handle


async def say(scene, who, command, channel=None, **options):
    """Use /team and read the answer."""
    shown = await who.slash(channel or scene.channel, f"team {command}", **options)
    return shown.response


async def test_everyone_in_the_channel_draws_from_the_pot(scene, alice, bob):
    opened = await say(scene, alice, "create", name="Foxes", credits=40, per_member=10)
    assert not opened.ephemeral
    assert "**Foxes**" in scene.text(opened)
    assert "Each member may spend 10 credits" in scene.text(opened)

    for prompt in ("a team's first", "beyond the share"):
        await bob.slash(scene.channel, "imagine", prompt=prompt)

    shown = await say(scene, bob, "show")
    assert shown.ephemeral
    text = scene.text(shown)
    assert "**33 credits** in the pot" in text
    assert "You spent 7 credits of it and may spend 3 credits more." in text
    assert f"<@{alice.id}> · 40 paid in · 0 spent" in text
    assert (await scene.account(bob)).available == 93
    assert (await scene.account(alice)).available == 60
    await scene.assert_books_balance()


async def test_top_up_adds_ones_own_credits_for_all_to_see(scene, alice, bob):
    await say(scene, alice, "create", name="Foxes", credits=40)

    card = await say(scene, bob, "top-up", credits=25)

    assert not card.ephemeral
    assert f"<@{bob.id}> put **25 credits** into **Foxes**" in scene.text(card)
    assert "**65 credits** in the pot" in scene.text(card)
    assert (await scene.account(bob)).available == 75


async def test_who_left_pays_alone_and_is_mentioned_when_added_back(scene, alice, bob):
    await say(scene, alice, "create", name="Foxes", credits=40)

    left = await say(scene, bob, "leave")
    assert left.ephemeral
    assert "You pay for yourself here" in scene.text(left)
    await bob.slash(scene.channel, "imagine", prompt="on my own account")
    assert (await scene.account(bob)).available == 93

    added = await say(scene, alice, "add", member=bob)
    assert not added.ephemeral
    assert f"<@{bob.id}>, you draw from **Foxes** again" in scene.text(added)
    answers = [
        request.json["data"]
        for request in scene.env.http_requests
        if request.path.endswith("/callback") and request.json.get("data")
    ]
    pinged = [answer.get("allowed_mentions", {}).get("users", []) for answer in answers]
    assert [users for users in pinged if users] == [[bob.id]]
    await bob.slash(scene.channel, "imagine", prompt="the pot's again")
    assert (await scene.account(bob)).available == 93


async def test_closing_says_to_whom_how_much(scene, alice, bob):
    await say(scene, alice, "create", name="Foxes", credits=40)
    await say(scene, bob, "top-up", credits=20)
    await bob.slash(scene.channel, "imagine", prompt="out of sixty")

    closed = await say(scene, alice, "close")

    assert not closed.ephemeral
    text = scene.text(closed)
    assert "**Foxes** is closed" in text
    assert f"<@{alice.id}> gets back 35 credits" in text
    assert f"<@{bob.id}> gets back 18 credits" in text
    assert (await scene.account(alice)).available == 95
    assert (await scene.account(bob)).available == 98
    await scene.assert_books_balance()


async def test_only_its_maker_or_a_manager_closes_it(scene, alice, bob):
    await say(scene, alice, "create", name="Foxes", credits=40)
    refused = await say(scene, bob, "close")
    assert refused.ephemeral
    assert "Only who made this team" in scene.text(refused)

    role = scene.guild.create_role("keepers", permissions=discord.Permissions(manage_channels=True))
    user = scene.env.create_user("keeper")
    keeper = scene.guild.add_member(user, roles=[role])

    assert "gets back 40 credits" in scene.text(await say(scene, keeper, "close"))


async def test_a_channel_without_a_team_and_one_with_two_are_explained(scene, alice, bob):
    for command in ("show", "leave", "close"):
        card = await say(scene, alice, command)
        assert card.ephemeral
        assert "There is no team here" in scene.text(card)
    assert "no team here" in scene.text(await say(scene, alice, "top-up", credits=1))
    await say(scene, alice, "create", name="Foxes", credits=40)
    second = await say(scene, bob, "create", name="Owls", credits=40)
    assert "has a team already" in scene.text(second)
    assert "**Foxes**" in scene.text(await say(scene, bob, "show"))


async def test_too_little_credit_is_explained(scene, alice):
    card = await say(scene, alice, "create", name="Foxes", credits=101)
    assert "That takes 101 credits and you have 100" in scene.text(card)


async def test_a_team_is_busy_while_its_picture_is_drawn(scene, alice):
    await say(scene, alice, "create", name="Foxes", credits=40)

    async def hold(tx):
        teams = scene.app.client.services.pots._teams
        team = await teams.find(tx, scene.channel.id)
        await scene.app.ledger.reserve(tx, team.account_id, 7)

    await scene.app.database.write(hold)

    card = await say(scene, alice, "close")

    assert "A picture that the team pays for is being made" in scene.text(card)
    assert card.ephemeral


async def test_an_expired_team_is_paid_back_by_who_looks_next(scene_over, settings):
    clock = [time.time_ns() // 1000]
    world = replace(World(), now=lambda: clock[0])
    async with scene_over(settings, world=world) as scene:
        alice, bob = scene.member("alice"), scene.member("bob")
        opened = await say(scene, alice, "create", name="Foxes", credits=40, expires=1)
        assert "It ends <t:" in scene.text(opened)
        clock[0] += DAY

        card = await say(scene, bob, "show")

        assert not card.ephemeral, "all should read who got back what"
        assert "The time of **Foxes** is over" in scene.text(card)
        assert f"<@{alice.id}> gets back 40 credits" in scene.text(card)
        assert (await scene.account(alice)).available == 100


async def test_a_thread_draws_from_its_channels_team_and_may_have_its_own(
    scene, alice, bob, thread
):
    await say(scene, alice, "create", name="Foxes", credits=40)
    assert "**Foxes**" in scene.text(await say(scene, bob, "show", thread))

    await say(scene, bob, "create", thread, name="Owls", credits=20)

    assert "**Owls**" in scene.text(await say(scene, bob, "show", thread))
    await alice.slash(thread, "imagine", prompt="in the thread")
    assert "**13 credits** in the pot" in scene.text(await say(scene, bob, "show", thread))
    assert "**40 credits** in the pot" in scene.text(await say(scene, bob, "show"))


async def test_a_hostile_name_pings_nobody_and_formats_nothing(scene, alice):
    name = "@everyone **x** <@123456789012345678>"
    text = scene.text(await say(scene, alice, "create", name=name, credits=1))
    assert "@everyone" not in text
    assert "<@123456789012345678>" not in text
    assert r"\*\*x\*\*" in text


async def test_it_is_not_offered_in_direct_messages(scene):
    carol = scene.env.create_user("carol")
    assert not [name for name in carol.available_commands() if name.startswith("team")]


async def test_chinese_members_read_chinese(scene, alice):
    def chinese(event, payload, *rest):
        if event == "INTERACTION_CREATE":
            payload["locale"] = "zh-CN"

    scene.env.backend.subscribers.insert(0, chinese)

    assert "这里没有团队" in scene.text(await say(scene, alice, "show"))
    opened = await say(scene, alice, "create", name="狐狸", credits=40)
    assert "公共池里有 **40 积分**" in scene.text(opened)
    assert "退回 40 积分" in scene.text(await say(scene, alice, "close"))


@pytest.mark.parametrize("what", ["channel", "thread"])
async def test_a_channel_that_is_deleted_pays_its_team_back(scene, alice, thread, what):
    place = thread if what == "thread" else scene.guild.create_text_channel("short-lived")
    await say(scene, alice, "create", place, name="Foxes", credits=40)

    scene.env.backend.delete_channel(place.id)
    await scene.env.settle()

    assert (await scene.account(alice)).available == 100


async def test_a_server_that_the_bot_leaves_pays_its_teams_back(scene, alice):
    await say(scene, alice, "create", name="Foxes", credits=40)

    scene.env.backend.remove_guild(scene.guild.id)
    await scene.env.settle()

    assert (await scene.account(alice)).available == 100


async def test_a_channel_that_went_unseen_is_found_gone_and_one_that_is_there_is_not(
    scene, alice, thread
):
    """The bot was away when a channel and a thread went; the third place is still there."""
    hidden = scene.guild.create_text_channel("unseen")
    for place, amount in ((hidden, 30), (thread, 20), (scene.channel, 10)):
        await say(scene, alice, "create", place, name="Foxes", credits=amount)
    backend, listeners = scene.env.backend, list(scene.env.backend.subscribers)
    backend.subscribers.clear()
    for place in (hidden, thread):
        backend.delete_channel(place.id)
    backend.subscribers.extend(listeners)
    client = scene.app.client
    guild = client.get_guild(scene.guild.id)
    guild._remove_channel(guild.get_channel(hidden.id))
    guild._remove_thread(guild.get_thread(thread.id))

    for listen in client.extra_events["on_ready"]:
        await listen()

    assert (await scene.account(alice)).available == 90
    await scene.assert_books_balance()


async def test_a_refund_to_a_closed_team_reaches_those_who_paid_in(scene, alice, bob):
    client = scene.app.client
    client.services = replace(client.services, operators=frozenset({bob.id}))
    await say(scene, alice, "create", name="Foxes", credits=40)
    await bob.slash(scene.channel, "imagine", prompt="refunded too late")
    await say(scene, alice, "close")
    assert (await scene.account(alice)).available == 93
    [job] = await scene.jobs()
    staff = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    scene.env.backend.add_member_role(scene.guild.id, bob.id, staff.id)

    shown = await bob.slash(
        scene.channel, "quota refund", job=str(job["message_id"]), reason="a smudge"
    )

    text = scene.text(shown.response)
    assert "7 credits refunded to the team" in text
    assert "it went to those who paid in" in text
    assert (await scene.account(alice)).available == 100
    await scene.assert_books_balance()
