"""/settings and /preferences as managers and members use them, and what they do to pictures."""

import discord
import pytest

from bot.people.setting import Setting
from bot.ui.help_cards import HelpCards


@pytest.fixture
def boss(scene):
    """A member who may manage the server."""
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    return scene.guild.add_member(scene.env.create_user("boss"), roles=[role])


async def choose(scene, boss, setting, *values):
    """Change one thing on a new card; the card as it is then."""
    shown = await boss.slash(scene.channel, "settings")
    assert shown.response.ephemeral
    await boss.select(shown.response, [setting])
    await boss.select(shown.response, values)
    return scene.text(shown.response)


async def type_in(scene, boss, setting, typed):
    shown = await boss.slash(scene.channel, "settings")
    await boss.select(shown.response, [setting])
    form = await boss.click(shown.response, label="Change")
    [label] = form.modal["components"]
    await boss.submit_modal(form, {label["component"]["custom_id"]: typed})
    return scene.text(shown.response)


async def told(scene, member, channel=None, /, **options):
    """What a member alone reads of a refused /imagine."""
    before = len(scene.env.http_requests)
    shown = await member.slash(channel or scene.channel, "imagine", **options)
    assert shown.response.ephemeral
    assert not shown.followups
    sent = [r for r in scene.env.http_requests[before:] if r.method == "POST"]
    assert len(sent) == 1, "nothing of it was ever seen by others"
    text = scene.text(shown.response)
    assert "Nothing was charged" in text
    return text


async def test_where_and_by_whom_the_bot_is_used(scene, boss, calls):
    """Refused elsewhere: in private, with where to go, and before anything is reserved."""
    other = scene.guild.create_text_channel("pictures")
    artists = scene.guild.create_role("artists")
    alice, paint = (
        scene.member("alice"),
        scene.guild.add_member(scene.env.create_user("paint"), roles=[artists]),
    )

    assert f"Channels for pictures:** <#{other.id}>" in await choose(
        scene, boss, Setting.CHANNELS, other
    )
    refused = await told(scene, alice, prompt="not in this place")
    assert f"Use one of these: <#{other.id}>" in refused
    made = await alice.slash(other, "imagine", prompt="in its place")
    assert "7 credits charged" in scene.text(made.response)

    await choose(scene, boss, Setting.ROLES, artists)
    assert f"<@&{artists.id}>" in await told(scene, alice, other, prompt="not in this place")
    pressed = await alice.click(made.response, label="Again · 7 credits")
    assert f"<@&{artists.id}>" in scene.text(pressed.response)
    made = await paint.slash(other, "imagine", prompt="by an artist")
    assert "7 credits charged" in scene.text(made.response)

    # A role taken away counts at once, and so does a rule.
    scene.env.backend.delete_role(scene.guild.id, artists.id)
    await scene.env.settle()
    assert "only some roles" in await told(scene, paint, other, prompt="not in this place")
    shown = await boss.slash(scene.channel, "settings")
    await boss.select(shown.response, [Setting.ROLES])
    await boss.click(shown.response, label="Have none")
    assert "Roles that may make pictures:** everybody" in scene.text(shown.response)

    # The only channel is deleted: the rule stays until somebody changes it, and nothing breaks.
    scene.env.backend.delete_channel(other.id)
    await scene.env.settle()
    assert "other channels" in await told(scene, alice, prompt="not in this place")
    await choose(scene, boss, Setting.CHANNELS, scene.channel)
    made = await alice.slash(scene.channel, "imagine", prompt="here again")
    assert "7 credits charged" in scene.text(made.response)
    assert calls.count("not in this place") == 0
    await scene.assert_books_balance()


