"""What an edit's words do to the pictures that came with it."""

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from bot.demo.lexicon import Colour, mentions
from bot.demo.pencil import gradient

Effect = Callable[[Image.Image], Image.Image]

WORDS: dict[str, str] = {
    "watercolor": "watercolor watercolour aquarelle painting painted oil impressionist 水彩 油画",
    "cartoon": "cartoon comic anime manga posterize ghibli pixar 卡通 动漫",
    "sketch": "sketch pencil drawing charcoal lineart 素描",
    "pixel": "pixel pixels pixelated 8bit voxel minecraft lego 像素",
    "blur": "blur blurred blurry bokeh dreamy 模糊",
    "neon": "neon pop popart warhol cyberpunk vaporwave psychedelic 霓虹",
    "mono": "monochrome grayscale greyscale noir bw 黑白",
    "sepia": "sepia vintage antique old retro 复古",
    "night": "night midnight dark moonlit 夜",
    "snow": "snow snowy winter frozen ice christmas 雪 冬",
    "sunset": "sunset sunrise warm golden autumn 日落 黄昏 秋",
    "negative": "invert inverted negative 反色",
    "mirror": "mirror mirrored flip flipped reflect 镜像",
    "rotate": "rotate rotated turn turned 旋转",
}

MANNERS = ("watercolor", "cartoon", "sketch", "pixel", "mono")


def edit(picture: Image.Image, prompt: str) -> Image.Image:
    """The picture after every effect the words name; a gentle one where they name none."""
    named = mentions(prompt, WORDS)
    lowered = prompt.casefold()
    if ("black and white" in lowered or "black & white" in lowered) and "mono" not in named:
        named.append("mono")
    if "upside down" in lowered:
        picture = ImageOps.flip(picture)
    for name in named:
        picture = EFFECTS[name](picture)
    return picture if named else _polished(picture)


def manners(prompt: str) -> list[Effect]:
    """The effects that say how something is drawn; what else the words name has been drawn."""
    named = mentions(prompt, {manner: WORDS[manner] for manner in MANNERS})
    return [EFFECTS[name] for name in named]


def collage(pictures: Sequence[Image.Image], size: tuple[int, int]) -> Image.Image:
    """All pictures side by side, each filling its cell; one alone fills the sheet."""
    width, height = size
    columns = min(
        range(1, len(pictures) + 1),
        key=lambda n: abs(math.log((width / n) / (height / math.ceil(len(pictures) / n)))),
    )
    rows = math.ceil(len(pictures) / columns)
    gap = round(min(size) * 0.012) if len(pictures) > 1 else 0
    sheet = Image.new("RGB", size, (246, 244, 238))
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        across = columns if row < rows - 1 else len(pictures) - columns * (rows - 1)
        left, right = width * column // across, width * (column + 1) // across
        top, low = height * row // rows, height * (row + 1) // rows
        cell = (max(1, right - left - 2 * gap), max(1, low - top - 2 * gap))
        sheet.paste(ImageOps.fit(picture, cell, Image.Resampling.LANCZOS), (left + gap, top + gap))
    return sheet


def _washed(picture: Image.Image, colour: Colour, share: float) -> Image.Image:
    return Image.blend(picture, Image.new("RGB", picture.size, colour), share)


def _vignette(picture: Image.Image, strength: float = 0.5) -> Image.Image:
    mask = Image.radial_gradient("L").point([round(max(0, i - 110) * strength) for i in range(256)])
    shade = Image.new("RGB", picture.size, (16, 14, 26))
    return Image.composite(shade, picture, mask.resize(picture.size, Image.Resampling.BILINEAR))


def _edges(picture: Image.Image) -> Image.Image:
    soft = picture.convert("L").filter(ImageFilter.GaussianBlur(2))
    lines = ImageChops.difference(soft, soft.filter(ImageFilter.GaussianBlur(6)))
    return lines.point([255 - min(255, i * 9) for i in range(256)])


