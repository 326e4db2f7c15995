"""Which words of a prompt the stand-in's pencil understands, in English and a little Chinese."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

Colour = tuple[int, int, int]

COLOURS: dict[str, Colour] = {
    "red": (214, 58, 54),
    "crimson": (176, 28, 52),
    "orange": (240, 138, 46),
    "yellow": (246, 205, 66),
    "gold": (222, 170, 52),
    "golden": (222, 170, 52),
    "green": (82, 160, 84),
    "teal": (38, 140, 140),
    "turquoise": (64, 190, 190),
    "cyan": (70, 200, 220),
    "blue": (58, 112, 214),
    "navy": (34, 52, 110),
    "purple": (128, 76, 176),
    "violet": (138, 92, 206),
    "pink": (240, 138, 176),
    "magenta": (206, 62, 154),
    "brown": (132, 88, 54),
    "beige": (222, 204, 170),
    "white": (244, 244, 240),
    "silver": (190, 198, 206),
    "gray": (138, 144, 152),
    "grey": (138, 144, 152),
    "black": (40, 40, 48),
    "红": (214, 58, 54),
    "橙": (240, 138, 46),
    "黄": (246, 205, 66),
    "绿": (82, 160, 84),
    "蓝": (58, 112, 214),
    "紫": (128, 76, 176),
    "粉": (240, 138, 176),
    "白": (244, 244, 240),
    "黑": (40, 40, 48),
}

NOUNS: dict[str, str] = {
    "apple": "apple 苹果",
    "balloon": "balloon 气球",
    "banana": "banana plantain 香蕉",
    "bird": "bird owl robin parrot eagle crow duck 鸟",
    "boat": "boat ship sailboat yacht 船",
    "butterfly": "butterfly 蝴蝶",
    "car": "car taxi truck van 汽车",
    "castle": "castle palace fortress 城堡",
    "cat": "cat kitten kitty 猫",
    "cloud": "cloud clouds cloudy 云",
    "cup": "cup coffee tea mug 咖啡",
    "dog": "dog puppy corgi wolf 狗",
    "fish": "fish goldfish shark whale 鱼",
    "flower": "flower rose tulip daisy sunflower blossom 花",
    "fox": "fox 狐狸",
    "hat": "hat cap crown 帽",
    "heart": "heart love 心",
    "house": "house home cottage cabin hut 房子",
    "moon": "moon moonlight moonlit 月",
    "mountain": "mountain mountains alps hill hills peak 山",
    "mushroom": "mushroom toadstool 蘑菇",
    "person": "person man woman girl boy child wizard knight astronaut portrait people 人",
    "rain": "rain rainy storm 雨",
    "rainbow": "rainbow 彩虹",
    "robot": "robot android droid 机器人",
    "rocket": "rocket spaceship spacecraft 火箭",
    "sea": "sea ocean lake beach river water harbour harbor island 海 湖",
    "star": "star stars starry 星",
    "sun": "sun sunny sunshine 太阳",
    "tree": "tree forest woods pine jungle 树 森林",
}

MOODS: dict[str, str] = {
    "night": "night midnight dark moon moonlight moonlit starry stars 夜",
    "sunset": "sunset sunrise dusk dawn evening autumn 日落 黄昏",
    "snow": "snow snowy winter ice frozen arctic christmas 雪 冬",
    "desert": "desert dune dunes sahara egypt 沙漠",
    "space": "space galaxy cosmos cosmic planet nebula universe 宇宙",
    "city": "city street skyline town tokyo neon cyberpunk 城市",
    "forest": "forest woods jungle spring garden meadow 森林 春",
    "day": "day sunny morning summer 白天",
}

NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "many": 5, "some": 3, "2": 2, "3": 3}
MOST_OF_A_KIND = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A drawable noun, the colour named just before it, and how many there should be."""

    noun: str
    colour: Colour | None = None
    number: int = 1


def words(prompt: str) -> list[str]:
    """The prompt's words in order, without case and marks."""
    return re.findall(r"[^\W_]+", prompt.casefold())


def mentions(prompt: str, aliases: dict[str, str]) -> list[str]:
    """The keys of `aliases` that the prompt mentions, in the table's order."""
    spoken = set(words(prompt))
    return [name for name, listed in aliases.items() if _any_of(listed, prompt, spoken)]


def nouns(prompt: str) -> list[Mention]:
    """The drawable nouns of the prompt, each once, in the order they are said."""
    found: dict[str, Mention] = {}
    for mention in (*_latin(words(prompt)), *_chinese(prompt)):
        found.setdefault(mention.noun, mention)
    return list(found.values())


def loose_colours(prompt: str) -> list[Colour]:
    """Colours named for the whole picture, not just before a drawable noun."""
    spoken = words(prompt)
    taken = {m.colour for m in nouns(prompt)}
    named = [COLOURS[word] for word in spoken if word in COLOURS]
    named += [colour for word, colour in COLOURS.items() if not word.isascii() and word in prompt]
    return [colour for colour in dict.fromkeys(named) if colour not in taken]


def _any_of(listed: str, prompt: str, spoken: set[str]) -> bool:
    return any(
        (alias in spoken or f"{alias}s" in spoken) if alias.isascii() else alias in prompt
        for alias in listed.split()
    )


def _latin(spoken: list[str]) -> Iterator[Mention]:
    by_alias = {alias: noun for noun, listed in NOUNS.items() for alias in listed.split()}
    for place, word in enumerate(spoken):
        forms = (word, word.removesuffix("s"), word.removesuffix("es"), _y(word))
        known = next((form for form in forms if form in by_alias), None)
        if known is None:
            continue
        before = spoken[max(0, place - 3) : place]
        colour = next((COLOURS[w] for w in reversed(before[-2:]) if w in COLOURS), None)
        number = next((NUMBERS[w] for w in before if w in NUMBERS), 1 if word in by_alias else 2)
        yield Mention(by_alias[known], colour, min(number, MOST_OF_A_KIND))


def _y(word: str) -> str:
    return word.removesuffix("ies") + "y" if word.endswith("ies") else word


def _chinese(prompt: str) -> Iterator[Mention]:
    for noun, listed in NOUNS.items():
        for alias in listed.split():
            if alias.isascii() or alias not in prompt:
                continue
            before = prompt[: prompt.index(alias)][-3:]
            yield Mention(noun, next((COLOURS[c] for c in reversed(before) if c in COLOURS), None))
