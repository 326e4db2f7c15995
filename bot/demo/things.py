"""What stands, grows and rides in the stand-in's pictures, each in one square on the ground."""

import math

from bot.demo.lexicon import Colour
from bot.demo.pencil import INK, WHITE, Pencil, Point, dark, light

WOOD: Colour = (118, 80, 54)
GLASS: Colour = (178, 222, 238)
LEAF: Colour = (84, 150, 78)


def tree(p: Pencil, c: Colour) -> None:
    p.shape([(0.44, 1.0), (0.46, 0.5), (0.54, 0.5), (0.57, 1.0)], WOOD)
    p.line([(0.5, 0.7), (0.66, 0.54)], WOOD, 0.03)
    for x, y, r in ((0.3, 0.48, 0.2), (0.7, 0.46, 0.21), (0.5, 0.52, 0.2)):
        p.dot(x, y, r, dark(c, 0.25))
    for x, y, r in ((0.34, 0.38, 0.2), (0.65, 0.36, 0.21), (0.5, 0.24, 0.22)):
        p.dot(x, y, r, c)
    for x, y, r in ((0.28, 0.31, 0.09), (0.45, 0.17, 0.1), (0.62, 0.28, 0.09)):
        p.dot(x, y, r, light(c, 0.25))


def flower(p: Pencil, c: Colour) -> None:
    p.curve((0.5, 1.0), (0.46, 0.7), (0.5, 0.4), LEAF, 0.035)
    p.shape([(0.49, 0.84), (0.28, 0.66), (0.22, 0.72), (0.34, 0.84)], LEAF)
    p.shape([(0.49, 0.78), (0.7, 0.6), (0.76, 0.67), (0.64, 0.78)], LEAF)
    p.petals(0.5, 0.34, 0.2, 8, dark(c, 0.15))
    p.petals(0.5, 0.34, 0.15, 6, c)
    p.dot(0.5, 0.34, 0.1, (250, 206, 84))
    for i in range(7):
        turn = i * 2.4
        reach = 0.02 * math.sqrt(i) * 1.3
        p.dot(0.5 + reach * math.cos(turn), 0.34 + reach * math.sin(turn), 0.012, WOOD)


def house(p: Pencil, c: Colour) -> None:
    p.box(0.66, 0.1, 0.76, 0.4, dark(c, 0.4))
    p.box(0.16, 0.46, 0.84, 1.0, c)
    p.shape([(0.06, 0.5), (0.5, 0.1), (0.94, 0.5)], dark(c, 0.5))
    p.shape([(0.16, 0.5), (0.5, 0.19), (0.84, 0.5)], light(c, 0.3))
    p.dot(0.5, 0.37, 0.06, (252, 224, 130))
    p.box(0.42, 0.68, 0.58, 1.0, WOOD, 0.03)
    p.dot(0.55, 0.85, 0.014, (246, 205, 66))
    for left in (0.22, 0.64):
        p.box(left, 0.58, left + 0.14, 0.75, WHITE, 0.01)
        p.box(left + 0.015, 0.595, left + 0.125, 0.735, (252, 224, 130))
        p.line([(left + 0.07, 0.59), (left + 0.07, 0.74)], WHITE, 0.012)
        p.line([(left + 0.01, 0.665), (left + 0.13, 0.665)], WHITE, 0.012)


def castle(p: Pencil, c: Colour) -> None:
    roof = (176, 66, 72)
    for left, right, top in ((0.08, 0.28, 0.36), (0.72, 0.92, 0.36), (0.38, 0.62, 0.24)):
        p.box(left, top, right, 1.0, dark(c, 0.12))
        middle = (left + right) / 2
        p.shape([(left - 0.03, top), (middle, top - 0.22), (right + 0.03, top)], roof)
        p.box(middle - 0.025, top + 0.08, middle + 0.025, top + 0.18, INK, 0.02)
    p.line([(0.5, 0.04), (0.5, -0.04)], WOOD, 0.012)
    p.shape([(0.5, -0.05), (0.62, -0.015), (0.5, 0.02)], (246, 205, 66))
    for i in range(7):
        p.box(0.2 + i * 0.09, 0.52, 0.25 + i * 0.09, 0.6, c)
    p.box(0.2, 0.58, 0.79, 1.0, c)
    p.dot(0.5, 0.78, 0.09, WOOD)
    p.box(0.41, 0.78, 0.59, 1.0, WOOD)


