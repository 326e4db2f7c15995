"""A reply to a picture that mentions the bot is the next turn of its edit."""

import discord


def bots(scene):
    """What the bot says in the channel, the newest last."""
    me = scene.app.client.user.id
    return [message for message in scene.channel.history() if message.author.id == me]


async def reply(scene, member, card, words, **more):
    mention = scene.app.client.user.mention
    await member.send(scene.channel, f"{mention} {words}", reply_to=card, **more)


async def test_a_reply_goes_on_in_the_conversation(scene, calls, photo):
    """With what is attached; the card answers the reply and is changed until it is done."""
    alice = scene.member("alice")
    card = (await alice.slash(scene.channel, "imagine", prompt="a mill")).response
    await reply(scene, alice, card, "add a river", attachments=[photo])

    answer = bots(scene)[-1]
    assert answer.attachments
    assert "add a river" in scene.text(answer)
    assert f"<@{alice.id}> said in a reply" in scene.text(answer)
    roles = [turn["role"] for turn in calls.last()["contents"]]
    assert roles == ["user", "model", "user"]
    assert calls.of("add a river")[0]["images_in"] == 1
    assert len(bots(scene)) == 2

    # Discord's client mentions whom one replies to.
    await alice.send(scene.channel, "and a bridge", reply_to=answer)
    assert calls.last()["contents"][-1]["parts"][-1]["text"] == "and a bridge"
    assert len(bots(scene)) == 3
    assert [job["state"] for job in await scene.jobs()] == ["done"] * 3
    assert (await scene.account(alice)).available == 79
    await scene.assert_books_balance()


async def test_what_is_no_reply_to_a_picture_is_left_alone(scene):
    """Talk, a mention alone, a reply to somebody else, a reply of a bot."""
    alice, bob = scene.member("alice"), scene.member("bob")
    card = (await alice.slash(scene.channel, "imagine", prompt="left alone")).response
    mention = scene.app.client.user.mention
    said = await alice.send(scene.channel, "hello all")
    await alice.send(scene.channel, f"{mention} hello")
    await reply(scene, bob, said, "make it night")
    robot = scene.guild.add_member(scene.env.create_user("robot", bot=True))
    await reply(scene, robot, card, "make it night")
    assert len(bots(scene)) == 1
    assert len(await scene.jobs()) == 1


async def test_a_reply_without_words_is_answered_there(scene):
    alice = scene.member("alice")
    card = (await alice.slash(scene.channel, "imagine", prompt="wordless")).response
    await reply(scene, alice, card, "")
    assert "Say in your reply what should change" in scene.text(bots(scene)[-1])
    assert len(await scene.jobs()) == 1


async def test_a_refusal_is_for_its_author_and_leaves_no_card(scene_over, settings):
    """What somebody has left is nobody else's to read: by message, or only a hint."""
    poor = settings.model_copy(update={"welcome_credits": 10})
    async with scene_over(poor) as scene:
        alice = scene.member("alice")
        card = (await alice.slash(scene.channel, "imagine", prompt="my last")).response
        scene.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
        await reply(scene, alice, card, "once more")
        _, told = bots(scene)
        assert "did not work" in scene.text(told)
        assert "3" not in scene.text(told)

        await reply(scene, alice, card, "and again")
        assert len(bots(scene)) == 2
        assert "you have 3" in scene.text(alice.user.dm_channel.last_message)
        assert len(await scene.jobs()) == 1


async def test_a_failure_is_told_by_message_and_its_card_goes(scene):
    """As for a press whose answer has expired."""
    alice = scene.member("alice")
    card = (await alice.slash(scene.channel, "imagine", prompt="good so far")).response
    await reply(scene, alice, card, "now this is blocked")
    assert len(bots(scene)) == 1
    told = scene.text(alice.user.dm_channel.last_message)
    assert "safety rules" in told
    assert "Nothing was charged" in told
    assert (await scene.account(alice)).available == 93


async def test_it_is_answered_in_the_language_that_its_author_chose(scene):
    alice, bob = scene.member("alice"), scene.member("bob")
    card = (await alice.slash(scene.channel, "imagine", prompt="in two tongues")).response
    shown = await bob.slash(scene.channel, "preferences")
    await bob.select(shown.response, ["zh-CN"], custom_id="preferences:language")

    await reply(scene, bob, card, "加一条河")
    assert "扣除 7 积分" in scene.text(bots(scene)[-1])
    await reply(scene, bob, card, "")
    assert "请在回复里说明要改什么" in scene.text(bots(scene)[-1])
    await reply(scene, alice, card, "add a river")
    assert "7 credits charged" in scene.text(bots(scene)[-1])


async def test_who_may_not_use_apps_there_gets_nothing(scene):
    alice, bob = scene.member("alice"), scene.member("bob")
    rights = discord.PermissionOverwrite(use_application_commands=False)
    scene.channel = scene.guild.create_text_channel("no apps", overwrites={bob: rights})
    card = (await alice.slash(scene.channel, "imagine", prompt="not for bob")).response
    await reply(scene, bob, card, "mine now")
    assert len(await scene.jobs()) == 1


async def test_a_reply_delivered_twice_is_one_job(scene, calls):
    alice = scene.member("alice")
    card = (await alice.slash(scene.channel, "imagine", prompt="an echo")).response
    parsers = scene.app.client._connection.parsers
    deliver = parsers["MESSAGE_CREATE"]

    def twice(data):
        deliver(data)
        deliver(data)

    parsers["MESSAGE_CREATE"] = twice
    await reply(scene, alice, card, "an echo, louder")
    assert calls.count("an echo, louder") == 1
    assert len(await scene.jobs()) == 2
    assert len(bots(scene)) == 2
