"""/imagine and /edit as people use them, over real HTTP to the stand-in upstream."""

import io
from pathlib import Path

import pytest
from PIL import Image


def png(colour: str = "red", size: tuple[int, int] = (300, 200)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_imagine_delivers_a_picture_and_charges_for_it(scene, calls):
    """One call upstream, one picture in the channel, seven credits, and the books add up."""
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "imagine", prompt="a lighthouse, first picture")

    message = shown.response
    picture = Image.open(io.BytesIO(await message.attachments[0].read()))
    assert picture.size == (1024, 1024)
    text = scene.text(message)
    assert "a lighthouse, first picture" in text
    assert "Nano Banana 2.1" in text
    assert "1024×1024" in text
    assert f"7 credits charged · paid by <@{alice.id}>" in text
    assert "left" not in text
    assert not message.ephemeral
    assert calls.count("a lighthouse, first picture") == 1
    account = await scene.account(alice)
    assert (account.available, account.held) == (93, 0)
    [attempt] = await scene.attempts()
    assert (attempt["outcome"], attempt["billed"]) == ("image", "yes")
    await scene.assert_books_balance()


async def test_options_reach_the_upstream_and_the_picture(scene, calls):
    """Model, ratio, resolution and count are the ones that were chosen."""
    shown = await scene.member("alice").slash(
        scene.channel,
        "imagine",
        prompt="wide pro picture",
        model="gemini-3-pro-image",
        aspect_ratio="16:9",
        resolution="2K",
        count=2,
    )

    sizes = [
        Image.open(io.BytesIO(await attachment.read())).size
        for attachment in shown.response.attachments
    ]
    assert sizes == [(2752, 1536)] * 2
    assert {call["model"] for call in calls.of("wide pro picture")} == {"gemini-3-pro-image"}
    assert calls.count("wide pro picture") == 2


async def test_a_model_is_told_how_long_to_think_only_when_somebody_says(scene, calls):
    alice = scene.member("alice")
    usual = await alice.slash(scene.channel, "imagine", prompt="no thought of it")
    assert "thinkingConfig" not in calls.last()["generationConfig"]
    assert "thinking" not in scene.text(usual.response)

    shown = await alice.slash(
        scene.channel, "edit", prompt="a lot of it", image=("a.png", png()), thinking="medium"
    )

    assert calls.last()["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "medium"}
    assert "thinking: medium" in scene.text(shown.response)


async def test_thinking_that_a_model_cannot_do_is_refused_in_private(scene):
    shown = await scene.member("alice").slash(
        scene.channel, "imagine", prompt="x", model="gemini-3-pro-image", thinking="high"
    )

    assert shown.response.ephemeral
    assert "Nano Banana Pro cannot be told here how long to think" in scene.text(shown.response)
    assert await scene.jobs() == []


async def test_thinking_that_no_upstream_here_takes_is_said_so(scene_over, settings, upstream):
    """The model thinks, the only gateway that is on has no word for it: not "no such model"."""
    key = settings.gemini_api_key
    gateway = settings.model_copy(update={"gemini_api_key": None, "toapis_api_key": key})
    async with scene_over(gateway) as scene:
        menu = [model.id for model, _ in scene.app.client.services.studio.menu()]
        assert "gemini-3.1-flash-image" in menu
        shown = await scene.member("alice").slash(
            scene.channel, "imagine", prompt="x", model="gemini-3.1-flash-image", thinking="high"
        )

    assert "Nano Banana 2 cannot be told here how long to think" in scene.text(shown.response)


async def test_edit_uses_the_uploaded_picture(scene, calls):
    """The upload travels to the upstream; the answer keeps its shape and shows its colour."""
    green = png("green", (1600, 900))

    shown = await scene.member("alice").slash(
        scene.channel, "edit", prompt="keep this green", image=("mine.png", green)
    )

    edited = Image.open(io.BytesIO(await shown.response.attachments[0].read())).convert("RGB")
    assert edited.width > edited.height
    red, grass, blue = edited.resize((1, 1)).getpixel((0, 0))
    assert grass > red
    assert grass > blue
    [call] = calls.of("keep this green")
    assert call["images_in"] == 1


async def test_edit_takes_ten_pictures(scene, calls):
    uploads = {
        "image" if number == 1 else f"image{number}": (f"{number}.png", png())
        for number in range(1, 11)
    }

    shown = await scene.member("alice").slash(
        scene.channel, "edit", prompt="put all ten together", **uploads
    )

    assert shown.response.attachments
    [call] = calls.of("put all ten together")
    assert call["images_in"] == 10


async def test_private_results_are_seen_by_one_person(scene):
    shown = await scene.member("alice").slash(
        scene.channel, "imagine", prompt="for my eyes", private=True
    )

    assert shown.response.ephemeral
    assert shown.response.attachments
    assert "7 credits charged · 93 credits left" in scene.text(shown.response)


async def test_refused_options_are_told_in_private_before_anything_is_stored(scene, calls):
    """A ratio the model cannot draw: a sentence with what it can do, no job, no call."""
    shown = await scene.member("alice").slash(
        scene.channel,
        "imagine",
        prompt="much too tall",
        model="gemini-3-pro-image",
        aspect_ratio="1:8",
    )

    assert shown.response.ephemeral
    text = scene.text(shown.response)
    assert "Nano Banana Pro cannot draw 1:8" in text
    assert "21:9" in text
    assert "Nothing was charged." in text
    assert await scene.jobs() == []
    assert calls.count("much too tall") == 0


@pytest.mark.parametrize(("name", "content"), [("note.png", b"just words"), ("empty.png", b"")])
async def test_an_upload_that_is_no_picture_is_told_in_private(scene, calls, name, content):
    """The public card goes away, the person alone reads why, and nothing is held."""
    alice = scene.member("alice")

    shown = await alice.slash(scene.channel, "edit", prompt=f"change {name}", image=(name, content))

    assert shown.response is None
    [told] = shown.followups
    assert told.ephemeral
    assert f"“{name}” is not a picture" in scene.text(told).replace("\\", "")
    assert await scene.jobs() == []
    assert calls.count(f"change {name}") == 0


async def test_too_few_credits_name_both_numbers_and_call_nobody(scene_over, settings, calls):
    poor = settings.model_copy(update={"welcome_credits": 5})
    async with scene_over(poor) as scene:
        alice = scene.member("alice")

        shown = await alice.slash(scene.channel, "imagine", prompt="too dear for me")

        [told] = shown.followups
        assert told.ephemeral
        text = scene.text(told)
        assert "needs 7 credits and you have 5" in text
        assert shown.response is None
        assert calls.count("too dear for me") == 0
        assert await scene.jobs() == []
        await scene.assert_books_balance()


async def test_a_prompt_never_pings_and_never_formats(scene):
    """Mentions are broken up in the card, and every request forbids pings as well."""
    shown = await scene.member("alice").slash(
        scene.channel, "imagine", prompt="@everyone <@123456789012345678> **loud**"
    )

    text = scene.text(shown.response)
    assert "@everyone" not in text
    assert "<@123" not in text
    assert r"\*\*loud\*\*" in text
    for request in scene.env.http_requests:
        if request.method in ("POST", "PATCH") and "webhooks" in request.path:
            assert request.json.get("allowed_mentions") == {"parse": []}


async def test_a_very_long_prompt_is_shown_shortened_and_sent_whole(scene, calls):
    prompt = "long winded " * 400

    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt=prompt)

    assert len(scene.text(shown.response)) < 1500
    assert "…" in scene.text(shown.response)
    [call] = calls.of("long winded long winded")
    assert call["prompt"] == prompt.strip()


