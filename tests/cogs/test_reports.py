"""/quota report and /quota alerts, and who is told when much of a limit is used."""

import csv
import io
import re
from dataclasses import replace

import discord
import pytest

from bot.jobs.limits import Caller
from bot.people.setting import Setting


@pytest.fixture
def boss(scene):
    """A member who may manage the server."""
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    return scene.guild.add_member(scene.env.create_user("boss"), roles=[role])


async def quota(scene, asker, command, /, **options):
    shown = await asker.slash(scene.channel, f"quota {command}", **options)
    assert shown.response.ephemeral
    return shown.response


async def imagine(scene, who, prompt, channel=None):
    await who.slash(channel or scene.channel, "imagine", prompt=prompt)
    await scene.env.settle()


async def told(scene, channel):
    """What was said in a channel of its own, or by message."""
    return [scene.text(message) for message in channel.history()]


async def test_a_report_is_a_card_a_picture_and_a_table_of_this_server_alone(scene, boss):
    alice, bob = scene.member("alice"), scene.member("bob")
    sketches = scene.guild.create_text_channel("sketches")
    for who, prompt in ((alice, "one to report"), (alice, "another to report"), (bob, "bob's")):
        await imagine(scene, who, prompt)
    await imagine(scene, bob, "report: blocked")
    await imagine(scene, alice, "in another channel", sketches)
    elsewhere = scene.env.create_guild()
    there = elsewhere.add_member(scene.env.create_user("carol"))
    await imagine(scene, there, "not yours", elsewhere.create_text_channel("other"))

    shown = await quota(scene, boss, "report")

    text = scene.text(shown)
    assert "**28 credits** for 4 pictures in 4 requests" in text
    assert "Paid by the pool: 0 credits · by teams: 0 credits · by members themselves: 28" in text
    assert f"1. <@{alice.id}> · 21 credits · 3 pictures\n2. <@{bob.id}> · 7 credits" in text
    assert f"1. <#{scene.channel.id}> · 21 credits" in text
    assert "1. Nano Banana 2.1 · 28 credits · 4 pictures" in text
    assert str(there.id) not in text
    assert "google" not in text.lower()
    picture, table = shown.attachments
    assert (await picture.read()).startswith(b"\x89PNG")
    content = (await table.read()).decode("utf-8")
    assert "google" not in content
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert {row["server"] for row in rows} == {str(scene.guild.id)}
    assert [(row["member"], row["channel"], row["credits"]) for row in rows] == [
        (str(alice.id), str(scene.channel.id), "14"),
        (str(alice.id), str(sketches.id), "7"),
        (str(bob.id), str(scene.channel.id), "7"),
    ]
    assert "Nothing was paid for" in scene.text(
        await quota(scene, boss, "report", period="last-month")
    )


async def test_all_servers_are_for_who_runs_the_bot(scene, boss):
    await imagine(scene, scene.member("alice"), "somewhere")
    assert "Only whoever runs the bot" in scene.text(
        await quota(scene, boss, "report", everywhere=True)
    )
    services = scene.app.client.services
    scene.app.client.services = replace(services, operators=frozenset({boss.id}))
    text = scene.text(await quota(scene, boss, "report", period="today", everywhere=True))
    assert "What pictures cost in all servers" in text
    assert f"1. {scene.guild.name} · 7 credits · one picture" in text


async def test_who_does_not_manage_the_server_sees_no_report_and_sets_no_alerts(scene):
    bob = scene.member("bob")
    known = scene.env.backend.find_command("quota", scene.guild.id, type=1)
    scene.guild.set_command_permissions(int(known["id"]), {bob: True})
    for command in ("report", "alerts"):
        said = scene.text(await quota(scene, bob, command))
        assert "needs the permission *Manage Server*" in said


async def test_alerts_go_to_the_channel_and_mention_nobody(scene, boss):
    news = scene.guild.create_text_channel("news")
    assert "the server's owner gets one direct message" in scene.text(
        await quota(scene, boss, "alerts")
    )
    said = scene.text(await quota(scene, boss, "alerts", channel=news))
    assert f"one message goes to <#{news.id}>" in said
    assert "cannot write" not in said
    await quota(scene, boss, "set", whose="server", measure="credits_per_day", amount="14")

    await imagine(scene, scene.member("alice"), "half of it")
    await imagine(scene, scene.member("alice"), "all of it")

    half, whole = await told(scene, news)
    assert "**50 % of this server's limit is reached:** 7 of 14 credits a day used, 7 left" in half
    assert re.search(r"It resets <t:\d+:R>", half)
    assert "/quota set" in half
    assert "**100 % of this server's limit is reached:** 14 of 14" in whole
    assert "Nothing more can be made here meanwhile" in whole
    posts = [r.json for r in scene.env.http_requests if r.path == f"/channels/{news.id}/messages"]
    assert [post["allowed_mentions"] for post in posts] == [{"parse": []}] * 2
    assert all(post["enforce_nonce"] for post in posts)


