"""The stand-in's artist: a prompt, and perhaps pictures, to one finished picture."""

import io
import math
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageOps

from bot.demo import creatures, scenery, things
from bot.demo.caption import stamp
from bot.demo.effects import collage, edit, manners
from bot.demo.lexicon import MOODS, Colour, Mention, mentions, nouns, words
from bot.demo.pencil import Pencil, blend, light
from bot.generation.request import AspectRatio, Resolution

READABLE = ("PNG", "JPEG", "WEBP")

PIXELS_AT_1K: dict[AspectRatio, tuple[int, int]] = {
    AspectRatio.SQUARE: (1024, 1024),
    AspectRatio.W2_H3: (848, 1264),
    AspectRatio.W3_H2: (1264, 848),
    AspectRatio.W3_H4: (896, 1200),
    AspectRatio.W4_H3: (1200, 896),
    AspectRatio.W4_H5: (928, 1152),
    AspectRatio.W5_H4: (1152, 928),
    AspectRatio.W9_H16: (768, 1376),
    AspectRatio.W16_H9: (1376, 768),
    AspectRatio.W21_H9: (1584, 672),
    AspectRatio.W1_H4: (512, 2048),
    AspectRatio.W4_H1: (2048, 512),
    AspectRatio.W1_H8: (384, 3072),
    AspectRatio.W8_H1: (3072, 384),
}
TIMES_1K = {Resolution.R512: 0.5, Resolution.R1K: 1, Resolution.R2K: 2, Resolution.R4K: 4}

Shape = Callable[[Pencil, Colour], None]

SHAPES: dict[str, tuple[Shape, Colour]] = {
    "apple": (things.apple, (206, 52, 50)),
    "balloon": (things.balloon, (226, 84, 76)),
    "banana": (things.banana, (250, 214, 74)),
    "bird": (creatures.bird, (76, 148, 214)),
    "boat": (things.boat, (176, 66, 58)),
    "butterfly": (creatures.butterfly, (240, 150, 56)),
    "car": (things.car, (214, 62, 58)),
    "castle": (things.castle, (190, 186, 196)),
    "cat": (creatures.cat, (232, 152, 80)),
    "cup": (things.cup, (236, 232, 222)),
    "dog": (creatures.dog, (192, 140, 88)),
    "fish": (creatures.fish, (242, 138, 56)),
    "flower": (things.flower, (232, 98, 136)),
    "fox": (creatures.fox, (226, 112, 46)),
    "hat": (things.hat, (52, 48, 62)),
    "heart": (things.heart, (220, 62, 84)),
    "house": (things.house, (240, 220, 186)),
    "mushroom": (things.mushroom, (206, 58, 54)),
    "person": (creatures.person, (70, 110, 170)),
    "robot": (creatures.robot, (166, 184, 200)),
    "rocket": (things.rocket, (214, 66, 62)),
    "tree": (things.tree, (72, 146, 82)),
}
AIRBORNE = {"balloon", "butterfly", "heart", "rocket"}
MOST_SHAPES = 7
SUPERSAMPLED = 2.0e6
"""Pictures up to so many pixels are drawn twice as wide and high, for smooth edges."""
EDIT_PIXELS = 1.6e6
"""Effects run on at most so many pixels; larger sizes are scaled up from there."""
COARSENESS = 4
"""How many pixels wide and high a dot of a coarse picture is."""


class Drawing(NamedTuple):
    """A finished picture's bytes and what they are."""

    content: bytes
    mime: str


def pixels(aspect_ratio: AspectRatio, resolution: Resolution) -> tuple[int, int]:
    """Width and height of what Google's models draw; AUTO counts as square."""
    width, height = PIXELS_AT_1K.get(aspect_ratio, (1024, 1024))
    times = TIMES_1K[resolution]
    return round(width * times), round(height * times)


def nearest_ratio(size: tuple[int, int]) -> AspectRatio:
    """The ratio on offer that is closest to a picture of that size."""
    wanted = math.log(size[0] / size[1])
    return min(PIXELS_AT_1K, key=lambda r: abs(math.log(_quotient(r)) - wanted))


