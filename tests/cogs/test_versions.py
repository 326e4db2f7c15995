"""Undo, versions and compare: every edit is a place to come back to."""

import io

import discord
from PIL import Image


async def edit(scene, member, card, wish):
    form = await member.click(card, label="Edit this")
    return await scene.fill(member, form, what=wish)


async def options(card):
    """What the menu of versions offers."""
    rows = [part for part in card.components[0]["components"] if part["type"] == 1]
    return rows[0]["components"][0]["options"]


async def test_a_chain_of_five_edits_can_be_undone_branched_and_compared(scene, calls):
    alice = scene.member("alice")
    card = (await alice.slash(scene.channel, "imagine", prompt="version one")).response
    assert "Undo" not in scene.labels(card)
    for number in ("two", "three", "four", "five", "six"):
        card = await edit(scene, alice, card, f"version {number}")
    assert scene.labels(card)[-2:] == ["Undo", "Versions"]

    for number in ("five", "four"):
        await alice.click(card, label="Undo")
        assert f"version {number}" in scene.text(card)
        assert len(card.attachments) == 1

    branch = await edit(scene, alice, card, "another five")
    assert [turn["role"] for turn in calls.last()["contents"]].count("model") == 3
    tree = (await alice.click(branch, label="Versions")).response
    assert tree.ephemeral
    lines = scene.text(tree).splitlines()
    assert "you are at 7" in lines[0]
    assert [line.partition(" · ")[2].partition(" · ")[0] for line in lines[1:8]] == [
        "version one", "version two", "version three", "version four", "version five",
        "version six", "another five",
    ]  # fmt: skip
    assert [line.rpartition(" from ")[2] for line in lines[2:8]] == ["1", "2", "3", "4", "5", "4"]
    [strip] = tree.attachments
    with Image.open(io.BytesIO(await strip.read())) as drawn:
        assert drawn.width > 2 * drawn.height  # six columns and two rows

    compared = (await alice.click(tree, label="Compare with the one before")).followups[-1]
    assert not compared.ephemeral
    assert f"<@{alice.id}> pressed **Compare with the one before**" in scene.text(compared)
    assert "another five" in scene.text(compared)
    with Image.open(io.BytesIO(await compared.attachments[0].read())) as drawn:
        assert drawn.size == (1024 + 96 + 1024, 1024)

    third = (await options(tree))[2]
    assert third["label"] == "3 · version three"
    await scene.choose(alice, tree, third["value"])
    assert "version three" in scene.text(tree)
    assert scene.labels(tree)[:2] == ["Again · 7 credits", "Edit this"]
    other = await edit(scene, alice, tree, "another four")
    assert not other.ephemeral
    assert calls.count("another four") == 1


async def test_undo_is_for_its_maker_in_place_and_for_others_beside_it(scene):
    """Bob looks at what was before; who may manage messages changes the message, as Alice may."""
    alice, bob = scene.member("alice"), scene.member("bob")
    role = scene.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[role])
    first = (await alice.slash(scene.channel, "imagine", prompt="the first")).response
    card = await edit(scene, alice, first, "the second")

    beside = (await bob.click(card, label="Undo")).response
    assert beside.ephemeral
    assert "the first" in scene.text(beside)
    assert "the second" in scene.text(card)
    await mod.click(card, label="Undo")
    assert "the first" in scene.text(card)
    assert "the second" not in scene.text(card)

    again = (await bob.click(beside, label="Again · 7 credits")).response
    assert not again.ephemeral
    assert f"paid by <@{bob.id}>" in scene.text(again)


async def test_undo_when_the_message_or_the_picture_before_is_gone(scene):
    alice = scene.member("alice")
    first = (await alice.slash(scene.channel, "imagine", prompt="a root")).response
    card = await edit(scene, alice, first, "a leaf")
    other = await edit(scene, alice, first, "another leaf")

    scene.vanish(other)
    told = scene.seen(await alice.click(other, label="Undo"))
    assert told.ephemeral
    assert "deleted in the meantime" in scene.text(told)

    await scene.fill(alice, await scene.choose(alice, first, "delete"), where=["history"])
    for label in ("Undo", "Versions"):
        told = scene.seen(await alice.click(card, label=label))
        assert told.ephemeral
    assert "Compare with the one before" in scene.labels(told)
    told = scene.seen(await alice.click(told, label="Compare with the one before"))
    assert "not known any more" in scene.text(told)
    assert "a leaf" in scene.text(card)


async def test_a_private_tree_is_its_makers(scene):
    """Whoever comes to know an id: not a word, not a picture."""
    alice, bob = scene.member("alice"), scene.member("bob")
    secret = (await alice.slash(scene.channel, "imagine", prompt="a secret", private=True)).response
    edited = await edit(scene, alice, secret, "a deeper secret")
    assert edited.ephemeral
    [root, leaf] = await scene.jobs()
    public = (await bob.slash(scene.channel, "imagine", prompt="a lure")).response
    lure = await edit(scene, bob, public, "a better lure")
    stored = scene.env.backend.get_message(scene.channel.id, lure.id)
    for row in stored.components[0]["components"]:
        for part in row.get("components", []):
            verb, _, rest = part["custom_id"].partition(":")
            part["custom_id"] = f"{verb}:{leaf['id']}{rest[32:]}"
    for label in ("Again · 7 credits", "Edit this", "Undo", "Versions"):
        told = scene.seen(await bob.click(lure, label=label))
        assert told.ephemeral
        assert "not known any more" in scene.text(told)
    shown = await bob.slash(scene.channel, "show", job=root["id"])
    assert "not known any more" in scene.text(scene.seen(shown))
    assert len(await scene.jobs()) == 4
