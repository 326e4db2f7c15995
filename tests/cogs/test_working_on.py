"""What else is below a picture: vary, larger, other words, details, delete; for whom and when."""

from dataclasses import replace

import discord
import pytest
from simcord.backend.errors import SetupError

from bot.generation.request import Resolution
from bot.jobs.job import Button, Origin


async def stored(scene):
    """Every job with its pictures, in order."""
    studio = scene.app.client.services.studio
    return [await studio.stored(row["id"]) for row in await scene.jobs()]


async def test_a_card_says_what_it_is_and_what_can_be_done_with_it(scene):
    alice = scene.member("alice")
    shown = await alice.slash(
        scene.channel, "imagine", prompt="a fact", aspect_ratio="16:9", resolution="2K"
    )

    [job] = await scene.jobs()
    text = scene.text(shown.response)
    assert "**Nano Banana 2.1** · 16:9 · 2K · " in text
    assert f"paid by <@{alice.id}> · `{job['id'][-8:]}`" in text
    labels = scene.labels(shown.response)
    assert labels == ["Again · 11 credits", "Edit this", "Vary · 11 credits", "4K · 23 credits"]


async def test_vary_and_larger_work_from_the_picture_alone_at_the_price_on_the_button(scene, calls):
    """The same prompt and the picture; what led to it is not told again, and Bob pays."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await alice.slash(scene.channel, "imagine", prompt="a lone kite")

    varied = await bob.click(first.response, label="Vary · 7 credits")
    assert f"<@{bob.id}> pressed **Vary**" in scene.text(varied.response)
    assert "from 1 picture" in scene.text(varied.response)
    assert [len(turn["parts"]) for turn in calls.last()["contents"]] == [2]
    larger = await bob.click(first.response, label="2K · 11 credits")
    assert f"<@{bob.id}> asked for it **larger**" in scene.text(larger.response)
    assert calls.last()["generationConfig"]["imageConfig"]["imageSize"] == "2K"
    assert [len(turn["parts"]) for turn in calls.last()["contents"]] == [2]
    assert "4K · 23 credits" in scene.labels(larger.response)
    assert "2K · 11 credits" not in scene.labels(larger.response)

    drawn, *after = await stored(scene)
    for one, button in zip(after, (Button.VARY, Button.UPSCALE), strict=True):
        assert (one.job.button, one.job.origin) == (button, Origin(drawn.job.id, 0))
        assert one.job.request.reference_images == drawn.results
    assert (await scene.account(bob)).available == 100 - 7 - 11
    assert (await scene.account(alice)).available == 93


async def test_an_edit_is_not_made_twice_by_making_it_larger(scene, calls):
    """Its words asked for a change that is there already."""
    alice = scene.member("alice")
    first = await alice.slash(scene.channel, "imagine", prompt="a pond")
    form = await alice.click(first.response, label="Edit this")
    edited = await scene.fill(alice, form, what="add one duck")
    await alice.click(edited, label="2K · 11 credits")
    assert calls.count("add one duck") == 1
    assert calls.count("The same picture, larger") == 1


async def test_of_several_pictures_a_form_asks_which_and_says_the_price(scene):
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="two kites", count=2)
    for label, button in (("Vary · 7 credits", "vary"), ("4K · 23 credits", "upscale")):
        form = await alice.click(shown.response, label=label)
        [part] = form.modal["components"]
        assert part["description"].startswith(label.rpartition(" · ")[2])
        await scene.fill(alice, form, which=["1"])
        last = (await stored(scene))[-1].job
        assert (last.button, last.origin.picture) == (button, 1)


async def test_the_edit_form_takes_pictures_a_ratio_and_a_resolution(scene, calls, photo):
    alice = scene.member("alice")
    first = await alice.slash(scene.channel, "imagine", prompt="a bare wall")
    form = await alice.click(first.response, label="Edit this")
    sizes = form.modal["components"][-1]["component"]["options"]
    assert [size["label"] for size in sizes] == [
        "1K · 7 credits", "2K · 11 credits", "4K · 23 credits",
    ]  # fmt: skip
    edited = await scene.fill(
        alice, form, what="put these up", more=[photo, photo], aspect=["16:9"], resolution=["2K"]
    )

    assert "16:9 · 2K · from 3 pictures" in scene.text(edited)
    assert "11 credits charged" in scene.text(edited)
    [call] = calls.of("put these up")
    assert call["images_in"] == 2  # and the one in the conversation that goes on


async def test_reuse_prompt_is_the_same_with_other_words_and_nobody_elses_uploads(
    scene, calls, photo
):
    """Who brought a photo works from it again; for others it stays what only the model saw."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await alice.slash(
        scene.channel, "imagine", prompt="a wild garden", image=photo, count=2, aspect_ratio="4:3"
    )
    for member, pictures in ((alice, 1), (bob, 0)):
        form = await scene.choose(member, first.response, "remix")
        assert form.modal["components"][0]["component"]["value"] == "a wild garden"
        words = f"a tame garden for {member.name}"
        shown = await scene.fill(member, form, prompt=words)
        assert f"<@{member.id}> chose **Reuse prompt**" in scene.text(shown)
        assert [call["images_in"] for call in calls.of(words)] == [pictures] * 2
        assert "4:3" in scene.text(shown)


