"""/quota as managers, members and the operator use it, and what it does to /imagine."""

import asyncio
import re
import time
from dataclasses import replace

import discord
import pytest

from bot.workshop import World

NOON = 1_795_262_400_000_000
"""2026-11-21 12:00 UTC in microseconds."""


@pytest.fixture
def boss(scene):
    """A member who may manage the server."""
    return manager_of(scene)


def manager_of(scene):
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    return scene.guild.add_member(scene.env.create_user("boss"), roles=[role])


async def quota(scene, asker, command, /, **options):
    """What a /quota command answers, in words."""
    shown = await asker.slash(scene.channel, f"quota {command}", **options)
    assert shown.response.ephemeral
    return scene.text(shown.response)


async def fund(scene, amount):
    """Credits in the pool, from nowhere."""
    ledger, pool = scene.app.ledger, f"server:{scene.guild.id}"

    async def give(tx):
        await ledger.open(tx, pool, welcome=False)
        await ledger.grant(tx, pool, amount, reason="test")

    await scene.app.database.write(give)


async def credits_of(scene, account):
    ledger = scene.app.ledger
    found = await scene.app.database.read(lambda tx: ledger.account(tx, account))
    return found.available if found else None


async def test_a_limit_refuses_with_its_reset_and_with_what_works_now(scene, boss, calls):
    said = await quota(scene, boss, "set", whose="server", measure="credits_per_day", amount="10")
    assert "Set for this server:** 10 credits a day" in said

    shown = await scene.member("alice").slash(
        scene.channel, "imagine", prompt="too many at once", count=2
    )

    [told] = shown.followups
    assert told.ephemeral
    text = scene.text(told)
    assert "**This server's limit** of 10 credits a day has no room for this" in text
    assert "0 of 10 are used, and this needs 14" in text
    assert re.search(r"It opens again <t:\d+:R> \(<t:\d+:f>\)", text)
    assert "What works now: one picture at 1K with Nano Banana 2.1, for 7 credits." in text
    assert "Nothing was charged" in text
    assert calls.count("too many at once") == 0
    assert await scene.jobs() == []
    made = await scene.member("alice").slash(scene.channel, "imagine", prompt="one of them")
    assert "7 credits charged" in scene.text(made.response)
    await scene.assert_books_balance()


async def test_when_nothing_fits_the_card_says_who_can_raise_it(scene, boss):
    await quota(scene, boss, "set", whose="everyone", measure="credits_in_total", amount="1")

    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt="too dear")

    text = scene.text(shown.followups[0])
    assert "**Your role's limit** of 1 credits in total" in text
    assert "Whoever manages this server can raise it" in text


async def test_what_works_instead_may_be_a_cheaper_model(scene, boss):
    """Three credits are too few for the default model at any size."""
    await quota(scene, boss, "set", whose="everyone", measure="credits_per_hour", amount="8")
    shown = await scene.member("alice").slash(
        scene.channel, "imagine", prompt="too dear", model="gemini-3-pro-image"
    )

    text = scene.text(shown.followups[0])
    [(model, price)] = re.findall(r"one picture at \S+ with ([^,]+), for (\d+) credits", text)
    assert model != "Nano Banana Pro"
    assert 0 < int(price) <= 8


async def test_a_limit_of_nothing_says_so_and_no_limit_is_a_word(scene, boss):
    alice = scene.member("alice")
    said = await quota(
        scene, boss, "set", whose="member", measure="concurrent_jobs", amount="0", member=alice
    )
    assert "Nothing can be made there until this is raised or cleared" in said
    shown = await alice.slash(scene.channel, "imagine", prompt="not allowed")
    assert "is 0 requests at a time, so nothing can be made" in scene.text(shown.followups[0])

    said = await quota(
        scene, boss, "set", whose="member", measure="concurrent_jobs", amount="None", member=alice
    )
    assert f"Set for <@{alice.id}>:** no limit on requests at a time" in said
    shown = await alice.slash(scene.channel, "imagine", prompt="allowed again")
    assert "7 credits charged" in scene.text(shown.response)