async def test_how_much_one_request_may_be(scene, boss, calls):
    assert "Most pictures at once:** 2 pictures" in await choose(
        scene, boss, Setting.MAX_COUNT, "2"
    )
    text = await type_in(scene, boss, Setting.MAX_CREDITS, "10")
    assert "Most credits at once:** 10 credits" in text
    alice = scene.member("alice")

    assert "at most 2 pictures" in await told(scene, alice, prompt="too much of it", count=3)
    assert "at most 10 credits on one request, and this would cost 14" in await told(
        scene, alice, prompt="too much of it", count=2
    )
    assert calls.count("too much of it") == 0
    assert await scene.jobs() == []

    shown = await boss.slash(scene.channel, "settings")
    await boss.select(shown.response, [Setting.MAX_CREDITS])
    form = await boss.click(shown.response, label="Change")
    [label] = form.modal["components"]
    assert label["component"]["value"] == "10"
    wrong = await boss.submit_modal(form, {label["component"]["custom_id"]: "lots"})
    assert "“lots” is no amount" in scene.text(wrong.response)
    assert "none" in await type_in(scene, boss, Setting.HOUSE_STYLE, "")
    styled = await type_in(scene, boss, Setting.HOUSE_STYLE, "flat *colours*\nbold lines")
    assert r"House style:** flat \*colours\* bold lines" in styled
    houses = scene.app.client.services.people.houses
    assert await houses.house_style(scene.guild.id) == "flat *colours*\nbold lines"


async def test_defaults_of_the_server_and_of_oneself(scene, boss, calls):
    """What was typed counts first, then what one prefers, then what the server has."""
    await choose(scene, boss, Setting.RESOLUTION, "2K")
    await choose(scene, boss, Setting.ASPECT_RATIO, "16:9")
    text = await choose(scene, boss, Setting.PRIVATE, "yes")
    assert "Who sees a picture:** only who asked for it" in text
    alice = scene.member("alice")

    made = await alice.slash(scene.channel, "imagine", prompt="as the server likes")
    assert made.response.ephemeral
    asked = calls.last()["generationConfig"]["imageConfig"]
    assert asked == {"aspectRatio": "16:9", "imageSize": "2K"}

    mine = await alice.slash(scene.channel, "preferences")
    assert mine.response.ephemeral
    for name, value in (("private", "no"), ("resolution", "1K"), ("model", "gemini-3-pro-image")):
        await alice.select(mine.response, [value], custom_id=f"preferences:{name}")
    assert "Model:** Nano Banana Pro" in scene.text(mine.response)
    made = await alice.slash(scene.channel, "imagine", prompt="as I like")
    assert not made.response.ephemeral
    assert "Nano Banana Pro" in scene.text(made.response)
    asked = calls.last()["generationConfig"]["imageConfig"]
    assert asked == {"aspectRatio": "16:9", "imageSize": "1K"}

    made = await alice.slash(
        scene.channel, "imagine", prompt="as typed", resolution="2K", private=True
    )
    assert made.response.ephemeral
    assert calls.last()["generationConfig"]["imageConfig"]["imageSize"] == "2K"

    await alice.select(mine.response, ["-"], custom_id="preferences:model")
    assert "Model:** as the server or the bot has it" in scene.text(mine.response)
    await scene.assert_books_balance()


async def test_everything_can_be_set_and_cleared_on_cards_that_stay(scene, boss):
    """Each press is answered from the database, so that any old card goes on working."""
    hall = scene.guild.create_text_channel("hall")
    values = {
        Setting.CHANNELS: [scene.channel, hall],
        Setting.ROLES: [scene.guild.default_role],
        Setting.MODEL: ["gemini-3-pro-image"],
        Setting.ASPECT_RATIO: ["3:2"],
        Setting.RESOLUTION: ["4K"],
        Setting.MAX_COUNT: ["1"],
        Setting.PRIVATE: ["no"],
        Setting.SPOILERS: [hall],
        Setting.GALLERY: [hall],
        Setting.ALERTS: [hall],
        Setting.LOG: [hall],
        Setting.LANGUAGE: ["en"],
    }
    for setting, chosen in values.items():
        text = await choose(scene, boss, setting, *chosen)
    for line in (
        f"Channels for pictures:** <#{scene.channel.id}> <#{hall.id}>",
        "Roles that may make pictures:** everyone here",
        "Model:** Nano Banana Pro",
        "Aspect ratio:** 3:2",
        "Resolution:** 4K",
        "Most pictures at once:** 1 picture",
        "Who sees a picture:** everybody in the channel",
        f"Channels with spoilers:** <#{hall.id}>",
        f"Gallery channel:** <#{hall.id}>",
        f"Alerts:** <#{hall.id}>",
        f"Moderation log:** <#{hall.id}>",
        "Language:** English",
    ):
        assert line in text
    # The alerts are those of /quota alerts: there is one truth.
    shown = await boss.slash(scene.channel, "quota alerts")
    assert f"<#{hall.id}>" in scene.text(shown.response)

    shown = await boss.slash(scene.channel, "settings")
    for setting in values:
        await boss.select(shown.response, [setting])
        await boss.click(shown.response, label="Have none")
    await boss.select(shown.response, [Setting.MODEL])
    await boss.click(shown.response, label="Back")
    untouched = await boss.slash(scene.channel, "settings")
    assert scene.text(shown.response) == scene.text(untouched.response)


