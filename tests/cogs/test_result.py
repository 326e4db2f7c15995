"""The buttons under a picture: at once, after a restart, and pressed by others."""


async def test_again_makes_another_picture_for_whoever_presses(scene, calls):
    """Bob presses the button of Alice's picture: Bob pays, Alice does not."""
    alice, bob = scene.member("alice"), scene.member("bob")
    first = await alice.slash(scene.channel, "imagine", prompt="a pier, and again")

    again = await bob.click(first.response, label="Again · 7 credits")

    assert again.response.attachments
    assert "a pier, and again" in scene.text(again.response)
    assert calls.count("a pier, and again") == 2
    assert (await scene.account(alice)).available == 93
    assert (await scene.account(bob)).available == 93


async def test_edit_asks_what_should_change_and_works_on_the_picture_shown(scene, calls):
    alice = scene.member("alice")
    first = await alice.slash(scene.channel, "imagine", prompt="a plain harbour")

    form = await alice.click(first.response, label="Edit this")
    [field] = [part["component"]["custom_id"] for part in form.modal["components"]]
    edited = await alice.submit_modal(form, {field: "add a sailing boat"})

    assert edited.response.attachments
    [call] = calls.of("add a sailing boat")
    assert call["images_in"] == 1
    assert (await scene.account(alice)).available == 86


async def test_buttons_work_after_a_restart(scene_over, settings, calls):
    """A new process over the same data answers a card that the old one posted."""
    async with scene_over(settings) as scene:
        alice = scene.member("alice")
        first = await alice.slash(scene.channel, "imagine", prompt="from before the restart")
        [job] = await scene.jobs()
    async with scene_over(settings) as scene:
        stored = await scene.app.client.services.studio.stored(job["id"])
        assert stored.job.request.prompt == "from before the restart"
        assert len(stored.results) == 1
        alice = scene.member("alice")
        shown = await alice.slash(scene.channel, "imagine", prompt="after the restart")
        message = scene.env.backend.get_message(scene.channel.id, shown.response.id)
        _replace_job_id(message.components, job["id"])

        again = await alice.click(shown.response, label="Again · 7 credits")

    assert again.response.attachments
    assert first.response is not None
    assert calls.count("from before the restart") == 2


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


def _replace_job_id(components, job_id):
    for component in components:
        if "custom_id" in component:
            verb = component["custom_id"].partition(":")[0]
            component["custom_id"] = f"{verb}:{job_id}"
        _replace_job_id(component.get("components", []), job_id)
