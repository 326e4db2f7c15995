"""Words that are kept out, the log of what is asked for, and whom the bot does not serve."""

from dataclasses import replace

import discord
import pytest

from bot.people.setting import Setting


@pytest.fixture
def boss(scene):
    """A member who may manage the server."""
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    return scene.guild.add_member(scene.env.create_user("boss"), roles=[role])


async def words(scene, asker, command, /, **options):
    """What /moderation words answers."""
    shown = await asker.slash(scene.channel, f"moderation words {command}", **options)
    assert shown.response.ephemeral
    return scene.text(shown.response)


def show_to(scene, name, *members):
    """Let Discord offer a command to members who have no permission for it."""
    known = scene.env.backend.find_command(name, scene.guild.id, type=1)
    scene.guild.set_command_permissions(int(known["id"]), dict.fromkeys(members, True))


async def log_to(scene, boss, channel):
    shown = await boss.slash(scene.channel, "settings")
    await boss.select(shown.response, [Setting.LOG])
    await boss.select(shown.response, [channel])


async def test_a_word_that_is_kept_out_stops_a_prompt_before_anybody_sees_it(scene, boss, calls):
    """In commands, forms and buttons; nothing is reserved, and the log says who and what."""
    alice, log = scene.member("alice"), scene.guild.create_text_channel("log")
    await log_to(scene, boss, log)
    made = await alice.slash(scene.channel, "imagine", prompt="a quiet picture of gore and more")
    assert "7 credits charged" in scene.text(made.response)
    [note] = log.history()
    assert f"<@{alice.id}> asked for" in scene.text(note)
    assert "a quiet picture of gore and more" in scene.text(note)
    place = f"{scene.guild.id}/{scene.channel.id}/{made.response.id}"
    assert f"https://discord.com/channels/{place}" in scene.text(note)

    assert "**gore** is kept out" in await words(scene, boss, "add", word="  GORE ")
    assert "already" in await words(scene, boss, "add", word="gore")
    assert r"**b\*d** is kept out" in await words(scene, boss, "add", word="b*d")
    assert "cannot be looked for" in await words(scene, boss, "add", word="**")
    assert "**2 of at most 200" in await words(scene, boss, "list")
    assert (
        "Stopped:** this has **Gore**".casefold()
        in (await words(scene, boss, "test", prompt="some Gore")).casefold()
    )
    assert "Let through" in await words(scene, boss, "test", prompt="some gorgeous thing")

    before = len(scene.env.http_requests)
    refused = await alice.slash(scene.channel, "imagine", prompt="Gore, for all to see")
    assert refused.response.ephemeral
    assert not refused.followups
    assert "keeps “gore” out of its pictures" in scene.text(refused.response)
    assert "Nothing was charged" in scene.text(refused.response)
    public = [r for r in scene.env.http_requests[before:] if str(log.id) not in r.path]
    assert [r.method for r in public] == ["POST"]
    again = await alice.click(made.response, label="Again · 7 credits")
    assert "keeps “gore” out" in scene.text(again.response)
    form = await alice.click(made.response, label="Edit this")
    edited = await scene.fill(alice, form, what="make it baaad")
    assert "keeps “baaad” out" in scene.text(edited)

    mention = scene.app.client.user.mention
    await alice.send(scene.channel, f"{mention} with gore", reply_to=made.response)
    assert "keeps “gore” out" in scene.text(alice.user.dm_channel.last_message)

    assert calls.count("Gore, for all") == 0
    assert len(await scene.jobs()) == 1
    stopped = [scene.text(note) for note in log.history() if "Stopped for" in scene.text(note)]
    assert len(stopped) == 4
    assert any("Gore, for all to see" in text for text in stopped)
    offered = await boss.autocomplete(scene.channel, "moderation words remove", "word", "go")
    assert [choice["value"] for choice in offered] == ["gore"]
    assert "may be used again" in await words(scene, boss, "remove", word="gore")
    assert "not on the list" in await words(scene, boss, "remove", word="gore")
    again = await alice.click(made.response, label="Again · 7 credits")
    assert "7 credits charged" in scene.text(again.response)
    await scene.assert_books_balance()


