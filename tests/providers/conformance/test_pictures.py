"""Every provider draws and edits all that the catalog says it can, and refuses the rest unasked."""

import base64
import dataclasses
import io

import pytest
from PIL import Image

from bot.demo.drawing import draw, nearest_ratio, pixels
from bot.errors import Billed, ErrorKind
from bot.generation.request import Appearance, AspectRatio, Resolution, Style, Thinking


@pytest.fixture(scope="session")
def drawn():
    """What the stand-in draws, each once."""
    kept = {}

    def make(*order, mime):
        if (order, mime) not in kept:
            kept[order, mime] = draw("a fox", *order, mime=mime, coarse=True)
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
    editor, stage_for, provider_at, request_of, ask, upstream, stored_reference, shelf, png
):
    """Byte for byte, in whatever form the dialect sends it: inside, uploaded, or by its address."""
    content = png + bytes(range(256)) * 400
    stage = stage_for(editor.provider)
    stage.draw(png)
    provider = provider_at(editor.provider, stage.opened())
    await ask(provider, request_of(editor, reference_images=(stored_reference(content),)))
    encoded = base64.b64encode(content)
    forms = [content, encoded, *(url.encode() for url, held in shelf.offered if held == content)]
    assert any(form in sent.body for form in forms for sent in upstream.received)
    assert stage.calls == 1


async def test_characters_arrive_with_a_line_that_says_who_is_who(
    editor, drawing_provider, request_of, ask, journal
):
    """As the stand-in reads the request in each dialect; the picture that is edited stays first."""
    count = min(3, editor.reference_images)
    cast = (Appearance("Mia", 1, count - 1),)
    shown = "Picture 2 shows Mia." if count == 2 else "Pictures 2 and 3 show Mia."
    asked = request_of(editor, prompt="@Mia waves", pictures=count, characters=cast)
    await ask(drawing_provider(editor.provider), asked)
    [call] = await journal.calls()
    assert (call["prompt"], call["images_in"]) == (f"@Mia waves\n\n{shown}", count)


# --- what is refused ------------------------------------------------------------------------


@pytest.fixture
def refuse(provider_at, stage_for, fail, upstream):
    """Ask a provider for what it must refuse before it opens a connection."""

    async def run(offer, *requests, kind=ErrorKind.INVALID_REQUEST):
        provider = provider_at(offer.provider, stage_for(offer.provider).opened())
        for asked in requests:
            failed = await fail(provider, asked)
            assert (failed.kind, failed.error.billed) == (kind, Billed.NO)
            assert upstream.connections == 0

    return run


async def test_a_resolution_it_does_not_have_is_refused_unsent(offer, refuse, request_of):
    lacking = set(Resolution) - set(offer.usd_micros)
    await refuse(offer, *(request_of(offer, resolution=resolution) for resolution in lacking))


@pytest.fixture
def beyond(request_of):
    """Requests that go past an offer in one way."""

    def make(offer, way):
        ratios = set(AspectRatio) - {AspectRatio.AUTO, *offer.aspect_ratios}
        levels = set(Thinking) - set(offer.thinking)
        return {
            "ratio": [request_of(offer, aspect_ratio=ratio) for ratio in ratios],
            "thinking": [request_of(offer, thinking=level) for level in levels],
            "pictures": [request_of(offer, pictures=offer.reference_images + 1)],
        }[way]

    return make


@pytest.mark.parametrize("way", ["ratio", "thinking", "pictures"])
async def test_what_it_cannot_do_is_refused_unsent(offer, way, refuse, beyond):
    await refuse(offer, *beyond(offer, way))


async def test_a_prompt_too_long_for_it_is_refused_unsent(offer, refuse, request_of):
    limit = offer.prompt_limit or 0
    styled = {"prompt": "x" * (limit - 8), "style": Style("ink", "wash"), "house_style": "flat"}
    long = [{"prompt": "x" * (limit + 1)}, styled] if limit else []
    await refuse(offer, *(request_of(offer, **one) for one in long))


async def test_a_style_and_a_house_style_reach_it(
    name, catalog, drawing_provider, any_request, ask, journal
):
    """Each in its dialect's place: the server's words apart from the prompt where there is one."""
    style, house = Style("ink", "ink wash, much white"), "flat colours, bold outlines"
    await ask(drawing_provider(name), any_request(name, style=style, house_style=house))
    [call] = await journal.calls()
    said = "a fox\n\nink wash, much white"
    if catalog.upstreams[name].dialect in ("gemini", "openai-chat"):
        assert (call["prompt"], call["instruction"]) == (said, house)
    else:
        assert call["prompt"] == f"{house}\n\n{said}"


async def test_a_model_nobody_has_is_refused_unsent(offer, refuse, request_of):
    asked = dataclasses.replace(request_of(offer), model="gemini-9")
    await refuse(offer, asked, kind=ErrorKind.MODEL_UNAVAILABLE)


async def test_a_picture_that_is_gone_is_refused_before_anything_is_paid(
    name, stage, scripted, any_request, fail, missing_picture
):
    failed = await fail(scripted(), any_request(name, reference_images=(missing_picture,)))
    assert failed.kind in (ErrorKind.INVALID_IMAGE, ErrorKind.INVALID_REQUEST)
    assert (failed.error.billed, stage.calls) == (Billed.NO, 0)
