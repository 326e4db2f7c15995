"""/show: a picture back with all its buttons, from the store, for who may see it."""

import io

import discord
from PIL import Image

from bot.people.setting import Setting
from tests.cogs.test_gallery import parts, rule


async def test_show_revives_a_card_anywhere_with_its_buttons(scene, calls):
    """By the letters on the card, in another channel, for somebody else, in their language."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = (await alice.slash(scene.channel, "imagine", prompt="long lost", count=2)).response
    [job] = await scene.jobs()
    scene.env.backend.delete_message(scene.channel.id, first.id)
    other = scene.guild.create_text_channel("attic")

    back = (await bob.slash(other, "show", job=job["id"][-8:])).response
    assert not back.ephemeral
    assert "long lost" in scene.text(back)
    assert f"14 credits charged · paid by <@{alice.id}>" in scene.text(back)
    assert len(back.attachments) == 2
    for file in back.attachments:
        with Image.open(io.BytesIO(await file.read())) as picture:
            assert picture.size == (1024, 1024)
    again = (await bob.click(back, label="Again · 14 credits")).response
    assert f"paid by <@{bob.id}>" in scene.text(again)
    assert calls.count("long lost") == 4

    alone = (await bob.slash(other, "show", job=job["id"], private=True)).response
    assert alone.ephemeral


async def test_show_offers_ones_own_newest_and_finds_words_in_them(scene):
    alice, bob = scene.member("alice"), scene.member("bob")
    for prompt in ("an old boat", "a new train"):
        await alice.slash(scene.channel, "imagine", prompt=prompt)
    offered = await alice.autocomplete(scene.channel, "show", "job", "")
    assert [choice["name"].partition(" · ")[2] for choice in offered] == [
        "a new train", "an old boat",
    ]  # fmt: skip
    [found] = await alice.autocomplete(scene.channel, "show", "job", "BOAT")
    shown = (await alice.slash(scene.channel, "show", job=found["value"])).response
    assert "an old boat" in scene.text(shown)
    assert await bob.autocomplete(scene.channel, "show", "job", "") == []


async def test_what_is_not_to_be_shown_is_told_in_private(scene):
    """Nothing of that name, a failure, somebody else's private or from another server."""
    alice, bob = scene.member("alice"), scene.member("bob")
    await alice.slash(scene.channel, "imagine", prompt="mine alone", private=True)
    await alice.slash(scene.channel, "imagine", prompt="this is blocked")
    secret, failed = await scene.jobs()
    there = scene.env.create_guild()
    abroad = there.add_member(bob.user)
    channel = there.create_text_channel("abroad")
    await alice.slash(scene.channel, "imagine", prompt="of this server")
    public = (await scene.jobs())[-1]
    for member, where, word in (
        (alice, scene.channel, "no such thing"),
        (alice, scene.channel, failed["id"]),
        (bob, scene.channel, secret["id"]),
        (abroad, channel, public["id"]),
    ):
        told = scene.seen(await member.slash(where, "show", job=word))
        assert told.ephemeral
        assert "not known any more" in scene.text(told)
    mine = (await alice.slash(scene.channel, "show", job=secret["id"])).response
    assert mine.ephemeral
    assert "mine alone" in scene.text(mine)


async def test_where_one_may_not_write_it_is_shown_to_them_alone(scene):
    alice = scene.member("alice")
    await alice.slash(scene.channel, "imagine", prompt="for the museum")
    [job] = await scene.jobs()
    rights = discord.PermissionOverwrite(send_messages=False)
    museum = scene.guild.create_text_channel("museum", overwrites={alice: rights})
    shown = (await alice.slash(museum, "show", job=job["id"])).response
    assert shown.ephemeral
    assert shown.attachments


async def test_what_is_kept_from_some_eyes_where_it_was_made_is_so_elsewhere(scene):
    """An age-restricted channel's pictures are for who asks alone, a veiled one's are veiled."""
    alice, bob = scene.member("alice"), scene.member("bob")
    adults, veils = (scene.guild.create_text_channel(name) for name in ("adults", "veils"))
    scene.app.client.get_channel(adults.id).nsfw = True
    await rule(scene, Setting.SPOILERS, veils)
    for channel in (adults, veils):
        await alice.slash(channel, "imagine", prompt=f"in {channel.name}")
    restricted, hidden = await scene.jobs()
    for where, job, alone, spoiler in (
        (scene.channel, restricted, True, False),
        (adults, restricted, False, False),
        (scene.channel, hidden, False, True),
    ):
        shown = (await bob.slash(where, "show", job=job["id"])).response
        assert (shown.ephemeral, shown.attachments != []) == (alone, True)
        [item] = [item for part in parts(shown.components) for item in part.get("items", [])]
        assert bool(item.get("spoiler")) == spoiler