async def test_a_role_limit_holds_for_who_has_the_highest_role_and_can_be_cleared(scene, boss):
    low = scene.guild.create_role("low", position=2)
    high = scene.guild.create_role("high", position=3)
    alice = scene.guild.add_member(scene.env.create_user("alice"), roles=[low, high])
    for role, amount in ((low, "100"), (high, "6")):
        await quota(
            scene, boss, "set", whose="role", measure="credits_per_month", amount=amount, role=role
        )
    shown = await alice.slash(scene.channel, "imagine", prompt="over the role's")
    assert "**Your role's limit** of 6 credits a month" in scene.text(shown.followups[0])

    cleared = {"whose": "role", "measure": "credits_per_month", "role": high}
    assert "Cleared for" in await quota(scene, boss, "clear", **cleared)
    assert "Nothing was set for" in await quota(scene, boss, "clear", **cleared)

    shown = await alice.slash(scene.channel, "imagine", prompt="under the other role's")
    assert "7 credits charged" in scene.text(shown.response)


@pytest.mark.parametrize("amount", ["lots", "-1", "1.5", "9" * 20, "٣"])
async def test_what_is_no_amount_is_refused(scene, boss, amount):
    shown = await boss.slash(
        scene.channel, "quota set", whose="server", measure="credits_per_day", amount=amount
    )
    assert "is no amount" in scene.text(shown.response)
    assert "Nothing is set here" in await quota(scene, boss, "show")


async def test_a_role_must_be_named(scene, boss):
    said = await quota(scene, boss, "set", whose="role", measure="credits_per_day", amount="1")
    assert "Name the role or the member" in said


async def test_show_tells_everything_at_a_glance(scene, boss):
    alice = scene.member("alice")
    await fund(scene, 500)
    role = scene.guild.create_role("artists")
    await quota(scene, boss, "set", whose="server", measure="credits_per_month", amount="1,000")
    await quota(
        scene, boss, "set", whose="role", measure="requests_per_minute", amount="5", role=role
    )
    await quota(
        scene, boss, "set", whose="member", measure="credits_per_day", amount="none", member=alice
    )
    said = await quota(scene, boss, "allowance", role=role, credits=50, period="week", carry=10)
    assert f"<@&{role.id}>: 50 credits a week · at most 10 credits carried over" in said
    await alice.slash(scene.channel, "imagine", prompt="something used")

    text = await quota(scene, boss, "show")

    assert "**500 credits** in the pool · 0 credits held" in text
    assert "▱▱▱▱▱▱▱▱▱▱ **7 of 1,000** credits a month · 993 left · opens <t:" in text
    assert f"- <@&{role.id}>: 5 requests a minute" in text
    assert f"- <@{alice.id}>: no limit on credits a day" in text
    assert f"- <@&{role.id}>: 50 credits a week · at most 10 credits" in text


async def test_the_pool_pays_within_the_allowance_and_its_balance_is_not_shown(scene, boss):
    alice = scene.member("alice")
    everyone = scene.guild.default_role if hasattr(scene.guild, "default_role") else None
    role = everyone or scene.guild.roles["@everyone"]
    await fund(scene, 500)
    await quota(scene, boss, "allowance", role=role, credits=7, period="day")

    first = await alice.slash(scene.channel, "imagine", prompt="the server's")
    second = await alice.slash(scene.channel, "imagine", prompt="her own")

    assert "7 credits charged · paid by the server" in scene.text(first.response)
    assert "493" not in scene.text(first.response)
    assert f"7 credits charged · paid by <@{alice.id}>" in scene.text(second.response)
    assert await credits_of(scene, f"server:{scene.guild.id}") == 493
    assert "everyone here** has no allowance any more" in await quota(
        scene, boss, "clear-allowance", role=role
    )
    await scene.assert_books_balance()


async def test_a_team_pays_in_its_channel_and_the_card_says_so(scene):
    alice, bank = scene.member("alice"), scene.app.bank

    async def found(tx):
        await bank.ledger.open(tx, f"member:{alice.id}")
        place = {"guild_id": scene.guild.id, "channel_id": scene.channel.id}
        await bank.teams.create(tx, **place, name="art", made_by=alice.id, credits_in=20)

    await scene.app.database.write(found)

    shown = await scene.member("bob").slash(scene.channel, "imagine", prompt="the team's")

    assert "7 credits charged · paid by the team" in scene.text(shown.response)
    await scene.assert_books_balance()


