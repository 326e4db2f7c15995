"""Sky, land, water and weather behind and before what a prompt names."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from PIL import Image, ImageDraw

from bot.demo.lexicon import MOODS, Colour, loose_colours, mentions
from bot.demo.pencil import WHITE, Pencil, blend, dark, glow, gradient, light, luminance

DARK_SKY = 110
"""Luminance below which stars come out."""

STEPS = 160
"""Corners of a hill's outline."""

SNOWY_LAYERS = (0, 1)


@dataclass(frozen=True, slots=True)
class Palette:
    """Sky from top to horizon, hills from far to near, and the light in the sky."""

    top: Colour
    middle: Colour
    horizon: Colour
    far: Colour
    near: Colour
    lamp: Colour

    def tinted(self, colour: Colour, share: float) -> "Palette":
        """The same with `share` of a colour in the sky and half of that in the hills."""
        return replace(
            self,
            top=blend(self.top, dark(colour, 0.3), share),
            middle=blend(self.middle, colour, share),
            horizon=blend(self.horizon, light(colour, 0.5), share),
            far=blend(self.far, colour, share * 0.7),
            near=blend(self.near, dark(colour, 0.5), share * 0.7),
        )


SUNLIGHT: Colour = (255, 238, 170)
MOONLIGHT: Colour = (244, 242, 220)
SUN: Colour = (253, 206, 84)

