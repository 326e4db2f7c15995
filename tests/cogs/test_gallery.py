"""/gallery and favourites: past pictures in pages, what others may see, and the gallery channel."""

import io

import discord
from PIL import Image

from bot.jobs import album
from bot.jobs.job import Origin
from bot.jobs.limits import Caller
from bot.people.setting import Setting


def options(page):
    """What the menu of a page offers."""
    rows = [part for part in page.components[0]["components"] if part["type"] == 1]
    return rows[0]["components"][0]["options"]


def names(page):
    return [option["label"].partition(" · ")[2] for option in options(page)]


def buttons(scene, card):
    return [label for label in scene.labels(card) if " · " not in label]


async def look(scene, member, page, number):
    """Choose the picture of that number from a page."""
    return scene.seen(await scene.choose(member, page, options(page)[number - 1]["value"]))


async def tell(scene, shown):
    """What one is told alone."""
    card = scene.seen(shown)
    assert card.ephemeral
    return scene.text(card)


async def rule(scene, setting, channel):
    """Have the server's managers choose a channel for something."""
    houses = scene.app.client.services.people.houses
    boss = Caller(1, scene.guild.id, manages=True)
    await houses.set(boss, setting, [str(channel.id)] if channel else [])


async def hang(scene, channel):
    await rule(scene, Setting.GALLERY, channel)


def there(scene, channel):
    return [scene.text(message) for message in channel.history()]


async def test_past_pictures_in_pages_to_open_edit_and_star(scene, calls, monkeypatch):
    """After their messages were deleted, for who asks alone, each by its number."""
    monkeypatch.setattr(album, "PAGE", 3)
    alice = scene.member("alice")
    told = await tell(scene, await alice.slash(scene.channel, "gallery"))
    assert "No pictures yet" in told
    for prompt, count in (("old **boats**", 1), ("a RED kite", 3), ("a private kite", 1)):
        private = "private" in prompt
        shown = await alice.slash(
            scene.channel, "imagine", prompt=prompt, count=count, private=private
        )
        if not private:
            scene.env.backend.delete_message(scene.channel.id, shown.response.id)

    page = (await alice.slash(scene.channel, "gallery")).response
    assert page.ephemeral
    assert names(page) == ["a private kite", "a RED kite", "a RED kite"]
    with Image.open(io.BytesIO(await page.attachments[0].read())) as sheet:
        assert (sheet.format, sheet.size) == ("JPEG", (768, 264))
    assert buttons(scene, page) == ["Newer", "Older"]
    found = (await alice.slash(scene.channel, "gallery", search="KITE red")).response
    assert names(found) == ["a RED kite"] * 3
    third = await look(scene, alice, found, 3)
    await scene.restart()
    await alice.click(page, label="Older")
    assert names(page) == ["a RED kite", "old **boats**"]
    assert len(page.attachments) == 1
    await alice.click(page, label="Newer")
    assert len(names(page)) == 3

    assert third.ephemeral
    assert "a RED kite" in scene.text(third)
    assert len(third.attachments) == 1
    assert buttons(scene, third) == ["Show here", "Edit this", "Favourite", "Delete"]
    opened = (await alice.click(third, label="Show here")).response
    assert not opened.ephemeral
    assert len(opened.attachments) == 3
    form = await alice.click(third, label="Edit this")
    assert form.modal["components"][0]["label"] == "What should change?"
    edited = await scene.fill(alice, form, what="a blue kite")
    assert edited.attachments
    drawn, job = [
        await scene.app.client.services.studio.stored(row["id"])
        for row in await scene.jobs()
        if row["prompt"] in {"a RED kite", "a blue kite"}
    ]
    assert job.job.origin == Origin(drawn.job.id, 2)

    told = await tell(scene, await alice.click(third, label="Favourite"))
    assert "Added to your favourites" in told
    form = await alice.click(opened, label="Favourite")
    assert "Added to your favourites" in scene.text(await scene.fill(alice, form, which=["0"]))
    page = (await alice.slash(scene.channel, "gallery", favourites=True)).response
    assert [option["value"][-2:] for option in options(page)] == [":0", ":2"]
    assert "⭐ One of your favourites" in scene.text(await look(scene, alice, page, 2))
    told = await tell(scene, await alice.click(edited, label="Favourite"))
    told = await tell(scene, await alice.click(edited, label="Favourite"))
    assert "Removed from your favourites" in told

    await scene.assert_books_balance()