async def test_a_picture_over_the_upload_limit_is_re_encoded_and_said_so(scene, tmp_path: Path):
    """24 MB of PNG into a limit of 10 MiB: a smaller file arrives and the card says so."""
    scene.env.backend.subscribers.insert(0, _limited_to(10 * 1024 * 1024))

    shown = await scene.member("alice").slash(scene.channel, "imagine", prompt="huge")
    await scene.env.settle(timeout=12)

    [file] = shown.response.attachments
    assert file.size <= 10 * 1024 * 1024
    assert "upload limit" in scene.text(shown.response)


def _limited_to(limit: int):
    def patch(event, payload, *rest):
        if event == "INTERACTION_CREATE":
            payload["attachment_size_limit"] = limit

    return patch


async def test_models_are_offered_with_prices_and_found_by_name(scene):
    alice = scene.member("alice")

    offered = await alice.autocomplete(scene.channel, "imagine", "model", "pro")

    [choice] = offered
    assert choice["value"] == "gemini-3-pro-image"
    assert choice["name"] == "Nano Banana Pro · 27 credits at 1K"


async def test_a_model_past_its_shutdown_is_not_offered(scene):
    """Google turned off Nano Banana 2 on 2026-10-29, as the catalog's data says."""
    menu = [model.id for model, _ in scene.app.client.services.studio.menu()]

    assert "gemini-3.1-flash-image" not in menu
    assert menu[0] == "gemini-nano-banana-2.1"


async def test_a_level_that_costs_more_is_quoted_and_charged(scene_over, settings, tmp_path):
    """By the operator's own data: twice the price for the highest."""
    data = tmp_path / "own.toml"
    data.write_text(
        '[providers.google.models."gemini-nano-banana-2.1"]\nthinking_percent = { high = 200 }\n'
    )
    own = settings.model_copy(update={"catalog_file": data})
    async with scene_over(own) as scene:
        alice = scene.member("alice")
        await alice.slash(scene.channel, "imagine", prompt="thought about", thinking="high")
        assert (await scene.account(alice)).available == 100 - 14
        await alice.slash(scene.channel, "imagine", prompt="at once", thinking="minimal")
        assert (await scene.account(alice)).available == 100 - 14 - 7
        assert [attempt["usd_micros"] for attempt in await scene.attempts()] == [67_200, 33_600]


async def test_a_margin_is_charged_to_members_and_not_booked_as_paid_upstream(scene_over, settings):
    """0.0336 USD with 50 % on top are 10.08 credits, in steps of five 15: before and after."""
    dear = settings.model_copy(update={"price_margin_percent": 50, "price_step": 5})
    async with scene_over(dear) as scene:
        alice = scene.member("alice")

        shown = await alice.slash(scene.channel, "imagine", prompt="a dear pear")

        text = scene.text(shown.response)
        assert "15 credits charged" in text
        assert "Again · 15 credits" in text
        assert (await scene.account(alice)).available == 85
        [attempt] = await scene.attempts()
        assert attempt["usd_micros"] == 33_600