async def test_private_pictures_are_in_the_log_without_a_link_and_a_lost_log_harms_nothing(
    scene, boss
):
    alice, log = scene.member("alice"), scene.guild.create_text_channel("log")
    await log_to(scene, boss, log)
    await alice.slash(scene.channel, "imagine", prompt="a quiet secret", private=True)
    [note] = log.history()
    assert "a quiet secret" in scene.text(note)
    assert "a picture that only they see" in scene.text(note)
    assert "https://" not in scene.text(note)

    scene.env.backend.delete_channel(log.id)
    await scene.env.settle()
    made = await alice.slash(scene.channel, "imagine", prompt="after the log")
    assert "7 credits charged" in scene.text(made.response)
    shown = await boss.slash(scene.channel, "settings")
    assert f"Moderation log:** <#{log.id}>" in scene.text(shown.response)


async def test_words_are_for_managers_and_the_list_has_an_end(scene, boss):
    alice = scene.member("alice")
    show_to(scene, "moderation", alice)
    assert "Manage Server" in await words(scene, alice, "list")
    assert await alice.autocomplete(scene.channel, "moderation words remove", "word", "") == []
    database, guild_id = scene.app.database, scene.guild.id

    async def fill(tx):
        for number in range(200):
            await tx.run("block_word", guild_id=guild_id, word=f"word{number}", set_by=1, now=1)

    await database.write(fill)
    assert "The list is full: 200" in await words(scene, boss, "add", word="one more")
    assert "**200 of at most 200" in await words(scene, boss, "list")


async def test_whoever_runs_the_bot_shuts_somebody_out_and_in(scene_over, settings, calls):
    """Everywhere and at once; what they have stays theirs."""
    async with scene_over(settings) as scene:
        mallory, chief = scene.member("mallory"), scene.member("chief")
        services = scene.app.client.services
        scene.app.client.services = replace(services, operators=frozenset({chief.id}))
        made = await mallory.slash(scene.channel, "imagine", prompt="before it")
        show_to(scene, "operator", mallory, chief)
        gift = await mallory.slash(scene.channel, "gift", member=chief, credits=1)
        mine = await mallory.slash(scene.channel, "preferences")
        edited = await scene.fill(
            mallory, await mallory.click(made.response, label="Edit this"), what="bluer"
        )
        versions = await mallory.click(edited, label="Versions")
        tree = (await scene.jobs())[0]["id"]

        async def operator(command, asker, member):
            shown = await asker.slash(scene.channel, f"operator {command}", member=member)
            assert shown.response.ephemeral
            return scene.text(shown.response)

        assert "Only whoever runs the bot" in await operator("block", mallory, chief)
        assert "cannot be blocked" in await operator("block", chief, chief)
        assert f"<@{mallory.id}> is not served any more" in await operator("block", chief, mallory)
        assert "blocked already" in await operator("block", chief, mallory)

        for act in (
            mallory.slash(scene.channel, "imagine", prompt="after it"),
            mallory.slash(scene.channel, "balance"),
            mallory.click(made.response, label="Again · 7 credits"),
            mallory.click(made.response, label="Edit this"),
            mallory.click(gift.response, label="Give 1 credit"),
            mallory.click(edited, label="Undo"),
            mallory.click(versions.response, label="Compare with the one before"),
            scene.choose(mallory, versions.response, tree),
            scene.choose(mallory, made.response, "details"),
            mallory.slash(scene.channel, "show", job=tree),
            mallory.select(mine.response, ["2K"], custom_id="preferences:resolution"),
            mallory.user.slash("imagine", prompt="after it"),
        ):
            shown = await act
            assert shown.response.ephemeral
            assert "has stopped serving you. Your credits stay yours" in scene.text(shown.response)
        mention = scene.app.client.user.mention
        await mallory.send(scene.channel, f"{mention} after it", reply_to=made.response)
        assert "stopped serving you" in scene.text(mallory.user.dm_channel.last_message)
        helped = await mallory.slash(scene.channel, "help")
        assert "Plantain makes" in scene.text(helped.response)
        assert calls.count("after it") == 0
        assert (await scene.account(mallory)).available == 86

        assert "is served again" in await operator("unblock", chief, mallory)
        assert "was not blocked" in await operator("unblock", chief, mallory)
        shown = await mallory.slash(scene.channel, "imagine", prompt="in again")
        assert "7 credits charged" in scene.text(shown.response)