def draw(
    prompt: str,
    aspect_ratio: AspectRatio = AspectRatio.AUTO,
    resolution: Resolution = Resolution.R1K,
    inputs: Sequence[bytes] = (),
    *,
    variation: int = 0,
    mime: str = "image/png",
    coarse: bool = False,
) -> Drawing:
    """A picture of the prompt, or the inputs edited as it says.

    The same arguments give the same bytes; `variation` gives others for the same prompt. A `coarse`
    one is as large, but of large dots, and drawn in a fraction of the time. Inputs are PNG, JPEG or
    WebP; anything else raises OSError, as Pillow does.
    """
    prompt = prompt.encode("utf-8", "replace").decode()
    dice = Random(f"{variation} {prompt}")  # noqa: S311 - art, not a secret
    opened = [_open(content) for content in inputs]
    if aspect_ratio is AspectRatio.AUTO:
        aspect_ratio = nearest_ratio(opened[-1].size) if opened else AspectRatio.SQUARE
    size = pixels(aspect_ratio, resolution)
    canvas = (size[0] // COARSENESS, size[1] // COARSENESS) if coarse else size
    picture = _edited(prompt, canvas, opened, dice) if opened else _drawn(prompt, canvas, dice)
    if coarse:
        picture = picture.resize(size, Image.Resampling.NEAREST)
    stamp(picture, prompt, f"{aspect_ratio} · {resolution}")
    return _encoded(picture, mime)


def sketch(drawing: Drawing) -> Drawing:
    """A small grey draft of a picture, as models show while they think."""
    with Image.open(io.BytesIO(drawing.content)) as picture:
        picture.draft("RGB", (256, 256))
        picture.thumbnail((256, 256), Image.Resampling.BILINEAR, reducing_gap=2)
        return _encoded(ImageOps.autocontrast(picture.convert("L")), drawing.mime)


def noise(megabytes: int = 24) -> Drawing:
    """A real 4K PNG that is about `megabytes` (10^6 bytes) heavy, as photographs can be."""
    side = 4096
    rows = megabytes * 1_000_000 // (side * 3)
    picture = Image.new("RGB", (side, side), (64, 96, 128))
    grain = Random(0).randbytes(side * rows * 3)  # noqa: S311 - the same heavy picture each time
    picture.paste(Image.frombytes("RGB", (side, rows), grain), (0, (side - rows) // 2))
    return _encoded(picture, "image/png")


def _quotient(ratio: AspectRatio) -> float:
    width, height = ratio.split(":")
    return int(width) / int(height)


def _open(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=READABLE) as picture:
        upright = ImageOps.exif_transpose(picture)
        if "A" in upright.getbands() or "transparency" in upright.info:
            paper = Image.new("RGBA", upright.size, (255, 255, 255, 255))
            upright = Image.alpha_composite(paper, upright.convert("RGBA"))
        return upright.convert("RGB")


def _encoded(picture: Image.Image, mime: str) -> Drawing:
    out = io.BytesIO()
    if mime == "image/jpeg":
        picture.save(out, "JPEG", quality=92)
    else:
        picture.save(out, "PNG", compress_level=1)
    return Drawing(out.getvalue(), mime)


def _drawn(prompt: str, size: tuple[int, int], dice: Random) -> Image.Image:
    width, height = size
    times = 2 if width * height <= SUPERSAMPLED else 1
    named = nouns(prompt)
    scene = scenery.imagine(prompt, frozenset(m.noun for m in named), dice)
    picture = scenery.paint((width * times, height * times), scene)
    shown = [m for m in named for _ in range(m.number) if m.noun in SHAPES][:MOST_SHAPES]
    if shown:
        _place(picture, shown, scene)
    elif not scene.nouns and not {"city", "desert"} & scene.moods:
        _bloom(picture, scene)
    rain, snow = "rain" in scene.nouns, "snow" in scene.moods
    scenery.weather(picture, rain=rain, snow=snow, dice=dice)
    return _dressed(picture.reduce(times) if times > 1 else picture, prompt)


def _dressed(picture: Image.Image, prompt: str) -> Image.Image:
    """In the manner that the words name, if they do, at the size that effects run on."""
    named, (width, height) = manners(prompt), picture.size
    if not named:
        return picture
    shrink = min(1.0, math.sqrt(EDIT_PIXELS / (width * height)))
    dressed = picture.resize((round(width * shrink), round(height * shrink)))
    for effect in named:
        dressed = effect(dressed)
    return dressed.resize(picture.size, Image.Resampling.BICUBIC)


def _place(picture: Image.Image, shown: Sequence[Mention], scene: scenery.Scene) -> None:
    """Stand the shapes side by side, those that fly above the rest."""
    ink = ImageDraw.Draw(picture)
    width, height = picture.size
    side = min(width * 0.8, height * 0.56, width * 1.12 / len(shown))
    slot = width / len(shown)
    for i, mention in enumerate(shown):
        shape, natural = SHAPES[mention.noun]
        big = side * scene.dice.uniform(0.88, 1)
        foot = height * (0.62 if mention.noun in AIRBORNE else scene.dice.uniform(0.86, 0.89))
        left = slot * (i + 0.5) - big / 2 + scene.dice.uniform(-0.04, 0.04) * slot
        pencil = Pencil(
            ink, left, foot - big, big, mirrored=scene.dice.choice((True, False, False))
        )
        if mention.noun not in AIRBORNE:
            pencil.oval(0.5, 0.985, 0.4, 0.03, blend(scene.palette.near, (0, 0, 0), 0.35))
        shape(pencil, mention.colour or natural)


def _bloom(picture: Image.Image, scene: scenery.Scene) -> None:
    """A seed head of dots, for a prompt that names nothing the pencil knows."""
    width, height = picture.size
    dice, palette = scene.dice, scene.palette
    reach = min(width, height) * 0.33
    tones = [light(palette.lamp, 0.1), dice.choice(list(_ACCENTS)), dice.choice(list(_ACCENTS))]
    turn = math.pi * (3 - math.sqrt(5)) + dice.choice((0, 0, 0.004, 0.012, 0.02))
    swell = dice.uniform(0.6, 1.1)
    number = 320
    ink = ImageDraw.Draw(picture)
    for i in reversed(range(number)):
        out = math.sqrt(i / number)
        x = width / 2 + reach * out * math.cos(i * turn)
        y = height * 0.46 + reach * out * math.sin(i * turn)
        tone = blend(blend(tones[0], tones[1], min(1, out * 1.6)), tones[2], max(0, out * 2 - 1))
        r = reach * (0.018 + 0.045 * abs(math.sin(out * math.pi * swell)))
        ink.ellipse((x - r, y - r, x + r, y + r), fill=tone)


_ACCENTS: tuple[Colour, ...] = (
    (236, 92, 104),
    (250, 178, 74),
    (92, 192, 172),
    (96, 130, 226),
    (186, 104, 206),
    (246, 222, 150),
)


def _edited(
    prompt: str, size: tuple[int, int], opened: Sequence[Image.Image], dice: Random
) -> Image.Image:
    width, height = size
    shrink = min(1.0, math.sqrt(EDIT_PIXELS / (width * height)))
    working = (round(width * shrink), round(height * shrink))
    picture = edit(collage(opened, working), prompt)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    _overlay(picture, prompt, dice)
    return picture


def _overlay(picture: Image.Image, prompt: str, dice: Random) -> None:
    """Draw what the words want added; without "add" or "with" they speak of what is there."""
    named = nouns(prompt) if {"add", "with", "put", "wearing", "place"} & set(words(prompt)) else []
    if "加" in prompt or "添" in prompt:
        named = nouns(prompt)
    ink = ImageDraw.Draw(picture)
    width, height = picture.size
    unit = min(width, height)
    kinds = {m.noun for m in named}
    if "sun" in kinds:
        scenery.sun(Pencil(ink, unit * 0.06, unit * 0.06, unit * 0.32), scenery.SUN)
    if "moon" in kinds:
        pencil = Pencil(ink, width - unit * 0.38, unit * 0.06, unit * 0.32)
        scenery.moon(pencil, scenery.MOONLIGHT)
    if "star" in kinds:
        for _ in range(9):
            corner = (dice.random() * width * 0.94, dice.random() * height * 0.4)
            scenery.star(Pencil(ink, *corner, unit * dice.uniform(0.03, 0.08)), (252, 226, 120))
    if "cloud" in kinds:
        for across in (0.04, 0.4):
            scenery.cloud(Pencil(ink, width * across, 0, unit * 0.4), (250, 250, 252))
    shown = [m for m in named for _ in range(m.number) if m.noun in SHAPES][:4]
    for i, mention in enumerate(shown):
        shape, natural = SHAPES[mention.noun]
        big = unit * 0.36
        hat = mention.noun == "hat"
        left = (width - big) / 2 if hat else width - (i + 1) * big * 1.06
        top = height * 0.02 if hat else height * 0.9 - big
        shape(Pencil(ink, left, top, big), mention.colour or natural)
    snow = "snow" in mentions(prompt, MOODS)
    scenery.weather(picture, rain="rain" in kinds, snow=snow, dice=dice)