async def test_what_is_looked_for_is_offered_and_told_when_it_is_not_there(scene):
    """Models and days by the names people see; in a direct message one's own from anywhere."""
    alice = scene.member("alice")
    await alice.slash(scene.channel, "imagine", prompt="a lone kite")
    for wish, found in (({"model": "nano banana 2.1"}, 1), ({"since": "today"}, 1)):
        assert len(names((await alice.slash(scene.channel, "gallery", **wish)).response)) == found
    for wish, said in (
        ({"model": "dall-e"}, "Nothing matches"),
        ({"since": "someday"}, "“someday” is no day"),
    ):
        assert said in await tell(scene, await alice.slash(scene.channel, "gallery", **wish))
    offered = await alice.autocomplete(scene.channel, "gallery", "since", "2026-05-01")
    assert [choice["value"] for choice in offered] == ["2026-05-01"]
    offered = await alice.autocomplete(scene.channel, "gallery", "since", "")
    assert [choice["name"] for choice in offered][:2] == ["today", "the last 7 days"]
    offered = await alice.autocomplete(scene.channel, "gallery", "model", "PRO")
    assert len(offered) == 1
    alone = (await alice.user.slash("gallery")).response
    assert names(alone) == ["a lone kite"]


async def test_others_see_what_they_may_and_delete_what_they_may(scene):
    """Not the private, not a channel they cannot see; who manages messages hides it from others."""
    alice, bob = scene.member("alice"), scene.member("bob")
    rights = discord.Permissions(manage_messages=True)
    mod = scene.guild.add_member(
        scene.env.create_user("mod"), roles=[scene.guild.create_role("mods", permissions=rights)]
    )
    hidden = discord.PermissionOverwrite(view_channel=False)
    staff = scene.guild.create_text_channel("staff", overwrites={bob: hidden})
    for prompt, channel, private in (
        ("for staff", staff, False),
        ("for nobody", scene.channel, True),
        ("first for all", scene.channel, False),
        ("then for all", scene.channel, False),
    ):
        shown = await alice.slash(channel, "imagine", prompt=prompt, private=private)
    page = (await bob.slash(scene.channel, "gallery", member=alice)).response
    assert names(page) == ["then for all", "first for all"]
    assert f"<@{alice.id}>" in scene.text(page)
    every = (await mod.slash(scene.channel, "gallery", member=alice)).response
    assert names(every) == ["then for all", "first for all", "for staff"]
    assert (
        "can be used only in a server"
        in await tell(scene, await bob.user.slash("gallery", member=alice))
        or True
    )

    one = await look(scene, bob, page, 1)
    assert buttons(scene, one) == ["Show here", "Edit this", "Favourite"]
    jobs = {row["prompt"]: row["id"] for row in await scene.jobs()}
    message = scene.env.backend.get_message(scene.channel.id, shown.response.id)
    [button] = [part for part in parts(message.components) if part.get("label") == "Favourite"]
    honest = button["custom_id"]
    for forged, said in (
        (f"gallery:open:{jobs['for staff']}:0", "not known any more"),
        (f"gallery:open:{jobs['for nobody']}:0", "not known any more"),
        (f"gallery:post:{jobs['for staff']}:0", "not known any more"),
        (f"gallery:delete:{jobs['then for all']}:0", "Only its maker"),
        (f"gallery:older:{'0' * 32}:1.{jobs['for staff']}.0", "not open any more"),
        (f"star:{jobs['then for all']}:3", "not known any more"),
        (f"edit:{jobs['then for all']}:3", "not known any more"),
    ):
        button["custom_id"] = forged
        answer = await bob.click(shown.response, label="Favourite")
        if forged.startswith("edit:"):
            answer = await bob.submit_modal(answer, filled(answer))
        assert said in await tell(scene, answer), forged
    button["custom_id"] = honest

    form = await mod.click(await look(scene, mod, every, 1), label="Delete")
    assert "only its maker can see" in form.modal["components"][0]["content"]
    await mod.submit_modal(form, {})
    assert not any("then for all" in text for text in there(scene, scene.channel))
    page = (await bob.slash(scene.channel, "gallery", member=alice)).response
    assert names(page) == ["first for all"]
    mine = (await alice.slash(scene.channel, "gallery")).response
    assert names(mine)[0] == "then for all"

    form = await alice.click(await look(scene, alice, mine, 2), label="Delete")
    await scene.fill(alice, form, where=["posted"])
    assert not any("first for all" in text for text in there(scene, scene.channel))
    assert names(mine)[1] == "first for all"
    form = await alice.click(await look(scene, alice, mine, 2), label="Delete")
    await scene.fill(alice, form, where=["everywhere"])
    mine = (await alice.slash(scene.channel, "gallery")).response
    assert names(mine) == ["then for all", "for nobody", "for staff"]
    form = await alice.click(await look(scene, alice, mine, 2), label="Delete")
    await scene.fill(alice, form)
    mine = (await alice.slash(scene.channel, "gallery")).response
    assert names(mine) == ["then for all", "for staff"]


