"""Colours and the pencil that the stand-in draws with."""

import math
from dataclasses import dataclass, replace
from typing import Self

from PIL import Image, ImageDraw

from bot.demo.lexicon import Colour

Point = tuple[float, float]

WHITE: Colour = (250, 250, 246)
INK: Colour = (38, 36, 44)


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour (0 to 1) in the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def light(colour: Colour, share: float = 0.3) -> Colour:
    return blend(colour, (255, 255, 255), share)


def dark(colour: Colour, share: float = 0.3) -> Colour:
    return blend(colour, (0, 0, 0), share)


def luminance(colour: Colour) -> float:
    """From 0, black, to 255, white."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


@dataclass(frozen=True, slots=True)
class Pencil:
    """Draws in a square of `size` pixels with its corner at (x, y); all sizes are parts of it."""

    ink: ImageDraw.ImageDraw
    x: float
    y: float
    size: float
    mirrored: bool = False

    def point(self, x: float, y: float) -> Point:
        """Pixels of a place in the square."""
        return self.x + (1 - x if self.mirrored else x) * self.size, self.y + y * self.size

    def within(self, x: float, y: float, size: float) -> Self:
        """A pencil for a smaller square inside this one."""
        left = 1 - x - size if self.mirrored else x
        return replace(
            self,
            x=self.x + left * self.size,
            y=self.y + y * self.size,
            size=self.size * size,
        )

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """An ellipse around (x, y)."""
        cx, cy = self.point(x, y)
        rx, ry = rx * self.size, ry * self.size
        self.ink.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=fill)

    def dot(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.oval(x, y, radius, radius, fill)

    def shape(self, points: list[Point], fill: Colour) -> None:
        """A filled polygon."""
        self.ink.polygon([self.point(*p) for p in points], fill=fill)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: Colour, round_: float = 0
    ) -> None:
        """A filled rectangle, its corners rounded by `round_`."""
        (x0, y0), (x1, y1) = self.point(left, top), self.point(right, bottom)
        corners = (min(x0, x1), y0, max(x0, x1), y1)
        self.ink.rounded_rectangle(corners, radius=round_ * self.size, fill=fill)

    def line(self, points: list[Point], fill: Colour, width: float = 0.015) -> None:
        """A line with round ends and joints."""
        placed = [self.point(*p) for p in points]
        pixels = max(1, round(width * self.size))
        self.ink.line(placed, fill=fill, width=pixels, joint="curve")
        for px, py in (placed[0], placed[-1]):
            half = pixels / 2
            self.ink.ellipse((px - half, py - half, px + half, py + half), fill=fill)

    def curve(self, start: Point, bend: Point, end: Point, fill: Colour, width: float) -> None:
        """A line from start to end, drawn towards `bend` on its way."""
        steps = [i / 16 for i in range(17)]
        self.line(
            [
                (
                    (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t * t * end[0],
                    (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t * t * end[1],
                )
                for t in steps
            ],
            fill,
            width,
        )

    def eye(self, x: float, y: float, radius: float, iris: Colour = INK) -> None:
        self.dot(x, y, radius, iris)
        self.dot(x, y, radius * 0.65, INK)
        self.dot(x - radius * 0.3, y - radius * 0.35, radius * 0.3, WHITE)

    def petals(self, x: float, y: float, reach: float, number: int, fill: Colour) -> None:
        """Round petals about (x, y)."""
        for i in range(number):
            turn = 2 * math.pi * i / number
            self.dot(
                x + reach * math.cos(turn), y + reach * math.sin(turn), reach * 2.2 / number, fill
            )


def gradient(size: tuple[int, int], top: Colour, middle: Colour, bottom: Colour) -> Image.Image:
    """Three colours from top to bottom."""
    strip = Image.new("RGB", (1, 5))
    stops = (top, blend(top, middle, 0.6), middle, blend(middle, bottom, 0.6), bottom)
    for row, colour in enumerate(stops):
        strip.putpixel((0, row), colour)
    return strip.resize(size, Image.Resampling.BICUBIC)


def glow(picture: Image.Image, centre: Point, radius: float, colour: Colour) -> None:
    """A soft light on the picture."""
    side = max(2, round(radius * 2))
    mask = Image.radial_gradient("L").point([max(0, 230 - 2 * i) for i in range(256)])
    mask = mask.resize((side, side), Image.Resampling.BILINEAR)
    corner = (round(centre[0] - radius), round(centre[1] - radius))
    picture.paste(colour, (*corner, corner[0] + side, corner[1] + side), mask)
