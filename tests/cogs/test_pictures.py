"""Anybody's picture, by the menu of its message: changed, or kept for the next request."""

import tempfile
from pathlib import Path

import pytest

from bot.providers.base import ImageFile


class Postcards:
    """The outside world: one picture at every address."""

    def __init__(self, content):
        self.content = content
        self.asked = []

    async def fetch(self, url, *, provider, folder):
        self.asked.append(url)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(self.content)
        return ImageFile(Path(file.name), "0" * 64, "image/png", len(self.content))


@pytest.fixture
def world(scene, photo):
    """Links lead there."""
    outside = Postcards(photo[1])
    scene.app.client.services.links._downloader = outside
    return outside


@pytest.fixture
def embed(scene):
    """Post a message of Bob's with an embedded picture at an address."""

    def post(url):
        scene.env.backend.create_message(
            scene.channel.id,
            scene.member("bob").id,
            "look",
            embeds=[{"type": "image", "image": {"url": url, "proxy_url": url}}],
        )
        return scene.channel.last_message

    return post


async def test_any_attached_picture_is_edited(scene, calls, photo):
    """Of several a form asks which; what comes of it can be gone on from like any other."""
    alice, bob = scene.member("alice"), scene.member("bob")
    words = ("notes.txt", b"no picture")
    posted = await bob.send(scene.channel, "my holidays", attachments=[photo, words, photo])
    form = await alice.context_menu(scene.channel, "Edit this picture", posted)
    which = form.modal["components"][0]["component"]["options"]
    assert len(which) == 2
    shown = await scene.fill(alice, form, which=["1"], what="add some sun")
    assert shown.attachments
    assert f"paid by <@{alice.id}>" in scene.text(shown)
    [call] = calls.of("add some sun")
    assert call["images_in"] == 1
    assert "Vary · 7 credits" in scene.labels(shown)


async def test_a_card_of_ours_goes_on_in_its_conversation(scene, calls):
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="our own")
    form = await alice.context_menu(scene.channel, "Edit this picture", shown.response)
    await scene.fill(alice, form, what="our own, bluer")
    assert [turn["role"] for turn in calls.last()["contents"]] == ["user", "model", "user"]
    assert (await scene.jobs())[-1]["origin_job_id"] == (await scene.jobs())[0]["id"]


async def test_a_message_without_a_picture_is_refused_in_private(scene):
    alice, bob = scene.member("alice"), scene.member("bob")
    posted = await bob.send(scene.channel, "only words")
    for name in ("Edit this picture", "Use as reference"):
        told = scene.seen(await alice.context_menu(scene.channel, name, posted))
        assert told.ephemeral
        assert "no picture in that message" in scene.text(told)


async def test_what_only_says_it_is_a_picture_is_refused_and_costs_nothing(scene):
    alice, bob = scene.member("alice"), scene.member("bob")
    posted = await bob.send(scene.channel, "", attachments=[("fake.png", b"<html>")])
    form = await alice.context_menu(scene.channel, "Edit this picture", posted)
    told = await scene.fill(alice, form, what="improve it")
    assert told.ephemeral
    assert "not a picture that can be used" in scene.text(told)
    assert await scene.jobs() == []


async def test_an_embedded_picture_is_fetched_from_public_addresses_alone(
    scene, embed, calls, upstream
):
    """Anybody can post a link to something inside the operator's network."""
    alice = scene.member("alice")
    posted = embed(f"{upstream.url}/picture.png")
    form = await alice.context_menu(scene.channel, "Edit this picture", posted)
    told = await scene.fill(alice, form, what="fetch it")
    assert told.ephemeral
    assert "could not be fetched" in scene.text(told)
    assert calls.count("fetch it") == 0


async def test_a_kept_picture_comes_along_once_and_is_named_on_the_card(scene, calls, photo):
    alice, bob = scene.member("alice"), scene.member("bob")
    posted = await bob.send(scene.channel, "", attachments=[photo])
    kept = (await alice.context_menu(scene.channel, "Use as reference", posted)).response
    assert kept.ephemeral
    assert "Kept for your next" in scene.text(kept)
    drawn = await bob.slash(scene.channel, "imagine", prompt="without it")
    assert calls.of("without it")[0]["images_in"] == 0

    seen = len(scene.env.http_requests)
    shown = await alice.slash(scene.channel, "imagine", prompt="with it")
    first = next(sent.json for sent in scene.env.http_requests[seen:] if sent.json)
    assert "with the picture you kept for this" in str(first)
    assert "from 1 picture" in scene.text(shown.response)
    assert calls.of("with it")[0]["images_in"] == 1
    await alice.slash(scene.channel, "imagine", prompt="not any longer")
    assert calls.of("not any longer")[0]["images_in"] == 0

    await alice.context_menu(scene.channel, "Use as reference", drawn.response)
    kept = (await alice.context_menu(scene.channel, "Use as reference", posted)).response
    assert "2 pictures kept" in scene.text(kept)
    await alice.slash(scene.channel, "edit", prompt="both of them")
    assert calls.of("both of them")[0]["images_in"] == 2


