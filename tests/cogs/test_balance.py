"""/balance tells the truth, to one person."""

import time
from dataclasses import replace

import discord
import pytest

from bot.quotas.allowance import Allowance
from bot.quotas.calendar import Period
from bot.quotas.limit import Limit, Measure, Who, Whose
from bot.workshop import World


async def test_a_newcomer_has_the_welcome_grant(scene):
    shown = await scene.member("alice").slash(scene.channel, "balance")

    assert shown.response.ephemeral
    text = scene.text(shown.response)
    assert "**100 credits** to spend" in text
    assert "0 credits spent since" in text
    assert "+100 · granted" in text


async def test_spent_credits_are_listed_and_counted_for_the_month(scene):
    """Two pictures at seven credits: 86 left, 14 spent, both charges among the entries."""
    alice = scene.member("alice")
    for prompt in ("first of the month", "second of the month"):
        await alice.slash(scene.channel, "imagine", prompt=prompt)

    text = scene.text((await alice.slash(scene.channel, "balance")).response)

    assert "**86 credits** to spend" in text
    assert "14 credits spent since" in text
    assert text.count("-7 · charged") == 2
    assert "held for pictures" not in text


async def test_each_member_has_an_account_of_their_own(scene):
    await scene.member("alice").slash(scene.channel, "imagine", prompt="alice's own")

    text = scene.text((await scene.member("bob").slash(scene.channel, "balance")).response)

    assert "**100 credits** to spend" in text


async def test_asking_twice_grants_once(scene):
    alice = scene.member("alice")
    await alice.slash(scene.channel, "balance")
    await alice.slash(scene.channel, "balance")

    account = await scene.account(alice)

    assert account.available == 100
    await scene.assert_books_balance()