async def test_a_thread_is_paid_by_the_team_of_its_channel(scene):
    alice, bank = scene.member("alice"), scene.app.bank

    async def found(tx):
        await bank.ledger.open(tx, f"member:{alice.id}")
        place = {"guild_id": scene.guild.id, "channel_id": scene.channel.id}
        await bank.teams.create(tx, **place, name="art", made_by=alice.id, credits_in=20)

    await scene.app.database.write(found)
    channel = scene.app.client.get_channel(scene.channel.id)
    await channel.create_thread(name="sketches", type=discord.ChannelType.public_thread)
    [thread] = scene.channel.threads

    shown = await scene.member("bob").slash(thread, "imagine", prompt="in a thread")

    assert "paid by the team" in scene.text(shown.response)


async def test_a_picture_that_fails_is_given_back_to_every_window(scene, boss):
    await quota(scene, boss, "set", whose="server", measure="credits_per_day", amount="10")
    await scene.member("alice").slash(scene.channel, "imagine", prompt="limits: blocked")
    assert "**0 of 10** credits a day · 10 left" in await quota(scene, boss, "show")
    await scene.assert_books_balance()


async def test_managers_fund_the_pool_from_their_own(scene, boss):
    assert "It has 30 credits now" in await quota(scene, boss, "fund", credits=30)
    assert await credits_of(scene, f"member:{boss.id}") == 70
    said = await quota(scene, boss, "fund", credits=71)
    assert "needs 71 credits and you have 70" in said
    await scene.assert_books_balance()


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("set", {"whose": "server", "measure": "credits_per_day", "amount": "0"}),
        ("clear", {"whose": "server", "measure": "credits_per_day"}),
        ("show", {}),
        ("fund", {"credits": 1}),
    ],
)
async def test_who_does_not_manage_the_server_is_refused_even_when_discord_lets_them(
    scene, command, options
):
    """Server settings may open a command to anyone; what it does is still for managers."""
    bob = scene.member("bob")
    tree = scene.app.client.tree.get_commands()
    assert next(c for c in tree if c.name == "quota").default_permissions.manage_guild
    known = scene.env.backend.find_command("quota", scene.guild.id, type=1)
    scene.guild.set_command_permissions(int(known["id"]), {bob: True})

    assert "needs the permission *Manage Server*" in await quota(scene, bob, command, **options)
    await scene.assert_books_balance()


async def test_managers_are_no_operators(scene, boss):
    for command in ("grant", "take"):
        said = await quota(scene, boss, command, credits=5, reason="mine")
        assert "Only whoever runs the bot" in said
    said = await quota(scene, boss, "refund", job="x", reason="mine")
    assert "Only whoever runs the bot" in said


async def test_the_applications_owner_is_an_operator(scene):
    owner = (await scene.app.client.application_info()).owner
    assert await scene.app.client.is_operator(owner)
    assert not await scene.app.client.is_operator(discord.Object(scene.member("bob").id))


async def test_the_operator_makes_takes_and_refunds_credits_and_it_is_kept_who_and_why(scene):
    boss, bob = manager_of(scene), scene.member("bob")
    services = scene.app.client.services
    scene.app.client.services = replace(services, operators=frozenset({boss.id}))
    said = await quota(scene, boss, "grant", credits=50, reason="prize", member=bob)
    assert f"50 credits made for <@{bob.id}>.** 150 credits there now" in said
    assert "made for this server.** 9 credits" in await quota(
        scene, boss, "grant", credits=9, reason="gift"
    )
    said = await quota(scene, boss, "take", credits=20, reason="mistake", member=bob)
    assert "20 credits taken from" in said
    assert "needs 999 credits and you have 130" in await quota(
        scene, boss, "take", credits=999, reason="all", member=bob
    )
    made = await bob.slash(scene.channel, "imagine", prompt="refund me")
    name = made.response.attachments[0].filename
    assert "7 credits refunded" in await quota(scene, boss, "refund", job=name, reason="ugly")
    assert "no picture that could be refunded" in await quota(
        scene, boss, "refund", job=name, reason="again"
    )
    assert await credits_of(scene, f"member:{bob.id}") == 130
    rows = await scene.app.database.read(
        lambda tx: tx.query("SELECT reason FROM movements WHERE reason LIKE '% by %'")
    )
    assert [row["reason"].partition(" by ")[2] for row in rows] == [
        f"{boss.id}: {why}" for why in ("prize", "gift", "mistake", "ugly")
    ]
    await scene.assert_books_balance()