def banana(p: Pencil, c: Colour) -> None:
    def crescent(thick: float) -> list[Point]:
        turns = [math.radians(a) for a in range(-5, 156, 7)]
        outer = [(0.5 + 0.42 * math.cos(t), 0.3 + 0.52 * math.sin(t)) for t in turns]
        inner = [(0.52 + 0.4 * math.cos(t), 0.2 + thick * math.sin(t)) for t in reversed(turns)]
        return [*outer, *inner]

    p.shape(crescent(0.34), dark(c, 0.12))
    p.shape(crescent(0.46), c)
    p.line([(0.92, 0.26), (0.95, 0.14)], WOOD, 0.05)
    p.dot(0.125, 0.51, 0.03, WOOD)
    for side in (-1, 1):
        p.eye(0.54 + side * 0.09, 0.69, 0.032)
        p.oval(0.54 + side * 0.155, 0.735, 0.028, 0.018, (240, 160, 110))
    p.curve((0.5, 0.735), (0.54, 0.785), (0.58, 0.735), INK, 0.015)


def car(p: Pencil, c: Colour) -> None:
    p.shape([(0.22, 0.6), (0.34, 0.38), (0.66, 0.38), (0.8, 0.6)], dark(c, 0.15))
    p.shape([(0.28, 0.59), (0.37, 0.43), (0.49, 0.43), (0.49, 0.59)], GLASS)
    p.shape([(0.53, 0.59), (0.53, 0.43), (0.64, 0.43), (0.73, 0.59)], GLASS)
    p.box(0.04, 0.57, 0.96, 0.82, c, 0.1)
    p.box(0.04, 0.7, 0.96, 0.74, light(c, 0.4))
    p.oval(0.93, 0.65, 0.03, 0.035, (252, 236, 160))
    p.oval(0.06, 0.65, 0.02, 0.035, (190, 40, 44))
    for x in (0.26, 0.75):
        p.dot(x, 0.83, 0.115, INK)
        p.dot(x, 0.83, 0.06, (198, 204, 212))


def boat(p: Pencil, c: Colour) -> None:
    p.line([(0.48, 0.76), (0.48, 0.06)], WOOD, 0.025)
    p.shape([(0.51, 0.1), (0.51, 0.68), (0.9, 0.68)], WHITE)
    p.shape([(0.45, 0.2), (0.45, 0.68), (0.16, 0.68)], light(c, 0.5))
    p.shape([(0.48, 0.06), (0.62, 0.02), (0.48, -0.02)], (214, 58, 54))
    p.shape([(0.04, 0.74), (0.96, 0.74), (0.82, 0.95), (0.2, 0.95)], c)
    p.shape([(0.04, 0.74), (0.96, 0.74), (0.93, 0.79), (0.07, 0.79)], dark(c, 0.3))
    for x in (0.3, 0.5, 0.7):
        p.dot(x, 0.855, 0.026, GLASS)


def rocket(p: Pencil, c: Colour) -> None:
    p.shape([(0.4, 0.82), (0.6, 0.82), (0.5, 1.06)], (246, 150, 50))
    p.shape([(0.44, 0.82), (0.56, 0.82), (0.5, 0.96)], (252, 226, 120))
    for side in (-1, 1):
        p.shape([(0.5 + side * x, y) for x, y in ((0.14, 0.6), (0.3, 0.88), (0.1, 0.82))], c)
    p.oval(0.5, 0.48, 0.18, 0.4, WHITE)
    turns = [math.radians(a) for a in range(202, 340, 6)]
    p.shape([(0.5 + 0.18 * math.cos(t), 0.48 + 0.4 * math.sin(t)) for t in turns], c)
    p.box(0.4, 0.78, 0.6, 0.84, dark(c, 0.4), 0.02)
    p.dot(0.5, 0.47, 0.085, dark(c, 0.4))
    p.dot(0.5, 0.47, 0.06, GLASS)


