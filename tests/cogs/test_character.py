"""Characters: kept under a name, used by it, and still the same in what was made with them."""

import io

import pytest
from PIL import Image


def picture(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(buffer, "PNG")
    return f"{colour}.png", buffer.getvalue()


@pytest.fixture
def save(scene):
    """Keep a character with pictures of these colours."""

    async def keep(member, name, *colours):
        names = ("image", "image2", "image3", "image4")
        images = dict(zip(names, map(picture, colours), strict=False))
        shown = await member.slash(scene.channel, "character save", name=name, **images)
        assert shown.response.ephemeral
        return scene.text(shown.response)

    return keep


def asked(calls):
    """The words of the last request, and the colour of each of its pictures, in the last turn."""
    parts = calls.last()["contents"][-1]["parts"]
    return parts[0]["text"], len(parts) - 1


async def test_characters_are_saved_listed_shown_and_removed_in_private(scene, save):
    alice, bob = scene.member("alice"), scene.member("bob")
    listed = await alice.slash(scene.channel, "character list")
    assert "You have no characters yet" in scene.text(listed.response)
    assert "**Mia** is saved, with 2 pictures" in await save(alice, "@Mia", "red", "blue")
    assert "**小明** is saved, with 1 picture." in await save(alice, "小明", "teal")
    assert "cannot be a character's name" in await save(alice, "two words", "red")
    assert "those from before are replaced" in await save(alice, "mia", "red", "blue", "navy")

    listed = await alice.slash(scene.channel, "character list")
    assert "2 of 5" in scene.text(listed.response)
    assert "1 · **mia** · 3 pictures" in scene.text(listed.response)
    [strip] = listed.response.attachments
    with Image.open(io.BytesIO(await strip.read())) as drawn:
        assert drawn.getpixel((192 + 80, 32 + 80)) == (255, 0, 0)
        assert drawn.getpixel((192 + 80, 32 + 192 + 80)) == (0, 128, 128)
    shown = await alice.slash(scene.channel, "character show", name="MIA")
    assert len(shown.response.attachments) == 3
    assert listed.response.ephemeral
    assert shown.response.ephemeral

    for command, option in (("imagine", "character"), ("character show", "name")):
        offered = await alice.autocomplete(scene.channel, command, option, "@MI")
        assert [choice["name"] for choice in offered] == ["mia"]
        assert await bob.autocomplete(scene.channel, command, option, "") == []
    for command in ("show", "remove"):
        told = scene.seen(await bob.slash(scene.channel, f"character {command}", name="mia"))
        assert "no character called “mia”" in scene.text(told)
    gone = await alice.slash(scene.channel, "character remove", name="mia")
    assert "**mia** is removed" in scene.text(gone.response)
    for number in range(4):
        await save(alice, f"n{number}", "red")
    assert "You have 5 characters" in await save(alice, "sixth", "red")
    assert "not a picture" in scene.text(
        scene.seen(
            await alice.slash(scene.channel, "character save", name="n1", image=("a.png", b"<x>"))
        )
    )


async def test_a_character_takes_part_by_option_and_by_name_and_again_as_it_was(scene, save, calls):
    """After what was uploaded; the card names it, and Again is the same when it is gone."""
    alice, bob = scene.member("alice"), scene.member("bob")
    await save(alice, "Mia", "red", "blue")
    await save(alice, "小明", "teal")
    options = {"image": picture("white"), "character": "mia"}
    first = await alice.slash(
        scene.channel, "imagine", prompt="@小明和 @Mia, @nobody", aspect_ratio="4:3", **options
    )
    words = "@小明和 @Mia, @nobody\n\nPictures 2 and 3 show Mia. Picture 4 shows 小明."
    assert asked(calls) == (words, 4)
    assert "4:3 · 1K · from 4 pictures · with Mia, 小明" in scene.text(first.response)
    services = scene.app.client.services
    request = (await services.studio.stored((await scene.jobs())[0]["id"])).job.request
    cast = [await services.characters.find(alice.id, name) for name in ("Mia", "小明")]
    assert request.reference_images[1:] == (*cast[0].pictures, *cast[1].pictures)
    assert request.prompt == "@小明和 @Mia, @nobody"
    assert "Pictures 2 and 3" not in scene.text(first.response)

    await alice.slash(scene.channel, "character remove", name="Mia")
    await save(alice, "小明", "navy", "gold")
    again = await bob.click(first.response, label="Again · 7 credits")
    assert asked(calls) == (words, 4)
    assert "with Mia, 小明" in scene.text(again.response)
    # Bob has been shown no picture of theirs, and has nobody of those names.
    form = await scene.choose(bob, first.response, "remix")
    other = await scene.fill(bob, form, prompt="@小明 and @Mia in rain")
    assert asked(calls) == ("@小明 and @Mia in rain", 0)
    assert "with Mia" not in scene.text(other)
    # Alice's stay as they were then; who is named anew comes after them.
    await save(alice, "Tom", "black")
    form = await scene.choose(alice, first.response, "remix")
    await scene.fill(alice, form, prompt="@小明 and @Tom in rain")
    assert asked(calls) == (
        "@小明 and @Tom in rain\n\n"
        "Pictures 2 and 3 show Mia. Picture 4 shows 小明. Picture 5 shows Tom.",
        5,
    )
    details = (await scene.choose(alice, first.response, "details")).response
    assert "with Mia, 小明" in scene.text(details)
    varied = await alice.click(first.response, label="Vary · 7 credits")
    assert asked(calls) == ("@小明和 @Mia, @nobody", 1)
    assert "with Mia" not in scene.text(varied.response)
    await scene.assert_books_balance()


async def test_the_picture_that_is_edited_stays_first_and_a_reply_may_name_somebody(
    scene, save, calls
):
    """An edit of a character alone works from it; a later turn shows a character again."""
    alice = scene.member("alice")
    await save(alice, "Mia", "red", "blue")
    alone = await alice.slash(scene.channel, "edit", prompt="a hat", character="Mia")
    assert asked(calls) == ("a hat\n\nPictures 1 and 2 show Mia.", 2)
    assert "from 2 pictures · with Mia" in scene.text(alone.response)
    edited = await alice.slash(scene.channel, "edit", prompt="put @mia in", image=picture("white"))
    assert asked(calls) == ("put @mia in\n\nPictures 2 and 3 show Mia.", 3)
    form = await alice.click(edited.response, label="Edit this")
    await scene.fill(alice, form, what="@Mia waves")
    turn = "@Mia waves\n\nPictures 1 and 2 of this message show Mia."
    assert asked(calls) == (turn, 2)
    assert len(calls.last()["contents"]) == 3
    mention = scene.app.client.user.mention
    await alice.send(scene.channel, f"{mention} and @Mia jumps", reply_to=edited.response)
    turn = turn.replace("@Mia waves", "and @Mia jumps")
    assert asked(calls) == (turn, 2)

    for number in range(3):
        await save(alice, f"n{number}", "red", "blue", "navy", "gold")
    told = scene.seen(
        await alice.slash(scene.channel, "imagine", prompt="@Mia @n0 @n1 @n2", character="Mia",
                          image=picture("white"))
    )  # fmt: skip
    assert told.ephemeral
    assert "takes at most 14 pictures and you gave 15" in scene.text(told)
    told = scene.seen(await alice.slash(scene.channel, "imagine", prompt="x", character="n9"))
    assert "no character called “n9”" in scene.text(told)

    keep_out = {"guild_id": scene.guild.id, "word": "mia", "set_by": 1, "now": 1}
    await scene.app.database.write(lambda tx: tx.run("block_word", **keep_out))
    told = scene.seen(await alice.slash(scene.channel, "imagine", prompt="x", character="Mia"))
    assert "keeps “mia” out" in scene.text(told)
