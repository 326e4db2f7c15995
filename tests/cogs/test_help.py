"""/help, the first card in a new server, and a server that goes away and comes back."""

import discord
from simcord.backend import serializers

from bot.people.setting import Setting


def joined(scene, **changes):
    """What the gateway sends when the bot is invited, which is not what it sends at a start."""
    backend = scene.env.backend
    payload = dict(serializers.guild_create_payload(backend, backend.get_guild(scene.guild.id)))
    payload.pop("unavailable")
    backend.emit("GUILD_CREATE", {**payload, **changes})


async def test_help_lists_what_one_may_use_on_one_card(scene):
    alice = scene.member("alice")
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user("boss"), roles=[role])

    theirs = scene.text((await alice.slash(scene.channel, "help")).response)
    managers = await boss.slash(scene.channel, "help")
    alone = scene.text((await alice.user.slash("help")).response)

    tree = scene.app.client.tree
    typed = {command.name for command in tree.get_commands(type=discord.AppCommandType.chat_input)}
    listed = {name for name in typed if f"`/{name}` " in scene.text(managers.response)}
    assert listed == typed - {"operator"}
    assert "`/imagine` Make a picture from words" in theirs
    assert "`/settings`" not in theirs
    assert "team → the server's pool" in theirs
    assert "Who pays:** you, from your own credits" in alone
    opened = await boss.click(managers.response, label="Settings")
    assert "Plantain in this server" in scene.text(opened.response)


async def test_a_new_server_is_greeted_once_where_its_managers_read(scene):
    """In its own language, with buttons for them; and a closed server breaks nothing."""
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user("boss"), roles=[role])
    assert scene.channel.history() == []

    joined(scene, preferred_locale="zh-CN")
    await scene.env.settle()

    [greeting] = scene.channel.history()
    assert "Plantain 来了" in scene.text(greeting)
    assert "由谁付费" in scene.text(greeting)
    opened = await boss.click(greeting, label="语言")
    await boss.select(opened.response, ["zh-CN"])
    assert "语言：** 简体中文" in scene.text(opened.response)


async def test_a_server_that_removed_the_bot_breaks_nothing_and_finds_its_settings_again(scene):
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user("boss"), roles=[role])
    shown = await boss.slash(scene.channel, "settings")
    await boss.select(shown.response, [Setting.LANGUAGE])
    await boss.select(shown.response, ["zh-CN"])
    await boss.select(shown.response, [Setting.LOG])
    await boss.select(shown.response, [scene.channel])
    services, guild_id = scene.app.client.services, scene.guild.id

    scene.env.backend.emit("GUILD_DELETE", {"id": str(guild_id)})
    await scene.env.settle()

    assert scene.app.client.get_guild(guild_id) is None
    alone = await boss.user.slash("imagine", prompt="meanwhile, in a direct message")
    assert "7 credits charged" in scene.text(alone.response)
    joined(scene)
    await scene.env.settle()
    house = await services.people.houses.of(guild_id)
    assert (house.defaults.language, house.log_channel) == ("zh-CN", scene.channel.id)
    assert "Plantain 来了" in scene.text(scene.channel.history()[-1])
    await scene.assert_books_balance()