def heart(p: Pencil, c: Colour) -> None:
    turns = [i * math.pi / 40 for i in range(80)]
    for grow, colour in ((0.029, dark(c, 0.18)), (0.026, c)):
        p.shape(
            [
                (
                    0.5 + grow * 16 * math.sin(t) ** 3,
                    0.5
                    - grow
                    * (
                        13 * math.cos(t)
                        - 5 * math.cos(2 * t)
                        - 2 * math.cos(3 * t)
                        - math.cos(4 * t)
                    ),
                )
                for t in turns
            ],
            colour,
        )
    p.oval(0.31, 0.32, 0.07, 0.05, light(c, 0.6))


def balloon(p: Pencil, c: Colour) -> None:
    for x in (0.36, 0.64):
        p.line([(x, 0.6), (0.5 + (x - 0.5) * 0.55, 0.84)], WOOD, 0.01)
    p.shape([(0.16, 0.44), (0.84, 0.44), (0.58, 0.74), (0.42, 0.74)], dark(c, 0.1))
    p.oval(0.5, 0.36, 0.36, 0.34, c)
    p.oval(0.5, 0.36, 0.22, 0.34, light(c, 0.55))
    p.oval(0.5, 0.36, 0.09, 0.34, c)
    p.box(0.41, 0.83, 0.59, 0.97, WOOD, 0.03)
    p.box(0.41, 0.83, 0.59, 0.87, dark(WOOD, 0.3), 0.02)


def hat(p: Pencil, c: Colour) -> None:
    p.oval(0.5, 0.8, 0.46, 0.1, dark(c, 0.2))
    p.box(0.26, 0.24, 0.74, 0.8, c, 0.03)
    p.oval(0.5, 0.24, 0.24, 0.06, light(c, 0.18))
    p.box(0.26, 0.62, 0.74, 0.74, (202, 62, 58))
    p.oval(0.5, 0.8, 0.24, 0.05, c)


def apple(p: Pencil, c: Colour) -> None:
    p.curve((0.5, 0.36), (0.5, 0.2), (0.58, 0.12), WOOD, 0.035)
    p.shape([(0.52, 0.26), (0.66, 0.1), (0.82, 0.14), (0.7, 0.27)], LEAF)
    p.oval(0.37, 0.64, 0.25, 0.32, c)
    p.oval(0.63, 0.64, 0.25, 0.32, c)
    p.oval(0.3, 0.52, 0.06, 0.1, light(c, 0.5))


def mushroom(p: Pencil, c: Colour) -> None:
    p.shape([(0.4, 0.5), (0.6, 0.5), (0.66, 1.0), (0.34, 1.0)], (240, 228, 206))
    turns = [math.radians(a) for a in range(180, 361, 6)]
    p.shape([(0.5 + 0.44 * math.cos(t), 0.56 + 0.46 * math.sin(t)) for t in turns], c)
    p.oval(0.5, 0.56, 0.44, 0.07, dark(c, 0.25))
    for x, y, r in ((0.5, 0.27, 0.075), (0.28, 0.41, 0.055), (0.71, 0.4, 0.06), (0.5, 0.46, 0.04)):
        p.dot(x, y, r, WHITE)


def cup(p: Pencil, c: Colour) -> None:
    for x in (0.36, 0.5, 0.64):
        p.curve((x, 0.36), (x + 0.1, 0.24), (x, 0.1), WHITE, 0.022)
    p.dot(0.8, 0.64, 0.15, dark(c, 0.15))
    p.dot(0.8, 0.64, 0.09, light(c, 0.6))
    p.box(0.18, 0.44, 0.78, 0.92, c, 0.12)
    p.oval(0.48, 0.46, 0.3, 0.07, light(c, 0.4))
    p.oval(0.48, 0.465, 0.25, 0.05, (92, 58, 40))
    p.oval(0.48, 0.95, 0.4, 0.05, dark(c, 0.25))
