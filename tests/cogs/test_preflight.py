"""What is refused before anything: in private, with nothing held and nobody asked."""

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.images.codec import UPLOAD_LIMIT
from bot.jobs import uploads
from tests.cogs.test_crowd import grant


async def untouched(scene, calls, prompt):
    """Nothing is stored, held, shown to others or asked of an upstream."""
    assert await scene.jobs() == []
    assert await scene.attempts() == []
    assert calls.count(prompt) == 0
    rows = await scene.app.database.read(lambda tx: tx.query("SELECT id FROM reservations"))
    assert rows == []


def refused(scene, shown):
    """The sentence, and that one person alone was told, with the very first answer."""
    assert shown.response.ephemeral
    assert not shown.followups
    text = scene.text(shown.response)
    assert "Nothing was charged." in text
    return text


def without(scene, name, **denied):
    overwrite = discord.PermissionOverwrite(**dict.fromkeys(denied, False))
    everyone = scene.guild.roles["@everyone"]
    return scene.guild.create_text_channel(name, overwrites={everyone: overwrite})


async def test_where_the_bot_may_not_write_or_post_files_it_says_so_first(scene, calls):
    """In private it may all the same; a button below a result is refused alike."""
    alice = scene.member("alice")
    mute, bare = without(scene, "mute", send_messages=1), without(scene, "bare", attach_files=1)

    told = refused(scene, await alice.slash(mute, "imagine", prompt="unwritten"))
    assert "I lack a permission here: Send Messages." in told
    told = refused(scene, await alice.slash(bare, "imagine", prompt="unposted"))
    assert "I lack a permission here: Attach Files." in told
    await untouched(scene, calls, "unwritten")
    await untouched(scene, calls, "unposted")

    shown = await alice.slash(bare, "imagine", prompt="for me alone", private=True)
    assert shown.response.attachments
    again = await alice.click(shown.response, label="Again · 7 credits")
    assert again.response.ephemeral
    assert again.response.attachments


async def test_it_is_said_first_in_a_thread_and_to_who_replies_to_a_card_too(scene, calls):
    """In private: below the press, or by message to the author of a reply."""
    alice, backend = scene.member("alice"), scene.env.backend
    made = backend.create_thread(scene.channel.id, "a thread", backend.bot_user.id)
    [thread] = [each for each in scene.channel.threads if each.id == made.id]
    cards = [
        (await alice.slash(where, "imagine", prompt="before it was denied")).response
        for where in (scene.channel, thread)
    ]

    def deny(**rights):
        denied = discord.Permissions(**rights).value
        me = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, deny=denied)
        backend.set_overwrite(scene.channel.id, me)

    async def told_of_reply(where, card, **more):
        said = f"{scene.app.client.user.mention} unanswered"
        await alice.send(where, said, reply_to=card, **more)
        return scene.text(alice.user.dm_channel.last_message)

    deny(send_messages_in_threads=True)
    lacks = "I lack a permission here: Send Messages in Threads."
    assert lacks in refused(scene, await alice.slash(thread, "imagine", prompt="unanswered"))
    assert lacks in refused(scene, await alice.click(cards[1], label="Again · 7 credits"))
    assert lacks in await told_of_reply(thread, cards[1])
    deny(attach_files=True)
    assert "permission here: Attach Files." in await told_of_reply(scene.channel, cards[0])
    deny()
    drawing = [("drawing.svg", b"<svg/>")]
    assert "drawing.svg" in await told_of_reply(scene.channel, cards[0], attachments=drawing)

    assert calls.count("unanswered") == 0
    assert len(await scene.jobs()) == len(await scene.attempts()) == 2
    held = await scene.app.database.read(lambda tx: tx.query("SELECT id FROM reservations"))
    assert len(held) == 2
    bots = [each for each in scene.channel.history() if each.author.id == backend.bot_user.id]
    assert len([each for each in bots if each.components]) == 1


async def test_files_that_cannot_be_pictures_are_not_even_read(scene, calls, monkeypatch):
    alice = scene.member("alice")
    note = ("notes.txt", b"not a picture at all")

    told = refused(scene, await alice.slash(scene.channel, "edit", prompt="unread", image=note))
    assert "notes.txt" in told

    monkeypatch.setattr(uploads, "UPLOAD_LIMIT", 10)
    photo = ("photo.png", b"far more than ten bytes")
    told = refused(scene, await alice.slash(scene.channel, "edit", prompt="unread", image=photo))
    assert "photo.png" in told
    await untouched(scene, calls, "unread")
    assert not [one for one in scene.env.http_requests if "attachments" in one.path]
    assert UPLOAD_LIMIT > 10


async def test_where_only_age_restricted_channels_may_be_used(scene_over, settings, calls):
    only = settings.model_copy(update={"age_restricted_only": True})
    async with scene_over(only) as scene:
        alice = scene.member("alice")

        told = refused(scene, await alice.slash(scene.channel, "imagine", prompt="too early"))
        assert "age-restricted channels only" in told
        await untouched(scene, calls, "too early")

        scene.app.client.get_channel(scene.channel.id).nsfw = True
        shown = await alice.slash(scene.channel, "imagine", prompt="old enough")
        assert shown.response.attachments


@pytest.mark.parametrize(
    ("content_type", "fits"),
    [
        ("image/png", True),
        ("image/webp; charset=binary", True),
        ("IMAGE/JPEG", True),
        (None, True),
        ("application/octet-stream", True),
        ("image/svg+xml", False),
        ("video/mp4", False),
        ("text/plain; charset=utf-8", False),
    ],
)
def test_a_file_s_kind_is_taken_from_what_discord_says(content_type, fits):
    class File:
        filename, size = "file", 1

    File.content_type = content_type
    if fits:
        uploads.check([File])
    else:
        with pytest.raises(uploads.NotAPicture):
            uploads.check([File])


async def test_too_few_credits_are_told_in_private_and_hold_nothing(scene_over, settings, calls):
    """And exactly enough are enough."""
    async with scene_over(settings.model_copy(update={"welcome_credits": 0})) as scene:
        alice = scene.member("alice")
        shown = await alice.slash(scene.channel, "imagine", prompt="without a penny")
        [told] = shown.followups
        assert told.ephemeral
        assert "needs 7 credits and you have 0" in scene.text(told)
        await untouched(scene, calls, "without a penny")
        await grant(scene, alice, 7)
        shown = await alice.slash(scene.channel, "imagine", prompt="with seven")
        assert shown.response.attachments
