"""A request to generateContent, as JSON in pieces: the pictures are the files they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.generation.catalog import Offer
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef, Turn
from bot.generation.wording import introducing
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
        yield from _asked(turn, turn.prompt, shown, locate, links or {})
        yield b","
        yield from replay(turn, locate)
        yield b","
        shown |= {turn.reference_images[place].digest for place in _fresh(turn, shown)}
        shown.add(turn.image.digest)
    words = request.words if apart else request.text
    yield from _asked(request, words, shown, locate, links or {})
    yield b'],"generationConfig":%b}' % to_json(_config(offer, request))


def _asked(
    said: GenerationRequest | Turn,
    words: str,
    shown: set[str],
    locate: Locate,
    links: Mapping[str, str],
) -> Iterator[bytes | Path]:
    """The person's side in `words`, with its pictures as far as they were not `shown` before."""
    images = said.reference_images
    fresh = _fresh(said, shown)
    words = introducing(words, said.characters, fresh if shown else None)
    yield from _said(words, [images[place] for place in fresh], locate, links)


def _fresh(said: GenerationRequest | Turn, shown: set[str]) -> list[int]:
    """The places of those not in the conversation, whose first is its last picture, maybe made
    smaller since. Characters are shown again, for the words to say which pictures they are."""
    images = said.reference_images
    if not shown:
        return list(range(len(images)))
    cast = {place for character in said.characters for place in character.places}
    return [
        place
        for place in range(1, len(images))
        if place in cast or images[place].digest not in shown
    ]


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
