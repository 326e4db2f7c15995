"""The strip with the prompt under every picture the stand-in draws."""

import unicodedata

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
NO_GLYPH = "\U0010fffd"
LINES = 2


def stamp(picture: Image.Image, prompt: str, label: str) -> None:
    """Write the prompt, as much as fits two lines, and `label` on a strip at the lower edge."""
    width, height = picture.size
    font = ImageFont.load_default(max(11, round(min(width, height * 2) * 0.03)))
    pad = round(font.getlength("M"))
    labelled = font.getlength(label) + pad
    narrow = labelled > width * 0.4
    room = width - 2 * pad - (0 if narrow else labelled)
    lines = _wrap(_printable(prompt, font), font, room)
    if narrow:
        lines.append(label)
    step = round(font.getbbox("Mg")[3] * 1.25)
    tall = step * max(1, len(lines)) + pad
    # Blurred, so that the caption of a picture being edited does not show through.
    strip = picture.crop((0, height - tall, width, height)).filter(ImageFilter.GaussianBlur(step))
    picture.paste(
        Image.blend(strip, Image.new("RGB", strip.size, (18, 16, 26)), 0.72), (0, height - tall)
    )
    ink = ImageDraw.Draw(picture)
    for i, line in enumerate(lines):
        ink.text((pad, height - tall + pad / 2 + i * step), line, font=font, fill=(248, 246, 238))
    if not narrow:
        place = (width - pad - labelled + pad, height - pad / 2 - step)
        ink.text(place, label, font=font, fill=(252, 214, 110))


def _printable(prompt: str, font: Font) -> str:
    """The prompt in letters the bundled font has: accents dropped, other scripts left out."""
    text = " ".join(prompt[:400].split())
    plain = unicodedata.normalize("NFKD", text)
    missing = bytes(font.getmask(NO_GLYPH))
    known = {c: c == " " or bytes(font.getmask(c)) != missing for c in set(plain)}
    return " ".join("".join(c for c in plain if known[c] and not unicodedata.combining(c)).split())


def _wrap(text: str, font: Font, room: float) -> list[str]:
    lines: list[str] = []
    rest = text
    while rest and len(lines) < LINES:
        last = len(lines) == LINES - 1
        line, rest = _fit(rest, font, room, last=last)
        lines.append(line)
    return lines


def _fit(text: str, font: Font, room: float, *, last: bool) -> tuple[str, str]:
    """The beginning that fits into `room` pixels, cut between words if it can be, and the rest."""
    if font.getlength(text) <= room:
        return text, ""
    end = len(text)
    while end > 1 and font.getlength(text[:end] + "...") > room:
        end -= 1
    if last:
        return text[:end].rstrip() + "...", ""
    space = text.rfind(" ", 0, end + 1)
    end = space if space > 0 else end
    return text[:end], text[end:].lstrip()