def _polished(picture: Image.Image) -> Image.Image:
    vivid = ImageEnhance.Contrast(ImageEnhance.Color(picture).enhance(1.35)).enhance(1.08)
    return _vignette(vivid)


def _watercolor(picture: Image.Image) -> Image.Image:
    small = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))
    soft = small.filter(ImageFilter.MedianFilter(9)).filter(ImageFilter.SMOOTH_MORE)
    wash = ImageOps.posterize(soft, 4).filter(ImageFilter.GaussianBlur(1.2))
    wash = ImageEnhance.Color(wash).enhance(1.3).resize(picture.size, Image.Resampling.BICUBIC)
    inked = ImageChops.multiply(wash, _washed(_edges(picture).convert("RGB"), (255, 255, 255), 0.5))
    return _washed(inked, (252, 248, 238), 0.16)


def _cartoon(picture: Image.Image) -> Image.Image:
    flat = ImageOps.posterize(picture.filter(ImageFilter.MedianFilter(5)), 3)
    flat = ImageEnhance.Brightness(ImageEnhance.Color(flat).enhance(1.5)).enhance(1.12)
    lines = _edges(picture).point([30] * 150 + [255] * 106)
    return ImageChops.multiply(flat, lines.convert("RGB"))


def _sketch(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(_edges(picture), (50, 46, 52), (250, 247, 240))


def _pixel(picture: Image.Image) -> Image.Image:
    block = max(4, min(picture.size) // 56)
    few = picture.resize((max(1, picture.width // block), max(1, picture.height // block)))
    few = ImageOps.posterize(few, 4)
    return few.resize(picture.size, Image.Resampling.NEAREST)


def _blur(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 70))


def _neon(picture: Image.Image) -> Image.Image:
    grey = ImageOps.autocontrast(picture.convert("L").filter(ImageFilter.MedianFilter(5)))
    grey = ImageOps.posterize(grey, 2)
    mapped = ImageOps.colorize(grey, (38, 14, 92), (250, 232, 90), mid=(238, 40, 148))
    return Image.blend(mapped, ImageEnhance.Color(picture).enhance(2.2), 0.3)


def _mono(picture: Image.Image) -> Image.Image:
    return ImageOps.autocontrast(picture.convert("L"), cutoff=1).convert("RGB")


def _sepia(picture: Image.Image) -> Image.Image:
    grey = picture.convert("L")
    return _vignette(ImageOps.colorize(grey, (42, 26, 14), (252, 236, 204), mid=(166, 122, 78)))


def _night(picture: Image.Image) -> Image.Image:
    dim = ImageEnhance.Color(picture).enhance(0.6)
    return ImageChops.multiply(
        dim, gradient(picture.size, (52, 66, 132), (70, 84, 150), (88, 96, 150))
    )


def _snow(picture: Image.Image) -> Image.Image:
    pale = _washed(ImageEnhance.Color(picture).enhance(0.45), (226, 236, 248), 0.3)
    drift = Image.linear_gradient("L").point([max(0, i - 150) * 2 for i in range(256)])
    white = Image.new("RGB", picture.size, (248, 251, 255))
    return Image.composite(white, pale, drift.resize(picture.size, Image.Resampling.BILINEAR))


def _sunset(picture: Image.Image) -> Image.Image:
    warm = gradient(picture.size, (255, 170, 120), (255, 206, 140), (255, 176, 130))
    return ImageEnhance.Contrast(ImageChops.multiply(picture, warm)).enhance(1.1)


def _rotate(picture: Image.Image) -> Image.Image:
    return ImageOps.fit(picture.transpose(Image.Transpose.ROTATE_90), picture.size)


EFFECTS: dict[str, Effect] = {
    "watercolor": _watercolor,
    "cartoon": _cartoon,
    "sketch": _sketch,
    "pixel": _pixel,
    "blur": _blur,
    "neon": _neon,
    "mono": _mono,
    "sepia": _sepia,
    "night": _night,
    "snow": _snow,
    "sunset": _sunset,
    "negative": ImageOps.invert,
    "mirror": ImageOps.mirror,
    "rotate": _rotate,
}
