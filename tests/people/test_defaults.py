"""What is used where nothing is typed: one's own choice, the server's, then the operator's."""

import pytest

from bot.care import NotOnOffer
from bot.errors import NoSuchAmount, UnknownModel
from bot.generation.catalog import Catalog
from bot.generation.request import AspectRatio, Resolution
from bot.people.defaults import Choice, Defaults, Usual
from bot.people.setting import Range, Setting

CATALOG = Catalog.load()
MODELS = list(CATALOG.models.values())
USUAL = Usual(catalog=CATALOG, models=lambda: MODELS)
PRO, PLAIN = CATALOG.model("gemini-3-pro-image"), CATALOG.model("gemini-2.5-flash-image")
CHOICES = Range(models=lambda: MODELS, languages=("en", "zh-CN"))


def fill(typed=Choice(), *layers, shape=True):  # noqa: B008 - it is frozen
    return USUAL.fill(typed, layers, shape=shape)


def test_what_was_typed_counts_before_ones_own_and_that_before_the_servers():
    own = Defaults(model=PRO.id, resolution=Resolution.R2K, private=False)
    server = Defaults(
        model=PLAIN.id, aspect_ratio=AspectRatio.W16_H9, resolution=Resolution.R4K, private=True
    )

    assert fill() == Choice()
    assert fill(Choice(), own, server) == Choice(
        PRO.id, AspectRatio.W16_H9, Resolution.R2K, private=False
    )
    assert fill(Choice(), Defaults(), server).private is True
    typed = Choice("nano-banana-pro", AspectRatio.SQUARE, Resolution.R1K, private=True)
    assert fill(typed, own, server) == Choice(
        PRO.id, AspectRatio.SQUARE, Resolution.R1K, private=True
    )


def test_a_preference_that_the_model_cannot_do_is_passed_over():
    assert Resolution.R4K not in PLAIN.resolutions
    large = Defaults(resolution=Resolution.R4K, aspect_ratio=AspectRatio.W1_H8)

    assert fill(Choice(PLAIN.id), large) == Choice(PLAIN.id)
    assert fill(Choice(PLAIN.id, resolution=Resolution.R4K), large).resolution is Resolution.R4K


def test_a_model_that_is_gone_is_passed_over_and_one_that_was_typed_is_told():
    gone = Defaults(model="dall-e")

    assert fill(Choice(), gone, Defaults(model=PRO.id)).model == PRO.id
    assert fill(Choice(), gone).model is None
    with pytest.raises(UnknownModel):
        fill(Choice("dall-e"), gone)


def test_without_shape_no_aspect_ratio_is_filled_in():
    wide = Defaults(aspect_ratio=AspectRatio.W16_H9)

    assert fill(Choice(), wide, shape=False).aspect_ratio is None
    assert fill(Choice(aspect_ratio=AspectRatio.SQUARE), wide, shape=False).aspect_ratio is (
        AspectRatio.SQUARE
    )


@pytest.mark.parametrize(
    ("setting", "values", "read"),
    [
        (Setting.CHANNELS, ["9", "3", "9"], (3, 9)),
        (Setting.ROLES, [], ()),
        (Setting.MODEL, [PRO.id], PRO.id),
        (Setting.ASPECT_RATIO, ["16:9"], AspectRatio.W16_H9),
        (Setting.RESOLUTION, [], None),
        (Setting.MAX_COUNT, ["2"], 2),
        (Setting.MAX_CREDITS, ["1,000"], 1000),
        (Setting.MAX_CREDITS, ["none"], None),
        (Setting.MAX_CREDITS, ["  "], None),
        (Setting.HOUSE_STYLE, ["x" * 2000], "x" * 1000),
        (Setting.PRIVATE, ["no"], False),
        (Setting.GALLERY, ["3"], 3),
        (Setting.LANGUAGE, ["zh-CN"], "zh-CN"),
    ],
)
def test_what_was_chosen_is_read(setting, values, read):
    assert CHOICES.read(setting, values) == read


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (Setting.MODEL, "dall-e"),
        (Setting.LANGUAGE, "../en"),
        (Setting.MAX_COUNT, "9"),
        (Setting.CHANNELS, "art"),
        (Setting.LOG, "9" * 30),
        (Setting.PRIVATE, "maybe"),
    ],
)
def test_what_is_not_on_offer_is_refused(setting, value):
    """An id and its values are data from outside, and old cards stay where they are."""
    with pytest.raises(NotOnOffer):
        CHOICES.read(setting, [value])


@pytest.mark.parametrize("typed", ["lots", "-1", "1.5", "9" * 400])
def test_a_price_is_a_whole_number(typed):
    with pytest.raises(NoSuchAmount):
        CHOICES.read(Setting.MAX_CREDITS, [typed])