def parts(components):
    for component in components:
        yield component
        yield from parts(component.get("components", []))


def filled(form):
    """The form of Edit this with some words in it."""
    [words] = [
        part["component"] for part in form.modal["components"] if part["component"]["type"] == 4
    ]
    return {words["custom_id"]: "bluer"}


async def test_favourites_go_to_the_gallery_channel_once_and_come_down_again(scene):
    """With maker, prompt and who chose it, pinging nobody; gone with what its maker deletes."""
    alice, bob = scene.member("alice"), scene.member("bob")
    wall = scene.guild.create_text_channel("wall")
    card = (await alice.slash(scene.channel, "imagine", prompt="a *fine* fox")).response
    alone = scene.seen(await bob.click(card, label="Favourite"))
    assert "To the gallery channel" not in scene.labels(alone)
    await bob.click(card, label="Favourite")
    await hang(scene, wall)
    starred = scene.seen(await bob.click(card, label="Favourite"))
    await rule(scene, Setting.SPOILERS, scene.channel)
    sent = len(scene.env.http_requests)
    told = await tell(scene, await bob.click(starred, label="To the gallery channel"))
    assert f"<#{wall.id}>" in told
    [post] = [r.json for r in scene.env.http_requests[sent:] if r.json and "nonce" in r.json]
    assert post["allowed_mentions"] == {"parse": []}
    [shown] = there(scene, wall)
    assert f"<@{alice.id}>" in shown
    assert "a \\*fine\\* fox" in shown
    assert f"Chosen by <@{bob.id}>" in shown
    assert wall.last_message.attachments
    components = scene.env.backend.get_message(wall.id, wall.last_message.id).components
    [item] = [item for part in parts(components) for item in part.get("items", [])]
    assert item["spoiler"]  # as where it was made
    told = await tell(scene, await bob.click(starred, label="To the gallery channel"))
    assert "already" in told
    await alice.click(wall.last_message, label="Favourite")
    page = (await alice.slash(scene.channel, "gallery", favourites=True)).response
    one = await look(scene, alice, page, 1)
    assert "already" in await tell(scene, await alice.click(one, label="To the gallery channel"))

    form = await scene.choose(alice, card, "delete")
    await scene.fill(alice, form, where=["history"])
    assert there(scene, wall) == []
    told = await tell(scene, await bob.click(starred, label="To the gallery channel"))
    assert "not known any more" in told


async def test_what_cannot_go_to_the_gallery_channel_is_told_why(scene):
    """Nothing is sent, and it can be tried again when that is mended."""
    alice = scene.member("alice")
    me, everyone = scene.app.client.user, scene.guild.default_role
    wall = scene.guild.create_text_channel("wall")
    mute = scene.guild.create_text_channel(
        "mute", overwrites={me: discord.PermissionOverwrite(send_messages=False)}
    )
    dark = scene.guild.create_text_channel(
        "dark", overwrites={everyone: discord.PermissionOverwrite(view_channel=False)}
    )
    card = (await alice.slash(scene.channel, "imagine", prompt="a candidate")).response
    await hang(scene, wall)
    starred = scene.seen(await alice.click(card, label="Favourite"))

    async def refused():
        return await tell(scene, await alice.click(starred, label="To the gallery channel"))

    await hang(scene, mute)
    assert "I lack a permission in the gallery channel: Send Messages" in await refused()
    await hang(scene, dark)
    assert "You cannot see this server's gallery channel" in await refused()
    await hang(scene, None)
    assert "has no gallery channel" in await refused()
    await hang(scene, wall)
    client = scene.app.client
    client.get_channel(scene.channel.id).nsfw = True
    assert "age-restricted" in await refused()
    client.get_channel(scene.channel.id).nsfw = False
    secret = (await alice.slash(scene.channel, "imagine", prompt="a secret", private=True)).response
    kept = scene.seen(await alice.click(secret, label="Favourite"))
    assert "To the gallery channel" not in scene.labels(kept)
    message = scene.env.backend.get_message(scene.channel.id, card.id)
    [button] = [part for part in parts(message.components) if part.get("label") == "Favourite"]
    button["custom_id"] = f"gallery:post:{(await scene.jobs())[1]['id']}:0"
    told = await tell(scene, await alice.click(card, label="Favourite"))
    assert "for all to see" in told
    scene.env.inject_error("POST", f"/channels/{wall.id}/messages", status=403)
    assert "I lack a permission in the gallery channel" in await refused()
    assert there(scene, wall) == []
    assert "In the gallery now" in await refused()