PALETTES: dict[str, Palette] = {
    "day": Palette(
        (70, 142, 216), (146, 200, 238), (252, 240, 214), (140, 186, 178), (44, 110, 78), SUNLIGHT
    ),
    "sunset": Palette(
        (52, 34, 98), (220, 90, 118), (255, 200, 116), (140, 70, 116), (40, 22, 58), SUNLIGHT
    ),
    "night": Palette(
        (8, 12, 38), (24, 38, 92), (66, 84, 148), (40, 54, 104), (10, 14, 34), MOONLIGHT
    ),
    "snow": Palette(
        (126, 158, 198), (192, 212, 232), (242, 240, 244), (172, 190, 214), (240, 246, 252), WHITE
    ),
    "desert": Palette(
        (84, 154, 196), (216, 212, 190), (252, 220, 164), (222, 164, 106), (176, 104, 66), SUNLIGHT
    ),
    "space": Palette(
        (8, 6, 24), (34, 18, 66), (82, 36, 104), (92, 60, 130), (36, 24, 60), MOONLIGHT
    ),
    "city": Palette(
        (38, 34, 84), (132, 84, 150), (252, 172, 140), (110, 84, 138), (30, 28, 56), SUNLIGHT
    ),
    "forest": Palette(
        (118, 186, 190), (190, 222, 200), (250, 244, 208), (120, 172, 140), (30, 82, 62), SUNLIGHT
    ),
    "lagoon": Palette(
        (36, 110, 150), (110, 196, 196), (250, 236, 200), (92, 164, 160), (24, 84, 98), SUNLIGHT
    ),
    "blossom": Palette(
        (140, 126, 206), (236, 170, 206), (254, 230, 208), (190, 140, 190), (98, 62, 122), SUNLIGHT
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One prompt's setting: its moods, the nouns it names, its palette, and its own dice."""

    moods: frozenset[str]
    nouns: frozenset[str]
    palette: Palette
    dice: Random


def imagine(prompt: str, nouns: frozenset[str], dice: Random) -> Scene:
    """The setting a prompt asks for; what it leaves open falls to the dice."""
    moods = mentions(prompt, MOODS)
    open_to = ["day", "sunset", "forest", "lagoon", "blossom", "night"]
    palette = PALETTES[moods[0] if moods else dice.choice(open_to)]
    if moods[:2] == ["night", "sunset"]:
        palette = PALETTES["sunset"]
    for colour in loose_colours(prompt)[:2]:
        palette = palette.tinted(colour, 0.65)
    return Scene(frozenset(moods), nouns, palette, dice)


def paint(size: tuple[int, int], scene: Scene) -> Image.Image:
    """The whole background, up to the ground that things stand on."""
    palette = scene.palette
    picture = gradient(size, palette.top, palette.middle, palette.horizon)
    ink = ImageDraw.Draw(picture)
    _lights(picture, ink, scene)
    if "rainbow" in scene.nouns:
        _rainbow(ink, size)
    if "cloud" in scene.nouns or not {"night", "space"} & scene.moods:
        _clouds(ink, size, scene)
    _hills(ink, size, scene)
    if "city" in scene.moods:
        _skyline(ink, size, scene)
    if "sea" in scene.nouns:
        _water(picture, size, scene)
    else:
        _ground(ink, size, scene)
    return picture


def weather(picture: Image.Image, *, rain: bool, snow: bool, dice: Random) -> None:
    """What falls in front of everything."""
    ink = ImageDraw.Draw(picture)
    width, height = picture.size
    unit = min(width, height)
    amount = round(110 * width * height / unit**2)
    if rain:
        for _ in range(amount):
            x, y, long = (
                dice.random() * width * 1.1,
                dice.random() * height,
                dice.uniform(0.02, 0.05),
            )
            end = (x - long * unit * 0.35, y + long * unit)
            ink.line(((x, y), end), fill=(196, 216, 236), width=max(1, unit // 400))
    if snow:
        for _ in range(amount):
            x, y, r = dice.random() * width, dice.random() * height, dice.uniform(0.002, 0.008)
            r *= unit
            ink.ellipse((x - r, y - r, x + r, y + r), fill=WHITE)


def sun(p: Pencil, c: Colour) -> None:
    """The sun and its rays, filling the pencil's square."""
    for i in range(12):
        turn = math.pi * i / 6
        reach = (math.cos(turn), math.sin(turn))
        ray = [(0.5 + r * reach[0], 0.5 + r * reach[1]) for r in (0.36, 0.48)]
        p.line(ray, light(c, 0.2), 0.035)
    p.dot(0.5, 0.5, 0.3, c)


def moon(p: Pencil, c: Colour) -> None:
    """A full moon filling the pencil's square."""
    p.dot(0.5, 0.5, 0.42, c)
    for x, y, r in ((0.38, 0.4, 0.09), (0.62, 0.34, 0.05), (0.58, 0.64, 0.11), (0.34, 0.66, 0.05)):
        p.dot(x, y, r, dark(c, 0.1))


def star(p: Pencil, c: Colour) -> None:
    """A five-pointed star filling the pencil's square."""
    turns = [(-math.pi / 2 + math.pi * i / 5, 0.5 if i % 2 == 0 else 0.22) for i in range(10)]
    p.shape([(0.5 + r * math.cos(t), 0.52 + r * math.sin(t)) for t, r in turns], c)


def cloud(p: Pencil, c: Colour) -> None:
    for x, y, r in ((0.2, 0.58, 0.14), (0.4, 0.46, 0.2), (0.62, 0.5, 0.18), (0.8, 0.6, 0.12)):
        p.dot(x, y, r, c)
    p.box(0.1, 0.56, 0.9, 0.72, c, 0.08)


def _lights(picture: Image.Image, ink: ImageDraw.ImageDraw, scene: Scene) -> None:
    """Whatever shines: nebulae, stars, and a sun or a moon, which no sky is without."""
    width, height = picture.size
    unit, dice = min(width, height), scene.dice
    day = {"sunset", "sun"} & (scene.moods | scene.nouns)
    night = luminance(scene.palette.top) < DARK_SKY and not day
    if "space" in scene.moods:
        for colour in ((190, 70, 160), (70, 100, 220), (240, 140, 110)):
            centre = (dice.random() * width, dice.uniform(0, 0.6) * height)
            glow(picture, centre, unit * dice.uniform(0.3, 0.6), blend(colour, (20, 10, 50), 0.5))
    if night or "star" in scene.nouns:
        for _ in range(round(90 * width * height / unit**2)):
            x, y = dice.random() * width, dice.random() ** 1.3 * height * 0.62
            r = unit * dice.choice((0.0012, 0.0012, 0.002, 0.0032))
            ink.ellipse((x - r, y - r, x + r, y + r), fill=(252, 248, 226))
    if "star" in scene.nouns:
        for _ in range(5):
            big = unit * dice.uniform(0.05, 0.1)
            corner = (dice.random() * (width - big), dice.uniform(0.03, 0.4) * height)
            star(Pencil(ink, *corner, big), (250, 222, 110))
    places = (dice.uniform(0.62, 0.78), dice.uniform(0.2, 0.38))
    named: list[str] = [n for n in ("sun", "moon") if n in scene.nouns]
    lamps = named or ["moon" if night else "plain sun"]
    for lamp, across in zip(lamps, places, strict=False):
        _lamp(picture, ink, scene, lamp, across)


def _lamp(
    picture: Image.Image, ink: ImageDraw.ImageDraw, scene: Scene, lamp: str, across: float
) -> None:
    """One light and its glow; larger when the prompt names it."""
    width, height = picture.size
    side = min(width, height) * (0.32 if lamp in scene.nouns else 0.2)
    x, y = across * width, (0.44 if "sunset" in scene.moods else 0.24) * height
    pencil = Pencil(ink, x - side / 2, y - side / 2, side)
    colour = {"moon": MOONLIGHT, "sun": SUN}.get(lamp, scene.palette.lamp)
    glow(picture, (x, y), side * 1.5, colour)
    if lamp == "moon":
        moon(pencil, colour)
    elif lamp == "sun":
        sun(pencil, colour)
    else:
        pencil.dot(0.5, 0.5, 0.42, colour)


def _rainbow(ink: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    width, height = size
    band = min(size) * 0.022
    bow = ((222, 74, 70), (242, 150, 62), (248, 214, 84), (96, 180, 96), (76, 132, 220))
    for i, colour in enumerate((*bow, (138, 92, 206))):
        rx, ry = width * 0.46 - i * band, height * 0.55 - i * band
        box = (width / 2 - rx, height * 0.68 - ry, width / 2 + rx, height * 0.68 + ry)
        ink.arc(box, 180, 360, fill=colour, width=math.ceil(band) + 1)


def _clouds(ink: ImageDraw.ImageDraw, size: tuple[int, int], scene: Scene) -> None:
    width, height = size
    unit, dice = min(size), scene.dice
    number = round((5 if "cloud" in scene.nouns else 3) * max(1, width / height))
    for _ in range(number):
        big = unit * dice.uniform(0.14, 0.34)
        corner = (dice.uniform(-0.1, 0.95) * width, dice.uniform(0, 0.34) * height)
        colour = blend(scene.palette.horizon, WHITE, dice.uniform(0.3, 0.8))
        cloud(Pencil(ink, *corner, big), colour)


def _ridge(dice: Random, rough: float) -> Callable[[float], float]:
    """A skyline from 0 to 1 across the picture; `rough` adds peaks."""
    waves = [
        (
            dice.uniform(0.6, 1.4) * 2**i,
            dice.random() * 7,
            (1, 0.6, *(0.6**n * rough for n in range(2, 6)))[i],
        )
        for i in range(6)
    ]
    total = sum(strength for _, _, strength in waves)

    def at(across: float) -> float:
        lift = 0.0
        for pitch, shift, strength in waves:
            phase = across * pitch * 3 + shift
            peak = 2 * abs(phase / 2 - math.floor(phase / 2 + 0.5))
            lift += strength * ((1 - rough) * (0.5 + 0.5 * math.sin(phase)) + rough * peak)
        return lift / total

    return at


def _band(
    ink: ImageDraw.ImageDraw, size: tuple[int, int], edge: Sequence[float], colour: Colour
) -> None:
    """Everything below an edge, given in parts of the height at even steps from left to right."""
    width, height = size
    line = [(width * i / STEPS, height * y) for i, y in enumerate(edge)]
    ink.polygon([(0, height), *line, (width, height)], fill=colour)


def _hills(ink: ImageDraw.ImageDraw, size: tuple[int, int], scene: Scene) -> None:
    width, height = size
    high = "mountain" in scene.nouns
    rough = 0.85 if high else 0.15
    stretch = min(3.0, max(0.6, width / height))
    for layer in range(4):
        ridge = _ridge(scene.dice, (rough, rough, rough, 0.1)[layer])
        colour = blend(scene.palette.far, scene.palette.near, layer / 4)
        colour = blend(colour, scene.palette.horizon, 0.45 - 0.13 * layer)
        base, lift = 0.62 + 0.05 * layer, (0.42 if high else 0.2) - 0.05 * layer
        edge = [base - lift * ridge(stretch * i / STEPS) for i in range(STEPS + 1)]
        if high and layer in SNOWY_LAYERS:
            _band(ink, size, edge, light(colour, 0.75))
            edge = [y + 0.03 + 0.02 * math.sin(i * 0.56) for i, y in enumerate(edge)]
        _band(ink, size, edge, colour)


def _skyline(ink: ImageDraw.ImageDraw, size: tuple[int, int], scene: Scene) -> None:
    width, height = size
    unit, dice = min(size), scene.dice
    for row, ground in enumerate((0.76, 0.82)):
        x = -0.02 * width
        colour = blend(scene.palette.far, scene.palette.near, 0.45 + 0.4 * row)
        while x < width:
            wide, tall = (
                unit * dice.uniform(0.06, 0.13),
                height * dice.uniform(0.14, 0.42 - 0.1 * row),
            )
            top = ground * height - tall
            ink.rectangle((x, top, x + wide, height), fill=colour)
            step = unit * 0.022
            for i in range(1, int(wide / step)):
                for j in range(1, int(tall / step)):
                    if dice.choice((True, False, False)):
                        left, upper = x + i * step - step / 4, top + j * step
                        ink.rectangle(
                            (left, upper, left + step / 2, upper + step / 2), fill=(254, 220, 136)
                        )
            x += wide + unit * 0.006


def _water(picture: Image.Image, size: tuple[int, int], scene: Scene) -> None:
    width, height = size
    unit, dice, palette = min(size), scene.dice, scene.palette
    shore = round(height * 0.64)
    deep = blend(palette.top, (20, 84, 132), 0.5)
    tone = blend(palette.horizon, deep, 0.35)
    picture.paste(gradient((width, height - shore), tone, blend(tone, deep, 0.5), deep), (0, shore))
    ink = ImageDraw.Draw(picture)
    for i in range(90):
        depth = (i / 90) ** 1.6
        y = shore + depth * (height - shore)
        x, long = dice.random() * width, unit * (0.03 + 0.2 * depth) * dice.uniform(0.5, 1.2)
        colour = blend(deep, palette.lamp, dice.uniform(0.25, 0.6))
        thick = max(1, round(unit * (0.001 + 0.004 * depth)))
        ink.line(((x - long, y), (x + long, y)), fill=colour, width=thick)


def _ground(ink: ImageDraw.ImageDraw, size: tuple[int, int], scene: Scene) -> None:
    width, height = size
    unit, dice, near = min(size), scene.dice, scene.palette.near
    ridge = _ridge(dice, 0.0)
    _band(ink, size, [0.78 - 0.05 * ridge(i / STEPS) for i in range(STEPS + 1)], near)
    wooded = "forest" in scene.moods or "mountain" in scene.nouns or dice.choice((True, False))
    if wooded and not {"desert", "space", "city"} & scene.moods:
        for _ in range(round(26 * width / unit)):
            across, tall = dice.random(), unit * dice.uniform(0.05, 0.12)
            foot = (0.785 - 0.05 * ridge(across)) * height
            _conifer(ink, across * width, foot, tall, blend(near, (12, 40, 34), 0.45))
    meadow = [0.87 - 0.04 * ridge(i / STEPS + 0.5) for i in range(STEPS + 1)]
    _band(ink, size, meadow, light(near, 0.08))
    if not {"desert", "space", "snow", "city"} & scene.moods:
        for _ in range(round(70 * width / unit)):
            x, y = dice.random() * width, dice.uniform(0.86, 1) * height
            petal = unit * dice.uniform(0.002, 0.005)
            colour = dice.choice(((250, 220, 130), (244, 190, 200), (238, 240, 236)))
            ink.ellipse(
                (x - petal, y - petal, x + petal, y + petal), fill=blend(colour, near, 0.25)
            )


def _conifer(ink: ImageDraw.ImageDraw, x: float, foot: float, tall: float, colour: Colour) -> None:
    for i in range(3):
        top, low = foot - tall * (1 - 0.26 * i), foot - tall * (0.52 - 0.24 * i)
        half = tall * (0.14 + 0.07 * i)
        ink.polygon([(x, top), (x - half, low), (x + half, low)], fill=colour)
