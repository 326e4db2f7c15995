"""Every provider draws and edits all that the catalog says it can, and refuses the rest unasked."""

import base64
import dataclasses
import io

import pytest
from PIL import Image

from bot.demo.drawing import draw, nearest_ratio, pixels
from bot.errors import Billed, ErrorKind
from bot.generation.request import AspectRatio, Resolution, Thinking

UNPROTECTED = "the dialect checks resolutions alone; the router asks the catalog before it"


@pytest.fixture(scope="session")
def drawn():
    """What the stand-in draws, each once."""
    kept = {}

    def make(*order, mime):
        if (order, mime) not in kept:
            kept[order, mime] = draw("a fox", *order, mime=mime)
        return kept[order, mime].content

    return make


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def test_every_provider_is_in_the_suite(catalog):
    """The catalog is where the suite takes its providers from; seven to begin with."""
    assert set(catalog.upstreams) >= {
        "google", "apiyi", "apiyi-chat", "evolink", "evolink-chat", "toapis", "aivideoapi",
    }  # fmt: skip
    assert all(upstream.offers for upstream in catalog.upstreams.values())


async def test_every_ratio_is_drawn(
    offer, drawing_provider, request_of, ask, check, journal, drawn, folder
):
    """In the offer's smallest size; the pixels are the model's, the bytes the stand-in's own.

    Drawing them here as well takes long, so the bytes are compared for the first and the last.
    """
    provider = drawing_provider(offer.provider)
    for ratio in (AspectRatio.AUTO, *offer.aspect_ratios):
        asked = request_of(offer, aspect_ratio=ratio)
        generation = await ask(provider, asked)
        [image] = generation.images
        assert size_of(image.path) == pixels(ratio, asked.resolution)
        if ratio in (AspectRatio.AUTO, offer.model.aspect_ratios[-1]):
            check(generation, drawn(ratio, asked.resolution, mime=image.mime), image.mime)
        assert generation.provider == offer.provider
        image.path.unlink()
        [call] = await journal.calls()
        assert (call["route"], call["model"]) == (offer.provider, offer.upstream_id)
        assert call["paid"]


async def test_every_resolution_is_drawn(offer, drawing_provider, request_of, ask, journal):
    provider = drawing_provider(offer.provider)
    for resolution in offer.usd_micros:
        generation = await ask(provider, request_of(offer, resolution=resolution))
        [image] = generation.images
        assert size_of(image.path) == pixels(AspectRatio.AUTO, resolution)
    assert len(await journal.calls()) == len(offer.usd_micros)


@pytest.mark.parametrize("number", [1, "all"])
async def test_pictures_are_worked_from(
    editor, number, drawing_provider, request_of, ask, stored_reference, journal
):
    """One, and as many as the offer takes; all of them arrive.

    The result is as they are, but where an upstream left to itself draws squares.
    """
    count = editor.reference_images if number == "all" else number
    references = tuple(stored_reference(tile(n)) for n in range(count))
    asked = request_of(editor, reference_images=references)
    generation = await ask(drawing_provider(editor.provider), asked)
    [call] = await journal.calls()
    assert (call["images_in"], call["paid"]) == (count, True)
    shapes = {pixels(ratio, asked.resolution) for ratio in (nearest_ratio((96, 64)), "1:1")}
    assert size_of(generation.images[0].path) in shapes


def tile(number):
    out = io.BytesIO()
    Image.new("RGB", (96, 64), (17 * number, 40, 200)).save(out, "PNG")
    return out.getvalue()


async def test_a_picture_to_work_from_arrives_whole(
    editor, stage_for, provider_at, request_of, ask, upstream, stored_reference, png
):
    """Byte for byte, in whatever form the dialect sends it."""
    content = png + bytes(range(256)) * 400
    stage = stage_for(editor.provider)
    stage.draw(png)
    provider = provider_at(editor.provider, stage.opened())
    await ask(provider, request_of(editor, reference_images=(stored_reference(content),)))
    encoded = base64.b64encode(content)
    assert any(content in sent.body or encoded in sent.body for sent in upstream.received)
    assert stage.calls == 1


# --- what is refused ------------------------------------------------------------------------


def marked(offer):
    """Google's dialect leaves these to the router."""
    return offer.provider in ("google", "apiyi")


@pytest.fixture
def refuse(offer, provider_at, stage_for, fail, upstream):
    """Ask a provider that must say no before it opens a connection."""

    async def run(asked, *kinds):
        stage = stage_for(offer.provider)
        failed = await fail(provider_at(offer.provider, stage.opened()), asked)
        assert failed.kind in kinds
        assert failed.error.billed is Billed.NO
        assert upstream.connections == 0

    return run


async def test_a_resolution_it_does_not_have_is_refused_unsent(offer, refuse, request_of):
    for resolution in set(Resolution) - set(offer.usd_micros):
        await refuse(request_of(offer, resolution=resolution), ErrorKind.INVALID_REQUEST)


async def test_a_ratio_it_does_not_have_is_refused_unsent(request, offer, refuse, request_of):
    lacking = set(AspectRatio) - {AspectRatio.AUTO, *offer.aspect_ratios}
    if lacking and marked(offer):
        request.applymarker(pytest.mark.xfail(reason=UNPROTECTED, strict=True))
    for ratio in lacking:
        await refuse(request_of(offer, aspect_ratio=ratio), ErrorKind.INVALID_REQUEST)


async def test_one_picture_too_many_is_refused_unsent(request, offer, refuse, request_of):
    if marked(offer):
        request.applymarker(pytest.mark.xfail(reason=UNPROTECTED, strict=True))
    asked = request_of(offer, pictures=offer.reference_images + 1)
    await refuse(asked, ErrorKind.INVALID_REQUEST)


async def test_a_level_of_thinking_it_does_not_have_is_refused_unsent(
    request, offer, refuse, request_of
):
    lacking = set(Thinking) - set(offer.thinking)
    if lacking and marked(offer):
        request.applymarker(pytest.mark.xfail(reason=UNPROTECTED, strict=True))
    for level in lacking:
        await refuse(request_of(offer, thinking=level), ErrorKind.INVALID_REQUEST)


async def test_a_prompt_too_long_for_it_is_refused_unsent(offer, refuse, request_of):
    if offer.prompt_limit:
        asked = request_of(offer, prompt="x" * (offer.prompt_limit + 1))
        await refuse(asked, ErrorKind.INVALID_REQUEST)


async def test_a_model_nobody_has_is_refused_unsent(offer, refuse, request_of):
    asked = dataclasses.replace(request_of(offer), model="gemini-9")
    await refuse(asked, ErrorKind.MODEL_UNAVAILABLE)


async def test_a_picture_that_is_gone_is_refused_before_anything_is_paid(
    name, stage, scripted, any_request, fail, missing_picture
):
    failed = await fail(scripted(), any_request(name, reference_images=(missing_picture,)))
    assert failed.kind in (ErrorKind.INVALID_IMAGE, ErrorKind.INVALID_REQUEST)
    assert (failed.error.billed, stage.calls) == (Billed.NO, 0)
