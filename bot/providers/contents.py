"""A request to generateContent, as JSON in pieces: the pictures are the files they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.generation.catalog import Offer
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef, Turn
from bot.providers.purchase import to_json
from bot.providers.replay import replay

Locate = Callable[[ImageRef], Path]


def write(
    offer: Offer,
    request: GenerationRequest,
    locate: Locate,
    *,
    turns: Sequence[Turn] = (),
    links: Mapping[str, str] | None = None,
) -> Iterator[bytes | Path]:
    """The body. `turns` go before the request, whose first reference image is the last one's.

    `links` are addresses by digest, of pictures that go as these instead.
    """
    apart = request.house_style is not None and not offer.model.omit_instruction
    yield b"{"
    if apart:
        instruction = {"parts": [{"text": request.house_style}]}
        yield b'"systemInstruction":%b,' % to_json(instruction)
    yield b'"contents":['
    shown: set[str] = set()
    for turn in turns:
        images = _fresh(turn.reference_images, shown)
        yield from _said(turn.prompt, images, locate, links or {})
        yield b","
        yield from replay(turn, locate)
        yield b","
        shown |= {image.digest for image in (*images, turn.image)}
    images = _fresh(request.reference_images, shown)
    words = request.words if apart else request.text
    yield from _said(words, images, locate, links or {})
    yield b'],"generationConfig":%b}' % to_json(_config(offer, request))


def _fresh(images: Sequence[ImageRef], shown: set[str]) -> list[ImageRef]:
    """Those not in the conversation; the first is its last picture, maybe made smaller since."""
    return [image for image in images[bool(shown) :] if image.digest not in shown]


def _said(
    prompt: str, images: Sequence[ImageRef], locate: Locate, links: Mapping[str, str]
) -> Iterator[bytes | Path]:
    yield b'{"role":"user","parts":[' + to_json({"text": prompt})
    for image in images:
        if image.digest in links:
            file = {"mimeType": image.mime, "fileUri": links[image.digest]}
            yield b"," + to_json({"fileData": file})
            continue
        yield b',{"inlineData":{"mimeType":%b,"data":"' % to_json(image.mime)
        yield locate(image)
        yield b'"}}'
    yield b"]}"


def _config(offer: Offer, request: GenerationRequest) -> dict[str, object]:
    config: dict[str, object] = {"responseModalities": ["TEXT", "IMAGE"]}
    image: dict[str, str] = {}
    if request.aspect_ratio is not AspectRatio.AUTO:
        image["aspectRatio"] = request.aspect_ratio
    if not offer.model.omit_resolution:
        image["imageSize"] = request.resolution
    if image:
        config["imageConfig"] = image
    if request.thinking is not None:
        # Its thoughts are not asked for: they cost bytes, and nobody reads them.
        config["thinkingConfig"] = {"thinkingLevel": request.thinking}
    return config