async def test_only_who_manages_the_server_may_change_it(scene, boss):
    """Checked at each press on our side, whatever Discord showed to whom."""
    alice = scene.member("alice")
    card = await boss.slash(scene.channel, "settings")
    greeting = await scene.app.client.get_channel(scene.channel.id).send(
        view=_help(scene).welcome(scene.guild.id, "en")
    )
    refused = await alice.click(greeting, label="Settings")
    assert "Manage Server" in scene.text(refused.response)
    assert refused.response.ephemeral
    opened = await boss.click(greeting, label="Most credits at once")
    assert opened.response.ephemeral
    assert "For one request, whoever pays." in scene.text(opened.response)
    opened = await boss.click(greeting, label="Settings")
    assert scene.text(opened.response) == scene.text(card.response)
    foreign = await scene.app.client.get_channel(scene.channel.id).send(
        view=_help(scene).welcome(scene.guild.id + 1, "en")
    )
    refused = await boss.click(foreign, label="Settings")
    assert "Manage Server" in scene.text(refused.response)


def _help(scene):
    return HelpCards(sentences=scene.app.client.services.sentences, payers=("member",))


async def test_pictures_in_a_marked_channel_are_veiled(scene, boss):
    alice = scene.member("alice")
    open_air = scene.guild.create_text_channel("open")
    await choose(scene, boss, Setting.SPOILERS, scene.channel)

    await scene.app.client.get_channel(scene.channel.id).create_thread(
        name="below it", type=discord.ChannelType.public_thread
    )
    [thread] = scene.channel.threads

    veiled = await alice.slash(scene.channel, "imagine", prompt="behind a veil")
    below = await alice.slash(thread, "imagine", prompt="behind a veil")
    bare = await alice.slash(open_air, "imagine", prompt="for all to see")

    assert [item["spoiler"] for item in gallery(veiled.response)["items"]] == [True]
    assert [item["spoiler"] for item in gallery(below.response)["items"]] == [True]
    assert [item["spoiler"] for item in gallery(bare.response)["items"]] == [False]

    # What is shown again is veiled where it is shown, wherever it was made.
    [_, _, job] = await scene.jobs()
    again = await alice.slash(scene.channel, "show", job=job["id"])
    alone = await alice.slash(scene.channel, "show", job=job["id"], private=True)
    outside = await alice.slash(open_air, "show", job=job["id"])
    form = await alice.click(again.response, label="Edit this")
    edited = await scene.fill(alice, form, what="bluer")
    versions = await alice.click(edited, label="Versions")
    compared = await alice.click(versions.response, label="Compare with the one before")
    assert [item["spoiler"] for item in gallery(again.response)["items"]] == [True]
    assert [item["spoiler"] for item in gallery(alone.response)["items"]] == [False]
    assert [item["spoiler"] for item in gallery(outside.response)["items"]] == [False]
    assert [item["spoiler"] for item in gallery(compared.followups[-1])["items"]] == [True]
    await alice.click(edited, label="Undo")
    assert [item["spoiler"] for item in gallery(edited)["items"]] == [True]


def gallery(message):
    [card] = message.components
    return next(part for part in card["components"] if part["type"] == 12)
