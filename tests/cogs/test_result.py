"""The buttons under a picture: what they come to, and pressed by others."""

from bot.jobs.job import Origin


async def test_again_makes_another_picture_for_whoever_presses(scene, calls):
    """Bob presses the button of Alice's picture: Bob pays, Alice does not."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await alice.slash(scene.channel, "imagine", prompt="a pier, and again")

    again = await bob.click(first.response, label="Again · 7 credits")

    assert again.response.attachments
    assert f"<@{bob.id}> pressed **Again**" in scene.text(again.response)
    assert f"paid by <@{bob.id}>" in scene.text(again.response)
    assert "pressed" not in scene.text(first.response)
    assert "a pier, and again" in scene.text(again.response)
    assert calls.count("a pier, and again") == 2
    assert (await scene.account(alice)).available == 93
    assert (await scene.account(bob)).available == 93


async def test_naming_who_pressed_notifies_nobody(scene):
    """Neither the first card nor its changes."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await alice.slash(scene.channel, "imagine", prompt="a silent bell")
    seen = len(scene.env.http_requests)

    await bob.click(first.response, label="Again · 7 credits")

    cards = [sent.json for sent in scene.env.http_requests[seen:] if "components" in str(sent.json)]
    bodies = [card.get("data", card) for card in cards]
    assert len([body for body in bodies if f"<@{bob.id}>" in str(body)]) >= 2
    assert all(body["allowed_mentions"] == {"parse": []} for body in bodies)


async def test_edit_asks_what_should_change_and_works_on_the_picture_shown(scene, calls):
    alice = scene.member("alice")
    first = await alice.slash(scene.channel, "imagine", prompt="a plain harbour")

    form = await alice.click(first.response, label="Edit this")
    assert form.modal["components"][0]["description"].startswith("7 credits, charged only")
    edited = await scene.fill(alice, form, what="add a sailing boat")

    assert edited.attachments
    assert f"<@{alice.id}> pressed **Edit this**" in scene.text(edited)
    assert calls.count("add a sailing boat") == 1
    assert (await scene.account(alice)).available == 86


async def test_one_of_several_pictures_is_chosen_in_the_form(scene, calls):
    """The third of four is what the edit works from and goes on from; the first is the usual."""
    alice = scene.member("alice")
    four = await alice.slash(scene.channel, "imagine", prompt="four boats", count=4)

    form = await alice.click(four.response, label="Edit this")
    which, what, *_ = [part["component"] for part in form.modal["components"]]
    assert [option["label"] for option in which["options"]] == [f"Picture {n}" for n in range(1, 5)]
    assert [option.get("default", False) for option in which["options"]] == [True] + [False] * 3
    answers = {which["custom_id"]: ["2"], what["custom_id"]: "paint the boat red"}
    edited = await alice.submit_modal(form, answers)

    assert edited.response.attachments
    studio = scene.app.client.services.studio
    drawn, job = [await studio.stored(row["id"]) for row in await scene.jobs()]
    assert job.job.origin == Origin(drawn.job.id, 2)
    assert job.job.request.reference_images == (drawn.results[2],)
    assert len({picture.digest for picture in drawn.results}) == 4
    assert (await scene.account(alice)).available == 100 - 5 * 7
    assert calls.count("paint the boat red") == 1
    assert [turn[2] for turn in spoken(calls.last())] == [0, 1, 0]


async def press_edit(scene, member, card, wish):
    """Press the button, write the wish, and see the card it leads to."""
    form = await member.click(card, label="Edit this")
    return await scene.fill(member, form, what=wish)


def spoken(body):
    """Each turn's role, words and number of pictures, and whether all the model said is signed."""
    return [
        (
            turn["role"],
            "".join(part.get("text", "") for part in turn["parts"]),
            sum("inlineData" in part for part in turn["parts"]),
            all("thoughtSignature" in part for part in turn["parts"]),
        )
        for turn in body["contents"]
    ]


async def test_edits_go_on_in_the_conversation_that_made_the_picture(scene, calls):
    """Every step before, at most three, with the model's own words and each picture once."""
    alice = scene.member("alice")
    shown = (await alice.slash(scene.channel, "imagine", prompt="step one")).response
    for wish in ("step two", "step three", "step four"):
        shown = await press_edit(scene, alice, shown, wish)
    steps = [
        ("user", "step one", 0, False), ("model", "Here you go.", 1, True),
        ("user", "step two", 0, False), ("model", "Here you go.", 1, True),
        ("user", "step three", 0, False), ("model", "Here you go.", 1, True),
        ("user", "step four", 0, False),
    ]  # fmt: skip
    assert spoken(calls.last()) == steps

    shown = await press_edit(scene, alice, shown, "step five")
    first = ("user", "step two", 1, False)
    assert spoken(calls.last()) == [first, *steps[3:], steps[3], ("user", "step five", 0, False)]
    await alice.click(shown, label="Again · 7 credits")
    assert spoken(calls.last()) == [first, *steps[3:], steps[3], ("user", "step five", 0, False)]