async def test_details_are_private_and_name_upstreams_to_operators_alone(scene):
    """The entries are for who asked for the picture; a long prompt comes as a file."""
    prompt = "a very long story, " + "x" * 2000
    alice, bob, boss = (scene.member(name) for name in ("alice", "bob", "boss"))
    services = scene.app.client.services
    scene.app.client.services = replace(services, operators=frozenset({boss.id}))
    shown = await alice.slash(scene.channel, "imagine", prompt=prompt)
    said = {}
    for member in (alice, bob, boss):
        seen = (await scene.choose(member, shown.response, "details")).response
        assert seen.ephemeral
        [file] = seen.attachments
        assert (await file.read()).decode() == prompt
        said[member.name] = scene.text(seen)
    assert "held for a picture · -7, +7" in said["alice"]
    assert "charged · +0, -7" in said["alice"]
    assert "ledger" not in said["bob"]
    assert "google" not in (said["alice"] + said["bob"]).lower()
    assert "Drawn by: google" in said["boss"]


async def test_delete_takes_the_message_away_and_the_pictures_only_when_asked(scene, calls):
    alice, bob = scene.member("alice"), scene.member("bob")
    shown = await alice.slash(scene.channel, "imagine", prompt="a regret")
    refused = scene.seen(await scene.choose(bob, shown.response, "delete"))
    assert refused.ephemeral
    assert "Only its maker" in scene.text(refused)

    form = await scene.choose(alice, shown.response, "delete")
    scene.vanish(shown.response)
    again = await scene.fill(alice, form)
    assert again.ephemeral
    assert "deleted in the meantime" in scene.text(again)
    assert scene.channel.last_message is None

    [job] = await scene.jobs()
    back = (await alice.slash(scene.channel, "show", job=job["id"])).response
    [made] = (await stored(scene))[0].results
    form = await scene.choose(alice, back, "delete")
    stale = (await alice.slash(scene.channel, "show", job=job["id"])).response
    await scene.fill(alice, form, where=["history"])
    assert not scene.app.workshop.store.path(made).exists()
    assert (await stored(scene)) == [None]
    gone = await alice.slash(scene.channel, "show", job=job["id"])
    assert "not known any more" in scene.text(scene.seen(gone))
    for press in (
        alice.click(stale, label="Again · 7 credits"),
        alice.click(stale, label="Edit this"),
        scene.choose(alice, stale, "details"),
    ):
        told = scene.seen(await press)
        assert told.ephemeral
        assert "not known any more" in scene.text(told)
    assert calls.count("a regret") == 1
    assert (await scene.account(alice)).available == 93
    await scene.assert_books_balance()


async def test_who_may_manage_messages_deletes_but_forgets_nothing(scene):
    alice = scene.member("alice")
    role = scene.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    mod = scene.guild.add_member(scene.env.create_user("mod"), roles=[role])
    shown = await alice.slash(scene.channel, "imagine", prompt="off topic")
    form = await scene.choose(mod, shown.response, "delete")
    [option] = form.modal["components"][1]["component"]["options"]
    assert option["value"] == "here"
    await scene.fill(mod, form)
    with pytest.raises(SetupError):
        await alice.click(shown.response, label="Edit this")
    [kept] = await stored(scene)
    assert kept is not None


async def test_who_may_not_use_apps_in_a_channel_presses_in_vain(scene, calls):
    """A command does not reach us from them; a press does."""
    alice, bob = scene.member("alice"), scene.member("bob")
    rights = discord.PermissionOverwrite(use_application_commands=False)
    channel = scene.guild.create_text_channel("no apps", overwrites={bob: rights})
    shown = await alice.slash(channel, "imagine", prompt="look only")
    for press in (
        bob.click(shown.response, label="Again · 7 credits"),
        scene.choose(bob, shown.response, "details"),
    ):
        told = scene.seen(await press)
        assert told.ephemeral
        assert "may not use apps in this channel" in scene.text(told)
    assert calls.count("look only") == 1


async def test_a_form_outlives_its_message(scene):
    """The message is deleted while the form is open: the picture is made all the same."""
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="a brief message")
    form = await alice.click(shown.response, label="Edit this")
    scene.vanish(shown.response)
    edited = await scene.fill(alice, form, what="still here")
    assert edited.attachments
    scene.vanish(edited)
    varied = await alice.click(edited, label="Vary · 7 credits")
    assert varied.response.attachments


async def test_a_size_that_is_none_and_a_verb_that_is_none_do_nothing(scene):
    """Custom ids and values are data from outside."""
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="a forged size")
    message = scene.env.backend.get_message(scene.channel.id, shown.response.id)
    row = message.components[0]["components"][4]["components"]
    row[0]["custom_id"] = row[0]["custom_id"].replace(f":{Resolution.R2K}", ":8K")
    pressed = await alice.click(shown.response, label="2K · 11 credits")
    assert pressed.response is None
    assert len(await scene.jobs()) == 1


async def test_a_picture_that_is_late_comes_with_all_its_buttons(scene):
    """The press's own answer has expired by the time: the channel gets the card."""
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="slow but sure")
    scene.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    await alice.click(shown.response, label="Vary · 7 credits")
    posted = scene.channel.last_message
    assert posted.attachments
    assert "slow but sure" in scene.text(posted)
    assert f"<@{alice.id}> pressed **Vary**" in scene.text(posted)
    assert "2K · 11 credits" in scene.text(posted)