async def test_what_is_kept_can_be_removed_and_is_forgotten_in_a_day(scene, calls, photo):
    alice, bob = scene.member("alice"), scene.member("bob")
    posted = await bob.send(scene.channel, "", attachments=[photo, photo])
    form = await alice.context_menu(scene.channel, "Use as reference", posted)
    kept = await scene.fill(alice, form, which=["1"])
    await alice.click(kept, label="Remove")
    assert "Nothing is kept" in scene.text(kept)
    told = scene.seen(await alice.slash(scene.channel, "edit", prompt="nothing there"))
    assert told.ephemeral
    assert "nothing to change" in scene.text(told)

    await scene.fill(
        alice, await alice.context_menu(scene.channel, "Use as reference", posted), which=["0"]
    )
    query = "UPDATE kept_pictures SET expires_at = expires_at - 86400000000"
    await scene.app.database.write(lambda tx: tx.query(query))
    await alice.slash(scene.channel, "imagine", prompt="a day later")
    assert calls.of("a day later")[0]["images_in"] == 0


async def test_a_refusal_uses_nothing_up(scene, photo, calls):
    """What was kept is still kept when the request became no job."""
    alice, bob = scene.member("alice"), scene.member("bob")
    posted = await bob.send(scene.channel, "", attachments=[photo])
    await alice.context_menu(scene.channel, "Use as reference", posted)
    dear = {"resolution": "4K", "count": 4, "model": "nano-banana-pro"}
    for _ in range(2):
        told = scene.seen(await alice.slash(scene.channel, "imagine", prompt="too dear", **dear))
        assert told.ephemeral
    assert len(await scene.app.client.services.kept.look(alice.id)) == 1


async def test_an_embedded_picture_and_a_forwarded_one_are_pictures_too(
    scene, embed, calls, photo, world
):
    """The same link twice is one picture; a forwarded message has none of its own."""
    alice = scene.member("alice")
    posted = embed("https://example.com/a/fox.png")
    form = await alice.context_menu(scene.channel, "Edit this picture", posted)
    shown = await scene.fill(alice, form, what="a better fox")
    assert shown.attachments
    assert world.asked == ["https://example.com/a/fox.png"]
    original = await alice.send(scene.channel, "", attachments=[photo])
    forwarded = await scene.member("bob").forward(original, scene.channel)
    form = await alice.context_menu(scene.channel, "Edit this picture", forwarded)
    await scene.fill(alice, form, what="a forwarded fox")
    assert calls.of("a forwarded fox")[0]["images_in"] == 1


async def test_an_avatar_and_an_emoji_are_pictures_too(scene, calls, photo, world):
    alice = scene.member("alice")
    bob = scene.guild.add_member(scene.env.create_user("bob", avatar="a" * 32))
    told = scene.seen(await alice.slash(scene.channel, "edit", prompt="x", emoji="🦊"))
    assert "is no custom emoji" in scene.text(told)
    told = scene.seen(await alice.slash(scene.channel, "edit", prompt="a hat", member=bob))
    assert "could not be fetched" in scene.text(told)

    avatar = f"https://cdn.discordapp.com/avatars/{bob.id}/{'a' * 32}.png?size=1024"
    scene.env.backend.cdn._blobs[avatar] = photo[1]
    shown = await alice.slash(scene.channel, "edit", prompt="a pirate hat", member=bob)
    assert shown.response.attachments
    assert calls.of("a pirate hat")[0]["images_in"] == 1
    await alice.slash(
        scene.channel, "edit", prompt="a golden frame", emoji="<a:wave:123456789012345678>"
    )
    assert calls.of("a golden frame")[0]["images_in"] == 1
    assert world.asked == ["https://cdn.discordapp.com/emojis/123456789012345678.png?size=256"]