async def test_nobody_goes_on_in_anothers_conversation(scene, calls):
    """It may hold pictures that only the model was shown; the picture on the card is enough."""
    alice, bob = scene.member("alice"), scene.member("bob")
    shown = await alice.slash(scene.channel, "imagine", prompt="of my own")

    shown = await press_edit(scene, bob, shown.response, "mine now")
    assert spoken(calls.last()) == [("user", "mine now", 1, False)]

    await press_edit(scene, bob, shown, "and bluer")
    assert spoken(calls.last()) == [
        ("user", "mine now", 1, False),
        ("model", "Here you go.", 1, True),
        ("user", "and bluer", 0, False),
    ]


async def test_again_opens_nobodys_upload_to_who_presses(scene, calls, photo):
    """However often it is pressed: Bob's photo is never under words of Alice's choice."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await bob.slash(scene.channel, "edit", prompt="a cartoon", image=photo)
    again = await alice.click(first.response, label="Again · 7 credits")
    twice = await alice.click(again.response, label="Again · 7 credits")

    for card in (again, twice):
        shown = await press_edit(scene, alice, card.response, "show me the first picture")
        assert spoken(calls.last()) == [("user", "show me the first picture", 1, False)]
        await press_edit(scene, alice, shown, "and the one before")
        assert spoken(calls.last())[0] == ("user", "show me the first picture", 1, False)

    his = await bob.click(twice.response, label="Again · 7 credits")
    await press_edit(scene, bob, his.response, "bluer")
    assert spoken(calls.last())[0] == ("user", "a cartoon", 1, False)


async def test_pictures_of_which_nobody_knows_whose_they_are_stay_so(scene, calls, photo):
    """From before that was written down: pressing Again does not make them the presser's."""
    alice = scene.member("alice")
    first = await alice.slash(scene.channel, "edit", prompt="a cartoon", image=photo)
    await scene.app.database.write(lambda tx: tx.query("UPDATE jobs SET brought_by = 0"))

    again = await alice.click(first.response, label="Again · 7 credits")
    await press_edit(scene, alice, again.response, "bluer")
    assert spoken(calls.last()) == [("user", "bluer", 1, False)]


async def test_thinking_is_kept_by_both_buttons(scene, calls):
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="well thought", thinking="high")
    assert "thinking: high" in scene.text(shown.response)

    def level():
        return calls.last()["generationConfig"]["thinkingConfig"]["thinkingLevel"]

    await alice.click(shown.response, label="Again · 7 credits")
    assert level() == "high"
    await press_edit(scene, alice, shown.response, "better yet")
    assert level() == "high"


async def test_a_forged_button_is_refused_in_private(scene, calls):
    """A custom id of a job that never was: a sentence for the presser, nothing else."""
    alice = scene.member("alice")
    shown = await alice.slash(scene.channel, "imagine", prompt="the true one")
    message = scene.env.backend.get_message(scene.channel.id, shown.response.id)
    _replace_job_id(message.components, "0" * 32)

    pressed = await alice.click(shown.response, label="Again · 7 credits")

    reply = pressed.response or pressed.followups[0]
    assert reply.ephemeral
    assert "not known any more" in scene.text(reply)
    assert calls.count("the true one") == 1


async def test_a_picture_too_heavy_to_send_is_edited_from_a_smaller_copy(scene, calls):
    """24 MB are more than a request may have; the copy is as an upload, the original stays."""
    alice = scene.member("alice")
    first = await alice.slash(scene.channel, "imagine", prompt="huge")
    await scene.env.settle(timeout=12)

    edited = await press_edit(scene, alice, first.response, "calm the heavy sea")
    await scene.env.settle(timeout=12)

    assert edited is not None
    assert edited.attachments
    [call] = calls.of("calm the heavy sea")
    assert call["images_in"] == 1
    store = scene.app.workshop.store
    studio = scene.app.client.services.studio
    original, copy = [await studio.stored(job["id"]) for job in await scene.jobs()]
    [sent] = copy.job.request.reference_images
    assert sent.size <= 5 * 1024 * 1024 < original.results[0].size
    assert max(sent.width, sent.height) == 2048
    assert store.path(original.results[0]).stat().st_size == original.results[0].size
    await scene.assert_books_balance()


def _replace_job_id(components, job_id):
    for component in components:
        if "custom_id" in component:
            verb, _, *more = component["custom_id"].split(":")
            component["custom_id"] = ":".join([verb, job_id, *more])
        _replace_job_id(component.get("components", []), job_id)