async def test_a_new_month_starts_at_nothing_spent(scene_over, settings):
    """The same database read 40 days later: the balance stays, the month's cost is 0."""
    async with scene_over(settings) as scene:
        alice_id = scene.member("alice").id
        await scene.member("alice").slash(scene.channel, "imagine", prompt="last month's")
    later = World(now=lambda: time.time_ns() // 1000 + 40 * 86_400_000_000)

    async with scene_over(settings, world=replace(later)) as scene:
        standing = await scene.app.client.services.standings.mine(Who(alice_id), (), manages=False)

    statement = standing.statement
    assert (statement.available, statement.spent_this_month) == (93, 0)


# --- beside one's own account ---------------------------------------------------------------


@pytest.fixture
def keeper(scene):
    """A member who may manage the server."""
    role = scene.guild.create_role("keepers", permissions=discord.Permissions(manage_guild=True))
    return scene.guild.add_member(scene.env.create_user("keeper"), roles=[role])


async def fill_pool(scene, amount):
    """Put credits into the server's pool, of which everyone may take 20 a day."""
    ledger, guild_id = scene.app.ledger, scene.guild.id
    allowances = scene.app.client.services.standings._allowances

    async def fill(tx):
        await ledger.open(tx, f"server:{guild_id}", welcome=False)
        await ledger.grant(tx, f"server:{guild_id}", amount, reason="")
        await allowances.set(tx, Allowance(guild_id, guild_id, 20, Period.DAY), by=1)

    await scene.app.database.write(fill)


async def limit(scene, measure, amount, whose=Whose.SERVER, owner_id=None):
    quotas = scene.app.client.services.standings._quotas
    set_limit = Limit(whose, scene.guild.id, owner_id or scene.guild.id, measure, amount)
    await scene.app.database.write(lambda tx: quotas.set(tx, set_limit, by=1))


async def balance(scene, who, channel=None, **options):
    shown = await who.slash(channel or scene.channel, "balance", **options)
    return shown.response


async def test_the_allowance_and_the_limits_here_are_shown_with_what_is_left(scene):
    await fill_pool(scene, 500)
    await limit(scene, Measure.DAY, 50)
    alice = scene.member("alice")
    await alice.slash(scene.channel, "imagine", prompt="from the pool")

    text = scene.text(await balance(scene, alice))

    assert "**100 credits** to spend" in text
    assert "**13 credits** left of your allowance of 20 · renewed <t:" in text
    assert "this server: 7 of 50 credits a day, 43 left · anew <t:" in text
    assert "server's pool" not in text


async def test_the_pool_is_shown_to_who_may_manage_the_server(scene, keeper):
    await fill_pool(scene, 500)
    text = scene.text(await balance(scene, keeper))
    assert "500 credits in the server's pool · 0 credits held" in text


async def test_the_team_here_is_shown(scene):
    alice = scene.member("alice")
    await alice.slash(scene.channel, "team create", name="Foxes", credits=40)
    text = scene.text(await balance(scene, alice))
    assert "40 credits in the pot of **Foxes**" in text
    assert "-40 · into a team's pot" in text


async def test_running_jobs_are_linked_to(scene):
    """A job as it stands while an upstream draws: its row, and its credits held."""
    alice = scene.member("alice")
    await alice.slash(scene.channel, "imagine", prompt="still being made")
    [job] = await scene.jobs()
    await scene.app.database.write(lambda tx: tx.query("UPDATE jobs SET state = 'running'"))

    text = scene.text(await balance(scene, alice))

    place = f"{scene.guild.id}/{scene.channel.id}/{job['message_id']}"
    assert f"7 credits · https://discord.com/channels/{place}" in text
    assert "channels" not in scene.text(await balance(scene, scene.member("bob")))


async def test_the_last_thirty_days_are_a_small_picture_with_words(scene):
    alice = scene.member("alice")
    assert (await balance(scene, alice)).attachments == []
    await alice.slash(scene.channel, "imagine", prompt="for the chart")

    shown = await balance(scene, alice)

    [picture] = shown.attachments
    content = await picture.read()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 20_000
    [gallery] = [part for part in shown.components[0]["components"] if part["type"] == 12]
    [item] = gallery["items"]
    assert item["description"].startswith("What the pictures of the last 30 days cost: 7 credits")
    assert "spending.png" in item["media"]["url"]


async def test_the_days_are_those_of_the_time_zone(scene_over, settings):
    """Half past eleven in the evening, UTC, is the next day already at the Line Islands."""
    late = 1_795_303_800_000_000
    there = settings.model_copy(update={"quota_timezone": "Pacific/Kiritimati"})
    world = replace(World(), now=lambda: late)
    async with scene_over(there, world=world) as scene:
        alice = scene.member("alice")
        await alice.slash(scene.channel, "imagine", prompt="late in the evening")
        standings = scene.app.client.services.standings
        spending = (await standings.mine(Who(alice.id), (), manages=False)).spending

    days = [day.isoformat() for day in (spending.days[0], spending.days[-1])]
    assert days == ["2026-10-24", "2026-11-22"]
    assert spending.amounts == (0,) * 29 + (7,)


async def test_managers_see_a_members_use_of_this_server_and_nothing_else(scene, keeper):
    await fill_pool(scene, 500)
    alice = scene.member("alice")
    await limit(scene, Measure.DAY, 50, Whose.MEMBER, alice.id)
    await limit(scene, Measure.MONTH, 90)
    await alice.slash(scene.channel, "imagine", prompt="somebody else's business")

    shown = await balance(scene, keeper, member=alice)

    assert shown.ephemeral
    text = scene.text(shown)
    assert f"<@{alice.id}> in this server" in text
    assert "**13 credits** left of an allowance of 20" in text
    assert "personal: 7 of 50 credits a day, 43 left" in text
    assert "this server" not in text.partition("Limits")[2]
    assert "to spend" not in text
    assert "Last entries" not in text
    assert len(shown.attachments) == 1


async def test_a_manager_does_not_see_what_a_member_did_elsewhere(scene, keeper):
    elsewhere = scene.env.create_guild()
    channel = elsewhere.create_text_channel("other")
    user = scene.env.create_user("carol")
    there, here = elsewhere.add_member(user), scene.guild.add_member(user)
    await there.slash(channel, "imagine", prompt="in another server")

    shown = await balance(scene, keeper, member=here)

    assert shown.attachments == []
    assert len((await balance(scene, here)).attachments) == 1


async def test_others_credits_are_not_for_everyone(scene):
    shown = await balance(scene, scene.member("alice"), member=scene.member("bob"))
    assert shown.ephemeral
    assert "Only who may manage this server" in scene.text(shown)


async def test_in_a_direct_message_ones_own_account_is_shown(scene):
    carol = scene.env.create_user("carol")
    text = scene.text((await carol.slash("balance")).response)
    assert "**100 credits** to spend" in text
    refused = await carol.slash("balance", member=carol)
    assert "only in a server" in scene.text(refused.response)


async def test_chinese_members_read_chinese(scene):
    def chinese(event, payload, *rest):
        if event == "INTERACTION_CREATE":
            payload["locale"] = "zh-CN"

    scene.env.backend.subscribers.insert(0, chinese)
    await fill_pool(scene, 500)
    await limit(scene, Measure.DAY, 50)
    text = scene.text(await balance(scene, scene.member("alice")))
    assert "你的配额 20 中还剩 **20 积分**" in text
    assert "本服务器：50 积分/天，已用 0，剩 50" in text