async def test_without_a_channel_that_can_be_written_the_owner_is_told(scene, boss):
    closed = scene.guild.create_text_channel(
        "closed",
        overwrites={scene.guild.default_role: discord.PermissionOverwrite(send_messages=False)},
    )
    said = scene.text(await quota(scene, boss, "alerts", channel=closed))
    assert f"I cannot write in <#{closed.id}> yet" in said
    await quota(scene, boss, "set", whose="server", measure="credits_per_day", amount="14")
    alice = scene.member("alice")
    await imagine(scene, alice, "half for the owner")
    gone = scene.guild.create_text_channel("gone")
    await quota(scene, boss, "alerts", channel=gone)
    await scene.app.client.get_channel(gone.id).delete()
    assert f"I cannot write in <#{gone.id}> yet" in scene.text(await quota(scene, boss, "alerts"))
    await imagine(scene, alice, "all of it")
    assert "Nobody is told" in scene.text(await quota(scene, boss, "alerts", to="off"))
    await quota(scene, boss, "set", whose="server", measure="credits_per_day", amount="22")
    await imagine(scene, alice, "nobody wants to know")

    half, whole = await told(scene, scene.guild.owner.dm_channel)
    assert f"In your server **{scene.guild.name}**" in half
    assert "50 % of this server's limit" in half
    assert "100 % of this server's limit" in whole
    assert await told(scene, closed) == []
    assert "owner gets" in scene.text(await quota(scene, boss, "alerts", to="owner"))


@pytest.mark.parametrize("chosen", [False, True], ids=["by Discord", "by its managers"])
async def test_a_chinese_server_reads_chinese_and_the_operators_hear_of_the_bots_limit(
    scene_over, settings, chosen
):
    limited = settings.model_copy(
        update={"default_limits": "bot.credits_per_day=7,server.credits_in_total=7"}
    )
    async with scene_over(limited) as scene:
        guild = scene.env.create_guild(preferred_locale="en-US" if chosen else "zh-CN")
        alice = guild.add_member(scene.env.create_user("alice"))
        operator = scene.env.create_user("operator")
        services = scene.app.client.services
        if chosen:
            boss = Caller(1, guild.id, manages=True)
            await services.people.houses.set(boss, Setting.LANGUAGE, ["zh-CN"])
        scene.app.client.services = replace(services, operators=frozenset({operator.id}))
        await imagine(scene, alice, "all of everything", guild.create_text_channel("art"))

        [text] = await told(scene, guild.owner.dm_channel)
        assert "本服务器的额度已用到 100%" in text
        assert "它不会自动重置" in text
        owner = (await scene.app.client.application_info()).owner
        assert await scene.app.client.operator_ids() == {owner.id, operator.id}
        [text] = await told(scene, operator.dm_channel)
        assert "**100 % of the bot's limit is reached:** 7 of 7 credits a day" in text


async def test_an_alert_outlasts_trouble_of_discords_and_one_that_nobody_takes_is_given_up(
    scene, boss
):
    news = scene.guild.create_text_channel("news")
    await quota(scene, boss, "alerts", channel=news)
    await quota(scene, boss, "set", whose="server", measure="credits_per_day", amount="14")
    path = f"/channels/{news.id}/messages"
    scene.env.inject_error("POST", path, status=503, times=2)
    await imagine(scene, scene.member("alice"), "through a bad minute")
    assert len(await told(scene, news)) == 1
    scene.env.inject_error("POST", path, status=403, code=50013, times=None)
    scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)

    await imagine(scene, scene.member("alice"), "for nobody")

    assert len(await told(scene, news)) == 1
    rows = "SELECT percent, told_at FROM alerts ORDER BY percent"
    alerts = await scene.app.database.read(lambda tx: tx.query(rows))
    assert [row["percent"] for row in alerts] == [50, 80, 100]
    assert all(row["told_at"] for row in alerts)
