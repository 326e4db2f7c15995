"""A prompt put together from its parts."""

import pytest

from bot.generation.composition import Composition


@pytest.mark.parametrize(
    ("composition", "prompt"),
    [
        (Composition("a fox"), "a fox"),
        (Composition(" a fox. ", details="\n"), "a fox"),
        (
            Composition(
                "an old fisherman,",
                style="watercolour",
                environment="a harbour",
                lighting=("golden hour", "wide-angle view"),
                details="gulls; a red cap.",
            ),
            "an old fisherman, watercolour, a harbour, golden hour, wide-angle view,"
            " gulls; a red cap",
        ),
        (
            Composition("一只狐狸。", style="水墨画", lighting=("月光",), details="很安静"),
            "一只狐狸，水墨画，月光，很安静",
        ),
    ],
)
def test_the_parts_come_in_order_and_as_their_language_sets_them_apart(composition, prompt):
    assert composition.prompt == prompt
