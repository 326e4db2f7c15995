"""Whom a prompt names, and what the model is told of them."""

import pytest

from bot.generation.cast import Cast, Character, fold, mentioned, tidy
from bot.generation.request import Appearance, GenerationRequest, ImageRef
from bot.generation.wording import introducing, spoken


def pictures(count: int) -> tuple[ImageRef, ...]:
    return tuple(ImageRef(f"{n:064x}", "image/png", 1, 1, 1) for n in range(count))


KNOWN = {
    fold(name): Character(name, pictures(count))
    for count, name in enumerate(
        ("Mia", "小明", "小明明", "Ömer_2", "मिया", "ミア"), 1  # two of them begin alike
    )
}  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("@Mia in snow", ["Mia"]),
        ("(@mia), @MIA and ＠ＭＩＡ!", ["Mia"]),
        ("@Tom, @Mia's friend", ["Mia"]),
        ("@Miami, @Mia2, @Mi, @ Mia, Mia", []),
        ("mail@Mia, <@Mia>, @@Mia", ["Mia"]),
        ("<@1234567890> and a_@Mia", []),
        ("@ömer_2 hugs @Mia", ["Ömer_2", "Mia"]),
        ("@o\u0308mer_2", ["Ömer_2"]),
        ("@小明在公园里和@Mia跑步", ["小明", "Mia"]),
        ("画@小明明和@小明", ["小明明", "小明"]),
        ("@मिया नाचती है", ["मिया"]),
        ("@ミアが走る", ["ミア"]),
        ("@", []),
        ("", []),
    ],
)
def test_names_in_a_prompt_are_found_and_other_words_left_alone(prompt, names):
    assert [one.name for one in mentioned(prompt, KNOWN)] == names


def test_no_prompt_takes_long():
    """Six thousand characters, and every one might begin or go on with a name."""
    for prompt in ("@" * 6000, "@小" * 3000, "@" + "小" * 5999, "@a " * 2000):
        assert mentioned(prompt, KNOWN) == []


@pytest.mark.parametrize(
    ("word", "name"),
    [
        (" Mia ", "Mia"),
        ("@Mia", "Mia"),
        ("＠小明", "小明"),
        ("o\u0308", "ö"),
        ("मिया", "मिया"),
        ("x" * 32, "x" * 32),
        ("x" * 33, None),
        ("two words", None),
        ("Mia!", None),
        ("🦊", None),
        ("@", None),
        ("", None),
        ("a\nb", None),
    ],
)
def test_a_name_is_letters_digits_and_underscores(word, name):
    assert tidy(word) == name


def test_the_model_is_told_which_picture_shows_whom():
    cast = Cast((Character("Mia", pictures(2)), Character("Tom", pictures(1))))
    appearances = cast.after(1)
    assert appearances == (Appearance("Mia", 1, 2), Appearance("Tom", 3, 1))
    request = GenerationRequest("@Mia waves", "model", characters=appearances)
    assert spoken(request) == "@Mia waves\n\nPictures 2 and 3 show Mia. Picture 4 shows Tom."
    assert spoken(GenerationRequest("@Mia waves", "model")) == "@Mia waves"
    four = (Appearance("Ana", 0, 4),)
    assert introducing("x", four) == "x\n\nPictures 1, 2, 3 and 4 show Ana."
    assert introducing("x", appearances, [1, 2, 3]) == (
        "x\n\nPictures 1 and 2 of this message show Mia. Picture 3 of this message shows Tom."
    )


def test_who_takes_part_already_does_not_come_twice():
    cast = Cast((Character("Mia", pictures(1)), Character("Tom", pictures(1))))
    assert cast.without((Appearance("MIA", 0, 1),)).after(1) == (Appearance("Tom", 1, 1),)
