"""What the stand-in draws: sizes, the prompt's mark on the picture, and edits."""

import io
import time

import pytest
from PIL import Image, ImageStat

from bot.demo.drawing import PIXELS_AT_1K, draw, nearest_ratio, pixels, sketch
from bot.demo.effects import EFFECTS
from bot.demo.lexicon import COLOURS, Mention, nouns
from bot.generation.request import AspectRatio, Resolution

RATIOS = [ratio for ratio in AspectRatio if ratio is not AspectRatio.AUTO]
SMALL = Resolution.R512


def opened(drawing) -> Image.Image:
    return Image.open(io.BytesIO(drawing.content)).convert("RGB")


def plain(colour, size=(640, 480), form="PNG", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return out.getvalue()


def mean(picture: Image.Image, box=None) -> tuple[float, ...]:
    return tuple(ImageStat.Stat(picture.crop(box) if box else picture).mean)


def apart(first: Image.Image, second: Image.Image) -> float:
    """How different two pictures look without their captions, from 0."""
    boxes = [p.resize((64, 64)).crop((0, 0, 64, 58)) for p in (first, second)]
    pairs = zip(boxes[0].tobytes(), boxes[1].tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (64 * 58 * 3)


def test_all_fourteen_ratios_have_a_size():
    assert set(RATIOS) == set(PIXELS_AT_1K)


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_picture_has_the_pixels_of_its_ratio(ratio):
    assert opened(draw("a fox", ratio, SMALL)).size == pixels(ratio, SMALL)


@pytest.mark.parametrize(
    ("ratio", "resolution", "size"),
    [
        (AspectRatio.SQUARE, Resolution.R1K, (1024, 1024)),
        (AspectRatio.W2_H3, Resolution.R1K, (848, 1264)),
        (AspectRatio.W3_H2, Resolution.R1K, (1264, 848)),
        (AspectRatio.W3_H4, Resolution.R1K, (896, 1200)),
        (AspectRatio.W4_H3, Resolution.R1K, (1200, 896)),
        (AspectRatio.W4_H5, Resolution.R1K, (928, 1152)),
        (AspectRatio.W5_H4, Resolution.R1K, (1152, 928)),
        (AspectRatio.W9_H16, Resolution.R1K, (768, 1376)),
        (AspectRatio.W16_H9, Resolution.R1K, (1376, 768)),
        (AspectRatio.W21_H9, Resolution.R1K, (1584, 672)),
        (AspectRatio.W1_H4, Resolution.R1K, (512, 2048)),
        (AspectRatio.W4_H1, Resolution.R1K, (2048, 512)),
        (AspectRatio.W1_H8, Resolution.R1K, (384, 3072)),
        (AspectRatio.W8_H1, Resolution.R1K, (3072, 384)),
        (AspectRatio.SQUARE, Resolution.R512, (512, 512)),
        (AspectRatio.W16_H9, Resolution.R512, (688, 384)),
        (AspectRatio.W21_H9, Resolution.R2K, (3168, 1344)),
        (AspectRatio.W1_H4, Resolution.R4K, (2048, 8192)),
        (AspectRatio.AUTO, Resolution.R4K, (4096, 4096)),
    ],
)
def test_pixels_are_those_google_documents(ratio, resolution, size):
    assert pixels(ratio, resolution) == size


def test_larger_pictures_are_twice_and_four_times_as_wide():
    assert opened(draw("a fox", AspectRatio.W16_H9, Resolution.R2K)).size == (2752, 1536)
    assert opened(draw("a fox", AspectRatio.SQUARE, Resolution.R4K)).size == (4096, 4096)


def test_the_same_arguments_give_the_same_bytes():
    assert draw("a red fox", resolution=SMALL) == draw("a red fox", resolution=SMALL)


def test_a_variation_of_the_same_prompt_looks_different():
    first, second = (draw("a red fox", resolution=SMALL, variation=n) for n in (0, 1))

    assert apart(opened(first), opened(second)) > 1


def test_every_prompt_looks_different():
    prompts = ["a red fox", "a blue fox", "a fox at night", "a cat", "something unnamed", "zzz"]
    pictures = [opened(draw(prompt, resolution=SMALL)) for prompt in prompts]

    for i, picture in enumerate(pictures):
        assert all(apart(picture, other) > 1 for other in pictures[:i])


def test_night_is_darker_than_snow():
    night, snow = (opened(draw(p, resolution=SMALL)) for p in ("a night", "snow"))

    assert sum(mean(night)) < sum(mean(snow)) / 2


def test_a_colour_belongs_to_the_noun_it_stands_before():
    assert nouns("two red foxes, three butterflies and a house") == [
        Mention("fox", COLOURS["red"], 2),
        Mention("butterfly", None, 3),
        Mention("house"),
    ]


def test_chinese_nouns_are_drawn():
    assert nouns("一只红色的狐狸在雪山上")[0] == Mention("fox", COLOURS["红"])
    assert apart(opened(draw("狐狸")), opened(draw("房子"))) > 1


@pytest.mark.parametrize(
    "prompt", ["", "   ", "猫", "🦊" * 50, "\ud83d", "é — “”\n\x00", "word" * 1500, "a " * 3000]
)
def test_any_prompt_can_be_drawn_and_written_under_the_picture(prompt):
    assert opened(draw(prompt, AspectRatio.W1_H8, SMALL)).size == (192, 1536)


def test_the_caption_shows_the_prompt():
    """The strip at the lower edge differs between prompts that are otherwise drawn alike."""
    strips = [
        opened(draw(prompt, AspectRatio.SQUARE, SMALL, [plain("gray")])).crop((0, 480, 400, 512))
        for prompt in ("make it nice", "make it nicer")
    ]

    above = [
        opened(draw(prompt, AspectRatio.SQUARE, SMALL, [plain("gray")])).crop((0, 0, 400, 400))
        for prompt in ("make it nice", "make it nicer")
    ]

    assert strips[0].tobytes() != strips[1].tobytes()
    assert above[0].tobytes() == above[1].tobytes()


def test_a_1k_picture_is_quick_and_light():
    draw("warm up", resolution=SMALL)
    begun = time.process_time()
    drawing = draw("a red fox and a cat in the forest by the lake, rain and stars")

    assert time.process_time() - begun < 0.7
    assert len(drawing.content) < 3_000_000


@pytest.mark.parametrize("inputs", [[], [plain("teal")]], ids=["drawn", "edited"])
def test_a_coarse_picture_is_as_large_and_looks_alike_from_afar(inputs):
    fine, coarse, other = (
        opened(draw(prompt, AspectRatio.W3_H2, inputs=inputs, coarse=coarse))
        for prompt, coarse in (("add a moon", False), ("add a moon", True), ("add a cat", False))
    )

    assert coarse.size == fine.size
    assert apart(coarse, fine) < apart(coarse, other) / 3


def test_jpeg_on_request():
    drawing = draw("a fox", resolution=SMALL, mime="image/jpeg")

    assert drawing.mime == "image/jpeg"
    assert Image.open(io.BytesIO(drawing.content)).format == "JPEG"


def test_an_edit_shows_the_input():
    red = opened(draw("make it nicer", inputs=[plain((200, 30, 30))], resolution=SMALL))
    blue = opened(draw("make it nicer", inputs=[plain((30, 30, 200))], resolution=SMALL))

    assert mean(red)[0] > 2 * mean(red)[2]
    assert mean(blue)[2] > 2 * mean(blue)[0]


@pytest.mark.parametrize("effect", sorted(EFFECTS))
def test_every_effect_changes_the_picture(effect):
    source = draw("two cats and a red house", AspectRatio.W4_H3, SMALL)
    edited = draw(effect, AspectRatio.W4_H3, SMALL, [source.content])

    assert apart(opened(source), opened(edited)) > 0.5


def test_a_style_that_goes_along_is_seen():
    """Where the words say how something is drawn, and not only what."""
    plainly, styled = (
        opened(draw(f"two cats\n\n{words}", AspectRatio.W4_H3, SMALL)).crop((0, 0, 500, 300))
        for words in ("on a bench", "black and white, noir")
    )
    red, green, blue = styled.split()
    assert red.tobytes() == green.tobytes() == blue.tobytes()
    assert len(set(plainly.split()[0].tobytes())) > 10
    assert plainly.split()[0].tobytes() != plainly.split()[2].tobytes()


def test_black_and_white_has_no_colour():
    source = draw("a red house", AspectRatio.W4_H3, SMALL)
    edited = opened(draw("in black and white", AspectRatio.W4_H3, SMALL, [source.content]))

    red, green, blue = edited.crop((0, 0, 500, 300)).split()
    assert red.tobytes() == green.tobytes() == blue.tobytes()


def test_an_edit_turns_a_photograph_upright():
    """EXIF orientation 6 (turned right) makes a wide file a tall picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = plain("green", (1200, 900), "JPEG", exif=exif)

    assert opened(draw("nicer", inputs=[photo], resolution=SMALL)).size == (448, 600)


def test_auto_follows_the_last_input():
    wide, tall = plain("green", (1600, 900)), plain("green", (900, 1600))

    edited = draw("together", inputs=[wide, tall], resolution=SMALL)

    assert opened(edited).size == pixels(AspectRatio.W9_H16, SMALL)


def test_nearest_ratio_measures_proportions():
    assert nearest_ratio((1000, 1010)) is AspectRatio.SQUARE
    assert nearest_ratio((100, 5000)) is AspectRatio.W1_H8
    assert nearest_ratio((4032, 3024)) is AspectRatio.W4_H3


def test_several_inputs_are_side_by_side():
    red, blue = plain((200, 30, 30)), plain((30, 30, 200))
    sheet = opened(draw("both", AspectRatio.W16_H9, SMALL, [red, blue]))
    width, height = sheet.size

    left = mean(sheet, (0, 0, width // 2, height * 3 // 4))
    right = mean(sheet, (width // 2, 0, width, height * 3 // 4))
    assert left[0] > 2 * left[2]
    assert right[2] > 2 * right[0]


def test_fourteen_inputs_fit_on_a_sheet():
    inputs = [plain((18 * n, 200, 40), (40, 30)) for n in range(14)]

    assert opened(draw("all", AspectRatio.W3_H2, SMALL, inputs)).size == (632, 424)


def test_an_added_moon_is_drawn_over_the_input():
    night = plain((10, 10, 40))
    without = opened(draw("nicer", AspectRatio.SQUARE, SMALL, [night]))
    moonlit = opened(draw("add a moon", AspectRatio.SQUARE, SMALL, [night]))
    corner = (320, 20, 500, 200)

    assert sum(mean(moonlit, corner)) > 2 * sum(mean(without, corner))


def test_a_transparent_input_lies_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "PNG")
    edited = opened(draw("mirror", inputs=[out.getvalue()], resolution=SMALL))

    assert edited.getpixel((10, 10)) == (255, 255, 255)


def test_a_sketch_is_small_and_not_the_picture():
    drawing = draw("a fox")
    draft = sketch(drawing)

    assert max(opened(draft).size) == 256
    assert draft.content != drawing.content