async def test_a_message_link_names_the_picture_to_refund(scene):
    boss, bob = manager_of(scene), scene.member("bob")
    services = scene.app.client.services
    scene.app.client.services = replace(services, operators=frozenset({boss.id}))
    await bob.slash(scene.channel, "imagine", prompt="refund by link")
    [job] = await scene.jobs()
    link = f"https://discord.com/channels/{scene.guild.id}/{scene.channel.id}/{job['message_id']}"
    assert "7 credits refunded" in await quota(scene, boss, "refund", job=link, reason="late")


async def test_default_limits_of_the_operator_hold_everywhere(scene_over, settings):
    limited = settings.model_copy(update={"default_limits": "bot.credits_per_day=6"})
    async with scene_over(limited) as scene:
        shown = await scene.member("alice").slash(scene.channel, "imagine", prompt="over all")
        text = scene.text(shown.followups[0])
        assert "**The bot's limit** of 6 credits a day" in text
        assert "Whoever runs the bot can raise it" in text


async def test_a_request_that_is_early_waits_shows_when_it_begins_and_runs_by_itself(
    scene_over, settings, calls
):
    """Two of a minute's requests at once: the second is drawn half a minute later, unasked."""
    begin, asked = asyncio.Event(), []

    async def sleep(seconds):
        asked.append(seconds)
        await begin.wait()

    limited = settings.model_copy(update={"default_limits": "member.requests_per_minute=2"})
    world = replace(World(), now=lambda: NOON, sleep=sleep)
    async with scene_over(limited, world=world) as scene:
        alice = scene.member("alice")
        first = await alice.slash(scene.channel, "imagine", prompt="punctual")
        assert "7 credits charged" in scene.text(first.response)
        early = asyncio.create_task(
            alice.slash(scene.channel, "imagine", prompt="half a minute soon")
        )
        begins = f"begins <t:{NOON // 1_000_000 + 30}:R>"

        def told():
            edits = [str(r.json) for r in scene.env.http_requests if r.method == "PATCH"]
            return any(begins in edit for edit in edits)

        deadline = time.monotonic() + 20
        while not (asked and told()) and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
        assert asked == [30.0]
        assert told()
        assert calls.count("half a minute soon") == 0
        begin.set()
        shown = await early
        await scene.env.settle()
        assert "7 credits charged" in scene.text(shown.response)
        await scene.assert_books_balance()


async def test_what_waits_when_the_bot_stops_is_drawn_after_the_next_start(scene_over, settings):
    """This Discord does not know the channel of the last one any more: the picture is kept."""
    never = asyncio.Event()
    limited = settings.model_copy(update={"default_limits": "member.requests_per_minute=2"})

    async def sleep(_seconds):
        await never.wait()

    world = replace(World(), now=lambda: NOON, sleep=sleep)
    async with scene_over(limited, world=world) as scene:
        alice = scene.member("alice")
        alice_id = alice.id
        await alice.slash(scene.channel, "imagine", prompt="punctual before the stop")
        early = asyncio.create_task(
            alice.slash(scene.channel, "imagine", prompt="early, then stop")
        )
        while len(await scene.jobs()) < 2:
            await asyncio.sleep(0.005)
        early.cancel()
        await asyncio.wait([early])
    async with scene_over(limited) as scene:
        while any(job["deliver_at"] is None for job in (await scene.jobs())[1:]):
            await asyncio.sleep(0.005)
        assert sorted(job["state"] for job in await scene.jobs()) == ["done", "generated"]
        assert await credits_of(scene, f"member:{alice_id}") == 86
        await scene.assert_books_balance()
